"""When things are due: fixed weekly times, one minute for each reader, whatever happens."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

SECOND_PROOF_AFTER = timedelta(days=2)
CANARY_VALID_FOR = timedelta(hours=24)
# One that was cut short and not taken up by then is given up: the next one is due, and asks again.
SWEEP_ABANDONED_AFTER = timedelta(days=7)
# An email that comes so late was missed, as by a machine that was turned off.
MISSED_AFTER = timedelta(hours=12)
CAUGHT_UP_WITHIN_MINUTES = 60
# A source that has not answered all by then is late, and the emails say so.
SWEEP_DEADLINE = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklySlot:
    """A window that opens once a week at a local time; `weekday` 1 is Monday (ISO 8601).

    Within it each id has a minute of its own, derived from its hash: the load is spread, and
    no one's time moves from week to week.
    """

    weekday: int
    opens: time
    minutes: int

    def compute_due_time(self, subject_id: str, zone: str, week: str) -> datetime:
        """Return the one time, in UTC, that lies in this local ISO week ("2026-W48")."""
        year, number = week.split("-W")
        day = date.fromisocalendar(int(year), int(number), self.weekday)
        minute = _pick_minute(subject_id, self.minutes)
        # Minutes are added to the wall clock, in the zone's own reading of it.
        wall = datetime.combine(day, self.opens, ZoneInfo(zone)) + timedelta(minutes=minute)
        return wall.astimezone(UTC)

    def compute_next_time(self, after: datetime, subject_id: str, zone: str) -> datetime:
        """Return the first time strictly after `after`.

        Whatever was missed before `after` is not made up for one by one: who was asleep for
        weeks does the work once and goes on with this.
        """
        this_week = self.compute_due_time(subject_id, zone, format_iso_week(after, zone))
        return (
            this_week
            if this_week > after
            else self.compute_due_time(subject_id, zone, _format_week(after, zone, 1))
        )

    def compute_latest_time(self, now: datetime, subject_id: str, zone: str) -> datetime:
        """Return the last time that is not after `now`: the one that a late run makes up for."""
        this_week = self.compute_due_time(subject_id, zone, format_iso_week(now, zone))
        return (
            this_week
            if this_week <= now
            else self.compute_due_time(subject_id, zone, _format_week(now, zone, -1))
        )

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


# Clocks are changed at night, so no digest falls into an hour that is skipped or comes twice.
DIGEST = WeeklySlot(weekday=1, opens=time(6), minutes=180)
# From Saturday evening on, a sweep has more than a day before the first digest.
SWEEP = WeeklySlot(weekday=6, opens=time(18), minutes=240)


# After the clocks are changed, and before anyone works.
NIGHTLY_AT = time(4)


def compute_next_night(after: datetime, zone: str) -> datetime:
    """Return the first 4 AM, in local time, strictly after `after`."""
    local = ZoneInfo(zone)
    today = after.astimezone(local).date()
    nights = (
        datetime.combine(today + timedelta(days=days), NIGHTLY_AT, local).astimezone(UTC)
        for days in range(3)
    )
    return next(night for night in nights if night > after)


def format_iso_week(now: datetime, zone: str = "UTC") -> str:
    """Name the ISO week that a moment lies in for someone in `zone`."""
    return _format_week(now, zone, 0)


def compute_next_digest(after: datetime, person_id: str, zone: str) -> datetime:
    return DIGEST.compute_next_time(after, person_id, zone)


def compute_digest_week(now: datetime, person_id: str, zone: str) -> str:
    """Name the week whose digest a run at `now` is, however late the run."""
    return format_iso_week(DIGEST.compute_latest_time(now, person_id, zone), zone)


def compute_next_sweep(after: datetime, district_id: str, zone: str) -> datetime:
    return SWEEP.compute_next_time(after, district_id, zone)


def compute_sweep_week(now: datetime, district_id: str, zone: str) -> str:
    """Name the week whose sweep a run at `now` is, however late the run."""
    return format_iso_week(SWEEP.compute_latest_time(now, district_id, zone), zone)


def _pick_minute(subject_id: str, of: int) -> int:
    return int.from_bytes(sha256(subject_id.encode()).digest()[:8]) % of


def _format_week(now: datetime, zone: str, later: int) -> str:
    # Weeks are counted in local days: 168 hours on, the clocks may have been changed.
    day = now.astimezone(ZoneInfo(zone)).date() + timedelta(weeks=later)
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"
