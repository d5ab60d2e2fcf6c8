"""The service: a ticker that looks at what is due, and its manners towards systemd."""

import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from traceback import extract_tb
from types import FrameType
from typing import Protocol

from apscheduler.schedulers.background import BackgroundScheduler

TICK_SECONDS = 20
# A signal that comes as a wait begins is noticed when it ends, so waits are short.
WATCHED_SECONDS = 1.0
# What has not ended by then (a mail server that is silent, say) is left as by a crash, which
# loses nothing. The unit gives us 20 seconds in all.
FAREWELL_SECONDS = 10.0
BELL_SECONDS = 1.0

LOG = logging.getLogger(__name__)


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
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.sendto("\n".join(lines).encode(), address)


class Doorbell:
    """A socket in the state folder by which a command wakes the daemon before its next tick."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "wake.sock"

    @contextmanager
    def answered(self, by: Callable[[], None]) -> Iterator[None]:
        """Call `by` whenever somebody rings, until the block ends."""
        bell, ended = self._hung(), threading.Event()
        if bell is None:
            yield
            return
        listener = threading.Thread(target=_listen, args=(bell, by, ended), daemon=True)
        listener.start()
        try:
            yield
        finally:
            ended.set()
            self.ring()
            listener.join(BELL_SECONDS)
            bell.close()
            self.path.unlink(missing_ok=True)

    def ring(self) -> None:
        """Wake the daemon; where none listens, its next tick will find the work."""
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.sendto(b"!", str(self.path))

    def _hung(self) -> socket.socket | None:
        """Return the bell; None where there can be none, as in a folder with a long path."""
        bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self.path.unlink(missing_ok=True)
            bell.bind(str(self.path))
            self.path.chmod(0o600)
        except OSError as error:
            bell.close()
            LOG.warning(
                "There is no bell at %s (%s): what a command asks for waits up to %d seconds.",
                self.path,
                error,
                TICK_SECONDS,
            )
            return None
        return bell


def _listen(bell: socket.socket, by: Callable[[], None], ended: threading.Event) -> None:
    while True:
        bell.recv(1)
        if ended.is_set():
            return
        by()


class Hand(threading.Thread):
    """Does one kind of work, once more each time it is woken; a failure does not end it.

    Each kind has a hand of its own, so that a long sweep holds up no self-check and no letter.
    """

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__(name=work.__name__, daemon=True)
        self._work = work
        self._woken = threading.Event()
        self._ending = False

    def wake(self) -> None:
        self._woken.set()

    def end(self) -> None:
        """Begin nothing new; what is in hand is for its own work to end."""
        self._ending = True
        self._woken.set()

    def run(self) -> None:
        while self._woken.wait() and not self._ending:
            self._woken.clear()
            try:
                self._work()
            except Exception as error:  # noqa: BLE001 - the next round may fare better
                LOG.error("A round of %s failed: %s.", self.name, traced(error))  # noqa: TRY400 - its trace may quote


def traced(error: BaseException) -> str:
    """Say what kind of fault it was and where, and leave out its words: they may quote a name."""
    frames = reversed(extract_tb(error.__traceback__))
    places = (f"{Path(at.filename).name}:{at.lineno} in {at.name}" for at in frames)
    return f"{type(error).__name__} at {', from '.join(places)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """APScheduler only ticks: what is due, and for whom, stands in the database."""

    rounds: Rounds
    supervisor: Supervisor
    doorbell: Doorbell
    stopping: threading.Event

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; to be called on the main thread."""
        hands = [Hand(work) for work in (self.rounds.serve, self.rounds.ask, self.rounds.write)]
        ticker = _ticker(hands)
        with _signals(self.stopping), self.doorbell.answered(by=hands[0].wake):
            for hand in hands:
                hand.start()
            ticker.start()
            self._say("Watching what is due.", "READY=1")
            self._watch(hands)
            self._say("Finishing what was begun.", "STOPPING=1")
            ticker.shutdown(wait=False)
            for hand in hands:
                hand.end()
            self.rounds.stop()
            _farewell(hands)

    def _say(self, status: str, *lines: str) -> None:
        LOG.info(status)
        self.supervisor.tell(*lines, f"STATUS={status}")

    def _watch(self, hands: Iterable[Hand]) -> None:
        """Tell systemd that we live, as long as everybody does."""
        stopping = False
        while not stopping:
            if all(hand.is_alive() for hand in hands):
                self.supervisor.tell("WATCHDOG=1")
            stopping = self.stopping.wait(WATCHED_SECONDS)


def _ticker(hands: Iterable[Hand]) -> BackgroundScheduler:
    ticker = BackgroundScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None}
    )
    for hand in hands:
        now = datetime.now(UTC)
        ticker.add_job(hand.wake, "interval", seconds=TICK_SECONDS, next_run_time=now)
    return ticker


def _farewell(hands: Iterable[Hand]) -> None:
    until = monotonic() + FAREWELL_SECONDS
    for hand in hands:
        hand.join(max(until - monotonic(), 0.0))
        if hand.is_alive():
            LOG.warning("What %s was at is not finished; the next start takes it up.", hand.name)


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
