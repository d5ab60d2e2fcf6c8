"""One question, asked as every question is: robots.txt first, and redirects hop by hop."""

from dataclasses import dataclass, field

from scrapers.http.client import Client
from scrapers.http.clock import SystemClock
from scrapers.http.crawler import Lanes
from scrapers.http.robots import Robots
from scrapers.http.throttle import WITHOUT_WAITS, InMemoryHosts
from scrapers.models import Outcome, Page, Query, QueryKind, Reading, Request
from scrapers.source import Etiquette
from tests.scrapers.http.fakes import FakeSource
from tests.scrapers.sandbox.fakes import InProcessParser


@dataclass
class Keeper(FakeSource):
    """Keeps the last page as it came."""

    page: Page | None = None

    def read(self, query: Query, page: Page) -> Reading:  # noqa: ARG002 - the protocol names it
        self.page = page
        return Reading(outcome=Outcome.FOUND)


@dataclass
class Follower:
    """What it learns of hosts' robots.txt it knows the next time."""

    client: Client
    robots: Robots = field(default_factory=Robots)

    def fetch(self, request: Request, etiquette: Etiquette) -> Page | Reading:
        keeper = Keeper(name="keeper", etiquette=etiquette)
        lanes = Lanes(
            client=self.client,
            sources={keeper.name: keeper},
            clock=SystemClock(),
            hosts=InMemoryHosts(),
            parser=InProcessParser(),
            pace=WITHOUT_WAITS,
            robots=self.robots,
            workers=1,
        )
        query = Query(source=keeper.name, kind=QueryKind.PROFILE, terms=(), request=request)
        (visit,) = lanes.visit([query])
        return keeper.page or visit.reading
