"""A cue is what a pupil says of themselves, and a grown-up does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.students.cues import (
    CUE_BITS,
    SchoolSetting,
    detect_cues,
    list_school_names,
    sum_cue_bits,
)
from monitor.domain.vocabulary import StudentCue
from tests.monitor.domain.students.school import SETTING, contact

OURS = {StudentCue.SCHOOL_YEAR, StudentCue.SCHOOL}


@pytest.mark.parametrize(
    ("bio", "kinds"),
    [
        ("CVHS '28 | second trumpet", OURS),
        ("cvhs 2028", OURS),
        ("'28 @ CVHS", OURS),
        ("CVHS c/o 2028", OURS | {StudentCue.CLASS_OF}),
        ("Cedar Valley High '28", OURS | {StudentCue.TOWN}),
        ("Cedar Valley HS 2028", OURS | {StudentCue.TOWN}),
        ("future teacher | CVHS '28", OURS),
        ("WHS \N{RIGHT SINGLE QUOTATION MARK}27", {StudentCue.SCHOOL_YEAR}),
        ("class of 2029. oboe, mostly", {StudentCue.CLASS_OF}),
        ("\N{GRADUATION CAP} 2027", {StudentCue.CLASS_OF}),
        ("c/o 27", {StudentCue.CLASS_OF}),
        ("clase de 2028", {StudentCue.CLASS_OF}),
        ("8th grade", {StudentCue.GRADE}),
        ("tenth grader", {StudentCue.GRADE}),
        ("in grade 11", {StudentCue.GRADE}),
        ("senior at CVHS", {StudentCue.GRADE, StudentCue.SCHOOL}),
        ("CVHS marching band", {StudentCue.SCHOOL}),
        ("Cedar Valley High School", {StudentCue.SCHOOL, StudentCue.TOWN}),
        ("Cedar Valley", {StudentCue.TOWN}),
        ("class of 2027 at Cedar State University", set()),
        ("CVHS '27 | college next", OURS),
        ("CVHS class of '98, still humming the fight song", {StudentCue.SCHOOL}),
        ("CVHS alum, class of '27", set()),
        ("senior analyst", set()),
        ("5th grade teacher", set()),
        ("class of 2027 advisor, CVHS", set()),
        ("Teacher at Cedar Valley High School", set()),
        ("Proud mom of CVHS '28", set()),
        ("CVHS 28% funded", {StudentCue.SCHOOL}),
        ("moms 28", set()),
        ("", set()),
    ],
)
def test_a_cue_is_what_a_pupil_says_and_a_grown_up_does_not(bio, kinds):
    assert detect_cues(contact("Mason Whitlock", bio), SETTING) == kinds


def test_a_year_is_a_cue_only_until_it_has_passed():
    card = contact("Mason Whitlock", "class of 2027")

    assert detect_cues(card, SchoolSetting(year=2027)) == {StudentCue.CLASS_OF}
    assert detect_cues(card, SchoolSetting(year=2028)) == frozenset()
    assert detect_cues(card, SchoolSetting(year=2010)) == frozenset()
    assert detect_cues(card, SchoolSetting(year=None)) == {StudentCue.CLASS_OF}


def test_only_the_beginning_of_a_card_is_read():
    assert detect_cues(contact("", " " * 990 + "grade 9"), SETTING) == {StudentCue.GRADE}
    assert detect_cues(contact("", " " * 995 + "grade 9"), SETTING) == frozenset()


def test_a_year_is_of_this_pupils_school_days_or_of_nobodys():
    def at(year):
        return detect_cues(contact("", f"class of {year}"), SETTING)

    assert at(2026) == at(2038) == {StudentCue.CLASS_OF}
    assert at(2025) == at(2039) == frozenset()


def test_a_school_may_be_told_by_its_initials():
    setting = SchoolSetting(schools=("NVA", "!"), year=2026)

    assert StudentCue.SCHOOL_YEAR in detect_cues(contact("Mason Whitlock", "nva 28"), setting)
    assert detect_cues(contact("Mason Whitlock", "n 28, row 27"), setting) == frozenset()


def test_a_school_goes_by_shorter_names():
    assert list_school_names("Cedar Valley High School") == {
        "cedar valley high school",
        "cedar valley high",
        "cedar valley hs",
        "cvhs",
    }
    assert list_school_names("CV") == list_school_names("") == frozenset()
    assert list_school_names("Saint Agnes") == {"saint agnes"}


def test_a_school_and_a_year_weigh_more_than_either():
    assert (
        sum_cue_bits(frozenset(OURS))
        == CUE_BITS[StudentCue.SCHOOL_YEAR] + CUE_BITS[StudentCue.SCHOOL]
    )


def test_a_year_that_is_told_twice_is_told_once():
    assert (
        sum_cue_bits(frozenset({StudentCue.SCHOOL_YEAR, StudentCue.CLASS_OF, StudentCue.GRADE}))
        == CUE_BITS[StudentCue.GRADE]
    )


@given(st.sets(st.sampled_from(list(CUE_BITS))), st.sets(st.sampled_from(list(CUE_BITS))))
def test_one_more_cue_never_says_less(some, more):
    assert sum_cue_bits(frozenset(some | more)) >= sum_cue_bits(frozenset(some))
