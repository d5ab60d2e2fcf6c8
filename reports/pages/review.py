"""The queue of IT review: what is open, and nothing by which a person could be known."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from reports.page import Fault, Frame, page
from reports.words import FlagKind, Severity

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
