"""The way out: a name is resolved once, every answer is vetted, a vetted address is dialled.

Which addresses belong to the public internet. Which URLs may be asked at all, and where exactly
they lead.
"""

import re
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)
from pathlib import Path
from typing import Self
from urllib.parse import urlencode, urljoin

import certifi
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from scrapers.http.errors import FailureReason, FetchError, build_failure_error, build_refusal_error
from scrapers.http.event_loop import MeteredSocket, MeteredTLSSocket, run_in_thread
from scrapers.http.fetch_limits import FetchAllowance, get_current_allowance
from scrapers.models import Request
from scrapers.text_limits import LONGEST_URL

# What is not globally routable unicast, by the IANA special-purpose registries. Whole blocks,
# also where a single address in them is global (192.0.0.9): no website lives there.
NOT_PUBLIC_V4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # carrier-grade NAT; some clouds keep their metadata here
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # Azure's wire server: inside every Azure machine, public by number
            "169.254.0.0/16",  # link-local, cloud metadata
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments; 192.0.0.192 is a cloud's metadata
            "192.0.2.0/24",  # documentation
            "192.31.196.0/24",  # AS112
            "192.52.193.0/24",  # multicast tunnelling
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private
            "192.175.48.0/24",  # AS112
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
        ),
    )
)
# IPv6 assigns global unicast from this block only, so everything else (loopback, mapped,
# compatible, site-local, unique local, segment routing, multicast) is refused by not being in it.
PUBLIC_V6 = IPv6Network("2000::/3")
NOT_PUBLIC_V6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: a tunnel to any IPv4 address
            "2620:4f:8000::/48",  # AS112
            "3fff::/20",  # documentation
        ),
    )
)
# Traffic to these ends at the IPv4 address in their last 32 bits, so that one is judged. The
# dead tunnels (6to4, Teredo, ISATAP, compatible) are refused whatever they carry.
CARRIES_V4 = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
# Behind any prefix, an ISATAP host part tunnels to the IPv4 address in the last 32 bits.
ISATAP = (0x0000_5EFE, 0x0200_5EFE)


def is_public_unicast(ip: str) -> bool:
    """Tell whether `ip` is one machine on the public internet; a zone id or a typo is not."""
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return _is_public_v4(address)
    if address.scope_id is not None:
        return False
    if any(address in block for block in CARRIES_V4):
        return _is_public_v4(IPv4Address(int(address) & 0xFFFFFFFF))
    if int(address) >> 32 & 0xFFFFFFFF in ISATAP:
        return False
    return address in PUBLIC_V6 and not any(address in block for block in NOT_PUBLIC_V6)


def _is_public_v4(address: IPv4Address) -> bool:
    return not any(address in block for block in NOT_PUBLIC_V4)


@lru_cache(maxsize=4_096)
def parse_ip_literal(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that `host` spells out, or None where it is a name."""
    try:
        return IPv6Address(host.strip("[]")) if ":" in host else IPv4Address(host)
    except AddressValueError:
        return None


# A zone can name thousands of addresses; to try them all would be a scan.
MOST_DIALLED = 4

# (family, type, protocol, canonical name, socket address), as socket.getaddrinfo answers.
AddressInfo = tuple[
    int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
]
Resolver = Callable[[str, int], Iterable[AddressInfo]]


class NetworkScope(Enum):
    """DECLARED: the configuration names this exact origin, so it may lie at a private address."""

    PUBLIC = auto()
    DECLARED = auto()


def resolve_by_system(host: str, port: int) -> Iterable[AddressInfo]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def resolve_nothing(host: str, port: int) -> Iterable[AddressInfo]:
    """Replace the name service if only mapped names exist."""
    raise socket.gaierror(socket.EAI_NONAME, f"{host}:{port} is outside of this world")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialer:
    """Where connections may go. No configuration can express `address_map` or `allow_networks`.

    `address_map` sends a host, whatever the port, to an address of the demo's or a test's own.
    `allow_networks` opens networks, on any port, to a benchmark. `ca_file` replaces the bundle
    of certificate authorities that is trusted otherwise; nothing turns verification off.
    `trusts_system` adds those that this machine trusts, as for an authority of the district's own.
    """

    address_map: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    allow_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    ca_file: Path | None = None
    trusts_system: bool = False
    resolve: Resolver = resolve_by_system

    def get_tls_context(self) -> ssl.SSLContext:
        """Return the one context that all connections share; a bundle that changed counts anew."""
        bundle = self.ca_file or Path(certifi.where())
        return _load_tls_context(bundle, bundle.stat().st_mtime_ns, self.trusts_system)

    def allows_any_port(self, host: str) -> bool:
        address = parse_ip_literal(host)
        return address is not None and self._is_in_allowed_network(address)

    def dial(self, host: str, port: int, scope: NetworkScope) -> socket.socket:
        """Connect to a vetted address of `host`, or raise FetchError."""
        allowance = get_current_allowance()
        allowance.dialled = True
        answers = self._resolve_vetted(host, port, scope, allowance)[:MOST_DIALLED]
        seconds = allowance.get_connect_seconds()
        for answer in answers:
            # Shares, so that one dead address does not use up the time of the next.
            sock = _try_connect(answer, seconds / len(answers))
            if sock is not None:
                return sock
        raise build_failure_error(FailureReason.NO_CONNECTION)

    def _resolve_vetted(
        self, host: str, port: int, scope: NetworkScope, allowance: FetchAllowance
    ) -> tuple[AddressInfo, ...]:
        if host in self.address_map:
            return (_build_address_info(*self.address_map[host]),)
        if (address := parse_ip_literal(host)) is not None:
            answers: tuple[AddressInfo, ...] = (_build_address_info(str(address), port),)
        else:
            # Resolve beside this thread, for getaddrinfo knows no time-out.
            seconds = allowance.get_connect_seconds()
            try:
                answers = run_in_thread(lambda: tuple(self.resolve(host, port)), seconds)
            except TimeoutError:
                raise build_failure_error(FailureReason.NO_NAME_SERVICE) from None
            except (OSError, UnicodeError):
                answers = ()
            if not answers:
                raise build_failure_error(FailureReason.NO_SUCH_NAME)
        if scope is NetworkScope.PUBLIC and not all(
            self._is_allowed_answer(answer) for answer in answers
        ):
            raise build_refusal_error(FailureReason.NOT_PUBLIC)
        return answers

    def _is_allowed_answer(self, answer: AddressInfo) -> bool:
        ip = str(answer[4][0])
        return is_public_unicast(ip) or (
            bool(self.allow_networks) and self._is_in_allowed_network(ip_address(ip))
        )

    def _is_in_allowed_network(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self.allow_networks)


@lru_cache(maxsize=16)
def _load_tls_context(
    bundle: Path,
    _changed_at_ns: int,
    trusts_system: bool,  # noqa: FBT001 - a cache tells calls apart by their order
) -> ssl.SSLContext:
    """Load a bundle of certificates once for all districts: it takes 8 ms."""
    context = ssl.create_default_context(cafile=str(bundle))
    if trusts_system:
        context.load_default_certs()
    context.set_alpn_protocols(["http/1.1"])
    context.sslsocket_class = MeteredTLSSocket
    return context


def _build_address_info(ip: str, port: int) -> AddressInfo:
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    return (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (ip, port))


def _try_connect(answer: AddressInfo, seconds: float) -> socket.socket | None:
    family, kind, protocol, _, address = answer
    sock = MeteredSocket(family, kind, protocol)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.connect_within(address, seconds)
    except OSError:
        sock.close()
        return None
    except BaseException:  # such as the end of the greenlet that waits here
        sock.close()
        raise
    return sock


DEFAULT_PORTS = {"http": 80, "https": 443}

# Parsers disagree about these, and a disagreement is how a judged URL becomes another one.
_TREACHEROUS = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
# A last label in digits makes resolvers read the whole host as a number: 127.1, 0x7f.0.0.1.
_NUMBER_LIKE = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTarget:
    """Where a request goes. `path` includes the query; an IPv6 host keeps its brackets.

    `origin` is scheme, host and, where it is not the usual one, port.
    """

    scheme: str
    host: str
    port: int
    path: str
    origin: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "origin", f"{self.scheme}://{self.host}{self._port_suffix}")

    @classmethod
    @lru_cache(maxsize=16_384)
    def from_url(cls, url: str) -> Self:
        """Parse as urllib3 does, which asks the APIs; raise FetchError if unsafe."""
        if len(url) > LONGEST_URL:
            raise build_refusal_error(FailureReason.TOO_LONG)
        if _TREACHEROUS.search(url):
            raise build_refusal_error(FailureReason.TREACHEROUS)
        try:
            parts = parse_url(url)
        except LocationParseError:
            raise build_refusal_error(FailureReason.MALFORMED) from None
        if parts.scheme not in DEFAULT_PORTS or not parts.host:
            raise build_refusal_error(FailureReason.NOT_HTTP)
        if parts.auth is not None:
            raise build_refusal_error(FailureReason.USER_NAME)
        host = parts.host
        if "%" in host:
            raise build_refusal_error(FailureReason.ZONE)
        # Anyone who strips the dots behind a name reads another name than anyone who does not.
        if not all(host.removesuffix(".").split(".")):
            raise build_refusal_error(FailureReason.MALFORMED)
        if _NUMBER_LIKE.search(host) and parse_ip_literal(host) is None:
            raise build_refusal_error(FailureReason.MISLEADING)
        return cls(
            scheme=parts.scheme,
            host=parts.host,
            port=parts.port if parts.port is not None else DEFAULT_PORTS[parts.scheme],
            path=parts.request_uri,
        )

    @classmethod
    def from_request(cls, request: Request) -> Self:
        """Return where a request goes, its parameters included; raise as `from_url` does."""
        if not request.params:
            return cls.from_url(request.url)
        mark = "&" if "?" in request.url else "?"
        return cls.from_url(f"{request.url}{mark}{urlencode(request.params)}")

    @property
    def authority(self) -> str:
        """Whom to name in the Host header: a dot that ends the name is for name servers only."""
        return self.host.rstrip(".") + self._port_suffix

    @property
    def server_name(self) -> str:
        """What the certificate has to speak of."""
        return self.host.strip("[]").rstrip(".")

    @property
    def _port_suffix(self) -> str:
        return "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"

    @property
    def url(self) -> str:
        return self.origin + self.path

    def resolve_location(self, location: str) -> "RequestTarget":
        """Follow a Location header from here; it is judged before anything smooths it."""
        # Servers write UTF-8 where HTTP says Latin-1.
        written = location.encode("latin-1", "replace").decode("utf-8", "replace").strip(" \t")
        if _TREACHEROUS.search(written):
            raise build_refusal_error(FailureReason.TREACHEROUS)
        try:
            onward = urljoin(self.url, written)
        except ValueError:
            raise build_refusal_error(FailureReason.MALFORMED) from None
        target = RequestTarget.from_url(onward)
        if self.scheme == "https" and target.scheme == "http":
            raise build_refusal_error(FailureReason.DOWNGRADE)
        return target


def match_origin(target: RequestTarget, origins: Iterable[str]) -> str | None:
    """Return the one of `origins` that covers the target.

    `https://*.host` covers subdomains, and `https://*` every host.
    """
    for origin in origins:
        if target.origin == normalize_origin(origin) or origin == f"{target.scheme}://*":
            return origin
        scheme, wild, site = origin.casefold().partition("://*.")
        _, own, authority = target.origin.partition(f"{scheme}://")
        if wild and own and authority.endswith(f".{site}"):
            return origin
    return None


@lru_cache(maxsize=4_096)
def normalize_origin(origin: str) -> str:
    """Spell an origin as `RequestTarget.origin` is; empty if it is none, or a pattern for many."""
    try:
        return "" if "*" in origin else RequestTarget.from_url(origin).origin
    except FetchError:
        return ""
