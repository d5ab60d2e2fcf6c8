"""A week of the demo district, worked off in a process of its own that somebody means to kill."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial, wraps
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from secrets import token_hex
from signal import ITIMER_REAL, setitimer
from typing import Any

from monitor.app import App, Environment, open_app
from monitor.db.connection import DatabaseConnection, SyncMode
from monitor.db.state_folder_lock import StateFolderLock
from monitor.demo import data as days
from monitor.demo import setup as stage
from monitor.demo.setup import StoryClock
from monitor.demo.story import EMAILS_AFTER
from monitor.domain.email_delivery import Delivery, Envelope
from monitor.mail.smtp import FolderTransport, MailTransport
from monitor.scheduler.daemon import Daemon, SystemdNotifier, WakeSocket
from monitor.scheduler.job_scheduler import Liveness, TimedJob
from monitor.services import due_jobs, settlement, sweeps
from monitor.services import outbox as drafting
from monitor.services.clock_check import describe_wait
from monitor.services.due_jobs import (
    run_due_sweeps,
    run_mail_and_cleanup,
    run_upkeep,
    take_over_jobs,
)
from monitor.services.finding_changes import SnapshotComparer
from reports.emails.render import Email
from scrapers.crawl.throttle import WITHOUT_WAITS
from scrapers.http.fetch_limits import PATIENT_LIMITS
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from scrapers.sandbox.client import SandboxParser
from tests.monitor.supervised import timed

AddressMap = Mapping[str, tuple[str, int]]
Work = Callable[["Life", Connection], None]

PHASES: Mapping[str, tuple[object, str]] = {
    "settle": (sweeps, "settle_sources"),
    "diff": (SnapshotComparer, "compare_answer"),
    "case": (settlement, "assess_changes"),
    "render": (drafting, "render_email"),
    "send": (FolderTransport, "send_email"),
}

app_parts: Any = import_module("monitor.app.builders")
# On a loaded machine an honest page takes longer than the service gives it.
PARSER_PATIENCE = 120.0

# Its children begin with everything imported, so a life costs milliseconds.
LIVES = get_context("forkserver")
LIVES.set_forkserver_preload([__name__])


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """After which of its own deeds the process kills itself; 0 means after none.

    In a phase it ends some seconds after it has entered that phase for the nth time: the kernel
    ends it then, wherever it stands, as by kill -9.
    """

    writes: int = 0
    emails: int = 0
    phase: str = ""
    nth: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What one process is given: a state folder, the way to the web, and its end."""

    folder: Path
    address_map: AddressMap
    crash: Crash = Crash()

    def begin(self, work: Work) -> tuple[BaseProcess, Connection]:
        """Start the process; return it, and a pipe on which it says how far it got."""
        ours, theirs = LIVES.Pipe(duplex=False)
        process = LIVES.Process(target=work, args=(self, theirs))
        process.start()
        theirs.close()
        return process, ours


def second_week(life: Life, pipe: Connection) -> None:
    """Do all that is due in week 2, from wherever an earlier life has left it."""
    clock = StoryClock(days.compute_sweep_time(2))
    with _service(life, clock) as (app, deeds):
        pipe.send("begun")
        run_due_sweeps(app)
        clock.at += EMAILS_AFTER
        run_mail_and_cleanup(app)
        run_upkeep(app)
        pipe.send(deeds)


def daemon(life: Life, pipe: Connection) -> None:
    """Serve as the real service does, at the hour of week 2's sweep, until SIGTERM."""
    with _service(life, StoryClock(days.compute_sweep_time(2))) as (app, _):
        pipe.send("begun")

        Daemon(
            jobs=AnnouncedJobs(app, pipe),
            notifier=SystemdNotifier({}),
            wake_socket=WakeSocket(life.folder / "state"),
            stopping=threading.Event(),
            liveness=Liveness(StoryClock(days.compute_sweep_time(2))),
        ).run_until_stopped()
        pipe.send("ended")


@dataclass(frozen=True, slots=True)
class AnnouncedJobs:
    """The jobs of a district; that they stop is said at once."""

    app: App
    pipe: Connection

    def list_timed_jobs(self) -> tuple[TimedJob, ...]:
        return (
            timed("checks", partial(due_jobs.run_requested_checks, self.app)),
            timed("sweeps", partial(due_jobs.run_due_sweeps, self.app)),
            timed("mail", partial(due_jobs.run_mail_and_cleanup, self.app)),
        )

    def stop_running_sweep(self) -> None:
        due_jobs.stop_running_sweep(self.app)
        self.pipe.send("stopping")

    def describe_wait(self) -> str:
        return describe_wait(self.app)

    def check_files(self) -> None:
        self.app.db.check_files()


@dataclass(slots=True)
class Deeds:
    """Counts what was done, and ends the process after the one it was told."""

    crash: Crash
    writes: int = 0
    emails: int = 0
    entered: Counter[str] = field(default_factory=Counter)

    def wrote(self) -> None:
        self.writes += 1
        if self.writes == self.crash.writes:
            os.kill(os.getpid(), signal.SIGKILL)

    def enters(self, phase: str) -> None:
        self.entered[phase] += 1
        if (phase, self.entered[phase]) == (self.crash.phase, self.crash.nth):
            setitimer(ITIMER_REAL, self.crash.seconds)

    def delivered(self) -> None:
        self.emails += 1
        if self.emails == self.crash.emails:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class CountingPost:
    post: MailTransport
    deeds: Deeds

    def send_email(self, email: Email, envelope: Envelope) -> Delivery:
        delivery = self.post.send_email(email, envelope)
        self.deeds.delivered()
        return delivery


def _note_phases(deeds: Deeds) -> None:
    """Note each entry into a phase, before its work begins."""

    def noted(phase: str, work: Callable[..., object]) -> Callable[..., object]:
        @wraps(work)
        def noting(*given: object, **named: object) -> object:
            deeds.enters(phase)
            return work(*given, **named)

        return noting

    for phase, (place, name) in PHASES.items():
        setattr(place, name, noted(phase, getattr(place, name)))


@contextmanager
def _service(life: Life, clock: StoryClock) -> Iterator[tuple[App, Deeds]]:
    config = stage.build_config(life.folder)
    environment = Environment(
        clock=clock,
        dialer=Dialer(address_map=life.address_map, resolve=resolve_nothing),
        throttle=WITHOUT_WAITS,
        limits=PATIENT_LIMITS,
        name_email=_each_its_own,
    )
    deeds = Deeds(life.crash)
    app_parts.SandboxParser = partial(SandboxParser, patience=PARSER_PATIENCE)
    with StateFolderLock(config.state), open_app(config, environment) as app:
        _count_writes(deeds)
        _note_phases(deeds)
        take_over_jobs(app)
        mailer = replace(app.mailer, transport=CountingPost(app.mailer.transport, deeds))
        yield app.copy_with(mailer=mailer), deeds


def _each_its_own(_envelope: Envelope) -> str:
    """Name the file so that an email that is sent twice is there twice."""
    return token_hex(8)


def _count_writes(deeds: Deeds) -> None:
    """Count every end of a `write()`: an inner one stands in the middle of a transaction."""
    write = DatabaseConnection.begin_transaction

    @contextmanager
    def counted(database: DatabaseConnection, sync: SyncMode = SyncMode.FULL) -> Iterator[None]:
        with write(database, sync):
            yield
        deeds.wrote()

    DatabaseConnection.begin_transaction = counted
