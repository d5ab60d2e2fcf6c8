"""What may be said of an account's contacts, and what never is."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.students.pupil_cues import Cue, Setting, cues
from monitor.domain.students.roster import (
    UNFLAGGED,
    ContactVerdict,
    contact_forms,
    enlist,
    judge,
    key_id,
    pupil_forms,
)
from scrapers.finding import Contact

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
SETTING = Setting(schools=("Cedar Valley High School",), town="Cedar Valley", year=2026)
PUPILS = [("Mason", "Whitlock"), ("Priya", "Venkataraman"), ("Robert", "Garcia-Lopez")]
A_CUE = "CVHS '28 | second trumpet"


def padding():
    """Return a source of random bytes that only counts."""
    count = iter(range(1 << 16))
    return lambda size: next(count).to_bytes(size, "big")


ROSTER = enlist(PUPILS, KEY, padding())


def contact(name, bio="", handle="h"):
    return Contact(name=name, handle=handle, bio=bio)


def verdict(*contacts, roster=ROSTER, key=KEY):
    return judge(contacts, roster, key, SETTING)


def test_a_roster_name_with_a_cue_is_flagged():
    found = verdict(contact("Mason Whitlock", A_CUE), contact("Reed & Bore"))

    assert found == ContactVerdict(flagged=True, count=1, cues=("school-year",))


def test_a_roster_name_alone_never_flags():
    assert verdict(contact("Mason Whitlock"), contact("Priya Venkataraman")) == UNFLAGGED


def test_a_cue_alone_never_flags():
    assert verdict(contact("Ottilie Prentice", A_CUE)) == UNFLAGGED


def test_name_and_cue_must_stand_on_one_card():
    assert verdict(contact("Mason Whitlock"), contact("Ottilie Prentice", A_CUE)) == UNFLAGGED


def test_three_names_flag_where_chance_explains_none_of_them():
    three = [contact(f"{given} {family}") for given, family in PUPILS]

    assert verdict(*three).cues == ("several-names",)
    assert verdict(*three).count == 3
    assert verdict(*three, *[contact("A B")] * 400) == UNFLAGGED


def test_another_key_matches_nothing():
    assert verdict(contact("Mason Whitlock", A_CUE), key=OTHER_KEY) == UNFLAGGED
    assert key_id(KEY) != key_id(OTHER_KEY)


@pytest.mark.parametrize(
    "shown",
    [
        "mason WHITLOCK",
        "Whitlock, Mason",
        "Mason Whitlock '28",
        "Mason J. Whitlock",
        "Máson Whitlock",
        "Bobby Lopez",
        "Robert Garcia Lopez",
        "Bob Garcia-Lopez",
    ],
)
def test_a_pupil_is_found_under_other_spellings(shown):
    assert verdict(contact(shown, A_CUE)).flagged


def test_a_pupil_is_found_by_a_handle_that_is_a_name():
    assert verdict(contact("mase", A_CUE, handle="mason.whitlock28")).flagged


@pytest.mark.parametrize("shown", ["Mason", "Whitlock", "Mason Whitfield", "", "🎺"])
def test_half_a_name_is_nobodys(shown):
    assert not verdict(contact(shown, A_CUE)).flagged


def test_a_verdict_holds_a_count_and_kinds_and_nothing_else():
    assert {field.name for field in fields(ContactVerdict)} == {"flagged", "count", "cues"}


def test_a_roster_does_not_tell_its_size_or_its_order():
    assert len(ROSTER.tokens) == 1024
    assert ROSTER.size == 500
    assert enlist(reversed(PUPILS), KEY, padding()) == ROSTER


def test_a_nickname_and_a_double_family_name_have_forms_of_their_own():
    assert {"robert lopez", "robert garcialopez"} <= pupil_forms("Robert", "Garcia-Lopez")
    assert "robert lopez" in contact_forms(contact("Bobby Lopez"))


@pytest.mark.parametrize(
    ("bio", "kinds"),
    [
        ("CVHS '28 | second trumpet", {Cue.SCHOOL_YEAR}),
        ("cvhs 2028", {Cue.SCHOOL_YEAR}),
        ("WHS \N{RIGHT SINGLE QUOTATION MARK}27", {Cue.SCHOOL_YEAR}),
        ("class of 2029. oboe, mostly", {Cue.CLASS_OF}),
        ("c/o 27", {Cue.CLASS_OF}),
        ("8th grade", {Cue.GRADE}),
        ("in grade 11", {Cue.GRADE}),
        ("Cedar Valley High School", {Cue.SCHOOL, Cue.TOWN}),
        ("Cedar Valley", set()),
        ("CVHS class of '98, still humming the fight song", set()),
        ("5th grade teacher", set()),
        ("Teacher at Cedar Valley High School", set()),
        ("Proud mom of CVHS '28", set()),
        ("moms 28", set()),
        ("", set()),
    ],
)
def test_a_cue_is_what_a_pupil_says_and_a_grown_up_does_not(bio, kinds):
    assert cues(contact("Mason Whitlock", bio), SETTING) == kinds


def test_a_year_is_a_cue_only_until_it_has_passed():
    card = contact("Mason Whitlock", "class of 2027")

    assert cues(card, Setting(year=2027)) == {Cue.CLASS_OF}
    assert cues(card, Setting(year=2028)) == frozenset()
    assert cues(card, Setting(year=2010)) == frozenset()


def test_a_school_may_be_told_by_its_initials():
    setting = Setting(schools=("NVA", "!"), year=2026)

    assert Cue.SCHOOL_YEAR in cues(contact("Mason Whitlock", "nva 28"), setting)
    assert cues(contact("Mason Whitlock", "n 28, row 27"), setting) == frozenset()


contacts = st.builds(
    Contact,
    name=st.sampled_from(["Mason Whitlock", "Priya Venkataraman", "Ottilie Prentice", "", "B L"]),
    handle=st.just("h"),
    bio=st.sampled_from(["", A_CUE, "class of 2029", "Cedar Valley"]),
)


@given(st.lists(contacts, max_size=8), st.lists(contacts, max_size=8))
def test_following_more_people_never_hides_a_pupil_who_showed_a_cue(some, more):
    cued = [each for each in some if cues(each, SETTING)]

    if verdict(*cued).flagged:
        assert verdict(*cued, *more).flagged


@given(st.lists(contacts, max_size=8))
def test_the_order_of_the_contacts_does_not_matter(some):
    assert verdict(*some) == verdict(*reversed(some))


@given(name=st.text(max_size=40), bio=st.text(max_size=60), handle=st.text(max_size=20))
def test_no_card_is_too_strange_to_compare(name, bio, handle):
    verdict(contact(name, bio, handle))
