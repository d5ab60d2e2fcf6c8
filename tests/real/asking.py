"""Asks a source as the service does: through the guard, in lanes, page after page."""

from collections.abc import Iterable

from scrapers.fetch.clock import SystemClock
from scrapers.fetch.egress import Egress
from scrapers.fetch.lanes import Lanes
from scrapers.fetch.pace import WITHOUT_WAITS, InMemoryHosts
from scrapers.fetch.robots import Robots
from scrapers.fetch.transport import HttpClient
from scrapers.reading import Reading
from scrapers.request import Query, QueryKind
from scrapers.source import Source
from tests.scrapers.parsing.fakes import InProcessParser


def without_pictures(query: Query) -> bool:
    """Allow what somebody agreed to who did not agree to pictures."""
    return query.kind is not QueryKind.PICTURE


def asked(source: Source, queries: Iterable[Query]) -> list[Reading]:
    """Return what each question came to, in the order in which they were answered."""
    clock = SystemClock()
    client = HttpClient(egress=Egress(), clock=clock, user_agent="Namesake tests")
    lanes = Lanes(
        client=client,
        sources={source.name: source},
        clock=clock,
        hosts=InMemoryHosts(),
        pace=WITHOUT_WAITS,
        parser=InProcessParser(),
        robots=Robots(),
        may_ask=without_pictures,
    )
    try:
        return [visit.reading for visit in lanes.visit(queries)]
    finally:
        client.close()


def answer(source: Source, query: Query) -> Reading:
    (reading,) = asked(source, [query])
    return reading
