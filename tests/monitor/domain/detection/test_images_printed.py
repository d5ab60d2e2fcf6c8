"""Which profile a looked-at picture belongs to, and what is left where none was had."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.domain.detection.images import Prints
from scrapers.models import Finding, Kind, Outcome, Query, QueryKind, Reading, Request, Visit

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
ROSA = Finding(
    key="https://a.example/rosa",
    kind=Kind.ACCOUNT,
    url="https://a.example/rosa",
    name="Rosa",
    bio="Bandleader",
)
BEFORE = replace(ROSA, picture_print="1:old")


def visit(outcome: Outcome, *findings: Finding, kind: QueryKind = QueryKind.PICTURE) -> Visit:
    query = Query(
        source="alpha",
        kind=kind,
        terms=(ROSA.key,),
        request=Request(url="https://a.example/rosa.png"),
        subject="p",
    )
    return Visit(query=query, reading=Reading(outcome=outcome, findings=findings), at=MONDAY)


def looked(print_: str, key: str = ROSA.key) -> Visit:
    seen = Finding(key=key, kind=Kind.ACCOUNT, url=key, name="Mallory", picture_print=print_)
    return visit(Outcome.FOUND, seen)


def test_a_profile_gets_the_print_of_its_picture_and_nothing_else_of_that_answer():
    assert Prints.of([looked("1:new")]).on(ROSA, BEFORE) == replace(ROSA, picture_print="1:new")


@pytest.mark.parametrize(
    "seen",
    [looked(""), visit(Outcome.ABSENT), looked("1:new", key="https://a.example/other")],
)
def test_a_picture_that_says_nothing_or_is_gone_leaves_no_print(seen):
    assert Prints.of([seen]).on(ROSA, BEFORE).picture_print == ""


@pytest.mark.parametrize("outcome", [each for each in Outcome if not each.conclusive])
def test_a_picture_that_could_not_be_looked_at_leaves_the_last_print(outcome):
    prints = Prints.of([visit(outcome)])

    assert prints.on(ROSA, BEFORE).picture_print == "1:old"
    assert prints.on(ROSA, None).picture_print == ""


def test_a_profile_whose_picture_nobody_asked_for_has_no_print():
    asked_otherwise = visit(Outcome.FOUND, BEFORE, kind=QueryKind.PROFILE)

    assert Prints.of([asked_otherwise]).on(ROSA, BEFORE).picture_print == ""
