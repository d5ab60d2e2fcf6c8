"""Where an operator begins: how the service fares, and nothing of anybody."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reports.pages.layout import Frame, page


class Tone(StrEnum):
    """Worst first."""

    HIGH = "high"
    MEDIUM = "medium"
    GOOD = "good"

    @property
    def words(self) -> str:
        return {"high": "Urgent", "medium": "Needs attention", "good": "OK"}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`told` says how a part is, and `remedy` what to do, empty where nothing is."""

    what: str
    tone: Tone
    told: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """`proven_at` is when its canaries last agreed, None where they never did."""

    source: str
    outcome: str
    since: datetime
    proven_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """`count` is how many of a kind are due, `first` when the soonest is."""

    what: str
    count: int
    first: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OperateView:
    """Times are None for what was never. `names_waiting` counts the names to confirm."""

    at: datetime
    checks: tuple[Check, ...]
    letters: tuple[tuple[str, int], ...]
    oldest_letter: datetime | None
    sources: tuple[SourceRow, ...]
    due: tuple[DueRow, ...]
    sweep_closed: datetime | None
    sweep_open_since: datetime | None
    backed_up: datetime | None
    names_waiting: int = 0

    @property
    def troubles(self) -> tuple[Check, ...]:
        wrong = (each for each in self.checks if each.tone is not Tone.GOOD)
        return tuple(sorted(wrong, key=lambda each: list(Tone).index(each.tone)))

    @property
    def fine(self) -> tuple[Check, ...]:
        return tuple(each for each in self.checks if each.tone is Tone.GOOD)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameLine:
    """A name that waits. `known` is what its person was invited by: a name, or an address."""

    ref: str
    known: str
    new: str
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesView:
    changes: tuple[NameLine, ...]


def render_names(view: NamesView, frame: Frame) -> str:
    return page("operate_names", view, frame)


def render(view: OperateView, frame: Frame) -> str:
    return page("operate", view, frame)
