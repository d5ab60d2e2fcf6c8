"""When a machine of a fleet may ask: only while the others know that it lives.

A machine that is not heard of is taken for dead, and its hosts are given to others. So one that
cannot tell the others, or was frozen for a while, must not ask again, nor end a job that may be
someone else's by now. It does not find its way back: it ends, and is started anew.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

LOG = logging.getLogger(__name__)
BEAT_SECONDS = 5.0
MUTE_AFTER = 12.0
DEAD_AFTER = 25.0
# The longest that one request may take; with MUTE_AFTER, it is over before others go on.
LONGEST_REQUEST = 10.0
WATCHED_EVERY = 0.5
# The longest from the end of a consent to the last request anywhere: people are told this span.
OTHERS_STOP_WITHIN = timedelta(minutes=10)
# Machines whose clocks differ by more do not ask for each other.
CLOCKS_DIFFER_BY = timedelta(minutes=1)
PERMISSION_LASTS = OTHERS_STOP_WITHIN - CLOCKS_DIFFER_BY - timedelta(seconds=LONGEST_REQUEST)
MUTE_EXIT_CODE = 75


def read_boot_clock() -> float:
    """Return seconds that also pass while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def read_utc_time() -> datetime:
    """Return the time of day: permissions are dated by it, so that other machines can tell."""
    return datetime.now(UTC)


def end_process() -> None:
    """End at once: what is under way must not be finished."""
    os._exit(MUTE_EXIT_CODE)


@dataclass(slots=True)
class Fence:
    """Threads share it. `end` does not return, except in tests.

    `mute_after` counts from the start of the last beat that succeeded: the others saw it then, or
    later.
    """

    mute_after: float = MUTE_AFTER
    dead_after: float = DEAD_AFTER
    longest_request: float = LONGEST_REQUEST
    clock: Callable[[], float] = read_boot_clock
    end: Callable[[], None] = end_process
    _beaten_at: float = field(init=False)
    _mute: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        if self.mute_after + self.longest_request >= self.dead_after:
            raise ValueError("A machine could still be asking when it is taken for dead.")
        self._beaten_at = self.clock()

    @property
    def is_mute(self) -> bool:
        """Tell whether others may have taken over by now; once so, it stays so."""
        if self.clock() - self._beaten_at > self.mute_after:
            self._mute = True
        return self._mute

    def begin(self, began_at: float) -> None:
        """Count from now: the others have just heard of us for the first time."""
        self._beaten_at, self._mute = began_at, False

    def check(self) -> None:
        if self.is_mute:
            LOG.error("worker_mute")
            self.end()

    def note_beat(self, began_at: float) -> None:
        """Note that the others heard of us, at `began_at` or later. Too late is too late."""
        self.check()
        self._beaten_at = began_at

    def lose(self) -> None:
        """End the process: someone else has what it held, or its clock is wrong."""
        self._mute = True
        self.end()

    def watch(self, stopping: threading.Event) -> None:
        """End the process as soon as it is mute, whatever its other threads wait for."""
        while not stopping.wait(WATCHED_EVERY):
            self.check()
