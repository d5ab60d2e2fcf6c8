"""What other programs show: a person's checks as a calendar, the review queue as an Atom feed.

Both are read by whoever knows their address, so both say as little as they can.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor.domain.reason import Reason
from monitor.domain.vocabulary import CaseBin, Severity
from reports.emails.render import fill_template
from reports.reason_rendering import render_reason
from reports.translation import translate_message

if TYPE_CHECKING:
    from icalendar import Event

# How often a calendar asks again; checks are weekly.
ASK_AGAIN_AFTER = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarCheck:
    """`ended_at` is None for one that is still to come, or runs."""

    id: str
    title: Reason
    started_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCalendarView:
    """`host` makes the IDs of events unlike those of any other calendar."""

    at: datetime
    host: str
    page: str
    checks: tuple[CalendarCheck, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFeedView:
    """How many cases wait for IT, by severity, and how many are where.

    `latest_at` is when the last one that waits opened, None without one. `since` is when the
    address was made: the time of a feed that has nothing to tell.
    """

    page: str
    since: datetime
    severities: Mapping[Severity, int]
    counts: Mapping[CaseBin, int]
    latest_at: datetime | None = None

    @property
    def moment(self) -> str:
        return (self.latest_at or self.since).isoformat()


def render_calendar(view: CheckCalendarView) -> bytes:
    from icalendar import Calendar, vDuration  # noqa: PLC0415 - large, and few have the calendar

    calendar = Calendar()
    calendar.add("PRODID", "-//Namesake//Checks//EN")
    calendar.add("VERSION", "2.0")
    name = translate_message("Namesake checks")
    calendar.add("NAME", name)
    calendar.add("X-WR-CALNAME", name)
    calendar.add("REFRESH-INTERVAL", vDuration(ASK_AGAIN_AFTER), parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", vDuration(ASK_AGAIN_AFTER))
    for check in view.checks:
        calendar.add_component(_build_event(view, check))
    written: bytes = calendar.to_ical()
    return written


def _build_event(view: CheckCalendarView, check: CalendarCheck) -> "Event":
    from icalendar import Event  # noqa: PLC0415 - as above

    event = Event()
    event.add("UID", f"{check.id}@{view.host}")
    event.add("DTSTAMP", view.at)
    event.add("DTSTART", check.started_at)
    if check.ended_at and check.ended_at > check.started_at:
        event.add("DTEND", check.ended_at)
    event.add("SUMMARY", render_reason(check.title))
    event.add("URL", view.page)
    # It takes none of its reader's time, and a shared calendar shows nobody else what it is.
    event.add("TRANSP", "TRANSPARENT")
    event.add("CLASS", "PRIVATE")
    return event


def render_queue_feed(view: QueueFeedView) -> str:
    """Write one entry: a new one whenever a case has opened, so that readers show it as unread."""
    return fill_template("feeds/queue.xml", {"view": view})
