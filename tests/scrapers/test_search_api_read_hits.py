"""Hits of a search are read as pages, in the queue of whoever holds the page."""

from dataclasses import dataclass

from scrapers.models import Finding, Kind, Outcome, Page, Query, QueryKind, Reading, Request
from scrapers.profiles.web_pages import OrdinaryPages
from scrapers.search_api import ReadHits
from scrapers.source import Access, Etiquette, Family
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

    family: Family = Family.SEARCH

    def read(self, query: Query, page: Page) -> Reading:  # noqa: ARG002 - the protocol names them
        found = tuple(Finding(key=each, kind=Kind.PAGE, url=each) for each in HITS)
        return Reading(outcome=Outcome.FOUND, findings=found)


MANNERS = Etiquette(origins=("https://engine.example",), access=Access.API)
READ = ReadHits(engine=Engine(name="engine", etiquette=MANNERS), most=2)


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
    led = READ.read(search(), answered("")).follow

    assert [(each.source, each.request.url) for each in led] == [
        ("pages", "https://jane.example/"),
        ("pages", "https://band.example/staff/jane"),
    ]
    assert {each.subject for each in led} == {"p"}


def test_hits_of_a_canary_are_nobodys_to_read(answered: object) -> None:
    assert callable(answered)
    assert READ.read(search(subject=""), answered("")).follow == ()


def test_it_is_the_engine_in_all_else() -> None:
    engine = READ.engine

    assert (READ.name, READ.family, READ.version) == (engine.name, Family.SEARCH, engine.version)
    assert (READ.etiquette, READ.declaration) == (engine.etiquette, engine.declaration)


def test_the_pages_are_asked_for_in_the_same_run() -> None:
    client = FakeClient(FakeClock(), respond=lambda _: "<title>Jane Doe</title>")
    lanes = lanes_over(client, READ, OrdinaryPages())  # type: ignore[arg-type] # any source will do

    visits = {each.query.request.url: each.reading.outcome for each in lanes.visit([search()])}

    assert visits["https://jane.example/"] is Outcome.FOUND
    assert "https://jane.example/robots.txt" in client.urls
    assert not [each for each in client.urls if "instagram" in each]
