"""A cue is what a pupil says of themselves, and a grown-up does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.students.cues import (
    CUE_BITS,
    SCHOOL_BESIDE_YEAR,
    SchoolSetting,
    list_school_names,
    may_be_a_students,
    names_grade_at_school,
    names_year,
    read_card,
    sum_cue_bits,
)
from monitor.domain.vocabulary import StudentCue
from scrapers.models import Trace, TraceKind
from tests.monitor.domain.students.school import SETTING, contact
from tests.rows import over_rows

SCHOOLS_UNKNOWN = SchoolSetting(year=2026)


def detect_cues(card, setting):
    return read_card(card, setting).cues


OURS = {StudentCue.SCHOOL_YEAR, StudentCue.SCHOOL}


@over_rows(
    ("bio", "kinds"),
    [
        ("CVHS '28 | second trumpet", OURS),
        ("cvhs 2028", OURS),
        ("'28 @ CVHS", OURS),
        ("CVHS c/o 2028", OURS | {StudentCue.CLASS_OF}),
        ("Cedar Valley High '28", OURS | {StudentCue.TOWN}),
        ("Cedar Valley HS 2028", OURS | {StudentCue.TOWN}),
        ("future teacher | CVHS '28", OURS),
        ("WHS \N{RIGHT SINGLE QUOTATION MARK}27", set()),
        ("CVHS '28, beat WHS", OURS),
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
        ("CVHS class of '98, still humming the fight song", set()),
        ("CVHS senior | State U next fall", set()),
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


@over_rows(
    "bio",
    [
        "5th grade at Cedar Valley Elementary",
        "grade 3",
        "fourth graders are the best",
        "Kindergarten | Cedar Valley",
        "7th grade math",
        "9th grade English, CVHS",
        "CVHS science dept",
        "Teacher at Cedar Valley High School",
        "my 10th grader keeps me young",
        "raising a sophomore",
        "proud of my CVHS senior",
        "Mom of CVHS '28",
        "CVHS '27 & '30",
        "class of 2029 and 2031",
        "three kids at CVHS",
        "supporting Cedar Valley High School",
        "CVHS '19",
        "cvhs class of 2021",
        "graduate of CVHS",
        "went to Cedar Valley High School",
        "CVHS '24 | Ohio State '28",
        "BSU 2028",
        "State U '27",
        "Georgia Tech '29",
        "sophomore @ Boise State",
        "college freshman",
        "U of Iowa sophomore",
        "Lincoln High School '28",
        "JHS 2027",
        "10th grade, Westfield Middle School",
    ],
)
def test_a_colleague_a_relative_and_a_former_or_another_schools_student_are_someone_else(bio):
    said = read_card(contact("Mason Whitlock", bio), SETTING)

    assert said.is_someone_else
    assert not said.cues


@over_rows(
    "bio",
    [
        "",
        "CVHS '28",
        "future teacher",
        "aspiring nurse, CVHS '27",
        "State Champs 2025",
        "Ohio State Park nights",
        "just a kid from Cedar Valley",
        "my sister is the best",
        "grade 11",
        "12th grade",
        "graduating 2028",
        "grad '27",
        "dog person",
    ],
)
def test_a_card_that_a_student_may_write_is_not_called_someone_elses(bio):
    assert not read_card(contact("Mason Whitlock", bio), SETTING).is_someone_else


def test_who_is_shown_with_a_title_is_no_student():
    assert read_card(contact("Mrs. Whitlock", "CVHS '28"), SETTING).is_someone_else
    assert read_card(contact("Coach W", "CVHS '28"), SETTING).is_someone_else


def test_any_school_with_a_year_counts_where_the_districts_are_not_known():
    card = contact("Mason Whitlock", "WHS '27")

    assert read_card(card, SCHOOLS_UNKNOWN).cues == {StudentCue.SCHOOL_YEAR}
    assert not read_card(contact("", "Lincoln High School"), SCHOOLS_UNKNOWN).is_someone_else


def test_a_school_counts_beside_a_year_and_not_alone():
    alone, grade = frozenset({StudentCue.SCHOOL}), frozenset({StudentCue.GRADE})

    assert sum_cue_bits(alone) == 0
    assert sum_cue_bits(alone | grade) > sum_cue_bits(grade)
    assert not names_year(alone)
    assert names_year(grade)
    assert not names_grade_at_school(grade)
    assert not names_grade_at_school(alone)
    assert names_grade_at_school(alone | grade)
    assert names_grade_at_school(frozenset({StudentCue.SCHOOL_YEAR}))


def test_a_year_is_a_cue_only_until_it_has_passed():
    card = contact("Mason Whitlock", "class of 2027")

    assert detect_cues(card, SchoolSetting(year=2027)) == {StudentCue.CLASS_OF}
    assert detect_cues(card, SchoolSetting(year=2028)) == frozenset()
    assert detect_cues(card, SchoolSetting(year=2010)) == frozenset()
    assert detect_cues(card, SchoolSetting(year=None)) == {StudentCue.CLASS_OF}


@pytest.mark.parametrize(
    ("bio", "told"),
    [
        ("15 y/o | cvhs", True),
        ("I am 17 years old", True),
        ("Tengo 16 años", True),
        ("class of 2028", True),
        ("10th grader", True),
        ("18 y/o", False),
        ("Teaching for 15 years", False),
        ("class of 1998", False),
        ("Proud mom of a 9th grader", False),
    ],
)
def test_an_account_may_be_a_students_if_it_says_so(bio: str, *, told: bool):
    account = Trace(key="a", kind=TraceKind.ACCOUNT, url="https://a.example/", bio=bio)

    assert may_be_a_students(account, 2026) is told


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
    assert sum_cue_bits(frozenset(OURS)) == CUE_BITS[StudentCue.SCHOOL_YEAR] + SCHOOL_BESIDE_YEAR


def test_a_year_that_is_told_twice_is_told_once():
    assert (
        sum_cue_bits(frozenset({StudentCue.SCHOOL_YEAR, StudentCue.CLASS_OF, StudentCue.GRADE}))
        == CUE_BITS[StudentCue.GRADE]
    )


@given(st.sets(st.sampled_from(list(CUE_BITS))), st.sets(st.sampled_from(list(CUE_BITS))))
def test_one_more_cue_never_says_less(some, more):
    assert sum_cue_bits(frozenset(some | more)) >= sum_cue_bits(frozenset(some))
