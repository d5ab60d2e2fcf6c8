"""Where an operator begins: how the service fares, and nothing of anyone."""

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.vocabulary import HealthLevel
from reports.pages.layout import build_renderer


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """`message` says how a part is, and `remedy` what to do, empty where nothing is."""

    what: str
    level: HealthLevel
    message: str
    remedy: str = ""

    @property
    def tone(self) -> str:
        """Return the color of the card, as the style sheet names it."""
        return "high" if self.level is HealthLevel.BAD else "medium"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatusRow:
    """`proven_at` is when its canaries last agreed, None where they never did."""

    source: str
    outcome: str
    since: datetime
    proven_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorTask:
    """What waits for an operator at `path`: how much, and the words for one and for more."""

    path: str
    count: int
    one: str
    many: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorView:
    """Times are None for what was never. `names_waiting` counts the names to confirm.

    `leavers_waiting` counts who may have left; `tasks` are those that annexes bring.
    `jobs` are the kinds of what is due, and when the soonest of each is.
    """

    at: datetime
    checks: tuple[HealthCheck, ...]
    emails: tuple[tuple[str, int], ...]
    oldest_email: datetime | None
    sources: tuple[SourceStatusRow, ...]
    jobs: tuple[tuple[str, datetime], ...]
    sweep_closed: datetime | None
    sweep_open_since: datetime | None
    backed_up: datetime | None
    names_waiting: int = 0
    leavers_waiting: int = 0
    tasks: tuple[OperatorTask, ...] = ()

    @property
    def problem_checks(self) -> tuple[HealthCheck, ...]:
        wrong = (check for check in self.checks if check.level is not HealthLevel.OK)
        return tuple(sorted(wrong, key=lambda check: check.level is not HealthLevel.BAD))

    @property
    def passed_checks(self) -> tuple[HealthCheck, ...]:
        return tuple(check for check in self.checks if check.level is HealthLevel.OK)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameChangeLine:
    """A name that waits. `known` is what its person was invited by: a name, or an address."""

    id: str
    known: str
    new: str
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaversView:
    """How many addresses are no longer listed, and since when the first of them; None for none."""

    count: int
    since: datetime | None


render_leavers = build_renderer("operate_leavers", LeaversView)
render_name_changes = build_renderer("operate_names", tuple[NameChangeLine, ...])
render_operator = build_renderer("operate", OperatorView)
