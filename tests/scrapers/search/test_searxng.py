import json
from collections.abc import Callable

import pytest

from reports.reason_rendering import render_note
from scrapers.models import (
    District,
    Identity,
    Outcome,
    Page,
    ParseResult,
    Query,
    QueryKind,
    TraceKind,
)
from scrapers.search.searxng import SearxNG
from scrapers.source import AccessMode, Source, SourceFamily

Answered = Callable[..., Page]

NORA = Identity(
    person_id="person-1",
    names=("Nora Quill", "Nora Lark"),
    places=("Wexford Bay", ""),
    organization="Harbour Lane School",
)


@pytest.fixture
def searxng() -> SearxNG:
    return SearxNG(base_url="http://searx.example/")


@pytest.fixture
def query(searxng: SearxNG) -> Query:
    return next(iter(searxng.build_queries(NORA)))


def asked(query: Query) -> str:
    return dict(query.request.params)["q"]


def test_what_can_share_a_query_is_asked_in_one(searxng: SearxNG) -> None:
    assert [asked(query) for query in searxng.build_queries(NORA)] == [
        '"Nora Quill" Harbour Lane School',
        (
            '("Nora Quill" OR "Nora Lark") (site:facebook.com OR site:instagram.com'
            " OR site:threads.com OR site:tiktok.com OR site:snapchat.com)"
        ),
        (
            '("Nora Quill" OR "Nora Lark") (site:x.com OR site:linkedin.com OR site:youtube.com'
            " OR site:reddit.com OR site:ratemyteachers.com)"
        ),
        '"Nora Lark" Harbour Lane School',
        '"Nora Quill" Wexford Bay',
        (
            '"Nora Quill" Wexford Bay (site:whitepages.com OR site:spokeo.com'
            " OR site:truepeoplesearch.com OR site:fastpeoplesearch.com"
            " OR site:beenverified.com OR site:radaris.com)"
        ),
    ]


def test_it_is_asked_about_the_district_and_each_person_gets_what_names_them(
    searxng: SearxNG, answered: Answered
) -> None:
    district = District(name="Harbour Lane", domains=("harbourlane.example",))
    queries = list(searxng.build_district_queries(district))
    page = answered(
        json.dumps(
            {
                "query": asked(queries[0]),
                "results": [
                    {"url": "https://www.facebook.com/nora.quill", "title": "Nora Quill"},
                    {"url": "https://www.facebook.com/someone", "title": "Someone else"},
                ],
                "unresponsive_engines": [],
            }
        )
    )

    result = searxng.parse_response(queries[0], page)
    ((_, hers),) = searxng.split_result_by_person(result, [NORA])

    assert {query.kind for query in queries} == {QueryKind.DISTRICT}
    assert asked(queries[0]).startswith('"Harbour Lane" teacher (site:facebook.com OR ')
    assert not any("Quill" in asked(query) for query in queries)
    assert [trace.account for trace in hers.traces] == ["facebook:@nora.quill"]


def test_json_is_asked_for_of_the_engines_that_were_named() -> None:
    source: Source = SearxNG(base_url="http://searx.example", engines=("mojeek", "wikipedia"))
    request = next(iter(source.build_queries(NORA))).request

    assert request.url == "http://searx.example/search"
    assert dict(request.params)["format"] == "json"
    assert dict(request.params)["engines"] == "mojeek,wikipedia"
    assert source.crawl_policy.origins == ("http://searx.example",)
    assert source.crawl_policy.access is AccessMode.API
    assert source.family is SourceFamily.SEARCH


def test_what_people_call_themselves_is_no_command(searxng: SearxNG) -> None:
    odd = Identity(person_id="p", names=('Nora "!bang" Quill',), organization="!!go :fr School")

    assert asked(next(iter(searxng.build_queries(odd)))) == '"Nora !bang Quill" go fr School'


def test_results_are_unwrapped_and_told_apart(
    searxng: SearxNG, query: Query, saved: Answered
) -> None:
    reading = searxng.parse_response(query, saved("searxng/found.json"))

    assert reading.outcome is Outcome.FOUND
    staff, mural, instagram, linkedin = reading.traces
    assert staff.key == "https://harbourlane.example/staff"
    assert staff.kind is TraceKind.PAGE
    assert mural.url == "https://gazette.example/mural"
    assert instagram.kind is TraceKind.ACCOUNT
    assert instagram.account == "instagram:@nquill.art"
    assert (instagram.name, instagram.handle) == ("Nora Quill", "nquill.art")
    assert (linkedin.name, linkedin.account) == ("Nora Quill", "linkedin:@nora-quill-7")


@pytest.mark.parametrize(
    "case",
    [
        ("absent.json", 200, Outcome.ABSENT),
        ("partial.json", 200, Outcome.PARTIAL),
        ("blocked.json", 200, Outcome.BLOCKED),
        ("limited.json", 200, Outcome.LIMITED),
        ("failed.json", 200, Outcome.FAILED),
        ("unreadable.json", 200, Outcome.UNREADABLE),
        ("json_off.html", 403, Outcome.UNREADABLE),
        ("json_off.html", 200, Outcome.BLOCKED),
        ("absent.json", 400, Outcome.UNREADABLE),
        ("absent.json", 429, Outcome.LIMITED),
        ("absent.json", 502, Outcome.FAILED),
    ],
)
def test_every_outcome_is_told_apart(
    searxng: SearxNG, query: Query, saved: Answered, case: tuple[str, int, Outcome]
) -> None:
    name, status, outcome = case
    assert searxng.parse_response(query, saved(f"searxng/{name}", status)).outcome is outcome


def test_an_engine_that_fell_silent_is_no_proof_of_absence(
    searxng: SearxNG, query: Query, saved: Answered
) -> None:
    reading = searxng.parse_response(query, saved("searxng/partial.json"))

    assert len(reading.traces) == 2
    assert not reading.outcome.is_conclusive
    assert "2 of its engines" in render_note(reading.note)


def test_the_operator_is_told_how_to_switch_json_on(
    searxng: SearxNG, query: Query, saved: Answered
) -> None:
    assert searxng.parse_response(query, saved("searxng/json_off.html", 403)).note == "json-off"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"results": []}',
        '{"results": {}, "unresponsive_engines": []}',
        '{"results": [1], "unresponsive_engines": []}',
        '{"results": [{"title": "Nora Quill"}], "unresponsive_engines": []}',
        '{"results": [{"url": "http://a.example"}], "unresponsive_engines": []}',
        '{"results": [{"url": 7, "title": ""}], "unresponsive_engines": []}',
        '{"results": [], "unresponsive_engines": ["slow"]}',
        '{"results": [], "unresponsive_engines": [], "query": "\\"Nora Quail\\""}',
        '{"results": [], "unresponsive_engines": [], "corrections": 3}',
    ],
)
def test_a_missing_part_is_never_an_empty_success(
    searxng: SearxNG, query: Query, answered: Answered, body: str
) -> None:
    reading = searxng.parse_response(query, answered(body))

    assert reading.outcome is Outcome.UNREADABLE
    assert reading.note


def test_results_that_do_not_name_the_person_are_dropped(searxng: SearxNG, saved: Answered) -> None:
    stranger = Identity(person_id="p", names=("Ida Heron",))
    body = saved("searxng/found.json").body.replace(b'\\"Nora Quill\\" Harbour Lane School', b"")
    query = next(iter(searxng.build_queries(stranger)))
    page = saved("searxng/found.json")
    reading = searxng.parse_response(
        query, Page(url=page.url, status=200, body=body, fetched_at=page.fetched_at)
    )

    assert reading.outcome is Outcome.ABSENT
    assert reading.traces == ()


def test_engines_that_were_not_named_are_noticed(query: Query, saved: Answered) -> None:
    picky = SearxNG(base_url="http://searx.example", engines=("mojek",))

    assert picky.parse_response(query, saved("searxng/found.json")).outcome is Outcome.UNREADABLE


def test_a_full_page_is_followed_by_one_more_and_no_other(
    searxng: SearxNG, query: Query, saved: Answered
) -> None:
    (second,) = searxng.parse_response(query, saved("searxng/full.json")).follow

    assert second.key == query.key
    assert dict(second.request.params)["pageno"] == "2"
    assert searxng.parse_response(second, saved("searxng/full.json")).follow == ()
    assert searxng.parse_response(query, saved("searxng/found.json")).follow == ()


def test_an_empty_second_page_leaves_the_first_one_found(
    searxng: SearxNG, query: Query, saved: Answered
) -> None:
    first = searxng.parse_response(query, saved("searxng/full.json"))
    both = first.merge_next_page(
        searxng.parse_response(first.follow[0], saved("searxng/absent.json"))
    )

    assert both.outcome is Outcome.FOUND
    assert len(both.traces) == 10


def test_its_canaries_are_a_word_nobody_wrote_and_one_that_everybody_did(
    searxng: SearxNG,
) -> None:
    nobody, known, deeper, inspection = searxng.build_canaries("nonce")

    assert (nobody.expects, known.expects) == (Outcome.ABSENT, Outcome.FOUND)
    assert asked(known.query) == '"wikipedia"'
    assert nobody.query.subject == known.query.subject == ""
    assert nobody.query.key != next(iter(searxng.build_canaries("another"))).query.key
    assert dict(deeper.query.request.params)["pageno"] == "2"
    assert inspection.query.request.url == "http://searx.example/config"


def inspected(engines: tuple[str, ...], page: Page) -> ParseResult:
    source = SearxNG(base_url="http://searx.example", engines=engines)
    *_, inspection = source.build_canaries("nonce")
    return source.parse_response(inspection.query, page)


def test_an_instance_whose_engines_were_not_chosen_is_warned_of(saved: Answered) -> None:
    by_default = inspected((), saved("searxng/config.json"))

    assert (by_default.outcome, by_default.note) == (Outcome.FOUND, "engines-unnamed:5")
    assert "does not tell which of them read result pages" in render_note(by_default.note)


def test_engines_that_somebody_chose_need_no_warning(saved: Answered) -> None:
    reading = inspected(("braveapi", "wikipedia"), saved("searxng/config.json"))

    assert (reading.outcome, reading.note) == (Outcome.FOUND, "")


@pytest.mark.parametrize("engine", ["brave api", "google"])
def test_an_engine_that_is_not_there_or_is_off_is_noticed(engine: str, saved: Answered) -> None:
    reading = inspected(("braveapi", engine), saved("searxng/config.json"))

    assert reading.outcome is Outcome.UNREADABLE
    assert f"no engine {engine}" in render_note(reading.note)


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '{"engines": []}',
        '{"engines": [{"name": "braveapi", "categories": ["general"]}]}',
        '{"engines": [{"enabled": true, "categories": ["general"]}]}',
        '{"engines": [{"name": "braveapi", "enabled": true}]}',
    ],
)
def test_an_instance_that_does_not_tell_its_engines_is_not_believed(
    body: str, answered: Answered
) -> None:
    assert inspected((), answered(body)).outcome is Outcome.UNREADABLE


SILENT = '{"results": [], "unresponsive_engines": [["meadow", "CAPTCHA"], ["lantern", "timeout"]]}'


@pytest.mark.parametrize(
    ("engines", "outcome", "note"),
    [
        (("meadow", "lantern"), Outcome.BLOCKED, "refused to answer"),
        (("meadow", "lantern", "harbour"), Outcome.PARTIAL, "did not answer: meadow, lantern"),
        ((), Outcome.BLOCKED, "refused to answer"),
    ],
)
def test_only_where_all_named_engines_are_silent_is_the_instance(
    engines: tuple[str, ...], outcome: Outcome, note: str, answered: Answered
) -> None:
    source = SearxNG(base_url="http://searx.example", engines=engines)

    reading = source.parse_response(next(iter(source.build_queries(NORA))), answered(SILENT))

    assert reading.outcome is outcome
    assert note in render_note(reading.note)
