"""A greenlet that ends while it waits for a host hangs up; the collector gets no socket."""

import gc
import socket
import ssl
import warnings
from collections.abc import Callable, Iterator

import gevent
import pytest

from scrapers.http.clock import SystemClock
from scrapers.http.connection import Http1Connection, IdleConnections
from scrapers.http.event_loop import MeteredTLSSocket, enter_event_loop
from scrapers.http.fetch_limits import FetchLimits, grant_allowance
from scrapers.http.ssrf_guard import Dialer, NetworkScope
from tests.scrapers.http.loopback import Loopback

HOST = "host.example"
LINE = ("https://host.example", NetworkScope.PUBLIC)
LIMITS = FetchLimits(connect_seconds=60.0)


@pytest.fixture
def silent_server() -> Iterator[Loopback]:
    """Serve a host that accepts connections and never says a word."""
    server = Loopback(lambda _connection, _request: None)
    yield server
    server.close()


@pytest.fixture
def full_port() -> Iterator[int]:
    """Return a port whose queue is full: whoever connects to it waits."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port: int = listener.getsockname()[1]
        queued = []
        for _ in range(2):
            queued.append(socket.socket())
            queued[-1].setblocking(False)  # noqa: FBT003 - the signature is that of socket
            queued[-1].connect_ex(("127.0.0.1", port))
        yield port
        for sock in queued:
            sock.close()


def dial(port: int) -> socket.socket:
    dialer = Dialer(address_map={HOST: ("127.0.0.1", port)})
    return dialer.dial(HOST, port, NetworkScope.PUBLIC)


def shake_hands(port: int) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.sslsocket_class = MeteredTLSSocket
    return context.wrap_socket(dial(port), server_hostname=HOST)


def list_unclosed_sockets(connect: Callable[[int], socket.socket], port: int) -> list[str]:
    """End a greenlet in the middle of `connect`; return what the interpreter then warns of."""

    def fetch() -> None:
        with grant_allowance(SystemClock(), LIMITS):
            connect(port)

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", ResourceWarning)
        with enter_event_loop():
            waiting = gevent.spawn(fetch)
            gevent.idle()
            assert not waiting.dead
            waiting.kill()
            del waiting
        gc.collect()
    return [str(warning.message) for warning in warned]


def test_a_greenlet_that_ends_while_it_connects_hangs_up(full_port: int) -> None:
    assert list_unclosed_sockets(dial, full_port) == []


def test_a_greenlet_that_ends_during_a_tls_handshake_hangs_up(silent_server: Loopback) -> None:
    assert list_unclosed_sockets(shake_hands, silent_server.port) == []


def test_a_connection_that_comes_back_to_a_closed_pool_is_hung_up() -> None:
    near, far = socket.socketpair()
    idle = IdleConnections(most=8)
    idle.close()
    with near, far:
        idle.keep_connection(LINE, Http1Connection(near, lambda _line: None))

        assert idle.take_connection(LINE) is None
        assert near.fileno() == -1
