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
from math import inf
from select import POLLIN, poll
from threading import Lock
from typing import TypeVar
from weakref import finalize

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from scrapers.http.clock import Clock
from scrapers.http.errors import FailureReason, build_failure_error
from scrapers.http.event_loop import READABLE, WRITABLE, wait_until_ready
from scrapers.http.limits import FetchLimits, get_current_allowance, grant_allowance
from scrapers.http.ssrf_guard import Dialer, NetworkScope, RequestTarget
from scrapers.models import Request

Done = TypeVar("Done")

# Small, for what comes along with the head counts against the bytes that a head may have.
_HEAD_PIECE, _BODY_PIECE = 16_384, 65_536
# http.client has always taken a hundred.
_MOST_HEADERS = 256
# RFC 9112, section 5; a value with a line break in it would be a header of its own.
_NAME, _VALUE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"), re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def secure_socket(sock: socket.socket, context: ssl.SSLContext, name: str) -> ssl.SSLSocket:
    """Shake hands with a server that must prove this name."""
    # What ends without TLS saying so may have been cut off by anyone on the way.
    secured = context.wrap_socket(
        sock, server_hostname=name, do_handshake_on_connect=False, suppress_ragged_eofs=False
    )
    try:
        until = get_current_allowance().get_connect_deadline()
        _retry_until_done(secured, READABLE, secured.do_handshake, until)
    except BaseException:  # such as the end of the greenlet that waits here
        secured.close()
        raise
    return secured


def _retry_until_done(
    sock: socket.socket, event: int, attempt: Callable[[], Done], until: float = inf
) -> Done:
    """Try until it is done, or raise FetchError when the visit's time is up."""
    allowance = get_current_allowance()
    while True:
        seconds = allowance.get_seconds_left(until)
        try:
            return attempt()
        # TLS may have to write in order to read, and the reverse.
        except ssl.SSLWantReadError:
            wait_until_ready(sock.fileno(), READABLE, seconds)
        except ssl.SSLWantWriteError:
            wait_until_ready(sock.fileno(), WRITABLE, seconds)
        except BlockingIOError:
            wait_until_ready(sock.fileno(), event, seconds)


class Http1Connection:
    """`sock` is connected and never blocks; `keep` is called when it is free again."""

    __slots__ = ("_keep", "_sock")

    def __init__(self, sock: socket.socket, keep: Callable[["Http1Connection"], None]) -> None:
        self._sock = sock
        self._keep = keep

    def send_request(
        self, target: RequestTarget, request: Request, headers: Mapping[str, str]
    ) -> "Http1Response":
        """Return once the head is there; raise OSError where none comes, or FetchError."""
        try:
            left = memoryview(_encode_request(target, request, headers))
            while left:
                send = partial(self._sock.send, left)
                left = left[_retry_until_done(self._sock, WRITABLE, send) :]
            return Http1Response(self)
        except BaseException:
            self.close()
            raise

    def receive_bytes(self, most: int) -> bytes:
        try:
            piece = _retry_until_done(self._sock, READABLE, partial(self._sock.recv, most))
        except ssl.SSLEOFError:  # an end without a close_notify is no fault of a certificate
            raise ConnectionResetError from None
        get_current_allowance().spend_bytes(len(piece))
        return piece

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
    """Names of headers are lower-case; the values of one that came twice are joined by a comma.

    What reads from it may raise OSError where the other side breaks off, or FetchError. What begins
    with `on_` is for the parser to call.
    """

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
        self._receive_head(self._parser)

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
        """Return the whole body; where there is more than `most`, at least that, and hang up."""
        while self._parser is not None and not self._whole and self._size < most:
            if not self._receive_piece(self._parser, _BODY_PIECE):
                self._accept_hangup_as_end()
                break
        self._finish_response()
        body, self._pieces = b"".join(self._pieces), []
        return body

    def discard_body(self) -> None:
        """Leave the body unread, and the connection open where there is none."""
        self._finish_response()

    def close(self) -> None:
        """Hang up: whatever still comes is not wanted."""
        self._keeps = False
        self._finish_response()

    def _receive_head(self, parser: HttpResponseParser) -> None:
        while not self.status:
            if not self._receive_piece(parser, _HEAD_PIECE):
                raise ConnectionResetError
        if self._fields > _MOST_HEADERS:
            raise build_failure_error(FailureReason.ENDLESS)
        if self.status < HTTPStatus.OK:  # what follows it is of another protocol
            raise build_failure_error(FailureReason.CUT_SHORT)

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

    def _accept_hangup_as_end(self) -> None:
        """Take it for the end where nothing else was to mark one."""
        framed = "chunked" in self.headers.get("transfer-encoding", "").lower()
        if framed or "content-length" in self.headers:
            raise build_failure_error(FailureReason.BROKE_OFF)

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
        for each in filter(None, surplus):
            each.close()

    def close(self) -> None:
        """Hang up; what still comes back later is hung up as well."""
        with self._lock:
            self._closed = True
            lines = list(self._lines.values())
            self._lines.clear()
        for line in lines:
            line.close()


class HttpConnections:
    """Open connections. They carry no key: clients with different keys may share them.

    What was opened to a declared origin serves no one else; every connection is dialled by us.
    TLS speaks of the name (server name and certificate), the socket goes to the vetted address.
    Anyone who forgets to close this hangs up all the same.
    """

    def __init__(self, dialer: Dialer, idle_hosts: int) -> None:
        self._dialer = dialer
        self._tls = dialer.create_tls_context()
        self._idle = IdleConnections(idle_hosts)
        finalize(self, self._idle.close)

    def get_connection(self, target: RequestTarget, scope: NetworkScope) -> Http1Connection:
        """Return an idle or a new connection; raise OSError or FetchError if that fails."""
        key = (target.origin, scope)
        idle = self._idle.take_connection(key)
        if idle is not None:
            if not idle.is_stale:
                return idle
            idle.close()
        sock = self._dialer.dial(target.host.rstrip("."), target.port, scope)
        if target.scheme == "https":
            sock = secure_socket(sock, self._tls, target.server_name)
        return Http1Connection(sock, partial(self._idle.keep_connection, key))

    def close(self) -> None:
        self._idle.close()


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
        try:
            with secure_socket(sock, dialer.create_tls_context(), target.server_name) as secured:
                ends = str((secured.getpeercert() or {})["notAfter"])
        except ssl.SSLCertVerificationError as error:
            return ServedCertificate(fault=error.verify_message)
        except OSError:
            raise build_failure_error(FailureReason.BROKE_OFF) from None
    seconds = ssl.cert_time_to_seconds(ends)
    return ServedCertificate(expires_at=datetime.fromtimestamp(seconds, UTC))
