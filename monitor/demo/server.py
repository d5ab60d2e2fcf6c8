"""Serves a made-up internet on loopback: one HTTP server, which looks at the Host header."""

import socket
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Protocol, Self
from urllib.parse import unquote

from monitor.demo.response import FakeRequest, FakeResponse

LOOPBACK = "127.0.0.1"
KEEP_ALIVE_SECONDS = 30


class FakeWeb(Protocol):
    """Anything that answers for some hosts."""

    @property
    def hosts(self) -> Collection[str]: ...

    def answer_request(self, asked: FakeRequest) -> FakeResponse | None: ...


class WebServer(AbstractContextManager["WebServer"]):
    """Set `web` or `week` at any time; what is asked afterwards is answered accordingly."""

    def __init__(
        self,
        web: FakeWeb,
        *,
        week: int = 1,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.web = web
        self.week = week
        self.visits: list[FakeRequest] = []
        self._lock = Lock()
        self._listener = _Listener(self.answer_recorded, now)
        self._stopping = Event()
        self._thread = Thread(target=self._answer_until_stopped, daemon=True)

    def _answer_until_stopped(self) -> None:
        while not self._stopping.is_set():
            self._listener.handle_request()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop at once: a last connection wakes the thread, which else waits for one."""
        self._stopping.set()
        socket.create_connection(self.address).close()
        self._thread.join()
        self._listener.server_close()

    @property
    def address(self) -> tuple[str, int]:
        """Say where it listens; the port is chosen by the machine."""
        host, port = self._listener.server_address[:2]
        return str(host), port

    def build_address_map(self) -> dict[str, tuple[str, int]]:
        """Map every host of the web to where this server listens."""
        return dict.fromkeys(self.web.hosts, self.address)

    def answer_recorded(self, recorded: FakeRequest) -> FakeResponse | None:
        with self._lock:
            self.visits.append(recorded)
            nth = len(self.visits)
        return self.web.answer_request(replace(recorded, week=self.week, nth=nth))


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self, reply: Callable[[FakeRequest], FakeResponse | None], now: Callable[[], datetime]
    ) -> None:
        self.reply = reply
        self.now = now
        super().__init__((LOOPBACK, 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay quiet: a client that hangs up early is part of many tests."""


class _Handler(BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"
    timeout = KEEP_ALIVE_SECONDS
    # Head and body leave in one packet, or each answer waits for a delayed acknowledgement.
    wbufsize = -1

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        host = self.headers.get("host", "").partition(":")[0].casefold()
        headers = tuple((name.casefold(), value) for name, value in self.headers.items())
        request_seen = FakeRequest(
            host=host, path=unquote(path), query=query, at=self.server.now(), headers=headers
        )
        answer = self.server.reply(request_seen)
        if answer is None:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Stay quiet."""
