"""When the jobs of the service run, on which threads, and whether these still move.

APScheduler starts each job by its trigger. What falls due for one subject (a digest, an erasure)
has no job here: the jobs of the due table look it up every 20 seconds.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.executors.base import BaseExecutor
from apscheduler.job import Job
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.base import BaseTrigger

from monitor.domain.errors import describe_error_location
from scrapers.http.clock import Clock

# The longest that work may go without a beat: a mail server may take ten minutes for each of a
# few answers, and a host may want us to pause for five.
HUNG_AFTER_SECONDS = 3600.0

LOG = logging.getLogger(__name__)
# APScheduler warns of each tick that finds a job still running: no news in a sweep of hours.
SCHEDULER_LOG = logging.getLogger(f"{__name__}.apscheduler")
SCHEDULER_LOG.setLevel(logging.ERROR)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedJob:
    """Work that APScheduler starts: at once, and then whenever its trigger says.

    Jobs of one `worker` share a thread, and so never run at the same time. `answers_bell` says
    that it runs, too, when a page or a command rings.
    """

    name: str
    work: Callable[[], None]
    trigger: BaseTrigger
    worker: str
    answers_bell: bool = False


class Worker(BaseExecutor):  # type: ignore[misc] # apscheduler ships no types
    """Runs its jobs one after another, on a thread that is left behind if it does not end.

    A pool of APScheduler's would keep the process from ending while a mail server is silent, and
    nobody would notice a thread of it that hangs. A failure ends neither the thread nor the job.
    """

    def __init__(self, name: str, liveness: Liveness) -> None:
        super().__init__()
        self.name = name
        self.running_job = ""
        self._liveness = liveness
        self._submitted: SimpleQueue[tuple[Job, Sequence[datetime]] | None] = SimpleQueue()
        self._ending = False
        self._thread = threading.Thread(name=name, target=self._run_submitted_jobs, daemon=True)

    def start(self, scheduler: BaseScheduler, alias: str) -> None:
        super().start(scheduler, alias)
        self._thread.start()

    def shutdown(self, wait: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - APScheduler's
        """Begin nothing new; what runs is for its own work to end."""
        self._ending = True
        self._submitted.put(None)

    def has_ended_within(self, seconds: float) -> bool:
        self._thread.join(seconds)
        return not self._thread.is_alive()

    @property
    def is_responsive(self) -> bool:
        """Tell whether it is idle, or has marked itself alive not long ago."""
        if not self._thread.is_alive():
            return False
        silence = self._liveness.measure_silence(self._thread.ident)
        return not self.running_job or silence < HUNG_AFTER_SECONDS

    def _do_submit_job(self, job: Job, run_times: Sequence[datetime]) -> None:
        self._submitted.put((job, run_times))

    def _run_submitted_jobs(self) -> None:
        while (submitted := self._submitted.get()) and not self._ending:
            job, run_times = submitted
            self._liveness.register_worker()
            self.running_job = job.id
            began = self._liveness.clock.monotonic()
            code, fault = EVENT_JOB_EXECUTED, None
            try:
                job.func()
            except Exception as error:  # noqa: BLE001 - the next time it may fare better
                fault_place = describe_error_location(error)
                LOG.error("job_failed", extra={"job": job.id, "error": fault_place})  # noqa: TRY400 - its trace may quote
                code, fault = EVENT_JOB_ERROR, error
            finally:
                self.running_job = ""
            seconds = self._liveness.clock.monotonic() - began
            LOG.debug("job_ended", extra={"job": job.id, "seconds": seconds})
            event = JobExecutionEvent(code, job.id, "default", run_times[-1], exception=fault)
            self._run_job_success(job.id, [event])


TICK_SECONDS = 20
# What failed is tried again after this, if its trigger is not sooner.
RETRY_SECONDS = 600.0
# One that runs, and one that waits for it: who rings meanwhile would else wait for the next tick.
MAX_INSTANCES = 2
# Time services correct clocks in smaller steps; a larger one means that the clock was set, or that
# the machine slept.
APART_SECONDS = 5.0


class JobScheduler:
    """APScheduler with our jobs and workers; it goes by the wall clock, which may be set."""

    def __init__(self, jobs: Iterable[TimedJob], liveness: Liveness) -> None:
        self._jobs = tuple(jobs)
        names = dict.fromkeys(job.worker for job in self._jobs)
        self.workers = tuple(Worker(name, liveness) for name in names)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            logger=SCHEDULER_LOG,
            executors={worker.name: worker for worker in self.workers},
            job_defaults={
                "coalesce": True,
                "misfire_grace_time": None,
                "max_instances": MAX_INSTANCES,
            },
        )
        self._scheduler.add_listener(self._retry_failed_job, EVENT_JOB_ERROR)
        for job in self._jobs:
            self._scheduler.add_job(
                job.work,
                job.trigger,
                id=job.name,
                name=job.name,
                executor=job.worker,
                next_run_time=datetime.now(UTC),
            )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Begin nothing new; `Worker.has_ended_within` waits for what runs."""
        self._scheduler.shutdown(wait=False)

    def run_all_now(self) -> None:
        """Run each job, and go on from now: a clock that was set back would keep us waiting."""
        self._bring_forward(self._jobs)

    def answer_bell(self) -> None:
        self._bring_forward(job for job in self._jobs if job.answers_bell)

    def _bring_forward(self, jobs: Iterable[TimedJob]) -> None:
        for job in jobs:
            with suppress(JobLookupError):  # the scheduler has stopped
                self._scheduler.modify_job(job.name, next_run_time=datetime.now(UTC))

    def _retry_failed_job(self, event: JobExecutionEvent) -> None:
        soon = datetime.now(UTC) + timedelta(seconds=RETRY_SECONDS)
        job = self._scheduler.get_job(event.job_id)
        if job is not None and job.next_run_time > soon:
            with suppress(JobLookupError):  # the scheduler has stopped
                job.modify(next_run_time=soon)


@dataclass(slots=True)
class ClockJumpDetector:
    """Notices when the wall clock and the monotonic clock differ."""

    clock: Clock
    _apart: float = field(init=False)

    def __post_init__(self) -> None:
        self._apart = self._measure_difference()

    def measure_jump(self) -> float:
        """Return how many seconds the wall clock jumped since the last call; 0 for small jumps."""
        apart = self._measure_difference()
        jumped, self._apart = apart - self._apart, apart
        return jumped if abs(jumped) > APART_SECONDS else 0.0

    def _measure_difference(self) -> float:
        return self.clock.now().timestamp() - self.clock.monotonic()
