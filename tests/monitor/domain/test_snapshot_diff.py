"""The raw difference of two answers to one query."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.snapshot_diff import (
    ChangeKind,
    apply_parse_result,
    diff_snapshots,
    key_by_anchor,
)
from scrapers.models import Outcome, ParseResult, Trace, TraceKind

TEXTS = st.sampled_from(["", "a", "b"])
TRACES = st.builds(
    Trace,
    key=st.sampled_from([f"https://a.example/{number}" for number in range(5)]),
    kind=st.sampled_from(TraceKind),
    url=st.just("https://a.example/"),
    title=TEXTS,
    name=TEXTS,
    counts=st.sampled_from([(), (("posts", 1),)]),
    created_at=st.sampled_from([None, datetime(2026, 1, 1, tzinfo=UTC)]),
)
SHOWN = st.lists(TRACES, max_size=6).map(key_by_anchor)
READINGS = st.builds(
    ParseResult,
    outcome=st.sampled_from(Outcome),
    traces=st.lists(TRACES, max_size=4).map(tuple),
)
PAGE = Trace(key="https://a.example/1", kind=TraceKind.PAGE, url="https://a.example/1", title="One")


def applied(changes, before):
    """Make what was shown before into what is shown after."""
    after = {**before, **{change.key: change.after for change in changes}}
    return {key: shown for key, shown in after.items() if shown is not None}


@given(SHOWN, SHOWN)
def test_the_changes_applied_to_the_old_answer_give_the_new_one(before, after):
    assert applied(diff_snapshots(before, after), before) == after


@given(SHOWN)
def test_nothing_differs_from_itself(shown):
    assert list(diff_snapshots(shown, dict(shown))) == []


@given(SHOWN, SHOWN)
def test_looking_back_undoes_the_changes(before, after):
    assert applied(diff_snapshots(after, before), after) == before


def test_every_differing_field_is_named_even_if_it_is_volatile():
    after = replace(PAGE, title="Two", counts=(("posts", 3),))

    (change,) = diff_snapshots({PAGE.key: PAGE}, {PAGE.key: after})

    assert change.kind is ChangeKind.ALTERED
    assert change.fields == ("title", "counts")


def test_what_comes_and_what_goes_is_told_apart():
    other = replace(PAGE, key="https://a.example/2")

    changes = diff_snapshots(key_by_anchor((PAGE,)), key_by_anchor((other,)))

    assert [(change.kind, change.key) for change in changes] == [
        (ChangeKind.REMOVED, PAGE.key),
        (ChangeKind.ADDED, other.key),
    ]


def test_what_a_page_lists_twice_is_one():
    again = replace(PAGE, title="One, longer")

    assert key_by_anchor((PAGE, again)) == key_by_anchor((again, PAGE))
    assert len(key_by_anchor((PAGE, again))) == 1


@given(SHOWN, READINGS)
def test_only_a_conclusive_reading_takes_anything_away(before, reading):
    after = apply_parse_result(before, reading)

    gone = {
        change.key for change in diff_snapshots(before, after) if change.kind is ChangeKind.REMOVED
    }

    if reading.outcome not in {Outcome.FOUND, Outcome.ABSENT}:
        assert gone == set()


@pytest.mark.parametrize(
    "outcome",
    [
        one_outcome
        for one_outcome in Outcome
        if not one_outcome.is_conclusive and one_outcome is not Outcome.PARTIAL
    ],
)
def test_a_failed_visit_leaves_everything_as_it_was(outcome):
    before = {PAGE.key: PAGE}

    assert apply_parse_result(before, ParseResult(outcome=outcome)) == before


def test_proof_of_absence_takes_everything_away():
    assert apply_parse_result({PAGE.key: PAGE}, ParseResult(outcome=Outcome.ABSENT)) == {}
