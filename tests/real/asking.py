"""Asks a source as the service does: through the guard, in lanes, page after page."""

from collections.abc import Iterable

from scrapers.http.client import HttpClient
from scrapers.http.clock import SystemClock
from scrapers.http.crawler import Lanes
from scrapers.http.robots import Robots
from scrapers.http.ssrf_guard import Egress
from scrapers.http.throttle import WITHOUT_WAITS, InMemoryHosts
from scrapers.models import Query, QueryKind, Reading
from scrapers.source import Source
from tests.scrapers.sandbox.fakes import InProcessParser


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
