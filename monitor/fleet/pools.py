"""Pools of threads for many districts, and how long work pauses for a short one."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Generic, TypeVar

from monitor.scheduler.workers import HUNG_AFTER_SECONDS, Liveness

T = TypeVar("T")


class WorkerPool(Generic[T]):
    """Up to `size` threads for one kind of work, started when first needed.

    Of findings with the same key, one is worked on at once.
    """

    def __init__(
        self, name: str, size: int, work: Callable[[T], None], get_key: Callable[[T], str]
    ) -> None:
        self.name = name
        self._size = size
        self._work = work
        self._get_key = get_key
        self._condition = threading.Condition()
        self._queued: deque[T] = deque()
        self._running: dict[str, int] = {}
        self._threads: list[threading.Thread] = []
        self._waiting = 0
        self._stopped = False

    def submit(self, finding: T, *, at_front: bool = False) -> None:
        """Have it worked on soon; once is enough however often it is asked for.

        One that waits already comes to the front where that is asked for.
        """
        with self._condition:
            if self._stopped or (finding in self._queued and not at_front):
                return
            with suppress(ValueError):
                self._queued.remove(finding)
            if at_front:
                self._queued.appendleft(finding)
            else:
                self._queued.append(finding)
            # One that waits may have been woken for another finding already.
            if len(self._queued) > self._waiting and len(self._threads) < self._size:
                name = f"{self.name}-{len(self._threads) + 1}"
                thread = threading.Thread(name=name, target=self._serve, daemon=True)
                self._threads.append(thread)
                thread.start()
            self._condition.notify_all()

    def has_queued(self, finding: T) -> bool:
        with self._condition:
            return finding in self._queued

    def forget(self, finding: T) -> None:
        with self._condition, suppress(ValueError):
            self._queued.remove(finding)

    def list_hung_keys(self, liveness: Liveness) -> tuple[str, ...]:
        """Name what is worked on by threads that have shown no life for too long."""
        with self._condition:
            running = dict(self._running)
        return tuple(
            key
            for key, thread in running.items()
            if liveness.measure_silence(thread) >= HUNG_AFTER_SECONDS
        )

    def stop(self) -> None:
        with self._condition:
            self._stopped = True
            self._queued.clear()
            self._condition.notify_all()

    def wait_until_idle(self, seconds: float) -> bool:
        """Wait until nothing is queued or runs; False if it takes longer."""
        with self._condition:
            return self._condition.wait_for(lambda: not (self._queued or self._running), seconds)

    def has_ended_by(self, until: float) -> bool:
        for thread in self._threads:
            thread.join(max(until - monotonic(), 0.0))
        return not any(thread.is_alive() for thread in self._threads)

    def _serve(self) -> None:
        while (taken := self._take()) is not None:
            key, finding = taken
            try:
                self._work(finding)
            finally:
                with self._condition:
                    del self._running[key]
                    self._condition.notify_all()

    def _take(self) -> tuple[str, T] | None:
        with self._condition:
            while not self._stopped:
                for finding in self._queued:
                    key = self._get_key(finding)
                    if key not in self._running:
                        self._queued.remove(finding)
                        self._running[key] = threading.get_ident()
                        return key, finding
                self._waiting += 1
                self._condition.wait()
                self._waiting -= 1
        return None


class RightOfWay:
    """Has long work pause while someone waits for a short one to begin.

    All threads share one interpreter lock: dozens that sweep would slow down the one that opens a
    district for a person. `most_seconds` is how long one pause lasts at most, so that sweeps go on
    however many people come.
    """

    def __init__(self, most_seconds: float = 0.5) -> None:
        self._most_seconds = most_seconds
        self._condition = threading.Condition()
        self._claims: dict[object, float] = {}

    @contextmanager
    def claim(self, seconds: float) -> Iterator[None]:
        """Have others pause until the block ends, or for so many seconds if that is sooner."""
        claim = object()
        with self._condition:
            self._claims[claim] = monotonic() + seconds
        try:
            yield
        finally:
            with self._condition:
                del self._claims[claim]
                self._condition.notify_all()

    def give_way(self) -> None:
        until = monotonic() + self._most_seconds
        with self._condition:
            while (left := min(until, max(self._claims.values(), default=0.0)) - monotonic()) > 0:
                self._condition.wait(left)
