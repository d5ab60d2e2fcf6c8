"""Employers in a text: the person's own, under the names that people give it, and others."""

from dataclasses import replace

import pytest

from monitor.demo.district import MARIA
from monitor.domain.detection.affiliation_words import (
    count_named_employers,
    mentions_other_employer,
    mentions_other_role,
    mentions_other_subject,
    mentions_role,
)

PERSON = replace(
    MARIA.person,
    organization="Cedar Valley School District",
    school="Maple Street Elementary School",
)


@pytest.mark.parametrize(
    "text",
    [
        "I teach at Maple Street Elementary School",
        "I teach at Maple Street",
        "Proud to be at Cedar Valley",
        "Science at MSES",
        "Science at home, and outlook on life",
    ],
)
def test_what_may_be_their_own_school_is_no_other_employer(text):
    assert not mentions_other_employer(text, PERSON)


@pytest.mark.parametrize(
    "text", ["Realtor at Keller Homes", "Coach, Fairmont High", "Nights at FHS"]
)
def test_another_employer_is_told_unless_their_own_accounts_name_it(text):
    assert mentions_other_employer(text, PERSON)
    assert not mentions_other_employer(text, PERSON, known=text)
    assert not mentions_other_employer(text, replace(PERSON, school=""))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Maple Street Elementary, Cedar Valley Schools", 2),
        ("Maple Street ES", 1),
        ("Team MSES", 1),
        ("Team mses", 0),
        ("Maple Avenue Elementary", 0),
    ],
)
def test_an_employer_is_known_in_full_shortened_and_by_its_capitals(text, named):
    assert count_named_employers(text, PERSON) == named


def test_after_a_comma_ms_is_mississippi_and_no_middle_school():
    tupelo = replace(PERSON, school="Tupelo Middle School", organization="")

    assert count_named_employers("Science at Tupelo MS", tupelo) == 1
    assert count_named_employers("Science in Tupelo, MS", tupelo) == 0
    assert not mentions_other_employer("Born in Fairmont, MS", tupelo)
    assert mentions_other_employer("Science, Fairmont MS", tupelo)


@pytest.mark.parametrize("initials", ["QRHS", "OHS", "QRMS", "NVES"])
def test_the_initials_of_another_school_are_another_workplace(initials):
    assert mentions_other_employer(f"6 7 follow back {initials}", PERSON)
    assert mentions_other_employer(initials, PERSON)


@pytest.mark.parametrize(
    "text",
    [
        "go MSES",
        "SMS me",
        "GO RAMS",
        "JAMES 1:5",
        "LOVES GAMES",
        "BOY MOMS",
        "MATHS",
        "NHS advisor",
    ],
)
def test_a_word_in_capitals_is_no_school(text):
    assert not mentions_other_employer(text, PERSON)


def test_a_school_is_told_in_small_letters_too():
    assert mentions_other_employer("civics @ fairmont high school", MARIA.person)
    assert not mentions_other_employer("science @ maple street elementary", MARIA.person)


def test_who_coaches_grown_ups_does_not_teach():
    assert mentions_other_role("online fitness coach", MARIA.person)
    assert not mentions_role("online fitness coach", MARIA.person)
    assert mentions_role("volleyball coach", MARIA.person)


@pytest.mark.parametrize(
    ("text", "other"),
    [("art teacher", True), ("science and art", False), ("teacher", False)],
)
def test_what_is_taught_may_be_something_else(text, other):
    assert mentions_other_subject(text, replace(MARIA.person, role="science teacher")) is other


def test_who_is_named_baker_has_no_other_trade_by_that():
    baker = replace(PERSON, name=replace(PERSON.name, family="Baker"))

    assert not mentions_other_role("Jo Baker, happy", baker)
    assert mentions_other_role("Jo Baker, plumber", baker)
