"""The audit as reviewers read it: who did what to which reference, and when; no names of staff."""

from dataclasses import dataclass
from datetime import datetime

from reports.page import Frame, page
from reports.pages.review import Option


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


def render(view: AuditView, frame: Frame) -> str:
    return page("audit", view, frame)
