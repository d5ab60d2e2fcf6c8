"""However much a reader says, what goes on from it is bounded."""

from dataclasses import replace
from datetime import date

import pytest

from scrapers.models import Breach, Contact, Outcome, ParseResult, Trace, TraceKind
from scrapers.text_limits import (
    LONGEST_KEY,
    LONGEST_TEXT,
    LONGEST_URL,
    MOST_LINKS,
    OUT_OF_BOUNDS,
    cut_to_bounds,
)

ROSA = Trace(
    key="https://alpha.example/rosa", kind=TraceKind.ACCOUNT, url="https://alpha.example/rosa"
)
FOUND = ParseResult(outcome=Outcome.FOUND, traces=(ROSA,))


def cut(trace: Trace) -> Trace:
    (left,) = cut_to_bounds(replace(FOUND, traces=(trace,))).traces
    return left


@pytest.mark.parametrize("field", ["title", "snippet", "name", "bio", "location"])
def test_a_text_is_cut(field: str) -> None:
    long = replace(ROSA, **{field: "x" * (LONGEST_TEXT + 1)})

    assert getattr(cut(long), field) == "x" * LONGEST_TEXT


def test_an_address_that_is_too_long_is_left_out_and_not_cut() -> None:
    long, short = "https://e.example/".ljust(LONGEST_URL + 1, "x"), "https://e.example/"
    left = cut(replace(ROSA, links=(long, short), picture=long))

    assert (left.links, left.picture) == ((short,), "")


def test_of_many_links_the_first_ones_stay() -> None:
    links = tuple(f"https://e.example/{number}" for number in range(MOST_LINKS + 1))

    assert cut(replace(ROSA, links=links)).links == links[:MOST_LINKS]


@pytest.mark.parametrize("field", ["key", "url", "account", "handle"])
def test_a_trace_whose_name_is_too_long_is_left_out(field: str) -> None:
    long = replace(ROSA, **{field: "x" * (LONGEST_KEY + 1)})

    assert cut_to_bounds(replace(FOUND, traces=(long, ROSA))) == FOUND


def test_an_answer_of_which_nothing_is_left_proves_nothing() -> None:
    long = replace(ROSA, handle="x" * (LONGEST_KEY + 1))
    follower = Contact(name="Rosa", handle="x" * (LONGEST_URL + 1))
    lost = ParseResult(outcome=Outcome.UNREADABLE, note=OUT_OF_BOUNDS)

    assert cut_to_bounds(replace(FOUND, traces=(long,))) == lost
    assert cut_to_bounds(replace(FOUND, traces=(), contacts=(follower,))) == lost


def test_contacts_and_breaches_are_cut_too() -> None:
    follower = Contact(name="x" * 9_000, handle="rosa", bio="x" * 9_000)
    breach = Breach(name="x" * 9_000, title="y" * 9_000, happened_on=date(2026, 1, 5), data=("z",))
    left = cut_to_bounds(replace(FOUND, contacts=(follower,), breaches=(breach,)))

    assert {len(left.contacts[0].name), len(left.contacts[0].bio)} == {LONGEST_TEXT}
    assert {len(left.breaches[0].name), len(left.breaches[0].title)} == {LONGEST_TEXT}


def test_what_is_within_bounds_stays_as_it_is() -> None:
    assert cut_to_bounds(FOUND) == FOUND
    assert cut_to_bounds(ParseResult(outcome=Outcome.ABSENT)) == ParseResult(outcome=Outcome.ABSENT)
