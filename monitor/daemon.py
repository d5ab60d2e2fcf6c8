"""The service: a ticker that looks at what is due, and its manners towards systemd."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Protocol

from apscheduler.schedulers.background import BackgroundScheduler

TICK_SECONDS = 20
WATCHED_SECONDS = 5.0


class Rounds(Protocol):
    """The work that falls due. Each call looks once and returns; `stop` ends a running one."""

    def serve(self) -> None: ...
    def ask(self) -> None: ...
    def write(self) -> None: ...
    def stop(self) -> None: ...


class Supervisor:
    """Tells systemd how we are (sd_notify(3)); silent where nobody listens."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.address = environ.get("NOTIFY_SOCKET", "")

    def tell(self, *lines: str) -> None:
        if not self.address:
            return
        # A leading @ means the abstract namespace, whose names begin with a zero byte.
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        with (
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to,
        ):
            to.sendto("\n".join(lines).encode(), address)


class Doorbell:
    """A socket in the state folder by which a command wakes the daemon before its next tick."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "wake.sock"

    @contextmanager
    def answered(self, by: Callable[[], None]) -> Iterator[None]:
        """Call `by` whenever somebody rings, until the block ends."""
        self.path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
            bell.bind(str(self.path))
            self.path.chmod(0o600)
            listener = threading.Thread(target=_listen, args=(bell, by), daemon=True)
            listener.start()
            try:
                yield
            finally:
                bell.shutdown(socket.SHUT_RDWR)
                listener.join()
                self.path.unlink(missing_ok=True)

    def ring(self) -> None:
        """Wake the daemon; where none listens, its next tick will find the work."""
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.sendto(b"!", str(self.path))


def _listen(bell: socket.socket, by: Callable[[], None]) -> None:
    # An empty datagram is what a socket that was shut down gives.
    with suppress(OSError):
        while bell.recv(1):
            by()


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """APScheduler only ticks: what is due, and for whom, stands in the database."""

    rounds: Rounds
    supervisor: Supervisor
    doorbell: Doorbell
    stopping: threading.Event

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; to be called on the main thread."""
        ticker = self._ticker()
        with _signals(self.stopping), self.doorbell.answered(by=partial(_at_once, ticker)):
            ticker.start()
            self.supervisor.tell("READY=1", "STATUS=Watching what is due.")
            while not self.stopping.wait(WATCHED_SECONDS):
                self.supervisor.tell("WATCHDOG=1")
            self.supervisor.tell("STOPPING=1", "STATUS=Finishing what was begun.")
            self.rounds.stop()
            ticker.shutdown()

    def _ticker(self) -> BackgroundScheduler:
        """Each tick is its own, so that a long sweep holds up no self-check and no letter."""
        ticker = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for work in (self.rounds.serve, self.rounds.ask, self.rounds.write):
            ticker.add_job(
                work,
                "interval",
                id=work.__name__,
                seconds=TICK_SECONDS,
                next_run_time=datetime.now(UTC),
            )
        return ticker


def _at_once(ticker: BackgroundScheduler) -> None:
    ticker.modify_job("serve", next_run_time=datetime.now(UTC))


@contextmanager
def _signals(stopping: threading.Event) -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    before = {each: signal.signal(each, stop) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
