"""Flags that a reviewer has opened: the closed list of fields, what was said, and what to do."""

from dataclasses import dataclass
from datetime import datetime

from reports.evidence import LogLine
from reports.page import Fault, Frame, page
from reports.pages.review import Option
from reports.words import FlagKind, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFlag:
    """All that IT sees of a flag, without a word from the web. `ruling` is its person's own."""

    ref: str
    person: str
    school: str
    kind: FlagKind
    severity: Severity
    platform: str
    url: str
    state: str
    state_key: str
    opened_at: datetime
    first_seen: datetime
    last_seen: datetime
    reasons: tuple[str, ...]
    ruling: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkLine:
    at: datetime
    by: str
    text: str
    question: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagView:
    """`taken_by` is an address, `taken` its ref as the form hands it back.

    `note`, `question` and `remark` are what was typed into a form that came back.
    `ask_from` is when its person may be asked again, None if that is now. `undoes` says that the
    last word is the reader's own.
    """

    flag: OpenedFlag
    history: tuple[LogLine, ...]
    remarks: tuple[RemarkLine, ...]
    rulings: tuple[Option, ...]
    taken_by: str
    taken: str
    mine: bool
    evidence: bool
    undoes: bool
    ask_from: datetime | None
    note: str = ""
    question: str = ""
    remark: str = ""
    faults: tuple[Fault, ...] = ()
    part: str = "queue"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveralView:
    """Several flags, to be ruled alike."""

    flags: tuple[OpenedFlag, ...]
    rulings: tuple[Option, ...]
    note: str = ""
    faults: tuple[Fault, ...] = ()
    part: str = "queue"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledView:
    """What was just ruled, and may be undone."""

    refs: tuple[str, ...]
    ruling: str
    faults: tuple[Fault, ...] = ()
    part: str = "queue"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnopenedView:
    """Flags that are open to IT, and that this reader has not opened, or not lately."""

    refs: tuple[str, ...]
    part: str = "queue"


def render_flag(view: FlagView, frame: Frame) -> str:
    return page("review_flag", view, frame)


def render_several(view: SeveralView, frame: Frame) -> str:
    return page("review_several", view, frame)


def render_ruled(view: RuledView, frame: Frame) -> str:
    return page("review_ruled", view, frame)


def render_unopened(view: UnopenedView, frame: Frame) -> str:
    return page("review_unopened", view, frame)
