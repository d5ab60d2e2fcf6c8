"""The workers of the service: a thread for each kind of work, and whether it still moves.

What wakes the workers: a tick every 20 seconds, and a look at whether the clock was set.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from apscheduler.schedulers.background import BackgroundScheduler

from monitor.errors import describe_error_location
from scrapers.http.clock import Clock

# The longest that work may go without a beat: a mail server may take ten minutes for each of a
# few answers, and a host may want us to pause for five.
HUNG_AFTER_SECONDS = 3600.0

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Liveness:
    """When each worker last marked itself alive; other threads are not remembered."""

    clock: Clock
    last_beats: dict[int, float] = field(default_factory=dict)

    def register_worker(self) -> None:
        """Watch the calling thread from now on."""
        self.last_beats[threading.get_ident()] = self.clock.monotonic()

    def beat(self) -> None:
        """Mark the calling thread as alive, if it is a worker."""
        if threading.get_ident() in self.last_beats:
            self.register_worker()

    def measure_silence(self, thread: int | None) -> float:
        """Return for how many seconds a thread has not marked itself alive."""
        now = self.clock.monotonic()
        return now - self.last_beats.get(thread or 0, now)


class Worker(threading.Thread):
    """Does one kind of work, once more each time it is woken; a failure does not end it.

    Each kind has a worker of its own, so that a long sweep holds up no self-check and no email.
    """

    def __init__(self, name: str, work: Callable[[], None], liveness: Liveness) -> None:
        super().__init__(name=name, daemon=True)
        self._work = work
        self._liveness = liveness
        self._busy = False
        self._woken = threading.Event()
        self._ending = False

    def wake_up(self) -> None:
        self._woken.set()

    @property
    def is_responsive(self) -> bool:
        """Tell whether it is idle, or has marked itself alive not long ago."""
        if not self.is_alive():
            return False
        return not self._busy or self._liveness.measure_silence(self.ident) < HUNG_AFTER_SECONDS

    def request_stop(self) -> None:
        """Begin nothing new; what runs is for its own work to end."""
        self._ending = True
        self._woken.set()

    def run(self) -> None:
        while self._woken.wait() and not self._ending:
            self._woken.clear()
            self._liveness.register_worker()
            self._busy = True
            try:
                self._work()
            except Exception as error:  # noqa: BLE001 - the next round may fare better
                LOG.error("Job %s failed: %s.", self.name, describe_error_location(error))  # noqa: TRY400 - its trace may quote
            finally:
                self._busy = False


TICK_SECONDS = 20
# Clocks are slewed by less; more is a clock that was set, or a machine that slept.
APART_SECONDS = 5.0


class Ticker:
    """APScheduler, for its interval alone; it goes by the wall clock, which may be set."""

    def __init__(self, workers: Iterable[Worker]) -> None:
        self._scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None}
        )
        for worker in workers:
            now = datetime.now(UTC)
            self._scheduler.add_job(
                worker.wake_up, "interval", seconds=TICK_SECONDS, next_run_time=now
            )

    def start_ticking(self) -> None:
        self._scheduler.start()

    def stop_ticking(self) -> None:
        self._scheduler.shutdown(wait=False)

    def tick_now(self) -> None:
        """Tick now, and go on from now: else a clock that was set back would keep us waiting."""
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))


@dataclass(slots=True)
class ClockJumpDetector:
    """Notices when the wall clock and the one that cannot be set have come apart."""

    clock: Clock
    _apart: float = field(init=False)

    def __post_init__(self) -> None:
        self._apart = self._measure_difference()

    def measure_jump(self) -> float:
        """Return by how many seconds the wall clock jumped since the last look; 0 for a few."""
        apart = self._measure_difference()
        jumped, self._apart = apart - self._apart, apart
        return jumped if abs(jumped) > APART_SECONDS else 0.0

    def _measure_difference(self) -> float:
        return self.clock.now().timestamp() - self.clock.monotonic()
