"""Queries about a district name nobody, and their answers are told to whom they are about."""

import json
from dataclasses import replace

import pytest

from scrapers.models import District, Identity, Outcome, ParseResult, Trace, TraceKind
from scrapers.search.serper import SERPER
from scrapers.search_api import (
    DISTRICT_SITES,
    build_district_terms,
    format_district_query,
    split_district_result,
)

HARBOUR = District(name='Harbour "Lane" Schools', domains=("harbourlane.example",))
NORA = Identity(person_id="nora", names=("Nora Quill", "Nora Penn"))
IVO = Identity(person_id="ivo", names=("Ivo Marsh",))


def shown(url: str, title: str = "", snippet: str = "") -> Trace:
    return Trace(key=url, kind=TraceKind.PAGE, url=url, title=title, snippet=snippet)


def told(*traces: Trace) -> dict[str, list[str]]:
    reading = ParseResult(outcome=Outcome.FOUND, traces=traces)
    return {
        who.person_id: [trace.url for trace in theirs.traces]
        for who, theirs in split_district_result(reading, (NORA, IVO))
    }


def test_every_group_of_sites_is_asked_for_and_the_whole_web() -> None:
    queries = [format_district_query(terms) for terms in build_district_terms(HARBOUR)]

    assert queries[0] == (
        '"Harbour Lane Schools" teacher '
        "(site:facebook.com OR site:instagram.com OR site:threads.com)"
    )
    assert queries[len(DISTRICT_SITES) :] == [
        '"Harbour Lane Schools" teacher',
        '"harbourlane.example" -site:harbourlane.example',
    ]


def test_a_school_is_asked_for_beside_what_students_call_teachers_and_no_name() -> None:
    *_, asked = map(format_district_query, build_district_terms(replace(HARBOUR, schools=("Elm",))))

    assert asked.startswith('"Elm" (Ms OR Mrs OR Mr OR Miss OR Profe OR memes OR edits OR')
    assert "OR tea OR exposed OR confessions OR fights) (site:" in asked
    assert "site:tiktok.com" in asked
    assert "linkedin.com" not in asked


def test_a_query_fits_what_engines_bear() -> None:
    long = District(
        name="The Regional Consolidated Public School District of Harbour Lane",
        schools=(
            "The Harbour Lane Regional Consolidated Middle and Senior High School of the Arts",
        ),
    )
    asked = [format_district_query(terms) for terms in build_district_terms(long)]

    assert max(map(len, asked)) <= 400
    assert max(len(entry.split()) for entry in asked) <= 50
    assert "OR memes" in asked[-1]
    assert "fights" not in asked[-1]


def test_a_school_is_asked_for_in_as_many_words_as_google_bears() -> None:
    *_, asked = SERPER.build_district_queries(replace(HARBOUR, schools=("Elm Street School",)))

    query = json.loads(asked.request.body)["q"]
    assert query.startswith('"Elm Street School" (Ms OR Mrs OR Mr OR Miss OR Profe OR ')
    assert query.endswith("site:reddit.com)")
    assert len(query.split()) <= 32


def test_a_district_without_a_name_is_not_asked_about() -> None:
    assert list(build_district_terms(District(name=" - ", domains=("x.example",)))) == []


@pytest.mark.parametrize(
    "trace",
    [
        shown("https://a.example/1", title="Nora Quill, art"),
        shown("https://a.example/2", snippet="our new teacher, Nora Penn"),
        shown("https://a.example/nora-quill"),
        shown("https://www.instagram.com/noraquill/", title="N (@noraquill) • Instagram photos"),
    ],
)
def test_a_hit_is_told_to_whom_it_names(trace: Trace) -> None:
    assert told(trace) == {"nora": [trace.url], "ivo": []}


def test_a_hit_that_calls_somebody_by_a_title_is_told_to_who_agreed_to_that() -> None:
    reading = ParseResult(
        outcome=Outcome.FOUND, traces=(shown("https://a.example/1", title="Ms. Quill memes"),)
    )
    titled = replace(NORA, person_id="titled", phrases=("Ms Quill",))

    assert {
        who.person_id: len(theirs.traces)
        for who, theirs in split_district_result(reading, (NORA, IVO, titled))
    } == {"nora": 0, "ivo": 0, "titled": 1}


@pytest.mark.parametrize(
    "title", ["Our staff", "Quill pens for sale", "Nora Lane", "Ivory Marshall", ""]
)
def test_what_names_nobody_who_asked_is_dropped(title: str) -> None:
    assert told(shown("https://a.example/1", title=title)) == {"nora": [], "ivo": []}


def test_who_is_not_named_is_told_that_nothing_was_found() -> None:
    reading = ParseResult(outcome=Outcome.FOUND, traces=(shown("https://a.example/nora-quill"),))
    outcomes = {
        who.person_id: theirs.outcome for who, theirs in split_district_result(reading, (NORA, IVO))
    }

    assert outcomes == {"nora": Outcome.FOUND, "ivo": Outcome.ABSENT}


@pytest.mark.parametrize(
    "outcome", [one_outcome for one_outcome in Outcome if one_outcome is not Outcome.FOUND]
)
def test_how_the_visit_went_is_told_to_all_as_it_was(outcome: Outcome) -> None:
    reading = ParseResult(outcome=outcome, note="why")

    assert {
        (pair.outcome, pair.note) for _, pair in split_district_result(reading, (NORA, IVO))
    } == {(outcome, "why")}
