"""One query, asked as every query is: robots.txt first, and redirects hop by hop."""

from dataclasses import dataclass, field

from scrapers.crawl.crawler import CrawlEngine, Crawler
from scrapers.crawl.robots import RobotsCache
from scrapers.crawl.throttle import WITHOUT_WAITS
from scrapers.http.client import PageFetcher
from scrapers.http.clock import SystemClock
from scrapers.models import Outcome, Page, ParseResult, Query, QueryKind, Request
from scrapers.source import CrawlPolicy
from tests.scrapers.http.fakes import FakeSource
from tests.scrapers.http.memories import InMemoryHostStore
from tests.scrapers.sandbox.fakes import InProcessParser


@dataclass
class Keeper(FakeSource):
    """Keeps the last page as it came."""

    page: Page | None = None

    def parse_response(self, query: Query, page: Page) -> ParseResult:  # noqa: ARG002 - the protocol names it
        self.page = page
        return ParseResult(outcome=Outcome.FOUND)


@dataclass
class Follower:
    """What it learns of hosts' robots.txt it knows the next time."""

    client: PageFetcher
    robots: RobotsCache = field(default_factory=RobotsCache)

    def fetch(self, request: Request, etiquette: CrawlPolicy) -> Page | ParseResult:
        keeper = Keeper(name="keeper", crawl_policy=etiquette)
        lanes = Crawler(
            client=self.client,
            sources={keeper.name: keeper},
            clock=SystemClock(),
            host_store=InMemoryHostStore(),
            parser=InProcessParser(),
            engine=CrawlEngine(
                clock=SystemClock(), throttle=WITHOUT_WAITS, robots=self.robots, workers=1
            ),
            owns_engine=True,
        )
        query = Query(source=keeper.name, kind=QueryKind.PROFILE, terms=(), request=request)
        (visit,) = lanes.crawl([query])
        return keeper.page or visit.result
