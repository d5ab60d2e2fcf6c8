"""IT review pages: the queue, an opened flag, early opening, and the audit log.

The queue shows nothing by which a person could be known; the audit log names no staff.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from reports.evidence_pack import LogLine
from reports.labels import FlagKind, Severity
from reports.pages.layout import Fault, Frame, page

Option = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    """One row. `state`, `ruling` and `taken_by` are words; empty where there is nothing to say."""

    ref: str
    kind: FlagKind
    severity: Severity
    state: str
    platform: str
    school: str
    opened_at: datetime
    days: int
    ruling: str
    taken_by: str
    asked_at: datetime | None
    early: bool
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A choice of one field; `chosen` is empty where everything is shown."""

    name: str
    label: str
    options: tuple[Option, ...]
    chosen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    filters: tuple[Filter, ...]
    lines: tuple[QueueLine, ...]
    number: int
    last: int
    total: int
    faults: tuple[Fault, ...] = ()
    part: str = "queue"

    @property
    def narrowed(self) -> bool:
        return any(each.chosen for each in self.filters)

    @property
    def address(self) -> str:
        """The address of a page of this list, but for its number."""
        chosen = {each.name: each.chosen for each in self.filters if each.chosen}
        return f"/review?{urlencode({**chosen, 'page': ''})}"


def render(view: QueueView, frame: Frame) -> str:
    return page("review", view, frame)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalLine:
    """`mine` says that the reader proposed it, and so cannot confirm it."""

    ref: str
    flag: str
    kind: FlagKind
    severity: Severity
    by: str
    reason: str
    at: datetime
    until: datetime
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyView:
    proposals: tuple[ProposalLine, ...]
    flag: str = ""
    reason: str = ""
    faults: tuple[Fault, ...] = ()
    part: str = "early"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldProposalLine:
    """`lifts` tells lifting from placing; `mine` says that the reader proposed it."""

    ref: str
    person: str
    lifts: bool
    by: str
    reason: str
    at: datetime
    until: datetime
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingHoldLine:
    person: str
    by: tuple[str, ...]
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldsView:
    """`person`, `step` and `reason` are what was typed into the form."""

    proposals: tuple[HoldProposalLine, ...]
    standing: tuple[StandingHoldLine, ...]
    person: str = ""
    step: str = "place"
    reason: str = ""
    faults: tuple[Fault, ...] = ()
    part: str = "holds"


def render_early(view: EarlyView, frame: Frame) -> str:
    return page("early", view, frame)


def render_holds(view: HoldsView, frame: Frame) -> str:
    return page("holds", view, frame)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """`who` is a reviewer's address, a role or the beginning of an opaque ref; so is `subject`."""

    seq: int
    at: datetime
    who: str
    what: str
    subject: str
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditView:
    """`older` is the number to go on before, 0 where nothing older is there."""

    lines: tuple[AuditLine, ...]
    actions: tuple[Option, ...]
    action: str
    older: int
    newest: bool
    part: str = "audit"


def render_audit(view: AuditView, frame: Frame) -> str:
    return page("audit", view, frame)
