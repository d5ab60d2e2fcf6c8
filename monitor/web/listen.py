"""Lets readers in: one process, a fixed number of threads, on one address or one socket."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from flask import Flask
from waitress.server import create_server
from waitress.wasyncore import close_all

from monitor.errors import UnavailableError

LOOPBACK: Final = "127.0.0.1"
# Whoever watches a self-check keeps a thread; so of these only some may be streams.
THREADS: Final = 16
STREAMS: Final = 4
CONNECTIONS: Final = 500
FAREWELL_SECONDS: Final = 5.0


@contextmanager
def listening(app: Flask, host: str, port: int) -> Iterator[int]:
    """Answer in the background until the block ends; yield the port that was taken."""
    sockets: dict[int, Any] = {}
    try:
        server = create_server(
            app,
            map=sockets,
            host=host,
            port=port,
            threads=THREADS,
            connection_limit=CONNECTIONS,
            channel_timeout=30,
            ident=None,
            clear_untrusted_proxy_headers=True,
            max_request_header_size=32_768,
        )
    except OSError as error:
        reason = f"{host}:{port} cannot be listened on ({error.strerror}); choose another port."
        raise UnavailableError(reason) from error
    thread = threading.Thread(target=server.run, name="pages", daemon=True)
    thread.start()
    try:
        yield int(server.effective_port)
    finally:
        # On the server's own thread: it ends once nothing is left to listen to.
        server.trigger.pull_trigger(lambda: close_all(sockets, ignore_all=True))
        thread.join(FAREWELL_SECONDS)
