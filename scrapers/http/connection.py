"""One connection to one origin, and the pool that keeps one for each host.

llhttp, which Node.js reads the web with, parses the bytes. It is as lenient as aiohttp has it
towards servers: what it lets pass matters where requests share a connection behind a proxy, and
here a connection carries one at a time and is closed once anything is left over.
"""

import re
import socket
import ssl
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from select import POLLIN, poll
from threading import Lock
from weakref import finalize

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from scrapers.http.errors import Note, failed
from scrapers.http.ssrf_guard import Egress, Reach, Target
from scrapers.models import Request

# Small, for what comes along with the head counts against the bytes that a head may have.
_HEAD_PIECE, _BODY_PIECE = 16_384, 65_536
# http.client has always taken a hundred.
_MOST_HEADERS = 256
# RFC 9112, section 5; a value with a line break in it would be a header of its own.
_NAME, _VALUE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"), re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class Line:
    """`sock` is connected and does its own waiting; `keep` is told when the line is free again."""

    __slots__ = ("_keep", "_sock")

    def __init__(self, sock: socket.socket, keep: Callable[["Line"], None]) -> None:
        self._sock = sock
        self._keep = keep

    def ask(self, target: Target, request: Request, headers: Mapping[str, str]) -> "LineResponse":
        """Return once the head is there; raise OSError where none comes, UnfinishedError."""
        try:
            self._sock.sendall(_written(target, request, headers))
            return LineResponse(self)
        except BaseException:
            self.close()
            raise

    def hear(self, most: int) -> bytes:
        return self._sock.recv(most)

    def keep(self) -> None:
        self._keep(self)

    @property
    def stale(self) -> bool:
        """Say whether the other side has hung up, or spoken unasked, while the line was kept."""
        polled = poll()
        polled.register(self._sock, POLLIN)
        return bool(polled.poll(0))

    def close(self) -> None:
        self._sock.close()


class LineResponse:
    """A Response from a line; what begins with `on_` is for the parser to call."""

    __slots__ = (
        "_fields",
        "_keeps",
        "_line",
        "_parser",
        "_pieces",
        "_size",
        "_surplus",
        "_whole",
        "headers",
        "status",
    )

    def __init__(self, line: Line) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self._line = line
        self._pieces: list[bytes] = []
        self._size = self._fields = 0
        self._whole = self._keeps = self._surplus = False
        self._parser: HttpResponseParser | None = HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )
        self._hear_head(self._parser)

    def on_message_begin(self) -> None:
        self._surplus = self._whole

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields += 1
        if self.status or self._fields > _MOST_HEADERS:
            return  # it stands behind a body, or nobody will read it
        key, told = name.decode("latin-1").lower(), value.decode("latin-1")
        self.headers[key] = f"{self.headers[key]}, {told}" if key in self.headers else told

    def on_headers_complete(self) -> None:
        """Pass over interim answers, as RFC 9110, 15.2, wants it of every client."""
        if self.status or self._parser is None:
            return
        told = self._parser.get_status_code()
        if told < HTTPStatus.OK and told != HTTPStatus.SWITCHING_PROTOCOLS:
            self.headers.clear()
        else:
            self.status = told

    def on_body(self, piece: bytes) -> None:
        if not self._surplus:
            self._pieces.append(piece)
            self._size += len(piece)

    def on_message_complete(self) -> None:
        if self.status and not self._whole and self._parser is not None:
            self._whole = True
            self._keeps = self._parser.should_keep_alive()

    def read(self, most: int) -> bytes:
        while self._parser is not None and not self._whole and self._size < most:
            if not self._hear(self._parser, _BODY_PIECE):
                self._hung_up()
                break
        self._end()
        body, self._pieces = b"".join(self._pieces), []
        return body

    def dismiss(self) -> None:
        self._end()

    def close(self) -> None:
        self._keeps = False
        self._end()

    def _hear_head(self, parser: HttpResponseParser) -> None:
        while not self.status:
            if not self._hear(parser, _HEAD_PIECE):
                raise ConnectionResetError
        if self._fields > _MOST_HEADERS:
            raise failed(Note.ENDLESS)

    def _hear(self, parser: HttpResponseParser, most: int) -> bool:
        piece = self._line.hear(most)
        try:
            parser.feed_data(piece)
        except HttpParserUpgrade:
            raise failed(Note.BROKE_OFF) from None
        except HttpParserError:
            if not self._whole:
                raise failed(Note.BROKE_OFF) from None
            self._surplus = True  # no part of the answer, which stands
        return bool(piece)

    def _hung_up(self) -> None:
        """Take it for the end where nothing else was to mark one."""
        framed = "chunked" in self.headers.get("transfer-encoding", "").lower()
        if framed or "content-length" in self.headers:
            raise failed(Note.BROKE_OFF)

    def _end(self) -> None:
        """Keep the line if it carried this response to its end and nothing else."""
        if self._parser is None:
            return
        self._parser = None  # it holds us, and we held it
        if self._whole and self._keeps and not self._surplus:
            self._line.keep()
        else:
            self._line.close()


def _written(target: Target, request: Request, headers: Mapping[str, str]) -> bytes:
    """Raise ValueError for a header that cannot be sent."""
    body = request.body.encode()
    told = {"Host": target.authority, **headers}
    if body:
        told["content-length"] = str(len(body))
    for name, value in told.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError(name)
    lines = (f"{name}: {value}\r\n" for name, value in told.items())
    head = f"{request.method} {target.path} HTTP/1.1\r\n{''.join(lines)}\r\n"
    return head.encode("latin-1") + body


Key = tuple[str, Reach]


class Idle:
    """Lines that nobody uses, of `most` hosts at once: the one unused for longest goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._lines: OrderedDict[Key, Line] = OrderedDict()

    def take(self, key: Key) -> Line | None:
        with self._lock:
            return self._lines.pop(key, None)

    def keep(self, key: Key, line: Line) -> None:
        with self._lock:
            surplus = [self._lines.pop(key, None)]
            self._lines[key] = line
            if len(self._lines) > self._most:
                surplus.append(self._lines.popitem(last=False)[1])
        for each in filter(None, surplus):
            each.close()

    def close(self) -> None:
        with self._lock:
            lines = list(self._lines.values())
            self._lines.clear()
        for line in lines:
            line.close()


class Lines:
    """What was opened to a declared origin serves nobody else; every connection is dialled by us.

    TLS speaks of the name (server name and certificate), the socket goes to the vetted address.
    Whoever forgets to close this hangs up all the same, as with urllib3's pools.
    """

    def __init__(self, egress: Egress, tls: ssl.SSLContext, idle_hosts: int) -> None:
        self._egress = egress
        self._tls = tls
        self._idle = Idle(idle_hosts)
        finalize(self, self._idle.close)

    def to(self, target: Target, reach: Reach) -> Line:
        """Return a kept line, or a new one; raise OSError or UnfinishedError where none comes."""
        key = (target.origin, reach)
        kept = self._idle.take(key)
        if kept is not None and kept.stale:
            kept.close()
            kept = None
        return kept or self._opened(target, key)

    def close(self) -> None:
        self._idle.close()

    def _opened(self, target: Target, key: Key) -> Line:
        sock = self._egress.dial(target.host.rstrip("."), target.port, key[1])
        if target.scheme == "https":
            sock = self._tls.wrap_socket(sock, server_hostname=target.server_name)
        else:
            sock.settimeout(0)
        return Line(sock, partial(self._idle.keep, key))
