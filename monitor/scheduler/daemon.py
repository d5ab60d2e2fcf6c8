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
from monitor.scheduler.workers import HUNG_AFTER_SECONDS, TICK_SECONDS, Hand, Jumps, Pulse, Ticker

# A signal that comes as a wait begins is noticed when it ends, so waits are short.
WATCHED_SECONDS = 1.0
# What has not ended by then (a mail server that is silent, say) is left as by a crash, which
# loses nothing. The unit gives us 20 seconds in all.
FAREWELL_SECONDS = 10.0
BELL_SECONDS = 1.0
READY = "Ready."

LOG = logging.getLogger(__name__)


class Rounds(Protocol):
    """The work that falls due. Each call looks once and returns; `stop` ends a running one.

    `waits_for` says why nothing may be done now, and nothing where all may. `check_files` raises
    ReplacedError where what is written would go to files that nobody else sees.
    """

    def serve(self) -> None: ...
    def ask(self) -> None: ...
    def write(self) -> None: ...
    def stop(self) -> None: ...
    def waits_for(self) -> str: ...
    def check_files(self) -> None: ...


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
                "Cannot listen at %s (%s). Requests from commands wait up to %d seconds.",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """APScheduler only ticks: what is due, and for whom, stands in the database."""

    rounds: Rounds
    supervisor: Supervisor
    doorbell: Doorbell
    stopping: threading.Event
    pulse: Pulse

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; to be called on the main thread.

        Raises ReplacedError, once all work has ended, where the database's files were replaced.
        """
        kinds = (self.rounds.serve, self.rounds.ask, self.rounds.write)
        hands = [Hand(work, self.pulse) for work in kinds]

        def answer() -> None:
            for hand in hands:
                hand.wake()

        ticker = Ticker(hands)
        with signalled(self.stopping), self.doorbell.answered(by=answer):
            for hand in hands:
                hand.start()
            ticker.start()
            standing = self._standing()
            self._say(standing, "READY=1")
            try:
                self._watch(hands, ticker, standing)
            finally:
                self._stop(hands, ticker)

    def _stop(self, hands: Sequence[Hand], ticker: Ticker) -> None:
        self._say("Stopping.", "STOPPING=1")
        ticker.stop()
        for hand in hands:
            hand.end()
        self.rounds.stop()
        _farewell(hands)

    def _say(self, status: str, *lines: str) -> None:
        LOG.info(status)
        self.supervisor.tell(*lines, f"STATUS={status}")

    def _watch(self, hands: Sequence[Hand], ticker: Ticker, standing: str) -> None:
        """Tell systemd that we live, as long as everybody moves; tick at once when time jumps."""
        jumps, hung = Jumps(self.pulse), frozenset[str]()
        while not self.stopping.wait(WATCHED_SECONDS):
            self.rounds.check_files()
            if jumped := jumps.since_last():
                LOG.warning("clock_jumped seconds=%+.0f", jumped)
                ticker.tick()
            if (now := self._standing()) != standing:
                standing = now
                self._say(standing)
            hung = _hung(hands, hung)
            if not hung:
                self.supervisor.tell("WATCHDOG=1")

    def _standing(self) -> str:
        try:
            return self.rounds.waits_for() or READY
        except MonitorError as error:
            return str(error)


def _hung(hands: Sequence[Hand], known: frozenset[str]) -> frozenset[str]:
    """Name the hands that do not move; systemd, where it is told nothing more, starts us anew."""
    hung = frozenset(hand.name for hand in hands if not hand.moves)
    for name in sorted(hung - known):
        minutes = HUNG_AFTER_SECONDS / 60
        LOG.error("worker_hung worker=%s minutes=%d", name, minutes)
    return hung


def _farewell(hands: Sequence[Hand]) -> None:
    until = monotonic() + FAREWELL_SECONDS
    for hand in hands:
        hand.join(max(until - monotonic(), 0.0))
        if hand.is_alive():
            LOG.warning(
                "Job %s did not finish before shutdown. The next start resumes it.", hand.name
            )


@contextmanager
def signalled(stopping: threading.Event) -> Iterator[None]:
    """Have SIGTERM and SIGINT set `stopping` until the block ends; on the main thread only."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    before = {each: signal.signal(each, stop) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
