"""What is kept of a person, what they agreed to, who looked at it, and how to change or end it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from reports.pages.enrollment import AskedView, Part, SummaryRow
from reports.pages.layout import Fault, Frame, page


class Standing(StrEnum):
    """ENDED ran out and can be renewed, LEFT is over: both until everything is erased."""

    JOINED = "joined"
    PAUSED = "paused"
    ENDED = "ended"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLine:
    """A legal hold: since when, by whom, and why, in their words."""

    since: datetime
    by: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """A new address that its mailbox has not confirmed yet, and until when it may."""

    to: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DataView:
    """`erased_by` is when all is erased at the latest, None while a hold stands.

    `address` is where they are written to. `kept` counts what there is, by what it is. `weekly`
    says that they get the weekly letter. `moving` is None unless they asked to be written to
    elsewhere, and `waiting_name` empty unless IT has a name to confirm. `copies_from` is when the
    next copy of everything may be made, None where it may now.
    """

    zone: str
    standing: Standing
    address: str
    rows: tuple[SummaryRow, ...]
    agreed: tuple[str, ...]
    version: str
    given_at: datetime
    ends_at: datetime
    kept: tuple[tuple[str, int], ...]
    paused_until: datetime | None = None
    erased_by: datetime | None = None
    hold: HoldLine | None = None
    renewal_due: bool = False
    weekly: bool = True
    moving: Moving | None = None
    waiting_name: str = ""
    copies_from: datetime | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeLine:
    scope: str
    title: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """What is agreed to, to be changed. `parts` is the text, shown where more is agreed to.

    `seal` is the fingerprint of that text; `until` is when an answer to it would end. `adding`
    names what is chosen and was not agreed to before, and `asked` is what it would ask anew.
    """

    lines: tuple[ScopeLine, ...]
    chosen: tuple[str, ...]
    zone: str
    until: datetime
    version: str
    parts: tuple[Part, ...] = ()
    seal: str = ""
    adding: tuple[ScopeLine, ...] = ()
    asked: AskedView = field(default_factory=AskedView)
    faults: tuple[Fault, ...] = ()

    @property
    def shown(self) -> str:
        """Name the scopes whose questions this page shows, as its form sends them along."""
        return "-or-".join(each.scope for each in self.adding)

    @property
    def options(self) -> tuple[tuple[str, str, str], ...]:
        return tuple((each.scope, each.title, each.words) for each in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookLine:
    """One line of the record: who did what; `item` is what it was about, empty for none.

    `words` are what a reviewer noted or asked, empty for all else.
    """

    at: datetime
    who: str
    what: str
    item: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenView:
    zone: str
    lines: tuple[LookLine, ...]
    number: int = 1
    last: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveView:
    """`hold` keeps what there is from being erased."""

    contact: str
    zone: str
    hold: HoldLine | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftView:
    """`erased_by` is None where a hold keeps what there is."""

    contact: str
    zone: str
    erased_by: datetime | None = None


def render(view: DataView, frame: Frame) -> str:
    return page("data", view, frame)


def render_scopes(view: AnswerView, frame: Frame) -> str:
    return page("data_scopes", view, frame)


def render_answer(view: AnswerView, frame: Frame) -> str:
    return page("data_answer", view, frame)


def render_seen(view: SeenView, frame: Frame) -> str:
    return page("data_seen", view, frame)


def render_leave(view: LeaveView, frame: Frame) -> str:
    return page("data_leave", view, frame)


def render_left(view: LeftView, frame: Frame) -> str:
    return page("data_left", view, frame)
