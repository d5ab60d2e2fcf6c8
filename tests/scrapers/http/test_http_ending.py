"""However a process that asks hosts comes to its end, it ends as cleanly as it ran, and at once."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

import pytest

from tests.scrapers.http.leaver import EXPECTED, Way, exits
from tests.scrapers.http.loopback import Loopback

EXITS = 500
ABSENT = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nabsent"


@contextmanager
def server(*, silent: bool) -> Iterator[int]:
    """Serve hosts that answer, or of which one does and the others let their visitors wait."""
    over = Event()

    def answer(connection: socket.socket, request: bytes) -> None:
        if silent and b"Host: host0.example" not in request:
            over.wait()
        connection.sendall(ABSENT)

    loopback = Loopback(answer)
    try:
        yield loopback.port
    finally:
        over.set()
        loopback.close()


@pytest.mark.parametrize("way", Way, ids=str)
def test_a_process_that_asks_hosts_ends_cleanly(way: Way, share: Callable[..., list[int]]) -> None:
    times = len(share(range(EXITS), of=125))
    with server(silent=way is not Way.RETURN) as port:
        assert exits(way, port, times) == {EXPECTED[way]: times}
