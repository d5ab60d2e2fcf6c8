"""Pools of threads for many districts."""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Generic, TypeVar

from monitor.scheduler.job_scheduler import HUNG_AFTER_SECONDS, Liveness

T = TypeVar("T")


class WorkerPool(Generic[T]):
    """Up to `size` threads for one kind of work, started when first needed.

    Of items with the same key, one is worked on at once.
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

    def submit(self, item: T) -> None:
        """Have it worked on soon; once is enough however often it is asked for."""
        with self._condition:
            if self._stopped or item in self._queued:
                return
            self._queued.append(item)
            # One that waits may have been woken for another item already.
            if len(self._queued) > self._waiting and len(self._threads) < self._size:
                name = f"{self.name}-{len(self._threads) + 1}"
                thread = threading.Thread(name=name, target=self._serve, daemon=True)
                self._threads.append(thread)
                thread.start()
            self._condition.notify_all()

    def forget(self, item: T) -> None:
        with self._condition, suppress(ValueError):
            self._queued.remove(item)

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
            key, item = taken
            try:
                self._work(item)
            finally:
                with self._condition:
                    del self._running[key]
                    self._condition.notify_all()

    def _take(self) -> tuple[str, T] | None:
        with self._condition:
            while not self._stopped:
                for item in self._queued:
                    key = self._get_key(item)
                    if key not in self._running:
                        self._queued.remove(item)
                        self._running[key] = threading.get_ident()
                        return key, item
                self._waiting += 1
                self._condition.wait()
                self._waiting -= 1
        return None
