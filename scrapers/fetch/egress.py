"""The way out: a name is resolved once, every answer is vetted, a vetted address is dialled."""

import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from pathlib import Path

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from scrapers.fetch.address import literal, public_unicast
from scrapers.fetch.allowance import Allowance, current_allowance
from scrapers.fetch.loop import aside
from scrapers.fetch.sockets import MeteredSocket, MeteredTLSSocket
from scrapers.fetch.unfinished import Note, failed, refused

# A zone can name thousands of addresses; to try them all would be a scan, and it would be ours.
MOST_DIALLED = 4

# (family, type, protocol, canonical name, socket address), as socket.getaddrinfo answers.
Answer = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]
Resolve = Callable[[str, int], Iterable[Answer]]


class Reach(Enum):
    """DECLARED: the configuration names this exact origin, so it may lie at a private address."""

    PUBLIC = auto()
    DECLARED = auto()


def system_resolve(host: str, port: int) -> Iterable[Answer]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def resolve_nothing(host: str, port: int) -> Iterable[Answer]:
    """Stand in for the name service where only mapped names exist."""
    raise socket.gaierror(socket.EAI_NONAME, f"{host}:{port} is outside of this world")


@dataclass(frozen=True, slots=True, kw_only=True)
class Egress:
    """Where connections may go. No configuration can express `address_map` or `allow_networks`.

    `address_map` sends a host, whatever the port, to an address of the demo's or a test's own.
    `allow_networks` opens networks, on any port, to a benchmark. `ca_file` replaces the bundle
    of certificate authorities that is trusted otherwise; nothing turns verification off.
    """

    address_map: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    allow_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    ca_file: Path | None = None
    resolve: Resolve = system_resolve

    def tls(self) -> ssl.SSLContext:
        """Load the one context that all connections share: a bundle costs 7 ms to load."""
        context = ssl.create_default_context(cafile=str(self.ca_file or DEFAULT_CA_BUNDLE_PATH))
        context.set_alpn_protocols(["http/1.1"])
        context.sslsocket_class = MeteredTLSSocket
        return context

    def opens_any_port(self, host: str) -> bool:
        address = literal(host)
        return address is not None and self._opened(address)

    def dial(self, host: str, port: int, reach: Reach) -> socket.socket:
        """Connect to a vetted address of `host`, or raise UnfinishedError."""
        allowance = current_allowance()
        allowance.dialled = True
        answers = self._vetted(host, port, reach, allowance)[:MOST_DIALLED]
        seconds = allowance.seconds_to_connect()
        for answer in answers:
            # Shares, so that one dead address does not use up the time of the next.
            sock = _connected(answer, seconds / len(answers))
            if sock is not None:
                return sock
        raise failed(Note.NO_CONNECTION)

    def _vetted(
        self, host: str, port: int, reach: Reach, allowance: Allowance
    ) -> tuple[Answer, ...]:
        if host in self.address_map:
            return (_answer(*self.address_map[host]),)
        if literal(host) is not None:
            answers: tuple[Answer, ...] = (_answer(host, port),)
        else:
            answers = self._resolved(host, port, allowance.seconds_to_connect())
        if reach is Reach.PUBLIC and not all(self._passes(answer) for answer in answers):
            raise refused(Note.NOT_PUBLIC)
        return answers

    def _passes(self, answer: Answer) -> bool:
        ip = str(answer[4][0])
        return public_unicast(ip) or (bool(self.allow_networks) and self._opened(ip_address(ip)))

    def _opened(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self.allow_networks)

    def _resolved(self, host: str, port: int, seconds: float) -> tuple[Answer, ...]:
        """Resolve beside this thread, for getaddrinfo knows no time-out."""
        try:
            answers = aside(lambda: tuple(self.resolve(host, port)), seconds)
        except TimeoutError:
            raise failed(Note.NO_NAME_SERVICE) from None
        except (OSError, UnicodeError):
            answers = ()
        if not answers:
            raise failed(Note.NO_SUCH_NAME)
        return answers


def _answer(ip: str, port: int) -> Answer:
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    return (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (ip, port))


def _connected(answer: Answer, seconds: float) -> socket.socket | None:
    family, kind, protocol, _, address = answer
    sock = MeteredSocket(family, kind, protocol)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.reach(address, seconds)
    except OSError:
        sock.close()
        return None
    return sock
