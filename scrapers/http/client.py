"""One client for all: what it may ask, where a redirect may lead, what comes back.

APIs go through requests, pages over our own connections. A body is read to its end or to the cap,
and unpacked once. A redirect is a new request that waits its own turn.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from http import HTTPStatus
from ssl import SSLError
from threading import Lock
from typing import Protocol

# What inflating a page costs is most of what reading it costs; this takes a third of zlib's time.
from isal.igzip_lib import IsalError
from isal.isal_zlib import decompressobj
from requests import RequestException
from requests.exceptions import SSLError as RequestsSSLError
from requests.exceptions import Timeout as RequestsTimeout
from urllib3.exceptions import HTTPError
from urllib3.exceptions import SSLError as PoolSSLError
from urllib3.exceptions import TimeoutError as PoolTimeout

from scrapers.http.clock import Clock
from scrapers.http.conditional import unconditional
from scrapers.http.connection import Lines
from scrapers.http.credentials import Credentials
from scrapers.http.errors import Note, UnfinishedError, failed, refused, unreadable
from scrapers.http.limits import Allowance, Limits, allowed, current_allowance
from scrapers.http.requests_adapter import GuardedAdapter, Pool, Pools
from scrapers.http.ssrf_guard import DEFAULT_PORTS, Egress, Reach, Target, declared, normal
from scrapers.models import Media, Page, Reading, Request
from scrapers.source import Access, Etiquette


class Response(Protocol):
    """Names of headers are lower-case; the values of one that came twice are joined by a comma.

    What reads from it may raise OSError where the other side breaks off, as `connect` does.
    """

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    def read(self, most: int) -> bytes:
        """Return the whole body; where there is more than `most`, at least that, and hang up."""
        ...

    def close(self) -> None:
        """Hang up: whatever still comes is not wanted."""
        ...

    def dismiss(self) -> None:
        """Leave the body unread, and the connection open where there is none."""
        ...


# Ours, whatever a source's request says.
OWN_HEADERS = frozenset({"user-agent", "accept-encoding", "host", "connection", "cookie"})


@dataclass(slots=True, kw_only=True)
class Exchanges:
    egress: Egress
    idle_hosts: int
    credentials: Credentials
    user_agent: str
    _pools: Pools = field(init=False)
    _lines: Lines = field(init=False)
    _adapters: dict[Reach, GuardedAdapter] = field(init=False)

    def __post_init__(self) -> None:
        # urllib3's warnings quote whole addresses, and those hold people's names.
        logging.getLogger("urllib3").setLevel(logging.CRITICAL)
        tls = self.egress.tls()
        self._pools = Pools(self.egress, tls, self.idle_hosts)
        self._lines = Lines(self.egress, tls, self.idle_hosts)
        self._adapters = {
            reach: GuardedAdapter(partial(self._pool_of, reach=reach)) for reach in Reach
        }

    def ask(self, target: Target, request: Request, *, reach: Reach, access: Access) -> Response:
        signed = self.credentials.signed(target)
        headers = self._headers(target, request)
        send = self._by_requests if access is Access.API else self._by_line
        allowance = current_allowance()
        allowance.begin_head()
        response = send(signed, request, headers, reach)
        allowance.begin_body()
        return _final(response)

    def close(self) -> None:
        self._pools.close()
        self._lines.close()

    def _by_requests(
        self, target: Target, request: Request, headers: dict[str, str], reach: Reach
    ) -> Response:
        allowance = current_allowance()
        seconds = (allowance.seconds_to_connect(), allowance.seconds_left())
        adapter, body = self._adapters[reach], request.body.encode() or None
        return adapter.ask(request.method, target.url, headers, body, seconds)

    def _by_line(
        self, target: Target, request: Request, headers: dict[str, str], reach: Reach
    ) -> Response:
        return self._lines.to(target, reach).ask(target, request, headers)

    def _headers(self, target: Target, request: Request) -> dict[str, str]:
        asked = {name.lower(): value for name, value in request.headers}
        return {
            "accept": "*/*",
            **{name: value for name, value in asked.items() if name not in OWN_HEADERS},
            **dict(self.credentials.of(target).headers),
            "user-agent": self.user_agent,
            "accept-encoding": "gzip, deflate",
        }

    def _pool_of(self, url: str, *, reach: Reach) -> Pool:
        return self._pools.of(Target.of(url), reach)


def _final(response: Response) -> Response:
    """Refuse an interim answer (103): what follows it would be taken for the next answer."""
    if response.status < HTTPStatus.OK:
        response.close()
        raise failed(Note.CUT_SHORT)
    return response


# zlib's window sizes: 31 expects a gzip frame, 15 a zlib frame, -15 none.
_GZIP, _ZLIB, _BARE = 31, 15, -15
_GZIP_MAGIC = b"\x1f\x8b"
# A gzip file may be several in a row; each costs a new decoder and a copy of the rest.
_MOST_MEMBERS = 16
_TEXT = ("text/", "json", "xml", "javascript")
_READ = {Media.TEXT: _TEXT, Media.PICTURE: (*_TEXT, "image/")}


def read_body(response: Response, cap: int, media: Media = Media.TEXT) -> tuple[bytes, bool]:
    """Return at most `cap` bytes, unpacked, and whether there was more.

    A cut page still shows what is in it; that something is not in it proves nothing.
    """
    if not _framed_as_asked(response.headers.get("transfer-encoding", "")):
        response.close()
        raise unreadable(Note.PACKED)
    coding = _coding(response.headers.get("content-encoding", ""))
    if not _wanted(response.headers.get("content-type", ""), media):
        response.close()
        return b"", True
    raw = response.read(cap + 1)
    if not coding or not raw:
        return raw[:cap], len(raw) > cap
    return _unpacked(raw, coding, cap)


def _coding(header: str) -> str:
    """One layer, gzip or deflate: layers multiply, and a bomb needs only two."""
    codings = [each.strip().lower() for each in header.split(",")]
    codings = [each.removeprefix("x-") for each in codings if each not in {"", "identity"}]
    if len(codings) > 1 or (codings and codings[0] not in {"gzip", "deflate"}):
        raise unreadable(Note.PACKED)
    return codings[0] if codings else ""


def _framed_as_asked(header: str) -> bool:
    """Tell whether no more than chunks was used: we ask for no other transfer coding (TE)."""
    return all(each.strip().lower() in {"", "identity", "chunked"} for each in header.split(","))


def _wanted(content_type: str, media: Media) -> bool:
    kind = content_type.partition(";")[0].lower()
    return not kind.strip() or any(each in kind for each in _READ[media])


def _unpacked(raw: bytes, coding: str, cap: int) -> tuple[bytes, bool]:
    cut = len(raw) > cap
    try:
        return _inflated(raw, _GZIP if coding == "gzip" else _ZLIB, cap, cut=cut)
    except IsalError:  # type: ignore[misc]  # its stub calls the class an instance
        if coding == "gzip":
            raise unreadable(Note.PACKED) from None
    try:
        # Some servers have always sent deflate without its zlib frame.
        return _inflated(raw, _BARE, cap, cut=cut)
    except IsalError:  # type: ignore[misc]  # its stub calls the class an instance
        raise unreadable(Note.PACKED) from None


def _inflated(raw: bytes, frame: int, cap: int, *, cut: bool) -> tuple[bytes, bool]:
    whole = b""
    for _ in range(_MOST_MEMBERS):
        decoder = decompressobj(frame)
        whole += decoder.decompress(raw, cap + 1 - len(whole))
        if len(whole) > cap:
            return whole[:cap], True
        if not decoder.eof:
            if cut:
                return whole, True
            raise failed(Note.CUT_SHORT)
        raw = decoder.unused_data
        if frame != _GZIP or not raw.startswith(_GZIP_MAGIC):
            return whole, cut
    return whole, True


@dataclass(frozen=True, slots=True)
class Moved:
    """A redirect that was judged and may be followed, in the queue of the host it leads to."""

    request: Request


@dataclass(slots=True)
class Traffic:
    """Counts what was asked, refused by the guard or not, and bytes as they came over the wire."""

    requests: int = 0
    bytes: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def add(self, received: int) -> None:
        with self._lock:
            self.requests += 1
            self.bytes += received


REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Client(Protocol):
    """`fetch` asks once and never raises for what a server does: a failed visit is a Reading.

    Whatever it waits for, it waits for as `scrapers.http.event_loop` does: others go on meanwhile.
    """

    def fetch(self, request: Request, etiquette: Etiquette) -> Page | Reading | Moved: ...


@dataclass(slots=True)
class HttpClient:
    """Safe to share between threads. `user_agent` says honestly who asks and whom to write to.

    Whether robots.txt lets a page be asked is for the caller to see to, before each request.
    """

    egress: Egress
    clock: Clock
    user_agent: str
    limits: Limits = field(default_factory=Limits)
    credentials: Credentials = field(default_factory=Credentials)
    traffic: Traffic = field(init=False, default_factory=Traffic)
    _exchanges: Exchanges = field(init=False)

    def __post_init__(self) -> None:
        self._exchanges = Exchanges(
            egress=self.egress,
            idle_hosts=self.limits.idle_hosts,
            credentials=self.credentials,
            user_agent=self.user_agent,
        )

    def fetch(self, request: Request, etiquette: Etiquette) -> Page | Reading | Moved:
        with allowed(self.clock, self.limits) as allowance:
            try:
                return self._fetched(request, etiquette)
            except UnfinishedError as end:
                return end.reading
            except (SSLError, PoolSSLError, RequestsSSLError):
                return failed(Note.NO_TRUST).reading
            except (PoolTimeout, RequestsTimeout):
                return failed(Note.OUT_OF_TIME).reading
            except (HTTPError, RequestException, OSError):
                return self._broken(allowance)
            except ValueError:  # a header that cannot be sent
                return failed(Note.BROKE_OFF).reading
            finally:
                self.traffic.add(allowance.total)

    def close(self) -> None:
        self._exchanges.close()

    def _broken(self, allowance: Allowance) -> Reading:
        """Ask again, but in turn, where a kept connection may have been closed meanwhile."""
        reading = failed(Note.BROKE_OFF).reading
        if allowance.dialled or allowance.received:
            return reading
        return replace(reading, retry_at=self.clock.now())

    def _fetched(self, request: Request, etiquette: Etiquette) -> Page | Moved:
        target = Target.asked_by(request)
        if not request.led and declared(target, etiquette.origins) is None:
            raise refused(Note.NOT_ITS_OWN)
        if target.origin in self.credentials.missing:
            raise refused(Note.NO_KEY)
        reach = self._reach(target, etiquette)
        response = self._exchanges.ask(target, request, reach=reach, access=etiquette.access)
        try:
            return self._told(target, request, response, etiquette)
        except BaseException:
            response.close()
            raise

    def _told(
        self, target: Target, request: Request, response: Response, etiquette: Etiquette
    ) -> Page | Moved:
        location = response.headers.get("location")
        followed = request.hops > 0 and not request.body
        if response.status not in REDIRECTS or location is None or not followed:
            return self._page(target, response, request.media, etiquette.access)
        response.dismiss()
        onward = self._onward(target, location, etiquette)
        # What we keep is of the address that was asked, not of where it leads today.
        return Moved(replace(unconditional(request), url=onward.url, params=(), led=True))

    def _onward(self, target: Target, location: str, etiquette: Etiquette) -> Target:
        """Judge where a redirect leads: a page's anywhere public, an API's to its origins."""
        onward = self.credentials.unsigned(target.redirected(location))
        if etiquette.access is Access.API and declared(onward, etiquette.origins) is None:
            raise refused(Note.AWAY)
        return onward

    def _reach(self, target: Target, etiquette: Etiquette) -> Reach:
        """Only an origin that is the source's own and named in the config may be private."""
        named = target.origin in map(normal, etiquette.allow_private)
        if named and declared(target, etiquette.origins) is not None:
            return Reach.DECLARED
        usual = target.port in DEFAULT_PORTS.values()
        if not usual and not self.egress.opens_any_port(target.host):
            raise refused(Note.PORT)
        return Reach.PUBLIC

    def _page(self, target: Target, response: Response, media: Media, access: Access) -> Page:
        body, cut = read_body(response, self.limits.body_bytes, media)
        if cut and access is Access.API:
            # Half of a JSON document is nothing; half a page still shows what stands on it.
            raise unreadable(Note.NOT_TEXT)
        return Page(
            url=target.url,
            status=response.status,
            body=body,
            fetched_at=self.clock.now(),
            headers=response.headers,
            cut=cut,
        )
