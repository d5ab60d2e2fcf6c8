"""What wakes the hands: a tick every 20 seconds, and a look at whether the clock was set."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from apscheduler.schedulers.background import BackgroundScheduler

from monitor.hands import Hand
from scrapers.fetch.clock import Clock

TICK_SECONDS = 20
# Clocks are slewed by less; more is a clock that was set, or a machine that slept.
APART_SECONDS = 5.0


class Ticker:
    """APScheduler, for its interval alone; it goes by the wall clock, which may be set."""

    def __init__(self, hands: Iterable[Hand]) -> None:
        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None}
        )
        for hand in hands:
            now = datetime.now(UTC)
            self._scheduler.add_job(hand.wake, "interval", seconds=TICK_SECONDS, next_run_time=now)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    def tick(self) -> None:
        """Tick now, and go on from now: else a clock that was set back would keep us waiting."""
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))


@dataclass(slots=True)
class Jumps:
    """Notices when the wall clock and the one that cannot be set have come apart."""

    clock: Clock
    _apart: float = field(init=False)

    def __post_init__(self) -> None:
        self._apart = self._difference()

    def since_last(self) -> float:
        """Return by how many seconds the wall clock jumped since the last look; 0 for a few."""
        apart = self._difference()
        jumped, self._apart = apart - self._apart, apart
        return jumped if abs(jumped) > APART_SECONDS else 0.0

    def _difference(self) -> float:
        return self.clock.now().timestamp() - self.clock.monotonic()
