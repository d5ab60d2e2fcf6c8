"""The district's way to the web: whom it asks, how fast, and what it remembers of them."""

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version

from monitor.config import Config
from monitor.db.database import State
from monitor.outside import Outside
from monitor.services.permission import Permission, Pictures
from monitor.services.ports import Watch
from monitor.services.staging import worth_keeping
from monitor.sources import keys_of
from scrapers.http.client import HttpClient
from scrapers.http.crawler import Lanes, nothing
from scrapers.http.frontier import Rank
from scrapers.http.robots import Robots
from scrapers.http.throttle import Pace
from scrapers.models import Query, Visit
from scrapers.parsers.profile_images import can_open_pictures
from scrapers.sandbox.client import Parser
from scrapers.source import Source


@dataclass(frozen=True, slots=True)
class RankedLanes:
    """The lanes, at one rank: a self-check and a sweep share them."""

    lanes: Lanes
    rank: Rank

    def visit(self, queries: Iterable[Query], watch: Watch) -> Generator[Visit, None, None]:
        return self.lanes.visit(queries, watch=watch, rank=self.rank)


def pictures_here() -> Pictures:
    """Say whether this installation can open pictures."""
    return Pictures.OPENED if can_open_pictures() else Pictures.UNOPENED


def lanes_of(
    config: Config, outside: Outside, state: State, *, sources: Mapping[str, Source], parser: Parser
) -> Lanes:
    """Build the lanes, once for a district: two would each be polite, and together rude."""
    client = HttpClient(
        egress=outside.egress,
        clock=outside.clock,
        user_agent=f"Namesake/{version('namesake-monitor')} (+mailto:{config.district.contact})",
        credentials=keys_of(sources.values(), outside.environ),
    )
    return Lanes(
        client=client,
        sources=sources,
        clock=outside.clock,
        hosts=state.hosts,
        parser=parser,
        robots=Robots(state.robots),
        spending=state.spending,
        may_ask=Permission(
            state=state, now=outside.clock.now, sources=sources, pictures=pictures_here()
        ),
        keeps=worth_keeping if config.evidence.pages else nothing,
        pace=outside.pace or Pace(stretch=config.fetch.pace),
        workers=config.fetch.workers,
    )
