"""When things are due: fixed local times, one minute for each reader, whatever happens.

The times are those of APScheduler's cron triggers; the due table stores the next one.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from monitor.domain.vocabulary import EmailCadence

if TYPE_CHECKING:
    from apscheduler.triggers.cron import CronTrigger

SECOND_PROOF_AFTER = timedelta(days=2)
CANARY_VALID_FOR = timedelta(hours=24)
# One that was cut short and not taken up by then is given up: the next one is due, and asks again.
SWEEP_ABANDONED_AFTER = timedelta(days=7)
# An email that comes so late was missed, as by a machine that was turned off.
MISSED_AFTER = timedelta(hours=12)
CAUGHT_UP_WITHIN_MINUTES = 60
WEEKS_IN_QUARTER = 13
# Four weeks, less what a change of the clocks or a catch-up may take from them.
MONTHLY_AFTER = timedelta(days=27)
# A source that has not answered all by then is late, and the emails say so.
SWEEP_DEADLINE = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A window that opens at a local time, on one `weekday` ("mon") or each day.

    Within it each id has a minute of its own, derived from its hash: the load is spread, and
    no one's time moves from week to week.
    """

    opens: time
    weekday: str | None = None
    minutes: int = 1

    def compute_next_time(self, after: datetime, subject_id: str, zone: str) -> datetime:
        """Return the first time strictly after `after`, in UTC.

        Whatever was missed before `after` is not made up for one by one: who was asleep for
        weeks does the work once and goes on with this.
        """
        timetable = _build_timetable(self, _pick_minute(subject_id, self.minutes), zone)
        return timetable.find_next_time(after)

    def compute_latest_time(self, now: datetime, subject_id: str, zone: str) -> datetime:
        """Return the last weekly time that is not after `now`: a late run makes up for it."""
        following = self.compute_next_time(now, subject_id, zone).astimezone(ZoneInfo(zone))
        # Local time a week before: 168 hours ago, the clocks may not have been changed yet.
        return (following - timedelta(weeks=1)).astimezone(UTC)

    def adjust_due_time(
        self, due_at: datetime, now: datetime, subject_id: str, zone: str
    ) -> datetime:
        """Return where a time belongs, once clocks, zones or their rules may have changed.

        That is never after the next one. What was missed is made up for within the hour, each at
        a minute of its own: after a long sleep, all would be due at once.
        """
        if now - due_at > MISSED_AFTER:
            return now + timedelta(minutes=_pick_minute(subject_id, CAUGHT_UP_WITHIN_MINUTES))
        return min(due_at, self.compute_next_time(now, subject_id, zone))


@dataclass(slots=True)
class _Timetable:
    """What it found last stays the next time until then, so each is computed once."""

    trigger: "CronTrigger"
    found: tuple[datetime, datetime] | None = None

    def find_next_time(self, after: datetime) -> datetime:
        found = self.found
        if found is None or not found[0] <= after < found[1]:
            next_at: datetime = self.trigger.get_next_fire_time(after, after)
            self.found = found = (after, next_at.astimezone(UTC))
        return found[1]


@lru_cache(maxsize=1_024)
def _build_timetable(slot: Slot, minute: int, zone: str) -> _Timetable:
    # Most pages and commands ask for no time to come.
    from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415 - see above

    hour, minute = divmod(60 * slot.opens.hour + slot.opens.minute + minute, 60)
    return _Timetable(
        CronTrigger(day_of_week=slot.weekday, hour=hour, minute=minute, timezone=ZoneInfo(zone))
    )


# Clocks are changed at night, so no digest falls into an hour that is skipped or comes twice.
DIGEST = Slot(weekday="mon", opens=time(6), minutes=180)
# From Saturday evening on, a sweep has more than a day before the first digest.
SWEEP = Slot(weekday="sat", opens=time(18), minutes=240)
# After the clocks are changed, and before anyone works.
NIGHT = Slot(opens=time(4))
# When people read email.
MORNING = Slot(opens=time(7))


def format_iso_week(now: datetime, zone: str = "UTC") -> str:
    """Name the ISO week that a moment lies in for someone in `zone`."""
    year, week, _ = now.astimezone(ZoneInfo(zone)).date().isocalendar()
    return f"{year}-W{week:02}"


def compute_next_digest(after: datetime, person_id: str, zone: str) -> datetime:
    return DIGEST.compute_next_time(after, person_id, zone)


def compute_next_wanted_digest(
    after: datetime, person_id: str, zone: str, cadence: EmailCadence, last: datetime | None
) -> datetime:
    """Return when the next one is due at the earliest, where `last` is when the last one was."""
    if cadence is EmailCadence.MONTHLY and last is not None:
        after = max(after, last + MONTHLY_AFTER)
    return compute_next_digest(after, person_id, zone)


def compute_digest_week(now: datetime, person_id: str, zone: str) -> str:
    """Name the week whose digest a run at `now` is, however late the run."""
    return format_iso_week(DIGEST.compute_latest_time(now, person_id, zone), zone)


def compute_next_sweep(after: datetime, district_id: str, zone: str) -> datetime:
    return SWEEP.compute_next_time(after, district_id, zone)


def compute_sweep_week(now: datetime, district_id: str, zone: str) -> str:
    """Name the week whose sweep a run at `now` is, however late the run."""
    return format_iso_week(SWEEP.compute_latest_time(now, district_id, zone), zone)


def list_quarter_weeks(subject_id: str, after: datetime, now: datetime) -> frozenset[int]:
    """Return which weeks of someone's own quarter, 0 to 12, began after `after`, up to `now`."""
    first = _pick_minute(subject_id, WEEKS_IN_QUARTER)
    begun = range(_count_weeks(after) + 1, _count_weeks(now) + 1)
    return frozenset((week - first) % WEEKS_IN_QUARTER for week in begun)


def _count_weeks(at: datetime) -> int:
    return (at.toordinal() - 1) // 7


def _pick_minute(subject_id: str, of: int) -> int:
    return int.from_bytes(sha256(subject_id.encode()).digest()[:8]) % of
