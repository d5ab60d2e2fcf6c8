"""A small web and the index over it: what a search engine would know if the web were ours."""

import contextlib
import html
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.real.machine import LOCALHOST, PATIENCE

PAGE_LENGTH = 10
SCHEMA = "CREATE VIRTUAL TABLE page USING fts5(url UNINDEXED, title, text)"
SEARCH = (
    "SELECT url, title, snippet(page, 2, '', '', '…', 24) FROM page"
    " WHERE page MATCH ? ORDER BY rank LIMIT ? OFFSET ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPage:
    url: str
    title: str
    text: str


def _empty() -> sqlite3.Connection:
    pages = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    pages.execute(SCHEMA)
    return pages


@dataclass(slots=True)
class WebIndex:
    """Full-text search over pages in memory; `broken` makes every answer a 500."""

    broken: bool = False
    _pages: sqlite3.Connection = field(default_factory=_empty)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def publish(self, *pages: WebPage) -> None:
        for page in pages:
            self.withdraw(page.url)
        with self._lock:
            self._pages.executemany(
                "INSERT INTO page VALUES (?, ?, ?)",
                [(page.url, page.title, page.text) for page in pages],
            )

    def withdraw(self, url: str) -> None:
        with self._lock:
            self._pages.execute("DELETE FROM page WHERE url = ?", (url,))

    def search(self, words: str, page: int = 1) -> list[WebPage]:
        match = " ".join(f'"{word}"' for word in words.replace('"', " ").split()) or '""'
        with self._lock:
            rows = self._pages.execute(SEARCH, (match, PAGE_LENGTH, PAGE_LENGTH * (page - 1)))
            return [WebPage(url=url, title=title, text=text) for url, title, text in rows]

    @contextlib.contextmanager
    def breakdown(self) -> Iterator[None]:
        self.broken = True
        try:
            yield
        finally:
            self.broken = False

    def close(self) -> None:
        self._pages.close()


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, index: WebIndex) -> None:
        super().__init__((LOCALHOST, 0), _Answer)
        self.index = index

    @property
    def address(self) -> str:
        return f"http://{LOCALHOST}:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        hits = self.server.index.search(
            query.get("q", [""])[0],
            int(query.get("page", ["1"])[0]),
        )
        if self.server.index.broken:
            self._say(500, "text/plain", "the index is broken")
        elif url.path == "/html":
            self._say(200, "text/html; charset=utf-8", as_html(hits))
        else:
            self._say(200, "application/json", as_json(hits))

    def _say(self, status: int, kind: str, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Stay silent: the test's own output is what counts."""


def as_json(hits: Iterable[WebPage]) -> str:
    results = [{"url": hit.url, "title": hit.title, "text": hit.text} for hit in hits]
    return json.dumps({"results": results})


def as_html(hits: Iterable[WebPage]) -> str:
    return "".join(
        f'<article><a href="{html.escape(hit.url)}">{html.escape(hit.title)}</a>'
        f"<p>{html.escape(hit.text)}</p></article>"
        for hit in hits
    )


@contextlib.contextmanager
def served(index: WebIndex) -> Iterator[str]:
    with Server(index) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.address
        finally:
            server.shutdown()
            thread.join(PATIENCE)
            index.close()
