"""Two versions of a finding are compared field by field."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.domain.finding import FindingVersion
from monitor.domain.reason import Plain, Reason
from monitor.domain.snapshot_diff import list_material_changes
from monitor.domain.timeline import diff_traces, diff_versions
from monitor.domain.vocabulary import DiffMarkKind
from scrapers.models import Trace, TraceKind

ROSA = Trace(
    key="alpha.example/rosa",
    kind=TraceKind.ACCOUNT,
    url="https://alpha.example/rosa",
    account="alpha:@rosa",
    name="Rosa Delgado",
    handle="rosa",
    bio="Teacher &amp; gardener",
    links=("https://rosa.example",),
    picture_hash="a",
    private=False,
    created_at=datetime(2020, 5, 1, tzinfo=UTC),
    counts=(("followers", 12),),
)


def changed(before: Trace, after: Trace) -> dict[str, list[tuple[str, str]]]:
    return {
        trace.field: [(str(mark.kind), mark.text) for mark in trace.marks if mark.kind != "kept"]
        for trace in diff_traces(before, after)
        if trace.is_changed
    }


def test_a_version_never_differs_from_itself():
    assert not any(trace.is_changed for trace in diff_traces(ROSA, ROSA))
    assert {trace.field for trace in diff_traces(ROSA, ROSA)} == {
        *("name", "handle", "bio", "picture", "links", "private", "created_at", "counts")
    }


def count_followers(count: int) -> Reason:
    facts = {"count": Plain(str(count))}
    return Reason("count.followers", facts)


@pytest.mark.parametrize(
    ("field", "value", "marks"),
    [
        ("name", "Rosa Diaz", [("removed", "Delgado"), ("added", "Diaz")]),
        ("bio", "Teacher", [("removed", " & gardener")]),
        ("links", (), [("removed", "https://rosa.example")]),
        ("private", True, [("removed", "public"), ("added", "private")]),
        ("location", "Cedar Valley", [("added", "Cedar Valley")]),
        (
            "counts",
            (("followers", 9),),
            [("removed", count_followers(12)), ("added", count_followers(9))],
        ),
    ],
)
def test_a_field_is_marked_by_what_became_of_it(field, value, marks):
    assert changed(ROSA, replace(ROSA, **{field: value})) == {field: marks}


@pytest.mark.parametrize(
    ("before", "after", "marks"),
    [
        ("a", "b", [("removed", "a picture"), ("added", "another picture")]),
        ("a", "", [("removed", "a picture")]),
        ("", "a", [("added", "a picture")]),
    ],
)
def test_a_picture_is_named_and_not_shown(before, after, marks):
    told = changed(replace(ROSA, picture_hash=before), replace(ROSA, picture_hash=after))

    assert told == {"picture": marks}


def test_prints_decide_over_the_networks_names_for_a_picture():
    """A network may hand out one picture under many names."""
    before, after = replace(ROSA, picture_print="p"), replace(ROSA, picture_print="p")

    assert changed(before, replace(after, picture_hash="b")) == {}


def test_the_spelling_of_a_page_is_no_difference():
    assert changed(ROSA, replace(ROSA, bio=" Teacher  & gardener\n")) == {}


def test_what_would_be_told_as_an_event_is_marked_as_material():
    after = replace(ROSA, name="R", handle="r", bio="", links=(), picture_hash="b", private=True)
    marked = {
        trace.field for trace in diff_traces(ROSA, after) if trace.is_changed and trace.material
    }

    assert {"picture_hash" if field == "picture" else field for field in marked} == set(
        list_material_changes(ROSA, after)
    )
    assert all(
        trace.marks[0].kind is not DiffMarkKind.KEPT for trace in diff_traces(ROSA, after)[:1]
    )


def version(query: str, trace: Trace) -> FindingVersion:
    at = datetime(2026, 9, 12, tzinfo=UTC)
    return FindingVersion(finding_id="i", query=query, at=at, trace=trace)


def test_what_one_of_two_queries_leaves_out_was_neither_added_nor_removed():
    listed = replace(
        ROSA, bio="", links=(), picture_hash="", private=None, created_at=None, counts=()
    )
    search, profile = version("search", listed), version("profile", replace(ROSA, name="Rosa Diaz"))

    for before, after in ((search, profile), (profile, search)):
        told = {diff.field: diff.is_changed for diff in diff_versions(before, after)}
        assert told == {"name": True, "handle": False}
    emptied = {diff.field for diff in diff_versions(profile, version("profile", listed))}
    assert {"bio", "picture", "links"} <= emptied
