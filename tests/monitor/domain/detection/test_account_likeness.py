"""An account beside one's own: what of it is a copy is marked, and nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.detection.account_likeness import (
    SHORTEST_PHRASE,
    compare_accounts,
    mark_shared_words,
    mark_username_changes,
)
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import FieldLikeness
from scrapers.models import CROPS, PRINT_VERSION, Trace, TraceKind

OURS = Trace(
    key="alpha.example/rosa_delgado",
    kind=TraceKind.ACCOUNT,
    url="https://alpha.example/rosa_delgado",
    account="alpha:@rosa_delgado",
    name="Rosa Delgado",
    handle="rosa_delgado",
    bio="Fourth grade at Cedar Valley. Gardener, baker and mother of two.",
    location="Cedar Valley, Iowa",
    links=("https://rosa.example/classroom",),
)
STRANGER = Trace(
    key="alpha.example/someone",
    kind=TraceKind.ACCOUNT,
    url="https://alpha.example/someone",
    account="alpha:@someone",
    name="Kim Osei",
    handle="someone",
    bio="Fourth year of painting. I bake at times.",
    location="Porto",
    links=("https://kim.example",),
)


def likeness(field: str, **fields: object) -> FieldLikeness:
    theirs = replace(STRANGER, **fields)
    return next(
        account.likeness for account in compare_accounts(theirs, OURS) if account.field == field
    )


def copied(field: str, **fields: object) -> list[str]:
    theirs = replace(STRANGER, **fields)
    pieces = next(
        account.theirs for account in compare_accounts(theirs, OURS) if account.field == field
    )
    return [piece.text for piece in pieces if piece.copied]


def test_a_stranger_shows_nothing_of_ours():
    assert {account.likeness for account in compare_accounts(STRANGER, OURS)} == {
        FieldLikeness.DIFFERENT
    }
    assert not any(
        piece.copied for account in compare_accounts(STRANGER, OURS) for piece in account.theirs
    )


def test_an_account_shows_all_of_itself():
    assert {account.likeness for account in compare_accounts(OURS, OURS)} == {FieldLikeness.SAME}


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("rosa DELGADO", FieldLikeness.SAME),
        ("R\u043esa Delgado", FieldLikeness.LIKE),
        ("Rosa Delgad0", FieldLikeness.LIKE),
        ("Rosa Diaz", FieldLikeness.PARTLY),
        ("Kim Osei", FieldLikeness.DIFFERENT),
    ],
)
def test_a_name_is_read_as_people_read_it(name, like):
    assert likeness("name", name=name) is like


@pytest.mark.parametrize(
    ("handle", "like"),
    [
        ("rosa_delgado", FieldLikeness.SAME),
        ("rosa_de1gado", FieldLikeness.LIKE),
        ("someone", FieldLikeness.DIFFERENT),
    ],
)
def test_a_handle_is_compared_as_an_imitation(handle, like):
    assert likeness("handle", handle=handle) is like


def test_phrases_that_were_taken_are_marked_wherever_they_stand():
    bio = "Mother of two! Now in crypto; before: fourth GRADE at Cedar Valley, and a baker"

    assert likeness("bio", bio=bio) is FieldLikeness.PARTLY
    assert copied("bio", bio=bio) == ["Mother of two", "fourth GRADE at Cedar Valley"]


def test_two_words_in_a_row_are_no_phrase():
    assert copied("bio", bio="I love Cedar Valley in the fall") == []


def test_links_that_lead_to_the_same_place_are_marked():
    links = ("http://www.rosa.example/classroom/?utm_source=x", "https://pay.example")

    assert copied("links", links=links) == [links[0]]
    assert likeness("links", links=links) is FieldLikeness.PARTLY


def test_a_link_to_the_own_account_is_marked():
    assert copied("links", links=(OURS.url,)) == [OURS.url]


def test_a_picture_that_the_network_gives_to_everybody_is_nobodys(pictures):
    same = {"picture": "https://alpha.example/default.png", "picture_print": pictures}
    theirs, ours = replace(STRANGER, **same), replace(OURS, **same)

    told = {account.field: account.likeness for account in compare_accounts(theirs, ours)}
    assert told["picture"] is FieldLikeness.NOT_COMPARED


def test_pictures_that_nobody_has_looked_at_are_not_called_different(pictures):
    theirs, ours = ({"picture": f"https://alpha.example/{number}.png"} for number in (1, 2))
    for told in ({}, {"picture_print": pictures}):
        beside = compare_accounts(replace(STRANGER, **theirs, **told), replace(OURS, **ours))
        (picture,) = (account for account in beside if account.field == "picture")
        assert (picture.likeness, picture.is_copied) == (FieldLikeness.NOT_COMPARED, False)


def test_what_only_one_of_them_shows_is_not_called_different():
    assert likeness("bio", bio="") is FieldLikeness.NOT_COMPARED
    assert likeness("links", links=()) is FieldLikeness.NOT_COMPARED


def test_a_copied_picture_is_marked(pictures):
    theirs = replace(STRANGER, picture="https://alpha.example/1.png", picture_print=pictures)
    ours = replace(OURS, picture="https://alpha.example/2.png", picture_print=pictures)

    (told,) = (account for account in compare_accounts(theirs, ours) if account.field == "picture")
    assert (told.likeness, told.reason) == (FieldLikeness.SAME, Reason("compared-picture"))


@pytest.fixture
def pictures() -> str:
    """The print of one picture."""
    digits = "".join(f"{number:096x}" for number in range(2 * len(CROPS)))
    return f"{PRINT_VERSION}:{digits}"


@given(st.text(max_size=60), st.text(max_size=60))
def test_pieces_put_together_are_the_text(one, other):
    assert "".join(piece.text for piece in mark_shared_words(one, other, SHORTEST_PHRASE)) == one


@given(st.lists(st.sampled_from(["rosa", "bakes", "bread", "daily"]), min_size=SHORTEST_PHRASE))
def test_a_text_of_a_phrase_or_more_is_all_copied_from_itself(words):
    text = " ".join(words)

    assert [
        (piece.text, piece.copied) for piece in mark_shared_words(text, text, SHORTEST_PHRASE)
    ] == [(text, True)]


def changed(theirs: str, ours: str) -> tuple[list[str], list[str]]:
    one, other = mark_username_changes(theirs, ours)
    assert "".join(run.text for run in one) == theirs
    assert "".join(run.text for run in other) == ours
    return [run.text for run in one if not run.copied], [
        run.text for run in other if not run.copied
    ]


@pytest.mark.parametrize(
    ("theirs", "ours", "marked"),
    [
        ("rosadelgad0", "rosadelgado", (["0"], ["o"])),
        ("rosadelgado1", "rosadelgado", (["1"], [])),
        ("RosaDelgado", "rosadelgado", ([], [])),
        ("rosadelgad0.skies.example", "rosadelgado.skies.example", (["0"], ["o"])),
        # Only their hosts are the same: neither username is made of the other.
        ("kim.skies.example", "rosadelgado.skies.example", ([], [])),
        ("", "rosadelgado", ([], [])),
    ],
)
def test_only_what_differs_in_two_like_usernames_is_marked(
    theirs: str, ours: str, marked: tuple[list[str], list[str]]
) -> None:
    assert changed(theirs, ours) == marked


@given(st.text(max_size=20), st.text(max_size=20))
def test_marking_loses_no_letter_of_a_username(theirs: str, ours: str) -> None:
    changed(theirs, ours)
