"""When things are due: fixed weekly times, one minute for each reader, whatever happens.

Also whether a clock can be believed: acting on one that is far off would write, ask and forget.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

SECOND_PROOF_AFTER = timedelta(days=2)
CANARY_LASTS = timedelta(hours=24)
# One that was cut short and not taken up by then is given up: the next one is due, and asks anew.
SWEEP_LASTS = timedelta(days=7)
# A letter that comes so late was missed, as by a machine that was turned off.
MISSED_AFTER = timedelta(hours=12)
CAUGHT_UP_WITHIN_MINUTES = 60
# What failed is tried again after this, doubled each time.
TRY_AGAIN = timedelta(minutes=10)
TRY_AGAIN_AT_LAST = timedelta(hours=6)
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
        minute = _minute(ref, self.minutes)
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

    def moved(self, due_at: datetime, now: datetime, ref: str, zone: str) -> datetime:
        """Return where a time belongs, once clocks, zones or their rules may have changed.

        That is never after the next one. What was missed is made up for within the hour, each at
        a minute of its own: after a long sleep, all would be due at once.
        """
        if now - due_at > MISSED_AFTER:
            return now + timedelta(minutes=_minute(ref, CAUGHT_UP_WITHIN_MINUTES))
        return min(due_at, self.next(now, ref, zone))


# Clocks are changed at night, so no digest falls into an hour that is skipped or comes twice.
DIGEST = Slot(weekday=1, opens=time(6), minutes=180)
# From Saturday evening on, a sweep has more than a day before the first digest.
SWEEP = Slot(weekday=6, opens=time(18), minutes=240)


def iso_week(now: datetime, zone: str = "UTC") -> str:
    """Name the ISO week that a moment lies in for someone in `zone`."""
    return _week(now, zone, 0)


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


def tried_again_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failures in a row; the first is 1."""
    return min(TRY_AGAIN * (1 << min(attempts - 1, 16)), TRY_AGAIN_AT_LAST)


def _minute(ref: str, of: int) -> int:
    return int.from_bytes(sha256(ref.encode()).digest()[:8]) % of


def _week(now: datetime, zone: str, later: int) -> str:
    # Weeks are counted in local days: 168 hours on, the clocks may have been changed.
    day = now.astimezone(ZoneInfo(zone)).date() + timedelta(weeks=later)
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


# No machine that runs this program has ever truly been there: it has forgotten the time.
EARLIEST = datetime(2025, 1, 1, tzinfo=UTC)
# One that ran a week ahead may be put right again: what was done stays done, and no letter comes
# twice. Farther back lie days on which consents stood that have ended.
MENDED = timedelta(days=8)
# No district is away for so long that every consent has ended meanwhile.
AWAY = timedelta(days=366)


def believable(now: datetime, last: datetime | None) -> bool:
    """Tell whether it may be so late, after work was last done at `last` (None: never)."""
    if last is None:
        return now >= EARLIEST
    return last - MENDED <= now <= last + AWAY


# Sources see one question more each time, and answer the same for hours.
COOL_DOWN = timedelta(hours=1)
# The service looks every 20 seconds at the latest, also where its bell cannot be heard.
HEARD_WITHIN = timedelta(seconds=30)


def next_check(ended: datetime, now: datetime) -> datetime | None:
    """Return when the next check may be asked for; None where it may be now."""
    at = ended + COOL_DOWN
    return at if now < at else None


ASKED_AGAIN_AFTER = timedelta(days=7)


def may_ask(asked_at: datetime | None, now: datetime) -> bool:
    """Tell whether enough time has passed since the last question; None is none so far."""
    return asked_at is None or now - asked_at >= ASKED_AGAIN_AFTER


AN_HOUR = timedelta(hours=1)
MOST_COPIES_AN_HOUR = 5
A_WEEK = timedelta(days=7)
MOST_EDITS_A_WEEK = 5


def next_copy(made: Iterable[datetime], now: datetime) -> datetime | None:
    """Return from when on the next copy may be made; None where it may be now."""
    return _next(made, now, MOST_COPIES_AN_HOUR, AN_HOUR)


def next_edit(made: Iterable[datetime], now: datetime) -> datetime | None:
    """Return from when on names, places or accounts may be added again; None where it is now."""
    return _next(made, now, MOST_EDITS_A_WEEK, A_WEEK)


def _next(made: Iterable[datetime], now: datetime, most: int, span: timedelta) -> datetime | None:
    # A time that is still to come was written by a clock that ran ahead, and holds up nobody.
    within = sorted(at for at in made if now - span < at <= now)
    return within[-most] + span if len(within) >= most else None
