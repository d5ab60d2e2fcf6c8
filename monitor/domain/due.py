"""When things are due: fixed weekly times, one minute for each reader, whatever happens."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

SECOND_PROOF_AFTER = timedelta(days=2)
CANARY_LASTS = timedelta(hours=24)
# A source that has not answered all by then is late, and the letters say so.
SWEEP_TAKES = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A window that opens once a week at a local time; `weekday` 1 is Monday (ISO 8601).

    Within it each ref has a minute of its own, derived from its hash: the load is spread, and
    nobody's time moves from week to week.
    """

    weekday: int
    opens: time
    minutes: int

    def due(self, ref: str, zone: str, week: str) -> datetime:
        """Return the one time, in UTC, that lies in this local ISO week ("2026-W48")."""
        year, number = week.split("-W")
        day = date.fromisocalendar(int(year), int(number), self.weekday)
        minute = int.from_bytes(sha256(ref.encode()).digest()[:8]) % self.minutes
        # Minutes are added to the wall clock, in the zone's own reading of it.
        wall = datetime.combine(day, self.opens, ZoneInfo(zone)) + timedelta(minutes=minute)
        return wall.astimezone(UTC)

    def next(self, after: datetime, ref: str, zone: str) -> datetime:
        """Return the first time strictly after `after`.

        Whatever was missed before `after` is not made up for one by one: who was asleep for
        weeks does the work once and goes on with this.
        """
        this_week = self.due(ref, zone, iso_week(after, zone))
        return this_week if this_week > after else self.due(ref, zone, _week(after, zone, 1))

    def latest(self, now: datetime, ref: str, zone: str) -> datetime:
        """Return the last time that is not after `now`: what a late run stands for."""
        this_week = self.due(ref, zone, iso_week(now, zone))
        return this_week if this_week <= now else self.due(ref, zone, _week(now, zone, -1))


# Clocks are changed at night, so no digest falls into an hour that is skipped or comes twice.
DIGEST = Slot(weekday=1, opens=time(6), minutes=180)
# From Saturday evening on, a sweep has more than a day before the first digest.
SWEEP = Slot(weekday=6, opens=time(18), minutes=240)


def iso_week(now: datetime, zone: str = "UTC") -> str:
    """Name the ISO week that a moment lies in for someone in `zone`."""
    return _week(now, zone, 0)


def digest_due(person_ref: str, zone: str, week: str) -> datetime:
    return DIGEST.due(person_ref, zone, week)


def next_digest(after: datetime, person_ref: str, zone: str) -> datetime:
    return DIGEST.next(after, person_ref, zone)


def digest_week(now: datetime, person_ref: str, zone: str) -> str:
    """Name the week whose digest a run at `now` is, however late the run."""
    return iso_week(DIGEST.latest(now, person_ref, zone), zone)


def next_sweep(after: datetime, district_ref: str, zone: str) -> datetime:
    return SWEEP.next(after, district_ref, zone)


def sweep_week(now: datetime, district_ref: str, zone: str) -> str:
    """Name the week whose sweep a run at `now` is, however late the run."""
    return iso_week(SWEEP.latest(now, district_ref, zone), zone)


def second_proof(at: datetime) -> datetime:
    """Return when to ask again for what was proved absent at `at`."""
    return at + SECOND_PROOF_AFTER


def _week(now: datetime, zone: str, later: int) -> str:
    # Weeks are counted in local days: 168 hours on, the clocks may have been changed.
    day = now.astimezone(ZoneInfo(zone)).date() + timedelta(weeks=later)
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"
