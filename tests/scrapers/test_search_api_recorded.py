"""What search engines answered: each recorded answer comes to what it is, with the right fields."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from scrapers.models import Identity, Outcome, ParseResult, Query, Trace, TraceKind
from scrapers.search.brave import BRAVE, BRAVE_NEWS
from scrapers.search.google import GOOGLE
from scrapers.search_api import NO_KEY, QUERY_ALTERED, SearchApi
from scrapers.urls.canonical import canonicalize_url
from tests.scrapers.recorded import FOLDER, needs_recordings, recorded

pytestmark = needs_recordings

FOUND, ABSENT, UNREADABLE = Outcome.FOUND, Outcome.ABSENT, Outcome.UNREADABLE
OFF = "key-without-api"
NOBODY = "nobody-named"
GSS = "api_gss_search_run__when"
WEB = "google_web_search__when"
# The file, what it comes to, how many of its results hold the last word, and the note.
GOOGLE_ANSWERS = {
    "api_gss_search_as_json_0": (UNREADABLE, 0, QUERY_ALTERED),
    f"{GSS}_corrected_query_is_present_when_the_query_does_not_exis_0": (
        UNREADABLE,
        0,
        QUERY_ALTERED,
    ),
    f"{GSS}_corrected_query_is_present_when_the_query_exists_in_the_0": (
        UNREADABLE,
        0,
        QUERY_ALTERED,
    ),
    f"{GSS}_gss_response_contains_empty_results_modules_0": (Outcome.BLOCKED, 0, NO_KEY),
    f"{GSS}_gss_response_contains_empty_results_results_0": (Outcome.BLOCKED, 0, NO_KEY),
    f"{GSS}_highlighting_is_disabled_0": (FOUND, 10, ""),
    f"{GSS}_highlighting_is_disabled_modules_0": (FOUND, 10, ""),
    f"{GSS}_highlighting_is_disabled_next_offset_0": (FOUND, 10, ""),
    f"{GSS}_highlighting_is_enabled_0": (FOUND, 10, ""),
    f"{GSS}_highlighting_is_enabled_modules_0": (FOUND, 10, ""),
    f"{GSS}_highlighting_is_enabled_next_offset_0": (FOUND, 10, ""),
    f"{GSS}_offset_is_0_0": (Outcome.BLOCKED, 0, NO_KEY),
    f"{GSS}_offset_is_not_0_0": (Outcome.BLOCKED, 0, NO_KEY),
    f"{GSS}_the_site_locale_is_es_0": (FOUND, 7, ""),
    "fixture_custom_cx": (FOUND, 9, ""),
    "fixture_ira": (FOUND, 9, ""),
    "fixture_no_next": (ABSENT, 0, NOBODY),
    f"{WEB}_a_spelling_suggestion_is_available_0": (UNREADABLE, 0, QUERY_ALTERED),
    f"{WEB}_an_offset_is_specified_0": (FOUND, 10, ""),
    f"{WEB}_chinese_locale_is_specified_0": (FOUND, 2, ""),
    f"{WEB}_english_locale_is_specified_0": (FOUND, 8, ""),
    f"{WEB}_google_unsupported_locale_is_specified_0": (FOUND, 10, ""),
    f"{WEB}_highlighting_is_disabled_0": (FOUND, 10, ""),
    f"{WEB}_highlighting_is_enabled_0": (FOUND, 10, ""),
    f"{WEB}_highlighting_is_enabled_1": (Outcome.BLOCKED, 0, OFF),
    f"{WEB}_highlighting_is_enabled_2": (Outcome.BLOCKED, 0, OFF),
    f"{WEB}_spanish_locale_is_specified_0": (FOUND, 9, ""),
    f"{WEB}_the_search_engine_returns_zero_results_0": (ABSENT, 0, ""),
}


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


@pytest.mark.parametrize("name", GOOGLE_ANSWERS)
def test_an_answer_of_google_comes_to_what_it_is(name: str) -> None:
    outcome, found, note = GOOGLE_ANSWERS[name]
    reading = read(GOOGLE, f"google_cse/{name}")

    assert (reading.outcome, len(reading.traces), reading.note) == (outcome, found, note)
    assert sound(reading.traces)


def test_every_answer_of_google_that_was_recorded_here_is_in_the_table() -> None:
    assert set(GOOGLE_ANSWERS) <= set(recorded_names("google_cse"))


def test_google_says_whether_there_is_another_page() -> None:
    assert len(read(GOOGLE, f"google_cse/{WEB}_highlighting_is_enabled_0").follow) == 1
    assert read(GOOGLE, "google_cse/fixture_no_next").follow == ()


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
