"""One thread asks all hosts: what waits gives way to what can go on.

A thread for each request did the same and cost more: the interpreter runs one at a time, and to
wake them by turns was much of what a request took (docs/decisions/0018-one-thread-asks.md).
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from select import POLLIN, POLLOUT, poll
from threading import Event as ThreadEvent
from threading import Lock, Thread, current_thread, local
from typing import TYPE_CHECKING, TypeVar

from gevent import get_hub
from gevent.event import Event
from gevent.socket import wait_read, wait_write

if TYPE_CHECKING:
    from gevent.hub import Hub

Made = TypeVar("Made")

READABLE, WRITABLE = POLLIN, POLLOUT
# Nothing in the loop blocks, so it ends at once; a source that computes for long is waited for.
LONGEST_ENDING = 10.0
# What was asked for has been called off by then, so a hub runs out at once.
LONGEST_RUN_OUT = 0.5


class EventLoop:
    """Any thread may `call_threadsafe` into the one that the loop runs in."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._hub: Hub | None = get_hub()
        # Without anything to watch, the hub would take a wait for a call to be a wait for ever.
        self._watched = self._hub.loop.async_()
        self._watched.start(lambda: None)

    def call_threadsafe(self, what: Callable[[], object]) -> None:
        """Have `what` called in the loop's thread, soon; in vain once the loop has ended."""
        with self._lock:
            if self._hub is not None:
                self._hub.loop.run_callback_threadsafe(what)

    def close(self) -> None:
        with self._lock:
            hub, self._hub = self._hub, None
        if hub is not None:
            self._watched.close()
            # A hub that is destroyed before it has run out keeps itself and its thread's frames in
            # memory for good: a service would grow with each sweep (gevent 26.9).
            hub.join(LONGEST_RUN_OUT)
            hub.destroy(destroy_loop=True)


class _ThreadLoop(local):
    """The loop that this thread runs, if any: elsewhere there is no one to give way to."""

    loop: EventLoop | None = None


_HERE = _ThreadLoop()


@contextmanager
def enter_event_loop() -> Iterator[EventLoop]:
    """Make this thread the one that asks: what is spawned in it gives way where it waits."""
    loop = _HERE.loop = EventLoop()
    try:
        yield loop
    finally:
        _HERE.loop = None
        loop.close()


class EventLoopThread:
    """The thread that a loop runs in: at most one at a time, and none once the program ends.

    A thread in gevent's loop that outlives the interpreter takes the process down with it: it is
    unwound through greenlet's frames (SIGSEGV). One that is no daemon would be waited for before
    anyone could tell it to stop. So a daemon that `close` ends, at exit at the latest.
    `stop` has what runs in it return soon.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._lock = Lock()
        self._thread: Thread | None = None
        self._ended = ThreadEvent()
        self._closed = False

    def start_thread(self, work: Callable[[], None]) -> None:
        """Run `work` in a new thread, after the one before; in vain once this is closed."""

        def run_work() -> None:
            try:
                work()
            finally:
                self._ended.set()

        with self._lock:
            if self._closed:
                return
            if self._thread is not None:
                self._thread.join()
            self._ended.clear()
            self._thread = Thread(target=run_work, name="crawler", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop, and return once the thread has ended, however often Ctrl-C is pressed meanwhile."""
        interrupted = False
        while True:
            try:
                self._stop_and_join()
                break
            except KeyboardInterrupt:
                interrupted = True
        if interrupted:
            raise KeyboardInterrupt

    def _stop_and_join(self) -> None:
        self._stop()
        with self._lock:
            self._closed = True
            thread = self._thread
        if thread is None or thread is current_thread():
            return
        # Python 3.11 takes a thread for ended once Ctrl-C has come while it is joined.
        if self._ended.wait(LONGEST_ENDING):
            thread.join(LONGEST_ENDING)


def wait_until_ready(descriptor: int, event: int, seconds: float) -> None:
    """Wait until a socket is READABLE or WRITABLE, or the seconds are over."""
    if _HERE.loop is None:
        waiting = poll()
        waiting.register(descriptor, event)
        waiting.poll(seconds * 1_000)
        return
    wait = wait_read if event == READABLE else wait_write
    with suppress(TimeoutError):
        wait(descriptor, seconds)


def run_in_thread(work: Callable[[], Made], seconds: float | None = None) -> Made:
    """Do what cannot give way in a thread of its own, and give way until it is done.

    Raise what it raises, or TimeoutError once the seconds are over: it then goes on unheard.
    """
    loop, promised = _HERE.loop, Future[Made]()
    Thread(target=_fulfill_future, args=(promised, work), name="aside", daemon=True).start()
    if loop is None:
        return promised.result(seconds)
    done = Event()
    promised.add_done_callback(lambda _: loop.call_threadsafe(done.set))
    done.wait(seconds)
    return promised.result(0)


def _fulfill_future(promised: Future[Made], work: Callable[[], Made]) -> None:
    try:
        promised.set_result(work())
    except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
        promised.set_exception(error)
