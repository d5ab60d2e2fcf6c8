"""A chat service on loopback that remembers what it was sent, and answers as a test says."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class ChatRoom:
    """`status` is its answer; without `answers`, it takes a message and says nothing."""

    port: int = 0
    status: int = 200
    answers: bool = True
    messages: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.port}/s3cret-path"


@contextmanager
def open_chat_room() -> Iterator[ChatRoom]:
    room = ChatRoom()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            room.messages.append(body.decode("utf-8"))
            if not room.answers:
                room.closing.wait(30)
                return
            self.send_response(room.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    room.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield room
    finally:
        room.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
