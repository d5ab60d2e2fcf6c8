"""One client for all: what it may ask, where a redirect may lead, what comes back.

APIs go through requests, pages over our own connections. A body is read to its end or to the cap,
and unpacked once. A redirect is a new request that waits its own turn.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from ssl import SSLError
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from scrapers.http.clock import Clock
from scrapers.http.conditional import remove_conditions
from scrapers.http.connection import ConnectionPool
from scrapers.http.credentials import AppTokenStore, Credentials
from scrapers.http.errors import (
    FailureReason,
    FetchError,
    build_failure_error,
    build_refusal_error,
    build_unreadable_error,
)
from scrapers.http.fetch_limits import FetchLimits, get_current_allowance, grant_allowance
from scrapers.http.ssrf_guard import (
    DEFAULT_PORTS,
    Dialer,
    NetworkScope,
    RequestTarget,
    match_origin,
    normalize_origin,
)
from scrapers.models import MediaKind, Page, ParseResult, Request
from scrapers.source import AccessMode, CrawlPolicy

if TYPE_CHECKING:
    from scrapers.http.requests_adapter import ApiConnections


class HttpResponse(Protocol):
    """Names of headers are lower-case; the values of one that came twice are joined by a comma.

    What reads from it may raise OSError where the other side breaks off, as connecting does.
    """

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def read_raw_body(self, most: int) -> bytes:
        """Return the whole body; where there is more than `most`, at least that, and hang up."""
        ...

    def close(self) -> None:
        """Hang up: whatever still comes is not wanted."""
        ...

    def discard_body(self) -> None:
        """Leave the body unread, and the connection open where there is none."""
        ...


# Our own headers, whatever a source's request says.
OWN_HEADERS = frozenset({"user-agent", "accept-encoding", "host", "connection", "cookie"})


class HttpConnections:
    """Open connections. They carry no key: clients with different keys may share them."""

    def __init__(self, dialer: Dialer, idle_hosts: int) -> None:
        self._dialer, self._idle_hosts = dialer, idle_hosts
        self._tls = dialer.get_tls_context()
        self._lock = Lock()
        self._apis: ApiConnections | None = None
        self.lines = ConnectionPool(dialer, self._tls, idle_hosts)

    def get_api_connections(self) -> "ApiConnections":
        """Return those of requests, which is loaded for the first API."""
        with self._lock:
            if self._apis is None:
                # Few need it, and it takes 8 MiB.
                from scrapers.http.requests_adapter import ApiConnections  # noqa: PLC0415 - see above

                self._apis = ApiConnections(self._dialer, self._tls, self._idle_hosts)
            return self._apis

    def close(self) -> None:
        with self._lock:
            if self._apis is not None:
                self._apis.close()
        self.lines.close()


@dataclass(slots=True, kw_only=True)
class HttpTransport:
    connections: HttpConnections
    credentials: Credentials
    user_agent: str
    tokens: AppTokenStore

    def send_request(
        self, target: RequestTarget, request: Request, *, scope: NetworkScope, access: AccessMode
    ) -> HttpResponse:
        signed = self.credentials.add_credential_params(target)
        asked = {name.lower(): value for name, value in request.headers}
        headers = {
            "accept": "*/*",
            **{name: value for name, value in asked.items() if name not in OWN_HEADERS},
            **dict(self.credentials.get_credential(target).headers),
            **dict(self.tokens.get_headers(target.origin)),
            "user-agent": self.user_agent,
            "accept-encoding": "gzip, deflate",
        }
        send = self._send_with_requests if access is AccessMode.API else self._send_over_connection
        allowance = get_current_allowance()
        allowance.begin_head()
        response = send(signed, request, headers, scope)
        allowance.begin_body()
        # Refuse an interim answer (103): what follows it would be taken for the next answer.
        if response.status < HTTPStatus.OK:
            response.close()
            raise build_failure_error(FailureReason.CUT_SHORT)
        return response

    def _send_with_requests(
        self, target: RequestTarget, request: Request, headers: dict[str, str], scope: NetworkScope
    ) -> HttpResponse:
        allowance = get_current_allowance()
        seconds = (allowance.get_connect_seconds(), allowance.get_seconds_left())
        adapter = self.connections.get_api_connections().adapters[scope]
        body = request.body.encode() or None
        return adapter.send_request(request.method, target.url, headers, body, seconds)

    def _send_over_connection(
        self, target: RequestTarget, request: Request, headers: dict[str, str], scope: NetworkScope
    ) -> HttpResponse:
        return self.connections.lines.get_connection(target, scope).send_request(
            target, request, headers
        )


# zlib's window sizes: 31 expects a gzip frame, 15 a zlib frame, -15 none.
_GZIP, _ZLIB, _BARE = 31, 15, -15
_GZIP_MAGIC = b"\x1f\x8b"
# A gzip file may be several in a row; each costs a new decoder and a copy of the rest.
_MOST_MEMBERS = 16
_TEXT = ("text/", "json", "xml", "javascript")
_READ = {MediaKind.TEXT: _TEXT, MediaKind.PICTURE: (*_TEXT, "image/")}


def read_body(
    response: HttpResponse, cap: int, media: MediaKind = MediaKind.TEXT
) -> tuple[bytes, bool]:
    """Return at most `cap` bytes, unpacked, and whether there was more.

    A cut page still shows what is in it; that something is not in it proves nothing.
    """
    # We ask for no transfer coding (TE).
    if not all(
        part.strip().lower() in {"", "identity", "chunked"}
        for part in response.headers.get("transfer-encoding", "").split(",")
    ):
        response.close()
        raise build_unreadable_error(FailureReason.PACKED)
    # One layer, gzip or deflate: layers multiply, and a bomb needs only two.
    header = response.headers.get("content-encoding", "")
    codings = [part.strip().lower() for part in header.split(",")]
    codings = [coding.removeprefix("x-") for coding in codings if coding not in {"", "identity"}]
    if len(codings) > 1 or (codings and codings[0] not in {"gzip", "deflate"}):
        raise build_unreadable_error(FailureReason.PACKED)
    coding = codings[0] if codings else ""
    content_type = response.headers.get("content-type", "")
    kind = content_type.partition(";")[0].lower()
    if not (not kind.strip() or any(entry in kind for entry in _READ[media])):
        response.close()
        return b"", True
    raw = response.read_raw_body(cap + 1)
    if not coding or not raw:
        return raw[:cap], len(raw) > cap
    cut = len(raw) > cap
    try:
        return _inflate_stream(raw, _GZIP if coding == "gzip" else _ZLIB, cap, cut=cut)
    except zlib.error:
        if coding == "gzip":
            raise build_unreadable_error(FailureReason.PACKED) from None
    try:
        # Some servers have always sent deflate without its zlib frame.
        return _inflate_stream(raw, _BARE, cap, cut=cut)
    except zlib.error:
        raise build_unreadable_error(FailureReason.PACKED) from None


def _inflate_stream(raw: bytes, frame: int, cap: int, *, cut: bool) -> tuple[bytes, bool]:
    whole = b""
    for _ in range(_MOST_MEMBERS):
        decoder = zlib.decompressobj(frame)
        whole += decoder.decompress(raw, cap + 1 - len(whole))
        if len(whole) > cap:
            return whole[:cap], True
        if not decoder.eof:
            if cut:
                return whole, True
            raise build_failure_error(FailureReason.CUT_SHORT)
        raw = decoder.unused_data
        if frame != _GZIP or not raw.startswith(_GZIP_MAGIC):
            return whole, cut
    return whole, True


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect that was judged and may be followed, in the queue of the host it leads to."""

    request: Request


@dataclass(slots=True)
class TrafficCounter:
    """Counts what was asked, refused by the guard or not, and bytes as they came over the wire."""

    requests: int = 0
    bytes: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def count_request(self, received: int) -> None:
        with self._lock:
            self.requests += 1
            self.bytes += received


REDIRECTS = frozenset({301, 302, 303, 307, 308})


class PageFetcher(Protocol):
    """`fetch` asks once and never raises for what a server does: a failed visit is a Reading.

    Whatever it waits for, it waits for as `scrapers.http.event_loop` does: others go on meanwhile.
    """

    def fetch(self, request: Request, policy: CrawlPolicy) -> Page | ParseResult | Redirect: ...


@dataclass(slots=True)
class HttpClient:
    """Safe to share between threads. `user_agent` says honestly who asks and whom to write to.

    Without `connections` it opens its own, and closes them. Whether robots.txt lets a page be asked
    is for the caller to see to, before each request.
    """

    dialer: Dialer
    clock: Clock
    user_agent: str
    limits: FetchLimits = field(default_factory=FetchLimits)
    credentials: Credentials = field(default_factory=Credentials)
    connections: HttpConnections | None = None
    traffic: TrafficCounter = field(init=False, default_factory=TrafficCounter)
    _tokens: AppTokenStore = field(init=False)
    _transport: HttpTransport = field(init=False)

    def __post_init__(self) -> None:
        self._tokens = AppTokenStore(self.credentials, self.clock)
        self._transport = HttpTransport(
            connections=self.connections or HttpConnections(self.dialer, self.limits.idle_hosts),
            credentials=self.credentials,
            user_agent=self.user_agent,
            tokens=self._tokens,
        )

    def fetch(self, request: Request, policy: CrawlPolicy) -> Page | ParseResult | Redirect:
        origin = self._find_app_origin(request)
        if not origin:
            return self._fetch_once(request, policy)
        known = bool(self._tokens.get_headers(origin))
        answer = self._get_token_failure(origin, policy) or self._fetch_once(request, policy)
        if known and isinstance(answer, Page) and answer.status == HTTPStatus.UNAUTHORIZED:
            # The service has ended the token before its time.
            self._tokens.forget_token(origin)
            return self._get_token_failure(origin, policy) or self._fetch_once(request, policy)
        return answer

    def _find_app_origin(self, request: Request) -> str:
        """Return the origin of a request if it wants a token of an application."""
        if not self.credentials.apps:
            return ""
        try:
            origin = RequestTarget.from_request(request).origin
        except (FetchError, ValueError):
            return ""  # it is refused when it is sent
        return origin if origin in self.credentials.apps else ""

    def _get_token_failure(self, origin: str, policy: CrawlPolicy) -> ParseResult | None:
        """See to a token, and say why there is none."""
        wanted = self._tokens.build_token_request(origin)
        if wanted is not None:
            place = RequestTarget.from_request(wanted).origin
            there = replace(policy, origins=(place,), access=AccessMode.API)
            self._tokens.record_answer(origin, self._fetch_once(wanted, there))
        return self._tokens.get_failure(origin)

    def _fetch_once(self, request: Request, policy: CrawlPolicy) -> Page | ParseResult | Redirect:
        with grant_allowance(self.clock, self.limits) as allowance:
            try:
                target = RequestTarget.from_request(request)
                if not request.led and match_origin(target, policy.origins) is None:
                    raise build_refusal_error(FailureReason.NOT_ITS_OWN)
                if target.origin in self.credentials.missing:
                    raise build_refusal_error(FailureReason.NO_KEY)
                reach = self._choose_scope(target, policy)
                response = self._transport.send_request(
                    target, request, scope=reach, access=policy.access
                )
                try:
                    return self._handle_response(target, request, response, policy)
                except BaseException:
                    response.close()
                    raise
            except FetchError as end:
                return end.result
            except SSLError:
                return build_failure_error(FailureReason.NO_TRUST).result
            except OSError:
                # Ask again, in turn, if a reused connection may have been closed meanwhile.
                result = build_failure_error(FailureReason.BROKE_OFF).result
                if allowance.dialled or allowance.received:
                    return result
                return replace(result, retry_at=self.clock.now())
            except ValueError:  # a header that cannot be sent
                return build_failure_error(FailureReason.BROKE_OFF).result
            finally:
                self.traffic.count_request(allowance.total)

    def close(self) -> None:
        if self.connections is None:
            self._transport.connections.close()

    def _handle_response(
        self, target: RequestTarget, request: Request, response: HttpResponse, policy: CrawlPolicy
    ) -> Page | Redirect:
        location = response.headers.get("location")
        followed = request.hops > 0 and not request.body
        if response.status not in REDIRECTS or location is None or not followed:
            body, cut = read_body(response, self.limits.body_bytes, request.media)
            if cut and policy.access is AccessMode.API:
                # Half of a JSON document is nothing; half a page still shows its content.
                raise build_unreadable_error(FailureReason.NOT_TEXT)
            return Page(
                url=target.url,
                status=response.status,
                body=body,
                fetched_at=self.clock.now(),
                headers=response.headers,
                cut=cut,
            )
        response.discard_body()
        # Judge where a redirect leads: a page's anywhere public, an API's to its origins.
        onward = self.credentials.strip_credential_params(target.resolve_location(location))
        if policy.access is AccessMode.API and match_origin(onward, policy.origins) is None:
            raise build_refusal_error(FailureReason.AWAY)
        # What we keep is of the address that was asked, not of where it leads today.
        return Redirect(replace(remove_conditions(request), url=onward.url, params=(), led=True))

    def _choose_scope(self, target: RequestTarget, policy: CrawlPolicy) -> NetworkScope:
        """Only an origin that is the source's own and named in the config may be private."""
        named = target.origin in map(normalize_origin, policy.allow_private)
        if named and match_origin(target, policy.origins) is not None:
            return NetworkScope.DECLARED
        usual = target.port in DEFAULT_PORTS.values()
        if not usual and not self.dialer.allows_any_port(target.host):
            raise build_refusal_error(FailureReason.PORT)
        return NetworkScope.PUBLIC
