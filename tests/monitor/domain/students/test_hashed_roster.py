"""A roster of tokens: what it tells without its key, and with another one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.students.hashed_roster import (
    ROSTER_LIFETIME,
    TOKEN_BYTES,
    KeyedRoster,
    compute_key_id,
    compute_token,
    tokenize_roster,
)
from monitor.domain.students.name_forms import (
    RosterStudent,
    build_common_family_form,
    list_common_families,
    list_student_forms,
)
from tests.bench.plain_roster import plain_roster
from tests.monitor.domain.students.school import (
    KEY,
    OTHER_KEY,
    PUPILS,
    ROSTER,
    TODAY,
    keyed,
    padding,
    pupil,
)

NAMES = st.text(alphabet="abcdefgh", min_size=2, max_size=5)
ROSTERS = st.lists(st.builds(pupil, NAMES, NAMES), max_size=6)


def tokens(listed):
    blob = listed.roster.tokens
    return [blob[at : at + TOKEN_BYTES] for at in range(0, len(blob), TOKEN_BYTES)]


@given(ROSTERS)
def test_every_form_of_every_pupil_is_listed_and_under_another_key_none_is(pupils):
    forms = {form for one_pupil in pupils for form in list_student_forms(one_pupil)}
    listed, strangers = keyed(pupils), keyed(pupils, asked=OTHER_KEY)

    assert all(map(listed.has_form, forms))
    assert not any(map(strangers.has_form, forms))


@given(ROSTERS, st.randoms())
def test_a_roster_tells_neither_its_order_nor_who_stands_there_twice(pupils, random):
    shuffled = [*pupils, *pupils]
    random.shuffle(shuffled)

    assert keyed(shuffled) == keyed(pupils)


@given(st.integers(0, 1500))
def test_a_roster_tells_its_size_only_in_five_hundreds(number):
    some = tokenize_roster([pupil(f"a{at}b", "cd") for at in range(number)], KEY, padding(), TODAY)

    assert some.size % 500 == 0
    assert 0 <= some.size - number < 500
    assert len(some.tokens) == some.size * 12 * TOKEN_BYTES


def test_a_pupil_with_many_handles_makes_the_roster_longer_by_a_round_number():
    handles = [f"handle{at:05}" for at in range(7_000)]

    assert len(tokens(keyed([pupil("Mason", "Whitlock", *handles)]))) == 12_000


def test_tokens_are_sorted_of_one_length_and_all_different():
    held = tokens(ROSTER)

    assert held == sorted(set(held))
    assert {len(token) for token in held} == {TOKEN_BYTES}


def test_a_token_is_found_at_either_end():
    held = tokens(ROSTER)

    assert ROSTER.roster.has_token(held[0])
    assert ROSTER.roster.has_token(held[-1])
    assert not ROSTER.roster.has_token(b"\xff" * TOKEN_BYTES)
    assert not ROSTER.roster.has_token(b"")


def test_an_empty_roster_holds_nothing():
    assert not keyed(()).roster.has_token(tokens(ROSTER)[0])


def test_a_key_is_named_without_being_told():
    assert compute_key_id(KEY) != compute_key_id(OTHER_KEY)
    assert KEY.hex() not in compute_key_id(KEY)
    form = next(iter(list_student_forms(PUPILS[0])))
    assert compute_token(KEY, form) != compute_token(OTHER_KEY, form)


def test_neither_key_nor_tokens_nor_names_are_printed():
    shown = repr(ROSTER)

    assert "whitlock" not in shown.casefold()
    assert repr(KEY) not in shown
    assert str(ROSTER.roster.tokens[:8]) not in shown


@pytest.mark.parametrize(("age", "stale"), [(0, False), (ROSTER_LIFETIME.days, False), (401, True)])
def test_a_roster_lasts_a_school_year_and_a_month(age, stale):
    assert ROSTER.roster.is_stale(TODAY + timedelta(days=age)) is stale


def test_a_family_name_is_noted_in_the_classes_that_its_students_reach():
    many = [pupil(given, "Garcia-Lopez") for given in ("Ann", "Bo", "Cy", "Di")]
    few = [pupil(given, "Prentice") for given in ("Ann", "Bo", "Cy")]

    forms = set(list_common_families((*many, *few)))

    assert forms == {
        build_common_family_form(word, 4) for word in ("garcialopez", "garcia", "lopez")
    }
    assert keyed([*many, *few]).has_form(build_common_family_form("garcia", 4))
    assert not keyed(few).has_form(build_common_family_form("prentice", 4))


def test_one_student_of_two_names_counts_once():
    twice = RosterStudent(names=(("Ann", "Garcia"), ("Annie", "Garcia")))

    assert not set(list_common_families([twice, *(pupil(word, "Garcia") for word in ("Bo", "Cy"))]))


def test_sixteen_students_are_in_two_classes():
    forms = set(list_common_families([pupil("Ann", "Garcia")] * 16))

    assert forms == {build_common_family_form("garcia", least) for least in (4, 16)}


def test_plain_names_list_what_tokens_list():
    plain = plain_roster(PUPILS)

    assert plain.size == len(PUPILS)
    assert all(map(plain.has_form, list_student_forms(PUPILS[1])))
    assert not any(map(plain.has_form, list_student_forms(pupil("Wendel", "Achterberg"))))


def test_a_list_knows_how_many_are_on_it():
    assert KeyedRoster(roster=replace(ROSTER.roster, size=3_000), key=KEY).size == 3_000


def test_a_key_goes_by_the_same_id_in_every_version():
    """The id stands in files of tokens; under another one they would be refused."""
    assert compute_key_id(bytes(32)) == "eed9dbffeffa5964"
