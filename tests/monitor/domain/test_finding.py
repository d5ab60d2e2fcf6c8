"""What makes a finding itself, what is worth telling of it, and what is only noise."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.finding import (
    Finding,
    Presence,
    combine_traces,
    compute_anchor,
    is_different_account,
    list_aliases,
    merge_findings,
    withhold_account_text,
)
from monitor.domain.snapshot_diff import MATERIAL, list_material_changes
from scrapers.models import Trace, TraceKind

IDENTITY = {
    TraceKind.ACCOUNT: ("kind", "key", "account", "account_aliases"),
    TraceKind.PAGE: ("kind", "key", "account", "account_aliases"),
}
VOLATILE = {
    TraceKind.ACCOUNT: (
        *("url", "title", "snippet", "location", "created_at", "counts"),
        *("picture", "picture_print", "exposed", "harms", "withheld"),
        *("says_missing", "network_labels"),
    ),
    TraceKind.PAGE: (
        *("url", "title", "snippet", "location", "created_at", "counts"),
        *("picture", "picture_print", "exposed", "harms", "withheld"),
        *("says_missing", "network_labels"),
        *("name", "handle", "bio", "picture_hash", "links", "private"),
    ),
}
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
ROSA = Trace(
    key="https://skies.example/rosa",
    kind=TraceKind.ACCOUNT,
    url="https://skies.example/rosa",
    account="skies:1",
    account_aliases=("skies:@rosa",),
    name="Rosa Marchetti",
    handle="rosa",
    bio="Band director & mother of two café owners",
    links=("https://rosa.example",),
    picture_hash="abc",
)

WORDS = st.sampled_from(["", "Rosa", "rosa", "Rosa Marchetti", "café", "<b>"])
ACCOUNTS = st.sampled_from(["skies:1", "skies:2", "skies:@rosa", "skies:@rm"])
TRACES = st.builds(
    Trace,
    key=st.sampled_from(["https://a.example/1", "https://a.example/2"]),
    kind=st.sampled_from(TraceKind),
    url=st.sampled_from(["https://a.example/1", "https://www.a.example/1?x=1"]),
    account=ACCOUNTS,
    account_aliases=st.lists(ACCOUNTS, max_size=2).map(tuple),
    title=WORDS,
    snippet=WORDS,
    name=WORDS,
    handle=WORDS,
    bio=WORDS,
    links=st.lists(WORDS, max_size=2).map(tuple),
    picture_hash=WORDS,
    private=st.sampled_from([None, False, True]),
    created_at=st.sampled_from([None, MONDAY, MONDAY + timedelta(days=1)]),
    counts=st.sampled_from([(), (("posts", 1),), (("posts", 2), ("followers", 5))]),
)

PAGES = st.builds(
    replace,
    TRACES,
    kind=st.just(TraceKind.PAGE),
    harms=st.sampled_from([(), ("threat",), ("sexual",)]),
)


@pytest.mark.parametrize("kind", TraceKind)
def test_every_field_is_identity_or_material_or_volatile(kind):
    ranked = (*IDENTITY[kind], *MATERIAL[kind], *VOLATILE[kind])

    assert sorted(ranked) == sorted(field.name for field in fields(Trace))


@pytest.mark.parametrize(
    ("field", "respelled"),
    [
        ("name", " Rosa \n Marchetti "),
        ("bio", "Band director &amp; mother of two café owners"),
        ("bio", "Band director &amp;amp; mother of two caf&eacute; owners"),
        ("bio", "Band director & mother of two cafe\N{COMBINING ACUTE ACCENT} owners"),
        ("handle", "@Rosa"),
        ("links", ("https://rosa.example/", "https://rosa.example")),
        ("private", False),
    ],
)
def test_another_spelling_is_no_change(field, respelled):
    after = replace(ROSA, **{field: respelled})

    assert list_material_changes(ROSA, after) == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Rosa M."),
        ("handle", "rosa2"),
        ("bio", ""),
        ("links", ()),
        ("picture_hash", "abd"),
        ("private", True),
    ],
)
def test_a_material_change_is_named(field, value):
    after = replace(ROSA, **{field: value})

    assert list_material_changes(ROSA, after) == (field,)


def test_a_page_has_nothing_material_but_its_existence():
    page = replace(ROSA, kind=TraceKind.PAGE)

    assert list_material_changes(page, replace(page, name="Another", bio="")) == ()


@given(TRACES, TRACES)
def test_volatile_fields_are_no_change(one, other):
    moved = replace(one, **{field: getattr(other, field) for field in VOLATILE[one.kind]})

    assert list_material_changes(one, moved) == ()


@given(st.lists(TRACES, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_a_portrait_does_not_depend_on_the_order_of_sightings(several, random):
    shuffled = random.sample(several, len(several))

    assert combine_traces(shuffled) == combine_traces(several)


@given(st.lists(TRACES, min_size=1, max_size=3), st.lists(TRACES, max_size=3))
def test_a_portrait_of_a_portrait_is_the_same_portrait(some, more):
    assert combine_traces((combine_traces(some), *more)) == combine_traces((*some, *more))


@given(st.lists(PAGES, min_size=1, max_size=3), st.lists(PAGES, max_size=3))
def test_of_a_sexual_page_no_sighting_brings_text_back(some, more):
    portrait = combine_traces((*some, *more))

    assert combine_traces((combine_traces(some), *more)) == portrait
    if "sexual" in portrait.harms:
        assert portrait == Trace(
            key=portrait.key, kind=portrait.kind, url=portrait.url, harms=portrait.harms
        )


WITHHELD = st.builds(
    lambda trace, kind: withhold_account_text(trace, kind) if kind else trace,
    TRACES,
    st.sampled_from(["", "adult", "minor", "sexual"]),
)


@given(st.lists(WITHHELD, min_size=1, max_size=3), st.lists(WITHHELD, max_size=3))
def test_of_a_withheld_account_no_sighting_brings_text_back(some, more):
    portrait = combine_traces((*some, *more))

    assert combine_traces((combine_traces(some), *more)) == portrait
    assert portrait.withheld == max(trace.withheld for trace in (*some, *more))
    if portrait.withheld:
        assert portrait == withhold_account_text(portrait, portrait.withheld)
        assert (portrait.name, portrait.bio, portrait.links) == ("", "", ())


@given(TRACES)
def test_an_account_is_met_again_by_what_is_left_of_it(trace):
    bare = withhold_account_text(trace, "sexual")

    assert compute_anchor(bare) == compute_anchor(trace)
    assert list_aliases(bare) == list_aliases(trace)
    assert withhold_account_text(bare, "") == replace(bare, withheld="")


def test_an_account_keeps_its_own_words_beside_a_sexual_page():
    page = Trace(key=ROSA.key, kind=TraceKind.PAGE, url=ROSA.url, title="leaked", snippet="text")
    sexual = replace(page, title="", snippet="", harms=("sexual",))

    assert combine_traces((ROSA, page, sexual)) == replace(ROSA, harms=("sexual",))


def test_a_portrait_holds_the_best_of_each_sighting():
    result = Trace(
        key=ROSA.key,
        kind=TraceKind.ACCOUNT,
        url=ROSA.url,
        account="skies:@rosa",
        title="Rosa on Skies",
    )

    portrait = combine_traces((result, replace(ROSA, bio="")))

    assert portrait.title == "Rosa on Skies"
    assert portrait.name == "Rosa Marchetti"
    assert (portrait.account, portrait.account_aliases) == ("skies:1", ("skies:@rosa",))


def test_a_finding_is_met_again_under_any_of_its_keys():
    assert list_aliases(ROSA) == ("skies:1", "skies:@rosa", "https://skies.example/rosa")


def test_an_account_stays_itself_under_a_new_handle_and_address():
    moved = replace(ROSA, key="https://skies.example/rm", account_aliases=("skies:@rm",))

    assert compute_anchor(moved) == compute_anchor(ROSA)


def test_a_page_is_known_by_its_address():
    page = Trace(key="https://a.example/1", kind=TraceKind.PAGE, url="https://a.example/1")

    assert compute_anchor(page) == "https://a.example/1"
    assert list_aliases(page) == ("https://a.example/1",)


def test_a_handle_that_changed_hands_makes_no_two_accounts_one():
    heir = replace(ROSA, account="skies:2")

    assert is_different_account(ROSA, heir)
    assert not is_different_account(ROSA, replace(ROSA, account="skies:@rosa"))


def test_findings_that_turn_out_one_keep_the_older_history():
    old = Finding(
        id="old",
        person_id="rosa",
        portrait=replace(ROSA, bio=""),
        first_seen=MONDAY,
        last_seen=MONDAY,
        presence=Presence.GONE,
        flips=(MONDAY,),
    )
    new = Finding(
        id="new",
        person_id="rosa",
        portrait=ROSA,
        first_seen=MONDAY + timedelta(days=7),
        last_seen=MONDAY + timedelta(days=7),
    )

    one = merge_findings((new, old))

    assert (one.id, one.first_seen, one.flips) == ("old", MONDAY, (MONDAY,))
    assert (one.presence, one.last_seen) == (Presence.PRESENT, new.last_seen)
    assert one.portrait.bio == ROSA.bio
