"""A search engine that finds a few pages about everybody, in the JSON of SearXNG."""

import json
import re
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from time import monotonic
from urllib.parse import parse_qs, urlsplit

from tests.real.machine import LOCALHOST, PATIENCE

PHRASE = re.compile(r'"([^"]+)"')
ENGINE = "meadow"


def pages_about(name: str) -> Iterator[Mapping[str, object]]:
    """Yield what is published under a name: a staff page, a race result, a directory entry."""
    slug = "-".join(name.casefold().split())
    yield {
        "url": f"https://cedarvalley.example/staff/{slug}",
        "title": f"{name} - Cedar Valley Public Schools",
        "content": f"{name} teaches at Cedar Valley Middle School.",
    }
    yield {
        "url": f"https://race.example/results/{slug}",
        "title": f"{name} - Turkey Trot results",
        "content": f"{name} finished 12th in the Cedar Valley Turkey Trot.",
    }
    yield {
        "url": f"https://people-finder.example/{slug}",
        "title": f"{name} - phone and address",
        "content": f"{name}, Cedar Valley. Phone (312) 555-0142. 12 Elm Street, Cedar Valley, IL.",
    }


def search(query: str) -> Mapping[str, object]:
    if query.strip(' "') == "wikipedia":
        found = [
            {"url": "https://www.wikipedia.org/", "title": "Wikipedia", "content": "wikipedia"}
        ]
    else:
        names = [found_part for found_part in PHRASE.findall(query) if len(found_part.split()) > 1]
        found = list(pages_about(names[0])) if names else []
    return {
        "query": query,
        "results": [{**entry, "engine": ENGINE, "engines": [ENGINE]} for entry in found],
        "answers": [],
        "corrections": [],
        "infoboxes": [],
        "suggestions": [],
        "unresponsive_engines": [],
    }


# What Linux says of a connection (tcp_info), as far as the milliseconds since the last bytes came.
TCP_INFO, LAST_RECEIVED = struct.Struct("8B12I"), 8 + 11


def measure_age(connection: socket.socket) -> float:
    """Return how many seconds ago the last bytes came, however late this process gets to them."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO.size)
    return float(TCP_INFO.unpack(info)[LAST_RECEIVED] / 1000)


# In seconds, how exactly the kernel says when a request came.
TICK = 0.02


class SearchStub(ThreadingHTTPServer):
    """`asked` counts the searches, answered or not; `times` say when each request came."""

    asked = 0

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.times: list[float] = []

    def list_gaps(self) -> list[float]:
        return [later - first for first, later in pairwise(sorted(self.times))]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SearchStub

    def do_GET(self) -> None:
        self.server.times.append(monotonic() - measure_age(self.connection))
        parts = urlsplit(self.path)
        if parts.path == "/config":
            told = {"name": ENGINE, "enabled": True, "categories": ["general"], "paging": True}
            self.answer({"engines": [told], "version": "2026.8.22"})
        elif parts.path == "/search":
            self.server.asked += 1
            self.answer(search(parse_qs(parts.query).get("q", [""])[0]))
        else:
            self.send_error(404)

    def answer(self, told: Mapping[str, object]) -> None:
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def search_engine(port: int) -> Iterator[SearchStub]:
    server = SearchStub((LOCALHOST, port), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE)
