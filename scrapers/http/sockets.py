"""Sockets that wait no longer than their visit may last, and give way to others meanwhile."""

import os
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from math import inf
from typing import TYPE_CHECKING, TypeVar

from scrapers.http.event_loop import READABLE, WRITABLE, wait_until_ready
from scrapers.http.limits import get_current_allowance

if TYPE_CHECKING:
    from socket import _Address

    from _typeshed import ReadableBuffer, WriteableBuffer

Done = TypeVar("Done")


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
            self._raise_connect_error()
        # TLS begins on a blocking socket only.
        super().settimeout(None)

    def _raise_connect_error(self) -> None:
        error = self.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise OSError(error, os.strerror(error))
        self.getpeername()  # which raises where the time was up first

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
