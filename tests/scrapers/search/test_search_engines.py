"""What is particular to one engine."""

import json
from dataclasses import replace

import pytest

from scrapers.models import District, Outcome, QueryKind, TraceKind
from scrapers.search.brave import BRAVE, BRAVE_NEWS
from scrapers.search.gdelt import GDELT
from scrapers.search.kagi import KAGI
from scrapers.search.mojeek import MOJEEK
from scrapers.search.serper import SERPER
from scrapers.search_api import DISTRICT_SITES, NO_CREDIT, NO_KEY, TOO_OFTEN, SearchApi
from tests.scrapers.answers import PAGES
from tests.scrapers.search.conftest import Answered, Comes, first

BLOCKED, LIMITED, UNREADABLE = Outcome.BLOCKED, Outcome.LIMITED, Outcome.UNREADABLE
DISTRICT = District(name="Harbour Lane School")
NO_PLAN, ODD = "key-without-subscription", "query-refused:400"
BRAVE_ERROR = {"id": "0f", "status": 422, "code": "SUBSCRIPTION_TOKEN_INVALID", "detail": "no"}


def changed(engine: SearchApi, page: str, *path: str | int, to: object = None) -> str:
    """Return a saved page with one part replaced, or taken away."""
    document = json.loads((PAGES / engine.name / page).read_bytes())
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    if to is None:
        del holder[path[-1]]
    else:
        holder[path[-1]] = to
    return json.dumps(document)


@pytest.mark.parametrize("engine", [BRAVE, BRAVE_NEWS])
def test_brave_is_kept_from_correcting_names(engine: SearchApi) -> None:
    given = dict(first(engine).request.params)

    assert given["spellcheck"] == "false"
    assert given["count"] == "20"
    assert given["offset"] == "0"


def test_only_news_is_asked_for_by_its_age() -> None:
    assert "freshness" in dict(first(BRAVE_NEWS).request.params)
    assert "freshness" not in dict(first(BRAVE).request.params)


def test_all_sections_of_brave_are_read_and_the_next_page_is_asked_for(comes: Comes) -> None:
    reading = comes(BRAVE, "sections.json")

    assert [(trace.kind, trace.key) for trace in reading.traces] == [
        (TraceKind.PAGE, "https://harbourlane.example/staff"),
        (TraceKind.PAGE, "https://gazette.example/mural"),
        (TraceKind.PAGE, "https://reddit.com/comments/1a2b3c"),
    ]
    assert [query.page for query in reading.follow] == [2]


@pytest.mark.parametrize(
    "body",
    [
        changed(BRAVE, "found.json", "web"),
        changed(BRAVE, "found.json", "web", "results"),
        changed(BRAVE, "found.json", "type"),
        changed(BRAVE, "found.json", "query", "original"),
        changed(BRAVE, "found.json", "web", "results", 0, "url"),
        changed(BRAVE, "absent.json", "query", "more_results_available"),
        changed(BRAVE, "absent.json", "query", "more_results_available", to=True),
    ],
)
def test_half_an_answer_of_brave_proves_nothing(comes: Comes, body: str) -> None:
    assert comes(BRAVE, body).outcome is UNREADABLE


@pytest.mark.parametrize(
    "case",
    [
        (BRAVE, json.dumps({"type": "ErrorResponse", "error": BRAVE_ERROR}), 422, BLOCKED, NO_KEY),
        (BRAVE, json.dumps({"errors": [BRAVE_ERROR]}), 422, BLOCKED, NO_KEY),
        (BRAVE, '{"error": {"code": "SUBSCRIPTION_NOT_FOUND"}}', 404, BLOCKED, NO_PLAN),
        (BRAVE, '{"error": {"code": "VALIDATION"}}', 422, UNREADABLE, "query-refused:422"),
        (BRAVE, "{}", 402, LIMITED, NO_CREDIT),
        (SERPER, "limited.json", 400, LIMITED, NO_CREDIT),
        (SERPER, "blocked.json", 403, BLOCKED, NO_KEY),
        (SERPER, '{"message": "Missing query parameter"}', 400, UNREADABLE, "query-refused:400"),
        (KAGI, "blocked.json", 401, BLOCKED, NO_KEY),
        (KAGI, "blocked.json", 200, BLOCKED, NO_KEY),
        (KAGI, '{"errors": [{"code": "general.invalid_token"}]}', 400, BLOCKED, NO_KEY),
        (KAGI, "limited.json", 402, LIMITED, NO_CREDIT),
        (KAGI, "limited.json", 200, LIMITED, NO_CREDIT),
        (KAGI, '{"error": [{"code": 101, "msg": "Insufficient credit"}]}', 400, LIMITED, NO_CREDIT),
        (MOJEEK, "limited.json", 200, LIMITED, TOO_OFTEN),
        (MOJEEK, "blocked.json", 200, BLOCKED, NO_KEY),
        (MOJEEK, '{"response": {"status": "ERROR: odd"}}', 200, UNREADABLE, "query-refused.plain"),
        (GDELT, "limited.txt", 200, LIMITED, TOO_OFTEN),
        (GDELT, "unreadable.txt", 200, UNREADABLE, "query-too-common"),
        (GDELT, "Timeout", 200, UNREADABLE, "answer-no-json"),
    ],
)
def test_complaints_are_told_apart(
    comes: Comes, case: tuple[SearchApi, str, int, Outcome, str]
) -> None:
    engine, body, status, outcome, note = case
    reading = comes(engine, body, status)

    assert reading.outcome is outcome
    assert reading.note == note


@pytest.mark.parametrize(
    ("engine", "path"),
    [
        (SERPER, ("organic",)),
        (SERPER, ("searchParameters",)),
        (KAGI, ("data",)),
        (KAGI, ("meta",)),
        (KAGI, ("data", "search")),
        (MOJEEK, ("response", "results")),
        (MOJEEK, ("response", "results", 0)),
        (MOJEEK, ("response", "head", "return")),
        (MOJEEK, ("response", "status")),
        (GDELT, ("articles", 0, "url")),
    ],
)
def test_a_missing_part_is_never_an_empty_success(
    comes: Comes, engine: SearchApi, path: tuple[str | int, ...]
) -> None:
    assert comes(engine, changed(engine, "found.json", *path)).outcome is UNREADABLE


def test_words_of_a_page_are_no_complaint(comes: Comes) -> None:
    snippet = "ERROR: Daily Limit Reached. Unauthorized. Please limit requests."
    body = changed(SERPER, "found.json", "organic", 0, "snippet", to=snippet)

    assert comes(SERPER, body).outcome is Outcome.FOUND


def test_a_mere_suggestion_of_serper_alters_nothing(comes: Comes) -> None:
    assert "didYouMean" in changed(SERPER, "found.json", "credits")
    assert comes(SERPER, "found.json").outcome is Outcome.FOUND
    assert json.loads(first(SERPER).request.body)["autocorrect"] is False


def test_kagi_of_before_that_does_not_repeat_the_query_is_read(comes: Comes) -> None:
    body = changed(KAGI, "found.json", "meta", "query")

    assert comes(KAGI, body).outcome is Outcome.FOUND


def test_gdelt_shows_only_articles_whose_title_or_address_names_the_person(comes: Comes) -> None:
    reading = comes(GDELT, "found.json")

    assert [trace.key for trace in reading.traces] == [
        "https://gazette.example/mural",
        "https://bay.example/2026/nora-quill-honoured",
    ]
    assert GDELT.crawl_policy.seconds_between >= 5
    assert comes(GDELT, '{"articles": []}').outcome is Outcome.ABSENT


def test_whoever_turns_on_a_reseller_is_warned() -> None:
    assert SERPER.info.notice


def test_an_engine_stands_where_the_configuration_says() -> None:
    near = replace(BRAVE, base_url="http://127.0.0.1:8080/")

    assert first(near).request.url == "http://127.0.0.1:8080/res/v1/web/search"
    assert near.crawl_policy.origins == ("http://127.0.0.1:8080",)


@pytest.mark.parametrize("engine", [BRAVE, KAGI, SERPER])
def test_engines_that_know_sites_are_asked_about_the_district_alone(engine: SearchApi) -> None:
    asked = tuple(engine.build_district_queries(DISTRICT))

    assert len(asked) == len(DISTRICT_SITES) + 1
    assert {(query.subject, query.kind) for query in asked} == {("", QueryKind.DISTRICT)}
    assert all("site:" in repr(query.request) for query in asked[: len(DISTRICT_SITES)])


def test_a_query_about_the_district_shows_all_that_is_listed(answered: Answered) -> None:
    rows = [{"title": f"Pupil {n}", "url": f"https://a.example/{n}"} for n in range(3)]
    about = next(iter(BRAVE.build_district_queries(DISTRICT)))
    asked = dict(about.request.params)["q"]
    page = answered(
        json.dumps(
            {
                "type": "search",
                "query": {"original": asked, "more_results_available": True},
                "web": {"type": "search", "results": rows},
            }
        )
    )
    reading = BRAVE.parse_response(about, page)

    assert [trace.url for trace in reading.traces] == [row["url"] for row in rows]
    (onward,) = reading.follow
    assert (onward.key, onward.page) == (about.key, 2)
    assert dict(onward.request.params)["q"] == asked


@pytest.mark.parametrize("engine", [BRAVE_NEWS, GDELT, MOJEEK])
def test_other_engines_are_asked_about_nobody_but_people(engine: SearchApi) -> None:
    assert list(engine.build_district_queries(DISTRICT)) == []
