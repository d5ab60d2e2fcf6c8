"""One thread computes at a time; who waits lays the baton down.

The interpreter runs one thread at a time anyhow, but changes over at every call into the kernel
when others are ready to run, and changing over is then most of what a request costs: a fetch took
0.30 ms of one thread, 0.52 of each of thirty, 0.34 with a baton (2 cores, docs/benchmark.md).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, local


class Baton:
    """Shared by threads that would otherwise run at once. Who carries it must not wait."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = Lock()

    @contextmanager
    def carried(self) -> Iterator[None]:
        """Wait for the baton, and carry it until the end or until it is `laid_down`."""
        self.take_up()
        try:
            yield
        finally:
            self.lay_down()

    def take_up(self) -> None:
        self._lock.acquire()
        _HANDS.baton = self

    def lay_down(self) -> None:
        _HANDS.baton = None
        self._lock.release()


class _Hands(local):
    """What a thread carries: one baton at most."""

    baton: Baton | None = None


_HANDS = _Hands()


@contextmanager
def laid_down() -> Iterator[None]:
    """Let others compute while this thread waits; one that carries nothing just waits."""
    baton = _HANDS.baton
    if baton is None:
        yield
        return
    baton.lay_down()
    try:
        yield
    finally:
        baton.take_up()
