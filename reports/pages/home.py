"""A person's first page: what is open, the worst first, and since when they are looked after."""

from dataclasses import dataclass
from datetime import datetime

from reports.lines import Coverage, FlagLine
from reports.page import Frame, page


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """`coverage` is that of the latest sweep about them, None before there was one.

    `paused` says that nothing is asked at the moment.
    """

    name: str
    zone: str
    flags: tuple[FlagLine, ...]
    more_flags: int
    to_sort: int
    joined_at: datetime
    next_sweep: datetime
    next_digest: datetime
    ends_at: datetime
    coverage: Coverage | None = None
    checked_at: datetime | None = None
    checking: bool = False
    renewal_due: bool = False
    paused: bool = False

    @property
    def total_flags(self) -> int:
        return len(self.flags) + self.more_flags


def render(view: HomeView, frame: Frame) -> str:
    return page("home", view, frame)
