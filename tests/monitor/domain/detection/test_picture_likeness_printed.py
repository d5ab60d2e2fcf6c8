"""Which profile a looked-at picture belongs to, and what is left where none was had."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.domain.detection.picture_likeness import PictureResults
from scrapers.models import (
    CrawlResult,
    Outcome,
    ParseResult,
    Query,
    QueryKind,
    Request,
    Trace,
    TraceKind,
)

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
ROSA = Trace(
    key="https://a.example/rosa",
    kind=TraceKind.ACCOUNT,
    url="https://a.example/rosa",
    name="Rosa",
    bio="Bandleader",
)
BEFORE = replace(ROSA, picture_print="1:old")


def visit(outcome: Outcome, *traces: Trace, kind: QueryKind = QueryKind.PICTURE) -> CrawlResult:
    query = Query(
        source="alpha",
        kind=kind,
        terms=(ROSA.key,),
        request=Request(url="https://a.example/rosa.png"),
        subject="p",
    )
    return CrawlResult(query=query, result=ParseResult(outcome=outcome, traces=traces), at=MONDAY)


def looked(print_: str, key: str = ROSA.key) -> CrawlResult:
    seen = Trace(key=key, kind=TraceKind.ACCOUNT, url=key, name="Mallory", picture_print=print_)
    return visit(Outcome.FOUND, seen)


def test_a_profile_gets_the_print_of_its_picture_and_nothing_else_of_that_answer():
    assert PictureResults.from_visits([looked("1:new")]).add_picture_print(ROSA, BEFORE) == replace(
        ROSA, picture_print="1:new"
    )


@pytest.mark.parametrize(
    "seen",
    [looked(""), visit(Outcome.ABSENT), looked("1:new", key="https://a.example/other")],
)
def test_a_picture_that_says_nothing_or_is_gone_leaves_no_print(seen):
    assert PictureResults.from_visits([seen]).add_picture_print(ROSA, BEFORE).picture_print == ""


@pytest.mark.parametrize(
    "outcome", [one_outcome for one_outcome in Outcome if not one_outcome.is_conclusive]
)
def test_a_picture_that_could_not_be_looked_at_leaves_the_last_print(outcome):
    prints = PictureResults.from_visits([visit(outcome)])

    assert prints.add_picture_print(ROSA, BEFORE).picture_print == "1:old"
    assert prints.add_picture_print(ROSA, None).picture_print == ""


def test_a_profile_whose_picture_nobody_asked_for_has_no_print():
    asked_otherwise = visit(Outcome.FOUND, BEFORE, kind=QueryKind.PROFILE)

    assert (
        PictureResults.from_visits([asked_otherwise]).add_picture_print(ROSA, BEFORE).picture_print
        == ""
    )
