"""What is left of a visit's time and bytes, spent by the sockets themselves.

A socket's own time-out starts anew with each read, so a server that sends one byte now and then
never meets it. These sockets ask before each read how much of the whole visit is left.
"""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from scrapers.fetch.clock import Clock
from scrapers.fetch.limits import Limits
from scrapers.fetch.unfinished import Note, UnfinishedError, failed

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


# To set a socket's time-out is a call into the kernel, so it may be off by this many seconds.
LEEWAY = 0.25


class Allowance:
    """Counts down for one visit, whose bytes so far are `total`.

    `dialled` tells whether the exchange opened a connection, and `received` what it brought.
    """

    __slots__ = ("_bytes_left", "_clock", "_limits", "dialled", "ends", "received", "total")

    def __init__(self, clock: Clock, limits: Limits, within: "Allowance | None" = None) -> None:
        """`within` is the visit that this one is part of, and cannot outlast."""
        self._clock = clock
        self._limits = limits
        self.ends = clock.monotonic() + limits.total_seconds
        if within is not None:
            self.ends = min(self.ends, within.ends)
        self._bytes_left = 0
        self.received = 0
        self.total = 0
        self.dialled = False

    def begin_head(self) -> None:
        """Start an exchange: a status line and headers may come, and no more."""
        self._bytes_left = self._limits.head_bytes
        self.received = 0
        self.dialled = False

    def begin_body(self) -> None:
        """Framing costs bytes too; a body in chunks of one byte is not worth its price."""
        self._bytes_left = 2 * self._limits.body_bytes + self._limits.head_bytes

    def seconds_left(self) -> float:
        left = self.ends - self._clock.monotonic()
        if left <= 0:
            raise self.out_of_time()
        return left

    def out_of_time(self) -> UnfinishedError:
        return failed(Note.OUT_OF_TIME)

    def seconds_to_connect(self) -> float:
        return min(self._limits.connect_seconds, self.seconds_left())

    def spend(self, count: int) -> None:
        self.received += count
        self.total += count
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise failed(Note.ENDLESS)


_CURRENT: ContextVar[Allowance] = ContextVar("allowance")


def current_allowance() -> Allowance:
    """Return that of the visit under way in this thread; a LookupError if there is none."""
    return _CURRENT.get()


@contextmanager
def allowed(clock: Clock, limits: Limits) -> Iterator[Allowance]:
    """Give this thread an allowance for one visit."""
    allowance = Allowance(clock, limits, _CURRENT.get(None))
    token = _CURRENT.set(allowance)
    try:
        yield allowance
    finally:
        _CURRENT.reset(token)


class MeteredSocket(socket.socket):
    def settimeout(self, value: float | None) -> None:
        if not _about_right(self, value):
            super().settimeout(value)

    def recv_into(self, buffer: "WriteableBuffer", nbytes: int = 0, flags: int = 0) -> int:
        return _metered(self, lambda: super(MeteredSocket, self).recv_into(buffer, nbytes, flags))


class MeteredTLSSocket(ssl.SSLSocket):
    def settimeout(self, value: float | None) -> None:
        if not _about_right(self, value):
            super().settimeout(value)

    def recv_into(
        self, buffer: "WriteableBuffer", nbytes: int | None = None, flags: int = 0
    ) -> int:
        return _metered(
            self, lambda: super(MeteredTLSSocket, self).recv_into(buffer, nbytes, flags)
        )


def _about_right(sock: socket.socket, value: float | None) -> bool:
    """Tell whether the time-out that is set is not shorter, and hardly longer."""
    patience = sock.gettimeout()
    return value is not None and patience is not None and value <= patience <= value + LEEWAY


def _metered(sock: socket.socket, receive: Callable[[], int]) -> int:
    allowance = current_allowance()
    sock.settimeout(allowance.seconds_left())
    try:
        count = receive()
    except TimeoutError:
        raise allowance.out_of_time() from None
    allowance.spend(count)
    return count
