"""Where an operator begins: how the service fares, and nothing of anybody."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reports.pages.layout import PageFrame, render_page


class HealthTone(StrEnum):
    """Worst first."""

    HIGH = "high"
    MEDIUM = "medium"
    GOOD = "good"

    @property
    def words(self) -> str:
        return {"high": "Urgent", "medium": "Needs attention", "good": "OK"}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """`told` says how a part is, and `remedy` what to do, empty where nothing is."""

    what: str
    tone: HealthTone
    told: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatusRow:
    """`proven_at` is when its canaries last agreed, None where they never did."""

    source: str
    outcome: str
    since: datetime
    proven_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueJobsRow:
    """`count` is how many of a kind are due, `first` when the soonest is."""

    what: str
    count: int
    first: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorView:
    """Times are None for what was never. `names_waiting` counts the names to confirm."""

    at: datetime
    checks: tuple[HealthCheck, ...]
    letters: tuple[tuple[str, int], ...]
    oldest_letter: datetime | None
    sources: tuple[SourceStatusRow, ...]
    due: tuple[DueJobsRow, ...]
    sweep_closed: datetime | None
    sweep_open_since: datetime | None
    backed_up: datetime | None
    names_waiting: int = 0

    @property
    def problem_checks(self) -> tuple[HealthCheck, ...]:
        wrong = (each for each in self.checks if each.tone is not HealthTone.GOOD)
        return tuple(sorted(wrong, key=lambda each: list(HealthTone).index(each.tone)))

    @property
    def passed_checks(self) -> tuple[HealthCheck, ...]:
        return tuple(each for each in self.checks if each.tone is HealthTone.GOOD)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameChangeLine:
    """A name that waits. `known` is what its person was invited by: a name, or an address."""

    ref: str
    known: str
    new: str
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NameChangesView:
    changes: tuple[NameChangeLine, ...]


def render_name_changes(view: NameChangesView, frame: PageFrame) -> str:
    return render_page("operate_names", view, frame)


def render_operator(view: OperatorView, frame: PageFrame) -> str:
    return render_page("operate", view, frame)
