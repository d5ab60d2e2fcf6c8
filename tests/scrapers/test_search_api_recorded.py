"""What search engines answered: each recorded answer comes to what it is, with the right fields."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from scrapers.models import Identity, Outcome, ParseResult, Query, Trace, TraceKind
from scrapers.search.brave import BRAVE, BRAVE_NEWS
from scrapers.search_api import SearchApi
from scrapers.urls.canonical import canonicalize_url
from tests.scrapers.recorded import FOLDER, needs_recordings, recorded

pytestmark = needs_recordings

FOUND, UNREADABLE = Outcome.FOUND, Outcome.UNREADABLE


def asked_for(engine: SearchApi, name: str) -> Query:
    """Ask what was asked when the answer was recorded."""
    meta = json.loads((Path(FOLDER) / f"{name}.meta.json").read_bytes())
    given = parse_qs(urlsplit(meta["url"]).query).get("q")
    if given is None:
        answer = json.loads((Path(FOLDER) / f"{name}.json").read_bytes())
        given = [answer["queries"]["request"][0]["searchTerms"]]
    words, site, place = given[0].partition(" site:")
    (query,) = engine.build_queries(
        Identity(person_id="p", names=(words,), organization=site.strip() + place)
    )
    return query


def read(engine: SearchApi, name: str) -> ParseResult:
    return engine.parse_response(asked_for(engine, name), recorded(f"{name}.json"))


def recorded_names(folder: str) -> Iterator[str]:
    for meta in Path(FOLDER, folder).glob("*.meta.json"):
        yield meta.name.removesuffix(".meta.json")


def sound(traces: tuple[Trace, ...]) -> bool:
    return all(
        trace.key == canonicalize_url(trace.url) and trace.title and "<" not in trace.snippet
        for trace in traces
    )


def test_the_pages_that_brave_found_are_read() -> None:
    reading = read(BRAVE, "brave/web")

    assert (reading.outcome, len(reading.traces)) == (FOUND, 19)
    first = reading.traces[0]
    assert first.kind is TraceKind.PAGE
    assert first.title.startswith('"Hello, World!" program')
    assert first.snippet.startswith('A "Hello, World!" program')
    assert sound(reading.traces)
    assert [query.page for query in reading.follow] == [2]


def test_the_news_that_brave_found_is_read() -> None:
    reading = read(BRAVE_NEWS, "brave/news")

    assert (reading.outcome, len(reading.traces)) == (FOUND, 15)
    assert sound(reading.traces)


@pytest.mark.parametrize("engine", [BRAVE, BRAVE_NEWS])
@pytest.mark.parametrize("name", ["images", "videos"])
def test_another_kind_of_answer_of_brave_is_none(engine: SearchApi, name: str) -> None:
    assert read(engine, f"brave/{name}").outcome is UNREADABLE


@pytest.mark.parametrize(("engine", "name"), [(BRAVE, "news"), (BRAVE_NEWS, "web")])
def test_news_are_no_pages_and_pages_no_news(engine: SearchApi, name: str) -> None:
    assert read(engine, f"brave/{name}").outcome is UNREADABLE
