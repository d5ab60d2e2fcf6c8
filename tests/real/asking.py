"""Asks a source as the service does: through the guard, in lanes, page after page."""

from collections.abc import Iterable

from scrapers.crawl.crawler import CrawlEngine, Crawler
from scrapers.crawl.throttle import WITHOUT_WAITS
from scrapers.http.client import HttpClient
from scrapers.http.clock import SystemClock
from scrapers.http.ssrf_guard import Dialer
from scrapers.models import ParseResult, Query, QueryKind
from scrapers.source import Source
from tests.scrapers.http.memories import InMemoryHostStore
from tests.scrapers.sandbox.fakes import InProcessParser


def without_pictures(query: Query) -> bool:
    """Allow what somebody agreed to who did not agree to pictures."""
    return query.kind is not QueryKind.PICTURE


def asked(source: Source, queries: Iterable[Query]) -> list[ParseResult]:
    """Return what each query came to, in the order in which they were answered."""
    clock = SystemClock()
    client = HttpClient(dialer=Dialer(), clock=clock, user_agent="Namesake tests")
    lanes = Crawler(
        client=client,
        sources={source.name: source},
        clock=clock,
        host_store=InMemoryHostStore(),
        engine=CrawlEngine(clock=clock, throttle=WITHOUT_WAITS),
        owns_engine=True,
        parser=InProcessParser(),
        may_ask=without_pictures,
    )
    try:
        return [visit.result for visit in lanes.crawl(queries)]
    finally:
        client.close()


def answer(source: Source, query: Query) -> ParseResult:
    (reading,) = asked(source, [query])
    return reading
