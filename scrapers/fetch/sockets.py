"""Sockets that wait no longer than their visit may last, and let others compute meanwhile."""

import socket
import ssl
from collections.abc import Callable
from functools import partial
from select import POLLIN, POLLOUT, poll
from typing import TYPE_CHECKING

from scrapers.fetch.allowance import current_allowance
from scrapers.fetch.baton import laid_down

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer


class MeteredSocket(socket.socket):
    """Connects like any other; after `settimeout(0)` it does its waiting by itself.

    What others then set as its time-out is of no account: the visit has one of its own.
    """

    def settimeout(self, value: float | None) -> None:
        if self.gettimeout() != 0:
            super().settimeout(value)

    def recv_into(self, buffer: "WriteableBuffer", nbytes: int = 0, flags: int = 0) -> int:
        receive = super().recv_into
        return _received(self, lambda: receive(buffer, nbytes, flags))

    def sendall(self, data: "ReadableBuffer", flags: int = 0) -> None:
        send = super().send
        _sent(self, data, lambda left: send(left, flags))


class MeteredTLSSocket(ssl.SSLSocket):
    """Shakes hands like any other, and does its waiting by itself from then on."""

    def settimeout(self, value: float | None) -> None:
        if self.gettimeout() != 0:
            super().settimeout(value)

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002 - the signature is that of ssl
        with laid_down():
            super().do_handshake(block)
        self.settimeout(0)

    def recv_into(
        self, buffer: "WriteableBuffer", nbytes: int | None = None, flags: int = 0
    ) -> int:
        receive = super().recv_into
        return _received(self, lambda: receive(buffer, nbytes, flags))

    def sendall(self, data: "ReadableBuffer", flags: int = 0) -> None:
        send = super().send
        _sent(self, data, lambda left: send(left, flags))


def _received(sock: socket.socket, receive: Callable[[], int]) -> int:
    count = _patiently(sock, POLLIN, receive)
    current_allowance().spend(count)
    return count


def _sent(sock: socket.socket, data: "ReadableBuffer", send: Callable[[memoryview], int]) -> None:
    left = memoryview(data).cast("B")
    while left:
        left = left[_patiently(sock, POLLOUT, partial(send, left)) :]


def _patiently(sock: socket.socket, event: int, attempt: Callable[[], int]) -> int:
    """Try until it is done, or raise UnfinishedError when the visit's time is up."""
    allowance = current_allowance()
    while True:
        seconds = allowance.seconds_left()
        try:
            return attempt()
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError) as wants:
            _wait(sock, _awaited(wants, event), seconds)


def _awaited(wants: OSError, event: int) -> int:
    """Return what to wait for: TLS may have to write in order to read, and the reverse."""
    if isinstance(wants, ssl.SSLWantReadError):
        return POLLIN
    return POLLOUT if isinstance(wants, ssl.SSLWantWriteError) else event


def _wait(sock: socket.socket, event: int, seconds: float) -> None:
    waiting = poll()
    waiting.register(sock, event)
    with laid_down():
        waiting.poll(seconds * 1_000)
