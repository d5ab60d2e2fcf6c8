import json

import pytest

from monitor.demo.data import DemoPage
from monitor.demo.fake_searxng import matches_query

SEARCH = "http://searx.example/search"
PAGE = DemoPage(
    url="http://www.town.example/a", title="The Fair", text="Ana Prado, teacher, won a prize."
)
RESULT_KEYS = {
    "url",
    "title",
    "content",
    "engine",
    "engines",
    "positions",
    "score",
    "category",
    "parsed_url",
    "template",
    "publishedDate",
}


def results(reader, query, week=1, **params):
    return json_of(reader, query, week, **params)["results"]


def json_of(reader, query, week=1, **params):
    answer = reader.read(SEARCH, week=week, q=query, format="json", **params)
    assert answer.status == 200
    return json.loads(answer.body)


@pytest.mark.parametrize(
    "query",
    [
        '"Ana Prado"',
        "prado ana",
        '"ana prado" -volcano',
        "site:town.example teacher",
        "-site:other.example prize",
        '"Ana Prado" (plumber OR teacher)',
        "volcano OR prize",
    ],
)
def test_a_page_that_has_every_word_is_found(query):
    assert matches_query(query, PAGE)


@pytest.mark.parametrize(
    "query",
    [
        '"Prado Ana"',
        "ana volcano",
        "prado -teacher",
        "site:own.example prado",
        "prado -site:town.example",
        '"Ana Prado" (plumber OR volcano)',
        "an",
        "",
    ],
)
def test_a_page_that_lacks_a_word_is_not(query):
    assert not matches_query(query, PAGE)


def test_results_have_the_shape_of_searxng(reader):
    answer = json_of(reader, '"John Smith"')

    assert answer["query"] == '"John Smith"'
    assert answer["unresponsive_engines"] == []
    assert all(result.keys() >= RESULT_KEYS for result in answer["results"])
    assert len({frozenset(result) for result in answer["results"]}) == 2
    assert [result["positions"] for result in answer["results"]] == [
        [at] for at in range(1, len(answer["results"]) + 1)
    ]


def test_a_name_that_nobody_has_brings_no_results(reader):
    assert results(reader, '"Qqzx Nobody"') == []


def test_the_canary_always_has_a_result(reader):
    assert all(results(reader, "wikipedia", week) for week in (1, 2, 3))


def test_ten_results_make_a_page(reader):
    first = results(reader, "cedar valley")
    second = results(reader, "cedar valley", pageno=2)

    assert len(first) == 10
    assert second
    assert not {result["url"] for result in first} & {result["url"] for result in second}


@pytest.mark.parametrize(
    ("params", "status", "words"),
    [
        ({"format": "json"}, 400, '{"error":"No query"}'),
        ({"format": "json", "q": "x", "pageno": "x"}, 400, "Invalid value x for parameter pageno"),
        ({"q": "x"}, 200, "<!doctype html>"),
    ],
)
def test_a_wrong_query_is_answered_as_searxng_does(reader, params, status, words):
    answer = reader.read(SEARCH, **params)

    assert answer.status == status
    assert words in answer.text


def test_an_engine_at_its_defaults_forbids_json(reader, reader_of):
    answer = reader_of(reader.internet.forbid_json()).read(SEARCH, q="x", format="json")

    assert answer.status == 403
    assert "403 Forbidden" in answer.text


def test_an_engine_that_does_not_respond_is_named(reader, reader_of):
    lame = reader_of(reader.internet.disable_engines({"lantern": "CAPTCHA"}))

    assert json_of(lame, "wikipedia")["unresponsive_engines"] == [["lantern", "CAPTCHA"]]


def test_ages_and_campaigns_move_from_week_to_week(reader):
    first, later = (
        next(
            result
            for result in results(reader, '"Maria Delgado"', week)
            if "science-fair" in result["url"]
        )
        for week in (1, 2)
    )

    assert first["content"].startswith("4 days ago")
    assert later["content"].startswith("11 days ago")
    assert first["url"].endswith("utm_campaign=week-38")
    assert later["url"].endswith("utm_campaign=week-39")
    assert first["publishedDate"] == later["publishedDate"] == "2026-09-10T11:00:00"


def test_reordering_changes_the_order_alone(reader, reader_of):
    shuffled = reader_of(reader.internet.reorder_results())

    before, after = (
        [result["url"] for result in results(asked, '"John Smith"')] for asked in (reader, shuffled)
    )
    assert before != after
    assert sorted(before) == sorted(after)
