import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from scrapers.http.client import HttpClient
from scrapers.http.clock import SystemClock
from scrapers.http.event_loop import MeteredSocket
from scrapers.http.fetch_limits import FetchLimits
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from scrapers.models import Page, ParseResult, Request
from scrapers.source import AccessMode, CrawlPolicy
from tests.scrapers.http.fakes import FakeClock
from tests.scrapers.http.follower import Follower
from tests.scrapers.http.loopback import Behavior, Loopback
from tests.scrapers.http.wire import AGENT, Connect, Wire

# A loaded machine still answers honestly in this time.
PATIENT = FetchLimits(total_seconds=10.0)


@pytest.fixture(params=AccessMode, ids=str)
def etiquette(request: pytest.FixtureRequest) -> CrawlPolicy:
    """Let a test stand for pages and for APIs, which are asked in two ways."""
    return CrawlPolicy(origins=("http://site.example",), access=request.param)


@dataclass
class Internet:
    """Names under .example, served on loopback; nothing else exists."""

    servers: dict[str, Loopback] = field(default_factory=dict)
    clients: list[HttpClient] = field(default_factory=list)
    ca_file: Path | None = None

    def serve(
        self,
        behavior: Behavior,
        host: str = "site.example",
        tls: ssl.SSLContext | None = None,
    ) -> Loopback:
        self.servers[host] = Loopback(behavior, tls)
        return self.servers[host]

    def client(self, limits: FetchLimits = PATIENT, **parts: object) -> HttpClient:
        places = {host: ("127.0.0.1", server.port) for host, server in self.servers.items()}
        egress = Dialer(address_map=places, resolve=resolve_nothing, ca_file=self.ca_file)
        self.clients.append(HttpClient(egress, SystemClock(), AGENT, limits, **parts))  # type: ignore[arg-type] # fields by name
        return self.clients[-1]

    def visit(
        self, path: str = "/", access: AccessMode = AccessMode.PAGE, limits: FetchLimits = PATIENT
    ) -> Page | ParseResult:
        etiquette = CrawlPolicy(origins=("http://site.example",), access=access)
        return Follower(self.client(limits)).fetch(
            Request(url="http://site.example" + path), etiquette
        )

    def close(self) -> None:
        for client in self.clients:
            client.close()
        for server in self.servers.values():
            server.close()


@pytest.fixture
def internet() -> Iterator[Internet]:
    made = Internet()
    yield made
    made.close()


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    made = Wire()

    def connect(sock: socket.socket, address: Connect) -> None:
        made.connect(sock, address)

    monkeypatch.setattr(MeteredSocket, "connect", connect, raising=False)
    yield made
    made.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
