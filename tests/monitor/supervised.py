"""What systemd hears of a service, and jobs that note when they are run."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.triggers.interval import IntervalTrigger

from monitor.scheduler.job_scheduler import JobScheduler, Liveness, TimedJob
from scrapers.http.clock import SystemClock

PATIENCE = 120


@dataclass
class SetClock:
    """A clock that a test sets; the one that nobody can set goes on."""

    at: datetime = datetime(2026, 9, 14, 11, tzinfo=UTC)
    seconds: float = 100.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.pass_by(seconds)

    def pass_by(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.seconds += seconds


@contextmanager
def listening(folder: Path) -> Iterator[socket.socket]:
    """Stand where systemd would."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(str(folder / "notify"))
        told.settimeout(PATIENCE)
        yield told


def heard(systemd: socket.socket, word: str) -> str:
    """Wait for a message that holds a word."""
    while word not in (said := systemd.recv(4096).decode()):
        pass
    return said


def timed(name: str, work: Callable[[], None]) -> TimedJob:
    """Name a job that runs at the start, and then only when it is rung for."""
    hourly = IntervalTrigger(hours=1, timezone=UTC)
    return TimedJob(name=name, work=work, trigger=hourly, worker=name, answers_bell=True)


@contextmanager
def working(*jobs: TimedJob) -> Iterator[JobScheduler]:
    """Have jobs run as in a service, until the block ends."""
    scheduler = JobScheduler(jobs, Liveness(SystemClock()))
    scheduler.start()
    try:
        yield scheduler
    finally:
        scheduler.stop()
        for worker in scheduler.workers:
            assert worker.has_ended_within(PATIENCE)


class Rounds:
    """Rounds that note what was asked of them."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self.done: set[str] = set()
        self._stop = stop

    def list_timed_jobs(self) -> tuple[TimedJob, ...]:
        return (
            timed("checks", self.run_requested_checks),
            timed("sweeps", self.run_due_sweeps),
            timed("mail", self.run_mail_and_cleanup),
        )

    def run_requested_checks(self) -> None:
        self._note("serve")

    def run_due_sweeps(self) -> None:
        self._note("ask")

    def run_mail_and_cleanup(self) -> None:
        self._note("write")

    def stop_running_sweep(self) -> None:
        self.done.add("stop")

    def describe_wait(self) -> str:
        return ""

    def check_files(self) -> None: ...

    def _note(self, what: str) -> None:
        self.done.add(what)
        if {"serve", "ask", "write"} <= self.done:
            self._stop()
