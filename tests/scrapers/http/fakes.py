"""A clock that jumps, and sources and a client without a web."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from scrapers.crawl.crawler import CrawlEngine, Crawler
from scrapers.crawl.throttle import Throttle
from scrapers.http.client import HttpClient, Redirect
from scrapers.http.event_loop import run_in_thread
from scrapers.models import (
    CrawlPriority,
    Identity,
    Outcome,
    Page,
    ParseResult,
    Query,
    QueryKind,
    Request,
)
from scrapers.source import AccessMode, Canary, CrawlPolicy, SourceFamily, SourceInfo
from tests.scrapers.http.memories import InMemoryHostStore
from tests.scrapers.sandbox.fakes import InProcessParser

DECLARED = SourceInfo(
    title="A source that a test made up",
    asks="a handle",
    discloses="nothing to anybody",
    sees="the name of an outcome",
    cannot_see="the web",
    provenance="the test that made it up",
)
MONDAY = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)


class FakeClock:
    """Time passes only when somebody sleeps or answers slowly."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return MONDAY + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.seconds += seconds


@dataclass
class FakeSource:
    """Reads a page's body as the name of an outcome."""

    name: str
    crawl_policy: CrawlPolicy
    platform: str = ""
    family: SourceFamily = SourceFamily.PROFILES
    version: int = 1
    info: SourceInfo = DECLARED

    def build_queries(self, identity: Identity) -> list[Query]:
        return [self.query(handle) for handle in identity.handles]

    def query(self, term: str, url: str = "") -> Query:
        return Query(
            source=self.name,
            kind=QueryKind.PRESENCE,
            terms=(term,),
            request=Request(url=url or f"{self.crawl_policy.origins[0]}/{term}"),
        )

    def parse_response(self, query: Query, page: Page) -> ParseResult:  # noqa: ARG002 - the protocol names it
        return ParseResult(outcome=Outcome(page.body.decode()))

    def build_canaries(self, nonce: str) -> list[Canary]:  # noqa: ARG002 - likewise
        return []


@dataclass
class FakeClient:
    """Answers from a function of the URL, and notes when each host was asked, and till when."""

    clock: FakeClock
    respond: Callable[[str], Page | ParseResult | Redirect | str] = lambda _: "absent"
    takes: Callable[[str], float] = lambda _: 0.0
    asked: list[tuple[str, float, float]] = field(default_factory=list)

    def fetch(self, request: Request, etiquette: CrawlPolicy) -> Page | ParseResult | Redirect:  # noqa: ARG002 - likewise
        began = self.clock.monotonic()
        seconds = self.takes(request.url)
        if seconds:
            run_in_thread(lambda: self.clock.sleep(seconds))
        said = self.respond(request.url)
        self.asked.append((request.url, began, self.clock.monotonic()))
        if not isinstance(said, str):
            return said
        return Page(url=request.url, status=200, body=said.encode(), fetched_at=self.clock.now())

    @property
    def urls(self) -> list[str]:
        return [url for url, _, _ in self.asked]


def site(name: str, **manners: object) -> FakeSource:
    polite = CrawlPolicy(origins=(f"http://{name}.example",), access=AccessMode.API)
    return FakeSource(name=name, crawl_policy=replace(polite, **manners))  # type: ignore[arg-type] # fields by name


def lanes_over(
    client: FakeClient | HttpClient,
    *sources: FakeSource,
    hosts: InMemoryHostStore | None = None,
    **manners: object,
) -> Crawler:
    """Return a crawler with an engine of its own; `manners` are fields of that."""
    own: dict[str, Any] = {"workers": 4, **manners}
    return Crawler(
        client=client,
        sources={source.name: source for source in sources},
        clock=client.clock,
        host_store=InMemoryHostStore() if hosts is None else hosts,
        parser=InProcessParser(),
        engine=CrawlEngine(clock=client.clock, **own),
        owns_engine=True,
    )


def queries(count: int, *sources: FakeSource) -> list[Query]:
    return [source.query(f"name{number}") for number in range(count) for source in sources]


def asked_while_a_run_goes_on(clock: FakeClock, rank: CrawlPriority) -> list[str]:
    """Put up one query at a host where a run of 200 is under way; return what was asked."""
    alpha = site("alpha")
    asking, queued = threading.Event(), threading.Event()

    def respond(url: str) -> str:
        if url.endswith("name0"):
            asking.set()
            queued.wait(120)
        return "absent"

    def planning() -> Iterator[Query]:
        yield alpha.query("rosa")
        queued.set()

    client = FakeClient(clock, respond=respond)
    lanes = lanes_over(client, alpha, throttle=Throttle(wait_factor=0))
    earlier = threading.Thread(target=lambda: list(lanes.crawl(queries(200, alpha))))
    earlier.start()
    asking.wait(120)
    list(lanes.crawl(planning(), priority=rank))
    earlier.join(120)
    return client.urls
