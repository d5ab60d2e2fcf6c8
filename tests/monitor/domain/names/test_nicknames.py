"""What else the bearers of a given name are called."""

import pytest

from monitor.domain.names.nicknames import (
    SHORT_FORMS,
    is_counterpart_pair,
    is_nickname_pair,
    is_short_form_pair,
    list_other_givens,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("robert", "bob"),
        ("elizabeth", "liz"),
        ("jesus", "chuy"),
        ("francisco", "paco"),
        ("guadalupe", "lupe"),
        ("guillermo", "memo"),
        ("christopher", "topher"),
        ("dmitry", "dima"),
    ],
)
def test_a_nickname_is_known_in_both_directions(one, other):
    assert is_nickname_pair(one, other)
    assert is_nickname_pair(other, one)


def test_a_translation_is_no_nickname():
    assert not is_nickname_pair("juan", "john")
    assert not is_nickname_pair("pablo", "paul")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("daniel", "danny"),
        ("daniel", "dan"),
        ("carlos", "carlitos"),
        ("juan", "juanito"),
        ("martin", "marty"),
        ("marjorie", "marj"),
    ],
)
def test_a_short_form_begins_like_the_name(one, other):
    assert is_short_form_pair(one, other)
    assert is_short_form_pair(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("mary", "mark"), ("amy", "amanda"), ("al", "alice"), ("rosa", "karl"), ("mario", "maria")],
)
def test_two_names_that_begin_alike_are_not_short_for_each_other(one, other):
    assert not is_short_form_pair(one, other)
    assert not is_short_form_pair(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("erik", "erika"), ("mario", "maria"), ("daniel", "danielle"), ("julia", "julian")],
)
def test_two_names_can_be_made_of_one_and_be_two(one, other):
    assert is_counterpart_pair(one, other)
    assert is_counterpart_pair(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("maria", "maria"), ("sara", "sarah"), ("marj", "marjorie"), ("jo", "joe")]
)
def test_a_spelling_or_a_short_form_is_no_counterpart(one, other):
    assert not is_counterpart_pair(one, other)
    assert not is_counterpart_pair(other, one)


def test_the_lists_hold_plain_words():
    words = {*SHORT_FORMS, *" ".join(SHORT_FORMS.values()).split()}

    assert {word for word in words if not (word.isascii() and word.islower())} == set()


def test_a_name_without_nicknames_has_none():
    assert list_other_givens("ottilie-ann") == frozenset()
