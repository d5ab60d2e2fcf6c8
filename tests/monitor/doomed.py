"""A week of the demo district, worked off in a process of its own that somebody means to kill."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial, wraps
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from secrets import token_hex
from signal import ITIMER_REAL, setitimer

from monitor import build as building
from monitor.build import build
from monitor.db.connection import Database, Sync
from monitor.db.files import StateLock
from monitor.demo import data as days
from monitor.demo import setup as stage
from monitor.demo.setup import StoryClock
from monitor.demo.story import LETTERS_AFTER
from monitor.domain.email import Delivery, Envelope
from monitor.mail.smtp import FolderPost
from monitor.outside import Outside
from monitor.scheduler.daemon import Daemon, Doorbell, Supervisor
from monitor.scheduler.workers import Pulse
from monitor.service import Service
from monitor.services import outbox as drafting
from monitor.services.flagging import Flagging
from monitor.services.ingest import Comparing, Settling
from monitor.services.ports import Post
from reports.emails.render import Letter
from scrapers.http.ssrf_guard import Egress, resolve_nothing
from scrapers.http.throttle import WITHOUT_WAITS
from scrapers.sandbox.client import ChildParser

AddressMap = Mapping[str, tuple[str, int]]
Work = Callable[["Life", Connection], None]

PHASES: Mapping[str, tuple[object, str]] = {
    "settle": (Settling, "close"),
    "diff": (Comparing, "compare"),
    "flag": (Flagging, "review"),
    "render": (drafting, "printed"),
    "send": (FolderPost, "deliver"),
}

# On a loaded machine an honest page takes longer than the service gives it.
PARSER_PATIENCE = 30.0

# Its children begin with everything imported, so a life costs milliseconds.
LIVES = get_context("forkserver")
LIVES.set_forkserver_preload([__name__])


@dataclass(frozen=True, slots=True, kw_only=True)
class Doom:
    """After which of its own deeds the process kills itself; 0 means after none.

    In a phase it ends some seconds after it has entered that phase for the nth time: the kernel
    ends it then, wherever it stands, as by kill -9.
    """

    writes: int = 0
    letters: int = 0
    phase: str = ""
    nth: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What one process is given: a state folder, the way to the web, and its end."""

    folder: Path
    address_map: AddressMap
    doom: Doom = Doom()

    def begin(self, work: Work) -> tuple[BaseProcess, Connection]:
        """Start the process; return it, and a pipe on which it says how far it got."""
        ours, theirs = LIVES.Pipe(duplex=False)
        process = LIVES.Process(target=work, args=(self, theirs))
        process.start()
        theirs.close()
        return process, ours


def second_week(life: Life, pipe: Connection) -> None:
    """Do all that is due in week 2, from wherever an earlier life has left it."""
    clock = StoryClock(days.sweep_at(2))
    with _service(life, clock) as (service, deeds):
        pipe.send("begun")
        service.rounds.ask()
        clock.at += LETTERS_AFTER
        service.rounds.write()
        pipe.send(deeds)


def daemon(life: Life, pipe: Connection) -> None:
    """Serve as the real service does, at the hour of week 2's sweep, until SIGTERM."""
    with _service(life, StoryClock(days.sweep_at(2))) as (service, _):
        pipe.send("begun")

        def interrupt() -> None:
            service.rounds.interrupt()
            pipe.send("stopping")

        Daemon(
            rounds=replace(service.rounds, interrupt=interrupt),
            supervisor=Supervisor({}),
            doorbell=Doorbell(life.folder / "state"),
            stopping=threading.Event(),
            pulse=Pulse(StoryClock(days.sweep_at(2))),
        ).run()
        pipe.send("ended")


@dataclass(slots=True)
class Deeds:
    """Counts what was done, and ends the process after the one it was told."""

    doom: Doom
    writes: int = 0
    letters: int = 0
    entered: Counter[str] = field(default_factory=Counter)

    def wrote(self) -> None:
        self.writes += 1
        if self.writes == self.doom.writes:
            os.kill(os.getpid(), signal.SIGKILL)

    def enters(self, phase: str) -> None:
        self.entered[phase] += 1
        if (phase, self.entered[phase]) == (self.doom.phase, self.doom.nth):
            setitimer(ITIMER_REAL, self.doom.seconds)

    def delivered(self) -> None:
        self.letters += 1
        if self.letters == self.doom.letters:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class CountingPost:
    post: Post
    deeds: Deeds

    def deliver(self, letter: Letter, envelope: Envelope) -> Delivery:
        delivery = self.post.deliver(letter, envelope)
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
def _service(life: Life, clock: StoryClock) -> Iterator[tuple[Service, Deeds]]:
    config = stage.configuration(life.folder)
    outside = Outside(
        clock=clock,
        egress=Egress(address_map=life.address_map, resolve=resolve_nothing),
        pace=WITHOUT_WAITS,
        letter_name=_each_its_own,
    )
    deeds = Deeds(life.doom)
    building.ChildParser = partial(ChildParser, patience=PARSER_PATIENCE)
    with StateLock(config.state), build(config, outside) as service:
        _count_writes(deeds)
        _note_phases(deeds)
        service.rounds.begin()
        posting = replace(service.posting, post=CountingPost(service.posting.post, deeds))
        yield replace(service, rounds=replace(service.rounds, posting=posting)), deeds


def _each_its_own(_envelope: Envelope) -> str:
    """Name the file so that a letter that is sent twice is there twice."""
    return token_hex(8)


def _count_writes(deeds: Deeds) -> None:
    """Count every end of a `write()`: an inner one stands in the middle of a transaction."""
    write = Database.write

    @contextmanager
    def counted(database: Database, sync: Sync = Sync.FULL) -> Iterator[None]:
        with write(database, sync):
            yield
        deeds.wrote()

    Database.write = counted
