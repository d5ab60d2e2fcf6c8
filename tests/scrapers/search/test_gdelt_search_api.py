"""What holds for every engine that has an API of its own."""

import json
from dataclasses import replace

import pytest

from scrapers.models import Outcome, Query, TraceKind
from scrapers.search.brave import BRAVE_NEWS
from scrapers.search.gdelt import GDELT
from scrapers.search_api import QUERY_ALTERED, SearchAnswer, SearchApi
from scrapers.source import AccessMode, Method, Source, SourceFamily
from tests.scrapers.known_sources import written_sources
from tests.scrapers.search.conftest import NORA, Answered, Comes, first

ENGINES = [one_source for one_source in written_sources() if isinstance(one_source, SearchApi)]
WITH_SNIPPETS = [
    one_engine
    for one_engine in ENGINES
    if "news" not in one_engine.name and one_engine.name != "gdelt"
]
QUESTION = '"Nora Quill" Harbour Lane School'


def asked(query: Query) -> dict[str, object]:
    request = query.request
    return json.loads(request.body) if request.body else dict(request.params)


def full(engine: SearchApi) -> SearchApi:
    """Let each page of an engine lead to another one."""
    return replace(engine, parse_results=lambda _: SearchAnswer(rows=(), more=True))


every_engine = pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)


def test_they_are_all_here() -> None:
    names = {"brave", "brave-news", "gdelt", "kagi", "mojeek", "serper"}

    assert {engine.name for engine in ENGINES} == names


@every_engine
def test_it_is_asked_for_the_quoted_name_at_its_own_address(engine: SearchApi) -> None:
    source: Source = engine
    query = first(source)

    assert asked(query)[engine.wire.query] == QUESTION
    assert query.request.url.startswith(source.crawl_policy.origins[0] + "/")
    assert source.crawl_policy.access is AccessMode.API
    assert source.family is SourceFamily.SEARCH


@every_engine
def test_no_key_stands_in_a_query(engine: SearchApi) -> None:
    key = engine.info.api_key
    names = {name.lower() for name, _ in first(engine).request.headers} | set(asked(first(engine)))

    assert key is None or not names & {key.header, key.param}


@every_engine
def test_its_canaries_are_a_word_nobody_wrote_and_one_that_everybody_did(engine: SearchApi) -> None:
    nobody, known, *_ = engine.build_canaries("nonce")

    assert (nobody.expects, known.expects) == (Outcome.ABSENT, Outcome.FOUND)
    assert nobody.query.subject == known.query.subject == ""
    assert nobody.query.key != next(iter(engine.build_canaries("another"))).query.key


@every_engine
def test_a_canary_asks_for_the_second_page_where_there_is_one(engine: SearchApi) -> None:
    _, known, *deeper = engine.build_canaries("nonce")

    assert known.query.pages == 1
    assert len(deeper) == bool(engine.wire.page and engine.last_page > 1)
    for canary in deeper:
        assert (canary.method, canary.expects) == (Method.NEXT_PAGE, Outcome.FOUND)
        first_page = replace(engine, wire=replace(engine.wire, page="")).build_canaries("nonce")
        assert canary.query.request not in {canary.query.request for canary in first_page}


@pytest.mark.parametrize("engine", WITH_SNIPPETS, ids=lambda engine: engine.name)
def test_hits_are_unwrapped_and_told_apart(engine: SearchApi, comes: Comes) -> None:
    reading = comes(engine, "found.json")

    assert reading.outcome is Outcome.FOUND
    staff, instagram, linkedin = reading.traces
    assert (staff.kind, staff.key) == (TraceKind.PAGE, "https://harbourlane.example/staff")
    assert staff.snippet == "Art: Nora Quill, room 12 & the kiln."
    assert (instagram.name, instagram.account) == ("Nora Quill", "instagram:@nquill.art")
    assert (linkedin.name, linkedin.account) == ("Nora Quill", "linkedin:@nora-quill-7")


@every_engine
@pytest.mark.parametrize(
    ("body", "status", "outcome"),
    [
        ("", 200, Outcome.UNREADABLE),
        ("[]", 200, Outcome.UNREADABLE),
        ("null", 200, Outcome.UNREADABLE),
        ('{"a": ', 200, Outcome.UNREADABLE),
        ("[" * 100_000, 200, Outcome.UNREADABLE),
        ('{"a":' * 100_000, 200, Outcome.UNREADABLE),
        ("9" * 100_000, 200, Outcome.UNREADABLE),
        ("<!DOCTYPE html><title>Search</title><p>Welcome!", 200, Outcome.UNREADABLE),
        ("<!DOCTYPE html><title>Just a moment...</title>", 200, Outcome.BLOCKED),
        ("<!DOCTYPE html><title>Just a moment...</title>", 403, Outcome.BLOCKED),
        ("no", 301, Outcome.UNREADABLE),
        ("{}", 404, Outcome.UNREADABLE),
        ("{}", 429, Outcome.LIMITED),
        ("{}", 403, Outcome.BLOCKED),
        ("bad gateway", 502, Outcome.FAILED),
    ],
)
def test_what_is_no_answer_proves_nothing(
    engine: SearchApi, comes: Comes, body: str, status: int, outcome: Outcome
) -> None:
    reading = comes(engine, body, status)

    assert reading.outcome is outcome
    assert reading.note
    assert not reading.traces


@every_engine
def test_a_limit_says_until_when(engine: SearchApi, comes: Comes) -> None:
    assert comes(engine, "{}", 429, retry_after="60").retry_at is not None


@pytest.mark.parametrize(
    "engine",
    [source for source in ENGINES if source.name != "gdelt"],
    ids=lambda engine: engine.name,
)
def test_an_answer_to_other_words_is_none(engine: SearchApi, comes: Comes) -> None:
    assert comes(engine, "unreadable.json").note == QUERY_ALTERED


@pytest.mark.parametrize(
    ("name", "page", "second"),
    [
        ("brave", "offset", 1),
        ("kagi", "page", 2),
        ("mojeek", "s", 11),
        ("serper", "page", 2),
    ],
)
def test_further_pages_are_the_same_query(
    comes: Comes, answered: Answered, name: str, page: str, second: int
) -> None:
    engine = full(next(source for source in ENGINES if source.name == name))
    (onward,) = comes(engine, "{}").follow

    assert str(asked(onward)[page]) == str(second)
    assert (onward.key, onward.page) == (first(engine).key, 2)
    assert engine.parse_response(onward, answered("{}")).follow == ()


def test_news_is_asked_for_one_page_alone(comes: Comes) -> None:
    for engine in (GDELT, BRAVE_NEWS):
        assert comes(full(engine), "{}").follow == ()
        assert first(engine).pages == 1


def test_a_query_that_may_have_one_page_leads_to_no_other(answered: Answered) -> None:
    for source in ENGINES:
        engine = full(source)
        alone = replace(first(engine), pages=1)

        assert engine.parse_response(alone, answered("{}")).follow == ()


def test_where_an_engine_knows_or_the_other_names_share_one_query() -> None:
    married = replace(NORA, names=("Nora Quill", "Nora Lark", "Nora Finch"))
    counts = {engine.name: len(list(engine.build_queries(married))) for engine in ENGINES}

    # Without OR, each name is a query; without `site:`, the bare name is one more.
    assert counts.pop("mojeek") == 4
    assert (counts.pop("brave-news"), counts.pop("gdelt")) == (1, 2)
    # The best name, the others, two groups of closed networks, and people-search sites.
    assert set(counts.values()) == {5}


def test_news_is_not_asked_in_every_place() -> None:
    somewhere = replace(NORA, names=("Nora Quill", "Nora Lark"), places=("Wexford Bay",))
    counts = {engine.name: len(list(engine.build_queries(somewhere))) for engine in ENGINES}

    assert (counts["brave"], counts["brave-news"], counts["gdelt"]) == (6, 1, 3)


def test_closed_networks_are_looked_into_where_site_is_known() -> None:
    texts = {
        engine.name: [str(asked(query)[engine.wire.query]) for query in engine.build_queries(NORA)]
        for engine in ENGINES
    }

    for name in ("brave", "kagi", "serper"):
        assert any(text.startswith('"Nora Quill" (site:facebook.com OR ') for text in texts[name])
        assert any("site:linkedin.com" in text for text in texts[name])
    assert '"Nora Quill"' in texts["mojeek"]
    assert not any(
        "site:" in text for name in ("mojeek", "gdelt", "brave-news") for text in texts[name]
    )
