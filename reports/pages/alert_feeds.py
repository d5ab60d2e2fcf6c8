"""A person's alert feeds. Their addresses are secrets, so no page shows one again."""

from dataclasses import dataclass
from datetime import datetime

from reports.pages.layout import FieldProblem, PageFrame, render_page


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFeedLine:
    """`ending` are the last letters of the address, by which its owner can tell it from others.

    `read_at` is None until it was read; `fault` is a clause, empty where the last reading worked.
    """

    id: str
    service: str
    ending: str
    added_at: datetime
    read_at: datetime | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFeedsView:
    """`searches` are what to make alerts for; `is_read` tells whether feeds are read at all."""

    zone: str
    is_read: bool
    searches: tuple[str, ...]
    feeds: tuple[AlertFeedLine, ...]
    faults: tuple[FieldProblem, ...] = ()


def render_alert_feeds(view: AlertFeedsView, frame: PageFrame) -> str:
    return render_page("alert_feeds", view, frame)
