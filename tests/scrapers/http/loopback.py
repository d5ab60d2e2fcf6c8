"""Loopback servers that misbehave on demand."""

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

Behavior = Callable[[socket.socket, bytes], None]
# Who waits for them without a deadline waits for ever; no machine is so slow that this matters.
SOON_SECONDS = 60.0


def head_of(connection: socket.socket) -> bytes:
    """Read a request up to its empty line; nothing, if the other side hangs up."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(4096)
        if not piece:
            return b""
        head += piece
    return head


@dataclass
class Loopback:
    """Each connection gets its requests answered by `behavior` until one side hangs up."""

    behavior: Behavior
    tls: ssl.SSLContext | None = None
    hear: Callable[[socket.socket], bytes] = head_of
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    open: list[socket.socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._talk, args=(connection,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _talk(self, accepted: socket.socket) -> None:
        with suppress(OSError), self._secured(accepted) as connection:
            self.open.append(connection)
            while not self.stopping.is_set() and (request := self.hear(connection)):
                self.requests.append(request)
                self.behavior(connection, request)

    def _secured(self, connection: socket.socket) -> socket.socket:
        if self.tls is None:
            return connection
        try:
            return self.tls.wrap_socket(connection, server_side=True)
        except OSError:
            connection.close()
            raise

    def close(self) -> None:
        self.stopping.set()
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(5)


def answer(body: bytes = b"hello", *, status: str = "200 OK", headers: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode("latin-1") + body


def answering(*answers: bytes) -> Behavior:
    """Give these answers in turn, the last one for ever."""
    left = list(answers)

    def behave(connection: socket.socket, _: bytes) -> None:
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return behave


def packed(body: bytes, coding: str, status: str = "200 OK") -> bytes:
    return answer(body, status=status, headers=f"Content-Encoding: {coding}\r\n")


def moved(location: str, body: bytes = b"", headers: str = "") -> bytes:
    return answer(body, status="302 Found", headers=f"Location: {location}\r\n{headers}")


def without_robots(behavior: Behavior) -> Behavior:
    """Say that there is no robots.txt, and leave everything else to `behavior`."""

    def behave(connection: socket.socket, request: bytes) -> None:
        if request.startswith(b"GET /robots.txt "):
            connection.sendall(answer(b"", status="404 Not Found"))
        else:
            behavior(connection, request)

    return behave
