"""Hits of a search are read as pages, in the queue of whoever holds the page."""

from dataclasses import dataclass

from scrapers.models import Outcome, Page, ParseResult, Query, QueryKind, Request, Trace, TraceKind
from scrapers.profiles.web_pages import WebPageSource
from scrapers.search_api import HitPageSource
from scrapers.source import AccessMode, CrawlPolicy, SourceFamily
from tests.scrapers.http.fakes import FakeClient, FakeClock, FakeSource, lanes_over

HITS = (
    "https://jane.example/",
    "https://www.instagram.com/jane/",
    "https://band.example/staff/jane",
    "https://paper.example/2026/band",
)


@dataclass
class Engine(FakeSource):
    """Lists the same pages whatever it is asked."""

    family: SourceFamily = SourceFamily.SEARCH

    def parse_response(self, query: Query, page: Page) -> ParseResult:  # noqa: ARG002 - the protocol names them
        found = tuple(Trace(key=hit, kind=TraceKind.PAGE, url=hit) for hit in HITS)
        return ParseResult(outcome=Outcome.FOUND, traces=found)


MANNERS = CrawlPolicy(origins=("https://engine.example",), access=AccessMode.API)
READ = HitPageSource(engine=Engine(name="engine", crawl_policy=MANNERS), most_pages=2)


def search(subject: str = "p") -> Query:
    return Query(
        source="engine",
        kind=QueryKind.SEARCH,
        terms=("Jane Doe",),
        request=Request(url="https://engine.example/search"),
        subject=subject,
    )


def test_the_first_hits_that_may_be_read_are_read(answered: object) -> None:
    assert callable(answered)
    led = READ.parse_response(search(), answered("")).follow

    assert [(query.source, query.request.url) for query in led] == [
        ("pages", "https://jane.example/"),
        ("pages", "https://band.example/staff/jane"),
    ]
    assert {query.subject for query in led} == {"p"}


def test_hits_of_a_canary_are_nobodys_to_read(answered: object) -> None:
    assert callable(answered)
    assert READ.parse_response(search(subject=""), answered("")).follow == ()


def test_it_is_the_engine_in_all_else() -> None:
    engine = READ.engine

    assert (READ.name, READ.family, READ.version) == (
        engine.name,
        SourceFamily.SEARCH,
        engine.version,
    )
    assert (READ.crawl_policy, READ.info) == (engine.crawl_policy, engine.info)


def test_the_pages_are_asked_for_in_the_same_run() -> None:
    client = FakeClient(FakeClock(), respond=lambda _: "<title>Jane Doe</title>")
    lanes = lanes_over(client, READ, WebPageSource())  # type: ignore[arg-type] # any source will do

    visits = {visit.query.request.url: visit.result.outcome for visit in lanes.crawl([search()])}

    assert visits["https://jane.example/"] is Outcome.FOUND
    assert "https://jane.example/robots.txt" in client.urls
    assert not [url for url in client.urls if "instagram" in url]
