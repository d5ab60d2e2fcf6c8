"""The service: it starts jobs when they are due, and reports to systemd."""

import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Protocol

from monitor.errors import MonitorError
from monitor.scheduler.workers import (
    HUNG_AFTER_SECONDS,
    TICK_SECONDS,
    ClockJumpDetector,
    Liveness,
    Ticker,
    Worker,
)

# A signal that comes as a wait begins is noticed when it ends, so waits are short.
WATCHED_SECONDS = 1.0
# What has not ended by then (a mail server that is silent, say) is left as by a crash, which
# loses nothing. The unit gives us 20 seconds in all.
FAREWELL_SECONDS = 10.0
BELL_SECONDS = 1.0
READY = "Ready."

LOG = logging.getLogger(__name__)


class DaemonJobs(Protocol):
    """The work that falls due. Each call looks once and returns; `stop` ends a running one.

    `describe_wait` says why nothing may be done now, and nothing where all may. `check_files`
    raises ReplacedError where what is written would go to files that nobody else sees.
    """

    def run_requested_checks(self) -> None: ...
    def run_due_sweeps(self) -> None: ...
    def run_mail_and_cleanup(self) -> None: ...
    def stop_running_sweep(self) -> None: ...
    def describe_wait(self) -> str: ...
    def check_files(self) -> None: ...


class SystemdNotifier:
    """Tells systemd how we are (sd_notify(3)); silent where nobody listens."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.address = environ.get("NOTIFY_SOCKET", "")

    def send_state(self, *lines: str) -> None:
        if not self.address:
            return
        # A leading @ means the abstract namespace, whose names begin with a zero byte.
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.sendto("\n".join(lines).encode(), address)


class WakeSocket:
    """A socket in the state folder by which a command wakes the daemon before its next tick."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "wake.sock"

    @contextmanager
    def listen_for_wakeups(self, on_wake: Callable[[], None]) -> Iterator[None]:
        """Call `on_wake` whenever somebody rings, until the block ends."""
        wake_socket, ended = self._bind_socket(), threading.Event()
        if wake_socket is None:
            yield
            return
        listener = threading.Thread(
            target=_receive_wakeups, args=(wake_socket, on_wake, ended), daemon=True
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
        """Wake the daemon; where none listens, its next tick will find the work."""
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.sendto(b"!", str(self.path))

    def _bind_socket(self) -> socket.socket | None:
        """Return the bell; None where there can be none, as in a folder with a long path."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self.path.unlink(missing_ok=True)
            listener.bind(str(self.path))
            self.path.chmod(0o600)
        except OSError as error:
            listener.close()
            LOG.warning(
                "Cannot listen at %s (%s). Requests from commands wait up to %d seconds.",
                self.path,
                error,
                TICK_SECONDS,
            )
            return None
        return listener


def _receive_wakeups(
    listener: socket.socket, on_wake: Callable[[], None], ended: threading.Event
) -> None:
    while True:
        listener.recv(1)
        if ended.is_set():
            return
        on_wake()


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """APScheduler only ticks: what is due, and for whom, stands in the database."""

    jobs: DaemonJobs
    notifier: SystemdNotifier
    wake_socket: WakeSocket
    stopping: threading.Event
    liveness: Liveness

    def run_until_stopped(self) -> None:
        """Serve until SIGTERM or SIGINT; to be called on the main thread.

        Raises ReplacedError, once all work has ended, where the database's files were replaced.
        """
        workers = [
            Worker("checks", self.jobs.run_requested_checks, self.liveness),
            Worker("sweeps", self.jobs.run_due_sweeps, self.liveness),
            Worker("mail", self.jobs.run_mail_and_cleanup, self.liveness),
        ]

        def wake_workers() -> None:
            for worker in workers:
                worker.wake_up()

        ticker = Ticker(workers)
        with (
            stop_on_signals(self.stopping),
            self.wake_socket.listen_for_wakeups(on_wake=wake_workers),
        ):
            for worker in workers:
                worker.start()
            ticker.start_ticking()
            status = self._describe_status()
            self._report_status(status, "READY=1")
            try:
                self._watch_workers(workers, ticker, status)
            finally:
                self._stop_workers(workers, ticker)

    def _stop_workers(self, workers: Sequence[Worker], ticker: Ticker) -> None:
        self._report_status("Stopping.", "STOPPING=1")
        ticker.stop_ticking()
        for worker in workers:
            worker.request_stop()
        self.jobs.stop_running_sweep()
        _join_workers(workers)

    def _report_status(self, status: str, *lines: str) -> None:
        LOG.info(status)
        self.notifier.send_state(*lines, f"STATUS={status}")

    def _watch_workers(self, workers: Sequence[Worker], ticker: Ticker, status: str) -> None:
        """Tell systemd that we live, as long as everybody moves; tick at once when time jumps."""
        jumps, hung = ClockJumpDetector(self.liveness.clock), frozenset[str]()
        while not self.stopping.wait(WATCHED_SECONDS):
            self.jobs.check_files()
            if jumped := jumps.measure_jump():
                LOG.warning("clock_jumped seconds=%+.0f", jumped)
                ticker.tick_now()
            if (now := self._describe_status()) != status:
                status = now
                self._report_status(status)
            hung = _list_hung_workers(workers, hung)
            if not hung:
                self.notifier.send_state("WATCHDOG=1")

    def _describe_status(self) -> str:
        try:
            return self.jobs.describe_wait() or READY
        except MonitorError as error:
            return str(error)


def _list_hung_workers(workers: Sequence[Worker], reported: frozenset[str]) -> frozenset[str]:
    """Name the workers that do not move; systemd, where it is told nothing more, starts us anew."""
    hung = frozenset(worker.name for worker in workers if not worker.is_responsive)
    for name in sorted(hung - reported):
        minutes = HUNG_AFTER_SECONDS / 60
        LOG.error("worker_hung worker=%s minutes=%d", name, minutes)
    return hung


def _join_workers(workers: Sequence[Worker]) -> None:
    until = monotonic() + FAREWELL_SECONDS
    for worker in workers:
        worker.join(max(until - monotonic(), 0.0))
        if worker.is_alive():
            LOG.warning(
                "Job %s did not finish before shutdown. The next start resumes it.", worker.name
            )


@contextmanager
def stop_on_signals(stopping: threading.Event) -> Iterator[None]:
    """Have SIGTERM and SIGINT set `stopping` until the block ends; on the main thread only."""

    def request_stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    before = {each: signal.signal(each, request_stop) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
