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
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from select import POLLIN, poll
from threading import Lock
from weakref import finalize

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from scrapers.http.clock import Clock
from scrapers.http.errors import FailureReason, build_failure_error
from scrapers.http.fetch_limits import FetchLimits, grant_allowance
from scrapers.http.ssrf_guard import Dialer, NetworkScope, RequestTarget
from scrapers.models import Request

# Small, for what comes along with the head counts against the bytes that a head may have.
_HEAD_PIECE, _BODY_PIECE = 16_384, 65_536
# http.client has always taken a hundred.
_MOST_HEADERS = 256
# RFC 9112, section 5; a value with a line break in it would be a header of its own.
_NAME, _VALUE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"), re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class Http1Connection:
    """`sock` is connected and does its own waiting; `keep` is called when it is free again."""

    __slots__ = ("_keep", "_sock")

    def __init__(self, sock: socket.socket, keep: Callable[["Http1Connection"], None]) -> None:
        self._sock = sock
        self._keep = keep

    def send_request(
        self, target: RequestTarget, request: Request, headers: Mapping[str, str]
    ) -> "Http1Response":
        """Return once the head is there; raise OSError where none comes, UnfinishedError."""
        try:
            self._sock.sendall(_encode_request(target, request, headers))
            return Http1Response(self)
        except BaseException:
            self.close()
            raise

    def receive_bytes(self, most: int) -> bytes:
        return self._sock.recv(most)

    def return_to_pool(self) -> None:
        self._keep(self)

    @property
    def is_stale(self) -> bool:
        """Tell whether the other side closed, or sent something, while the connection was idle."""
        polled = poll()
        polled.register(self._sock, POLLIN)
        return bool(polled.poll(0))

    def close(self) -> None:
        self._sock.close()


class Http1Response:
    """A Response from a line; what begins with "on_" is for the parser to call."""

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

    def __init__(self, line: Http1Connection) -> None:
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
        while not self.status:
            if not self._receive_piece(self._parser, _HEAD_PIECE):
                raise ConnectionResetError
        if self._fields > _MOST_HEADERS:
            raise build_failure_error(FailureReason.ENDLESS)

    def on_message_begin(self) -> None:
        self._surplus = self._whole

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields += 1
        if self.status or self._fields > _MOST_HEADERS:
            return  # it comes after a body, or no one will read it
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text

    def on_headers_complete(self) -> None:
        """Pass over interim answers, as RFC 9110, 15.2, wants it of every client."""
        if self.status or self._parser is None:
            return
        status = self._parser.get_status_code()
        if status < HTTPStatus.OK and status != HTTPStatus.SWITCHING_PROTOCOLS:
            self.headers.clear()
        else:
            self.status = status

    def on_body(self, piece: bytes) -> None:
        if not self._surplus:
            self._pieces.append(piece)
            self._size += len(piece)

    def on_message_complete(self) -> None:
        if self.status and not self._whole and self._parser is not None:
            self._whole = True
            self._keeps = self._parser.should_keep_alive()

    def read_raw_body(self, most: int) -> bytes:
        while self._parser is not None and not self._whole and self._size < most:
            if not self._receive_piece(self._parser, _BODY_PIECE):
                # Take it for the end where nothing else was to mark one.
                framed = "chunked" in self.headers.get("transfer-encoding", "").lower()
                if framed or "content-length" in self.headers:
                    raise build_failure_error(FailureReason.BROKE_OFF)
                break
        self._finish_response()
        body, self._pieces = b"".join(self._pieces), []
        return body

    def discard_body(self) -> None:
        self._finish_response()

    def close(self) -> None:
        self._keeps = False
        self._finish_response()

    def _receive_piece(self, parser: HttpResponseParser, most: int) -> bool:
        piece = self._line.receive_bytes(most)
        try:
            parser.feed_data(piece)
        except HttpParserUpgrade:
            raise build_failure_error(FailureReason.BROKE_OFF) from None
        except HttpParserError:
            if not self._whole:
                raise build_failure_error(FailureReason.BROKE_OFF) from None
            self._surplus = True  # not part of the answer, which counts
        return bool(piece)

    def _finish_response(self) -> None:
        """Keep the line if it carried this response to its end and nothing else."""
        if self._parser is None:
            return
        self._parser = None  # it holds us, and we held it
        if self._whole and self._keeps and not self._surplus:
            self._line.return_to_pool()
        else:
            self._line.close()


def _encode_request(target: RequestTarget, request: Request, headers: Mapping[str, str]) -> bytes:
    """Raise ValueError for a header that cannot be sent."""
    body = request.body.encode()
    fields = {"Host": target.authority, **headers}
    if body:
        fields["content-length"] = str(len(body))
    for name, value in fields.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError(name)
    lines = (f"{name}: {value}\r\n" for name, value in fields.items())
    head = f"{request.method} {target.path} HTTP/1.1\r\n{''.join(lines)}\r\n"
    return head.encode("latin-1") + body


PoolKey = tuple[str, NetworkScope]


class IdleConnections:
    """Lines that no one uses, of `most` hosts at once: the one unused for longest goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._closed = False
        self._lines: OrderedDict[PoolKey, Http1Connection] = OrderedDict()

    def take_connection(self, key: PoolKey) -> Http1Connection | None:
        with self._lock:
            return self._lines.pop(key, None)

    def keep_connection(self, key: PoolKey, line: Http1Connection) -> None:
        with self._lock:
            surplus = [self._lines.pop(key, None)]
            self._lines[key] = line
            if self._closed or len(self._lines) > self._most:
                surplus.append(self._lines.popitem(last=False)[1])
        for entry in filter(None, surplus):
            entry.close()

    def close(self) -> None:
        """Hang up; what still comes back later is hung up as well."""
        with self._lock:
            self._closed = True
            lines = list(self._lines.values())
            self._lines.clear()
        for line in lines:
            line.close()


class ConnectionPool:
    """What was opened to a declared origin serves no one else; every connection is dialled by us.

    TLS speaks of the name (server name and certificate), the socket goes to the vetted address.
    Anyone who forgets to close this hangs up all the same, as with urllib3's pools.
    """

    def __init__(self, dialer: Dialer, tls: ssl.SSLContext, idle_hosts: int) -> None:
        self._dialer = dialer
        self._tls = tls
        self._idle = IdleConnections(idle_hosts)
        finalize(self, self._idle.close)

    def get_connection(self, target: RequestTarget, scope: NetworkScope) -> Http1Connection:
        """Return an idle or a new connection; raise OSError or UnfinishedError if that fails."""
        key = (target.origin, scope)
        idle = self._idle.take_connection(key)
        if idle is not None and idle.is_stale:
            idle.close()
            idle = None
        return idle or self._open_connection(target, key)

    def close(self) -> None:
        self._idle.close()

    def _open_connection(self, target: RequestTarget, key: PoolKey) -> Http1Connection:
        sock = self._dialer.dial(target.host.rstrip("."), target.port, key[1])
        if target.scheme == "https":
            sock = self._tls.wrap_socket(sock, server_hostname=target.server_name)
        else:
            sock.settimeout(0)
        return Http1Connection(sock, partial(self._idle.keep_connection, key))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedCertificate:
    """`expires_at` is None where `fault` says why it is not to be trusted, in OpenSSL's words."""

    expires_at: datetime | None = None
    fault: str = ""


def read_certificate(
    dialer: Dialer, clock: Clock, limits: FetchLimits, url: str
) -> ServedCertificate:
    """Look at the certificate of an https origin that the configuration names.

    Raises FetchError where there is no connection to look at.
    """
    target = RequestTarget.from_url(url)
    with grant_allowance(clock, limits) as allowance:
        allowance.begin_head()
        sock = dialer.dial(target.host.rstrip("."), target.port, NetworkScope.DECLARED)
        tls = dialer.get_tls_context()
        try:
            with sock, tls.wrap_socket(sock, server_hostname=target.server_name) as secured:
                ends = str((secured.getpeercert() or {})["notAfter"])
        except ssl.SSLCertVerificationError as error:
            return ServedCertificate(fault=error.verify_message)
        except OSError:
            raise build_failure_error(FailureReason.BROKE_OFF) from None
    seconds = ssl.cert_time_to_seconds(ends)
    return ServedCertificate(expires_at=datetime.fromtimestamp(seconds, UTC))
