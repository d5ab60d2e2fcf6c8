"""The clock of a district: it does not follow one that jumps ahead.

A machine whose clock is a year ahead for a minute would otherwise end consents, destroy keys and
open cases to IT, and nothing brings those back.
"""

from datetime import datetime, timedelta

from monitor.db.database import Database
from monitor.db.jobs import ClockTable, TimeRecord
from scrapers.http.clock import BootClock, BootTime, Clock

# Time services correct smaller differences by themselves.
MAX_JUMP = timedelta(hours=1)
# While it is doubted, an operator may say at any time that it is right.
READ_AGAIN_SECONDS = 20.0


class SteadyClock:
    """Goes by the wall clock, and by the time since the start of the machine where that jumped.

    What it counts from is the last time that a job recorded since then, or when it was made.
    """

    def __init__(self, wall: BootClock, table: ClockTable) -> None:
        self.wall = wall
        self._table = table
        now, boot = wall.now(), wall.read_boot_time()
        found = table.find_record()
        self._known = TimeRecord(at=now, boot=boot)
        if found and found.boot and found.boot.boot == boot.boot != "":
            self._known = found
        self._read_at = boot.seconds

    def now(self) -> datetime:
        # One reading of the wall clock for both: it may jump at any moment.
        now = self.wall.now()
        return now - self._measure_jump(now)

    def measure_jump(self) -> timedelta:
        """Return how far the wall clock is ahead of what may be believed; 0 for an hour or less."""
        return self._measure_jump(self.wall.now())

    def _measure_jump(self, now: datetime) -> timedelta:
        boot = self.wall.read_boot_time()
        ahead = self._measure_difference(now, boot)
        if ahead > MAX_JUMP and boot.seconds >= self._read_at + READ_AGAIN_SECONDS:
            self._read_at = boot.seconds
            # Believe an operator's word, which another process recorded.
            found = self._table.find_record()
            if found and found.boot and found.boot.boot == boot.boot:
                self._known = found
            elif found and abs(now - found.at) <= MAX_JUMP:
                self._known = TimeRecord(at=now, boot=boot)
            ahead = self._measure_difference(now, boot)
        return ahead if ahead > MAX_JUMP else timedelta()

    def _measure_difference(self, now: datetime, boot: BootTime) -> timedelta:
        known = self._known
        if known.boot is None or known.boot.boot != boot.boot:
            return timedelta()
        return now - known.at - timedelta(seconds=boot.seconds - known.boot.seconds)

    def read_boot_time(self) -> BootTime:
        return self.wall.read_boot_time()

    def monotonic(self) -> float:
        return self.wall.monotonic()

    def sleep(self, seconds: float) -> None:
        self.wall.sleep(seconds)


def build_clock(clock: Clock, db: Database) -> Clock:
    """Return a clock that does not follow a jump; as it is where it cannot tell, as in a story."""
    return SteadyClock(clock, db.clock) if isinstance(clock, BootClock) else clock


def measure_jump(clock: Clock) -> timedelta:
    """Return how far the wall clock is ahead of a clock; 0 for any but a `SteadyClock`."""
    return clock.measure_jump() if isinstance(clock, SteadyClock) else timedelta()


def read_boot_time(clock: Clock) -> BootTime | None:
    return clock.read_boot_time() if isinstance(clock, BootClock) else None
