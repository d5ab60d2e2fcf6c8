"""The hands of the service: a thread for each kind of work, and whether it still moves."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from traceback import extract_tb

from scrapers.fetch.clock import Clock

# The longest that work may go without looking at the clock: a mail server may take ten minutes
# for each of a few answers, and a host may want us to pause for five.
HUNG_AFTER_SECONDS = 3600.0

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pulse:
    """The clock that all work looks at; when a hand last did is its sign of life.

    A thread that has never said `beat` is not a hand, and not remembered.
    """

    clock: Clock
    beats: dict[int, float] = field(default_factory=dict)

    def now(self) -> datetime:
        if threading.get_ident() in self.beats:
            self.beat()
        return self.clock.now()

    def monotonic(self) -> float:
        return self.clock.monotonic()

    def sleep(self, seconds: float) -> None:
        self.clock.sleep(seconds)

    def beat(self) -> None:
        self.beats[threading.get_ident()] = self.clock.monotonic()

    def still_for(self, thread: int | None) -> float:
        """Return for how many seconds a thread has shown no sign of life."""
        now = self.clock.monotonic()
        return now - self.beats.get(thread or 0, now)


class Hand(threading.Thread):
    """Does one kind of work, once more each time it is woken; a failure does not end it.

    Each kind has a hand of its own, so that a long sweep holds up no self-check and no letter.
    """

    def __init__(self, work: Callable[[], None], pulse: Pulse) -> None:
        super().__init__(name=work.__name__, daemon=True)
        self._work = work
        self._pulse = pulse
        self._busy = False
        self._woken = threading.Event()
        self._ending = False

    def wake(self) -> None:
        self._woken.set()

    @property
    def moves(self) -> bool:
        """Tell whether it is idle, or has looked at the clock not long ago."""
        if not self.is_alive():
            return False
        return not self._busy or self._pulse.still_for(self.ident) < HUNG_AFTER_SECONDS

    def end(self) -> None:
        """Begin nothing new; what is in hand is for its own work to end."""
        self._ending = True
        self._woken.set()

    def run(self) -> None:
        while self._woken.wait() and not self._ending:
            self._woken.clear()
            self._pulse.beat()
            self._busy = True
            try:
                self._work()
            except Exception as error:  # noqa: BLE001 - the next round may fare better
                LOG.error("A round of %s failed: %s.", self.name, traced(error))  # noqa: TRY400 - its trace may quote
            finally:
                self._busy = False


def traced(error: BaseException) -> str:
    """Say what kind of fault it was and where, and leave out its words: they may quote a name."""
    frames = reversed(extract_tb(error.__traceback__))
    places = (f"{Path(at.filename).name}:{at.lineno} in {at.name}" for at in frames)
    return f"{type(error).__name__} at {', from '.join(places)}"
