"""Opening a flag early: what waits for a second reviewer, and a form to propose one."""

from dataclasses import dataclass
from datetime import datetime

from reports.page import Fault, Frame, page
from reports.words import FlagKind, Severity


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


def render(view: EarlyView, frame: Frame) -> str:
    return page("early", view, frame)
