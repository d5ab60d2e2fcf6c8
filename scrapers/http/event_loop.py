"""One thread asks all hosts: what waits gives way to what can go on.

A thread for each request did the same and cost more: the interpreter runs one at a time, and to
wake them by turns was much of what a request took (docs/decisions/0018-one-thread-asks.md). The
sockets below wait no longer than their visit may last.
"""

import os
import socket
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import partial
from math import inf
from select import POLLIN, POLLOUT, poll
from threading import Event as ThreadEvent
from threading import Lock, Thread, current_thread, local
from typing import TYPE_CHECKING, TypeVar

from gevent import get_hub
from gevent.event import Event
from gevent.socket import wait_read, wait_write

from scrapers.http.fetch_limits import get_current_allowance

if TYPE_CHECKING:
    from socket import _Address

    from _typeshed import ReadableBuffer, WriteableBuffer
    from gevent.hub import Hub

Made = TypeVar("Made")
Done = TypeVar("Done")

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


class MeteredSocket(socket.socket):
    """Does its waiting by itself after `settimeout(0)`.

    What others then set as its time-out is of no account: the visit has one of its own.
    """

    def settimeout(self, value: float | None) -> None:
        if self.gettimeout() != 0:
            super().settimeout(value)

    def connect_within(self, address: "_Address", seconds: float) -> None:
        """Connect, or raise OSError where that fails or takes longer."""
        super().settimeout(0)
        try:
            self.connect(address)
        except BlockingIOError:
            wait_until_ready(self.fileno(), WRITABLE, seconds)
            if error := self.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                raise OSError(error, os.strerror(error)) from None
            self.getpeername()  # which raises where the time was up first
        # TLS begins on a blocking socket only.
        super().settimeout(None)

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        receive = super().recv
        return _receive_bytes(self, lambda: receive(bufsize, flags))

    def recv_into(self, buffer: "WriteableBuffer", nbytes: int = 0, flags: int = 0) -> int:
        receive = super().recv_into
        return _receive_into(self, lambda: receive(buffer, nbytes, flags))

    def sendall(self, data: "ReadableBuffer", flags: int = 0) -> None:
        send = super().send
        _send_all(self, data, lambda left: send(left, flags))


class MeteredTLSSocket(ssl.SSLSocket):
    """Does its waiting by itself from the handshake on."""

    def settimeout(self, value: float | None) -> None:
        if self.gettimeout() != 0:
            super().settimeout(value)

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the signature is that of ssl
        self.settimeout(0)
        # What ends without TLS saying so may have been cut off by anyone on the way.
        self.suppress_ragged_eofs = False
        shake = super().do_handshake
        try:
            _retry_until_done(
                self, READABLE, lambda: shake(block), get_current_allowance().get_connect_deadline()
            )
        except BaseException:  # such as the end of the greenlet that waits here
            self.close()
            raise

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        receive = super().recv
        with _treat_eof_as_reset():
            return _receive_bytes(self, lambda: receive(buflen, flags))

    def recv_into(
        self, buffer: "WriteableBuffer", nbytes: int | None = None, flags: int = 0
    ) -> int:
        receive = super().recv_into
        with _treat_eof_as_reset():
            return _receive_into(self, lambda: receive(buffer, nbytes, flags))

    def sendall(self, data: "ReadableBuffer", flags: int = 0) -> None:
        send = super().send
        _send_all(self, data, lambda left: send(left, flags))


@contextmanager
def _treat_eof_as_reset() -> Iterator[None]:
    """Call an end without a close_notify what it is: not a fault of a certificate."""
    try:
        yield
    except ssl.SSLEOFError:
        raise ConnectionResetError from None


def _receive_bytes(sock: socket.socket, receive: Callable[[], bytes]) -> bytes:
    piece = _retry_until_done(sock, READABLE, receive)
    get_current_allowance().spend_bytes(len(piece))
    return piece


def _receive_into(sock: socket.socket, receive: Callable[[], int]) -> int:
    count = _retry_until_done(sock, READABLE, receive)
    get_current_allowance().spend_bytes(count)
    return count


def _send_all(
    sock: socket.socket, data: "ReadableBuffer", send: Callable[[memoryview], int]
) -> None:
    left = memoryview(data).cast("B")
    while left:
        left = left[_retry_until_done(sock, WRITABLE, partial(send, left)) :]


def _retry_until_done(
    sock: socket.socket, event: int, attempt: Callable[[], Done], until: float = inf
) -> Done:
    """Try until it is done, or raise UnfinishedError when the visit's time is up."""
    allowance = get_current_allowance()
    while True:
        seconds = allowance.get_seconds_left(until)
        try:
            return attempt()
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError) as wants:
            wait_until_ready(sock.fileno(), _choose_wait_event(wants, event), seconds)


def _choose_wait_event(wants: OSError, event: int) -> int:
    """Return what to wait for: TLS may have to write in order to read, and the reverse."""
    if isinstance(wants, ssl.SSLWantReadError):
        return READABLE
    return WRITABLE if isinstance(wants, ssl.SSLWantWriteError) else event
