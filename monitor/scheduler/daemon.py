"""The service: it starts jobs when they are due, and reports to systemd.

Which kinds of jobs there are: `monitor/services/job_kinds.py`.
"""

import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING, Protocol

from monitor.domain.errors import MonitorError

# The portal, too, tells systemd and the service of itself, and has no jobs.
if TYPE_CHECKING:
    from monitor.scheduler.job_scheduler import (
        ClockJumpDetector,
        JobScheduler,
        Liveness,
        TimedJob,
        Worker,
    )

# A signal that comes as a wait begins is noticed when it ends, so waits are short.
WATCHED_SECONDS = 1.0
# What has not ended by then (a mail server that is silent, say) is left as by a crash, which
# loses nothing. The unit gives us 20 seconds in all.
FAREWELL_SECONDS = 10.0
BELL_SECONDS = 1.0
LONGEST_PATH = 4096
READY = "Ready."

LOG = logging.getLogger(__name__)


class DaemonJobs(Protocol):
    """The work of the service, job by job. Each looks once and returns.

    `describe_wait` says why nothing may be done now, and nothing where all may. `check_files`
    raises ReplacedError where what is written would go to files that no one else sees.
    """

    def list_timed_jobs(self) -> Iterable["TimedJob"]: ...
    def stop_running_sweep(self) -> None: ...
    def describe_wait(self) -> str: ...
    def check_files(self) -> None: ...


class SystemdNotifier:
    """Reports to systemd (sd_notify(3)); does nothing without systemd."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.address = environ.get("NOTIFY_SOCKET", "")

    def send_state(self, *lines: str) -> None:
        if not self.address:
            return
        # A leading @ means the abstract namespace, whose names begin with a zero byte.
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.sendto("\n".join(lines).encode(), address)


def ignore_caller(_folder: str) -> None:
    """Do nothing: a service of one district knows who calls."""


class WakeSocket:
    """A socket in the state folder. Commands use it to wake the daemon before its next tick.

    A wake-up names the folder, for a service of many districts listens at one socket for all.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "wake.sock"

    @contextmanager
    def listen_for_wakeups(
        self, on_wake: Callable[[], None], note_caller: Callable[[str], None] = ignore_caller
    ) -> Iterator[None]:
        """Call both for each wake-up message, until the block ends."""
        wake_socket, ended = self._bind_socket(), threading.Event()
        if wake_socket is None:
            yield
            return
        listener = threading.Thread(
            target=_receive_wakeups, args=(wake_socket, on_wake, note_caller, ended), daemon=True
        )
        listener.start()
        try:
            yield
        finally:
            ended.set()
            self.wake_daemon()
            listener.join(BELL_SECONDS)
            wake_socket.close()
            self.path.unlink(missing_ok=True)

    def wake_daemon(self) -> None:
        """Wake the daemon; if it does not listen, its next tick finds the work."""
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.sendto(str(self.path.parent.absolute()).encode(), str(self.path))

    def _bind_socket(self) -> socket.socket | None:
        """Return the socket; None if there can be none, as in a folder with a long path."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self.path.unlink(missing_ok=True)
            listener.bind(str(self.path))
            self.path.chmod(0o600)
        except OSError as error:
            from monitor.scheduler.job_scheduler import TICK_SECONDS  # noqa: PLC0415 - see above

            listener.close()
            reason = (
                f"Cannot listen at {self.path} ({error}). Requests from commands wait up to "
                f"{TICK_SECONDS} seconds."
            )
            LOG.warning("wake_socket_missing", extra={"reason": reason})
            return None
        return listener


def _receive_wakeups(
    listener: socket.socket,
    on_wake: Callable[[], None],
    note_caller: Callable[[str], None],
    ended: threading.Event,
) -> None:
    while True:
        folder = listener.recv(LONGEST_PATH).decode(errors="replace")
        if ended.is_set():
            return
        note_caller(folder)
        on_wake()


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """Runs the jobs, and watches over the threads that they run on.

    `note_caller` gets the folder that each wake-up is about.
    """

    jobs: DaemonJobs
    notifier: SystemdNotifier
    wake_socket: WakeSocket
    stopping: threading.Event
    liveness: "Liveness"
    note_caller: Callable[[str], None] = ignore_caller

    def run_until_stopped(self) -> None:
        """Serve until SIGTERM or SIGINT; to be called on the main thread.

        Raises ReplacedError, after all work has ended, if the database files were replaced.
        """
        from monitor.scheduler.job_scheduler import ClockJumpDetector, JobScheduler  # noqa: PLC0415 - see above

        scheduler = JobScheduler(self.jobs.list_timed_jobs(), self.liveness)
        # Before the first job begins, or a jump during it would go unnoticed.
        jumps = ClockJumpDetector(self.liveness.clock)
        with (
            stop_on_signals(self.stopping),
            self.wake_socket.listen_for_wakeups(scheduler.answer_bell, self.note_caller),
        ):
            scheduler.start()
            status = self._describe_status()
            self._report_status(status, "READY=1")
            try:
                self._watch_workers(scheduler, jumps, status)
            finally:
                self._report_status("Stopping.", "STOPPING=1")
                scheduler.stop()
                self.jobs.stop_running_sweep()
                _join_workers(scheduler.workers)

    def _report_status(self, status: str, *lines: str) -> None:
        LOG.info("service_status", extra={"status": status})
        self.notifier.send_state(*lines, f"STATUS={status}")

    def _watch_workers(
        self, scheduler: "JobScheduler", jumps: "ClockJumpDetector", status: str
    ) -> None:
        """Tell systemd that we live, as long as all move; run all jobs at once when time jumps."""
        hung = frozenset[str]()
        while not self.stopping.wait(WATCHED_SECONDS):
            self.jobs.check_files()
            if jumped := jumps.measure_jump():
                LOG.warning("clock_jumped", extra={"seconds": round(jumped)})
                scheduler.run_all_now()
            if (now := self._describe_status()) != status:
                status = now
                self._report_status(status)
            hung = _list_hung_workers(scheduler.workers, hung)
            if not hung:
                self.notifier.send_state("WATCHDOG=1")

    def _describe_status(self) -> str:
        try:
            return self.jobs.describe_wait() or READY
        except MonitorError as error:
            return str(error)


@contextmanager
def work_in_background(
    jobs: DaemonJobs, names: Iterable[str], wake_socket: WakeSocket, liveness: "Liveness"
) -> Iterator[None]:
    """Do some of the jobs of a service, beside what the block does, until that ends."""
    from monitor.scheduler.job_scheduler import JobScheduler  # noqa: PLC0415 - see above

    timed = [job for job in jobs.list_timed_jobs() if job.name in names]
    scheduler = JobScheduler(timed, liveness)
    with wake_socket.listen_for_wakeups(scheduler.answer_bell):
        scheduler.start()
        try:
            yield
        finally:
            scheduler.stop()
            jobs.stop_running_sweep()
            _join_workers(scheduler.workers)


def _list_hung_workers(threads: Iterable["Worker"], reported: frozenset[str]) -> frozenset[str]:
    """Name the workers that hang; without a sign of life, systemd restarts the service."""
    from monitor.scheduler.job_scheduler import HUNG_AFTER_SECONDS  # noqa: PLC0415 - see above

    hung = {thread.name: thread.running_job for thread in threads if not thread.is_responsive}
    for name in sorted(hung.keys() - reported):
        minutes = round(HUNG_AFTER_SECONDS / 60)
        LOG.error("worker_hung", extra={"worker": name, "job": hung[name], "minutes": minutes})
    return frozenset(hung)


def _join_workers(threads: Iterable["Worker"]) -> None:
    until = monotonic() + FAREWELL_SECONDS
    for worker in threads:
        if not worker.has_ended_within(max(until - monotonic(), 0.0)):
            # The next start resumes it.
            LOG.warning("job_not_finished", extra={"job": worker.running_job})


@contextmanager
def stop_on_signals(
    stopping: threading.Event, signals: Iterable[signal.Signals] = (signal.SIGTERM, signal.SIGINT)
) -> Iterator[None]:
    """Have these signals set `stopping` until the block ends; on the main thread only."""
    received = SimpleQueue[int | None]()

    # A handler interrupts the main thread anywhere, also where `stopping.wait()` holds the lock
    # that `stopping.set()` takes: it would wait for itself. `SimpleQueue.put` takes no such lock.
    def note_signal(number: int, _frame: FrameType | None) -> None:
        received.put(number)

    def set_when_received() -> None:
        if received.get() is not None:
            stopping.set()

    threading.Thread(target=set_when_received, daemon=True).start()
    before = {one_signal: signal.signal(one_signal, note_signal) for one_signal in signals}
    try:
        yield
    finally:
        for key, handler in before.items():
            signal.signal(key, handler)
        received.put(None)
