"""Lets readers in: one process, a fixed number of threads, on one address or one socket."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from waitress.server import BaseWSGIServer, create_server
from waitress.wasyncore import close_all

from monitor.domain.errors import UnavailableError
from reports.pages.layout import preload_templates

# What answers a request: Flask, or what chooses among several (PEP 3333).
StartResponse = Callable[..., Any]
WsgiApp = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
LOOPBACK: Final = "127.0.0.1"
# A browser that watches a self-check holds a thread, so only some may use a stream.
THREADS: Final = 16
MAX_STREAMS: Final = 4
MAX_STREAMS_PER_PERSON: Final = 2
CONNECTIONS: Final = 500
IDLE_TIMEOUT_SECONDS: Final = 30
# The largest screenshot, and room to say on its own page that a larger one is too large.
MAX_UPLOAD_FORM_BYTES: Final = 6 << 20
# Whatever is longer is not even received; up to here, one of our pages says that it is too large.
MAX_BODY_BYTES: Final = 16 << 20
# A header that begins with blanks takes time by their square: 0.3 s with 8 kB, 4.7 s with 32 kB.
MAX_HEADER_BYTES: Final = 8_192
# How often to look for idle clients, and so the longest wait that a crowd of them causes.
CLEANUP_SECONDS: Final = 1
SHUTDOWN_SECONDS: Final = 5.0


@contextmanager
def serve_on_port(app: WsgiApp, host: str, port: int) -> Iterator[int]:
    """Answer in the background until the block ends; yield the port that was taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with _bind_socket(family, (host, port)) as listener, _run_server(app, listener):
        yield int(listener.getsockname()[1])


@contextmanager
def serve_on_socket(app: WsgiApp, path: Path) -> Iterator[None]:
    """Answer on a socket that only this process's user and group may use."""
    path.unlink(missing_ok=True)
    with _bind_socket(socket.AF_UNIX, str(path)) as listener, _run_server(app, listener):
        path.chmod(0o660)
        yield


@contextmanager
def _bind_socket(
    family: socket.AddressFamily, bind_address: str | tuple[str, int]
) -> Iterator[socket.socket]:
    with socket.socket(family) as listener:
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(bind_address)
        except OSError as error:
            where = (
                bind_address if isinstance(bind_address, str) else ":".join(map(str, bind_address))
            )
            reason = f"{where} cannot be used ({error.strerror}); choose another place."
            raise UnavailableError(reason) from error
        yield listener


@contextmanager
def _run_server(app: WsgiApp, listener: socket.socket) -> Iterator[None]:
    preload_templates()
    everything: dict[int, Any] = {}
    server = create_server(
        app,
        map=everything,
        sockets=[listener],
        threads=THREADS,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE_TIMEOUT_SECONDS,
        cleanup_interval=CLEANUP_SECONDS,
        # Unlike select(2) it knows descriptors above 1023.
        asyncore_use_poll=True,
        ident=None,
        # Our address comes from the configuration, never from such headers.
        clear_untrusted_proxy_headers=True,
        max_request_header_size=MAX_HEADER_BYTES,
        max_request_body_size=MAX_BODY_BYTES,
    )
    server.maintenance = partial(_close_idle_connections, server)
    thread = threading.Thread(target=server.run, name="pages", daemon=True)
    thread.start()
    try:
        yield
    finally:
        # On the server's own thread: it ends once nothing is left to listen to.
        server.trigger.pull_trigger(lambda: close_all(everything, ignore_all=True))
        thread.join(SHUTDOWN_SECONDS)
        server.task_dispatcher.shutdown(timeout=SHUTDOWN_SECONDS)


def _close_idle_connections(server: BaseWSGIServer, now: float) -> None:
    """Close idle connections; if they fill half of the limit, close the longest idle at once.

    At the limit no one can connect, so idle clients must not be able to reach it.
    """
    type(server).maintenance(server, now)
    channels = tuple(server.active_channels.values())
    silent = sorted(
        (channel for channel in channels if not channel.requests),
        key=lambda channel: channel.last_activity,
    )
    for channel in silent[: max(0, len(channels) - CONNECTIONS // 2)]:
        channel.will_close = True
