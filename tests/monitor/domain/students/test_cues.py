"""A cue is what a pupil says of themselves, and a grown-up does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.students.cues import BITS, Cue, Setting, bits, cues, spoken
from tests.monitor.domain.students.school import SETTING, contact

OURS = {Cue.SCHOOL_YEAR, Cue.SCHOOL}


@pytest.mark.parametrize(
    ("bio", "kinds"),
    [
        ("CVHS '28 | second trumpet", OURS),
        ("cvhs 2028", OURS),
        ("'28 @ CVHS", OURS),
        ("CVHS c/o 2028", OURS | {Cue.CLASS_OF}),
        ("Cedar Valley High '28", OURS | {Cue.TOWN}),
        ("Cedar Valley HS 2028", OURS | {Cue.TOWN}),
        ("future teacher | CVHS '28", OURS),
        ("WHS \N{RIGHT SINGLE QUOTATION MARK}27", {Cue.SCHOOL_YEAR}),
        ("class of 2029. oboe, mostly", {Cue.CLASS_OF}),
        ("\N{GRADUATION CAP} 2027", {Cue.CLASS_OF}),
        ("c/o 27", {Cue.CLASS_OF}),
        ("clase de 2028", {Cue.CLASS_OF}),
        ("8th grade", {Cue.GRADE}),
        ("tenth grader", {Cue.GRADE}),
        ("in grade 11", {Cue.GRADE}),
        ("senior at CVHS", {Cue.GRADE, Cue.SCHOOL}),
        ("CVHS marching band", {Cue.SCHOOL}),
        ("Cedar Valley High School", {Cue.SCHOOL, Cue.TOWN}),
        ("Cedar Valley", {Cue.TOWN}),
        ("class of 2027 at Cedar State University", set()),
        ("CVHS '27 | college next", OURS),
        ("CVHS class of '98, still humming the fight song", {Cue.SCHOOL}),
        ("CVHS alum, class of '27", set()),
        ("senior analyst", set()),
        ("5th grade teacher", set()),
        ("class of 2027 advisor, CVHS", set()),
        ("Teacher at Cedar Valley High School", set()),
        ("Proud mom of CVHS '28", set()),
        ("CVHS 28% funded", {Cue.SCHOOL}),
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
    assert cues(card, Setting(year=None)) == {Cue.CLASS_OF}


def test_only_the_beginning_of_a_card_is_read():
    assert cues(contact("", " " * 990 + "grade 9"), SETTING) == {Cue.GRADE}
    assert cues(contact("", " " * 995 + "grade 9"), SETTING) == frozenset()


def test_a_year_is_of_this_pupils_school_days_or_of_nobodys():
    def at(year):
        return cues(contact("", f"class of {year}"), SETTING)

    assert at(2026) == at(2038) == {Cue.CLASS_OF}
    assert at(2025) == at(2039) == frozenset()


def test_a_school_may_be_told_by_its_initials():
    setting = Setting(schools=("NVA", "!"), year=2026)

    assert Cue.SCHOOL_YEAR in cues(contact("Mason Whitlock", "nva 28"), setting)
    assert cues(contact("Mason Whitlock", "n 28, row 27"), setting) == frozenset()


def test_a_school_goes_by_shorter_names():
    assert spoken("Cedar Valley High School") == {
        "cedar valley high school",
        "cedar valley high",
        "cedar valley hs",
        "cvhs",
    }
    assert spoken("CV") == spoken("") == frozenset()
    assert spoken("Saint Agnes") == {"saint agnes"}


def test_a_school_and_a_year_weigh_more_than_either():
    assert bits(frozenset(OURS)) == BITS[Cue.SCHOOL_YEAR] + BITS[Cue.SCHOOL]


def test_a_year_that_is_told_twice_is_told_once():
    assert bits(frozenset({Cue.SCHOOL_YEAR, Cue.CLASS_OF, Cue.GRADE})) == BITS[Cue.GRADE]


@given(st.sets(st.sampled_from(list(BITS))), st.sets(st.sampled_from(list(BITS))))
def test_one_more_cue_never_says_less(some, more):
    assert bits(frozenset(some | more)) >= bits(frozenset(some))
