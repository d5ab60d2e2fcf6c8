"""What a real SearXNG answers, as our reader understands it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import requests

from reports.reason_rendering import render_note
from scrapers.models import Identity, Outcome, Page, ParseResult, Query
from scrapers.search.searxng import JSON_IS_OFF, SearxNG
from scrapers.source import Method
from tests.real.searxng import Searxng
from tests.real.web_index import WebPage

pytestmark = pytest.mark.real

WHEN = datetime(2026, 11, 2, tzinfo=UTC)


def fetched(query: Query) -> Page:
    with requests.Session() as session:
        session.trust_env = False
        request = query.request
        answer = session.get(
            request.url, params=request.params, headers=dict(request.headers), timeout=60
        )
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Page(
        url=request.url,
        status=answer.status_code,
        body=answer.content,
        fetched_at=WHEN,
        headers=headers,
    )


def read(source: SearxNG, query: Query) -> ParseResult:
    return source.parse_response(query, fetched(query))


def asked(source: SearxNG, name: str) -> Query:
    return next(iter(source.build_queries(Identity(person_id="p", names=(name,)))))


def outcomes(source: SearxNG) -> Iterable[Outcome]:
    return [read(source, canary.query).outcome for canary in source.build_canaries("d1e2f3a4")]


@pytest.fixture
def ours(searxng: Searxng) -> SearxNG:
    """Ask for a word that the index has."""
    return SearxNG(base_url=searxng.address, known_query="Delgado")


def test_a_person_is_found_on_the_pages_that_name_her(ours: SearxNG) -> None:
    reading = read(ours, asked(ours, "Maria Delgado"))

    assert reading.outcome is Outcome.FOUND
    assert len(reading.traces) == 3


def test_a_person_whom_no_page_names_is_absent(ours: SearxNG) -> None:
    assert read(ours, asked(ours, "Ottoline Nobody")).outcome is Outcome.ABSENT


def test_its_canaries_agree_and_a_small_index_has_no_second_page(ours: SearxNG) -> None:
    canaries = tuple(ours.build_canaries("d1e2f3a4"))

    assert outcomes(ours) == [
        Outcome.ABSENT if canary.method is Method.NEXT_PAGE else canary.expects
        for canary in canaries
    ]


def test_more_than_a_page_is_followed(searxng: Searxng, ours: SearxNG) -> None:
    pages = [
        WebPage(url=f"https://quilts.example/{n}", title=f"Ottoline Quill {n}", text="A quilt.")
        for n in range(15)
    ]
    searxng.web.publish(*pages)
    try:
        first = read(ours, asked(ours, "Ottoline Quill"))
        both = first.merge_next_page(read(ours, first.follow[0]))
    finally:
        for page in pages:
            searxng.web.withdraw(page.url)

    assert both.outcome is Outcome.FOUND
    assert len({trace.key for trace in both.traces}) == 15


def test_silent_engines_are_no_absence(searxng: Searxng, ours: SearxNG) -> None:
    with searxng.web.breakdown():
        unnamed = read(ours, asked(ours, "Maria Delgado"))
        named = replace(ours, engines=("index",))
        alone = read(named, asked(named, "Maria Delgado"))

    assert unnamed.outcome is alone.outcome is Outcome.FAILED


def test_an_engine_that_it_does_not_have_is_noticed(ours: SearxNG) -> None:
    named = replace(ours, engines=("index", "braveapi"))
    *_, inspection = named.build_canaries("d1e2f3a4")

    assert "no engine braveapi" in render_note(read(named, inspection.query).note)


def test_a_refusal_is_a_refusal(searxng_without_json: Searxng) -> None:
    ours = SearxNG(base_url=searxng_without_json.address)

    reading = read(ours, asked(ours, "Maria Delgado"))

    assert (reading.outcome, reading.note) == (Outcome.UNREADABLE, JSON_IS_OFF)
