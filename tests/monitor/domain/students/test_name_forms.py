"""The forms under which a student is found, by the length of what is left of the name."""

import pytest

from monitor.domain.students.name_forms import (
    FormKind,
    RosterForm,
    RosterStudent,
    list_student_forms,
)


def forms(given, family):
    return list_student_forms(RosterStudent(names=((given, family),)))


@pytest.mark.parametrize("given", ["Li", "Mei", "Mason"])
def test_a_given_name_of_two_letters_or_more_stands_beside_an_initial(given):
    plain = given.lower()

    assert {
        RosterForm(FormKind.WHOLE, plain, "whitlock"),
        RosterForm(FormKind.GIVEN_AND_INITIAL, plain, "w"),
        RosterForm(FormKind.INITIAL_AND_FAMILY, plain[0], "whitlock"),
    } <= forms(given, "Whitlock")


def test_of_an_initial_nothing_is_known_but_the_family_name_behind_it():
    assert forms("M.", "Whitlock") == {RosterForm(FormKind.INITIAL_AND_FAMILY, "m", "whitlock")}


@pytest.mark.parametrize(
    ("given", "starts"), [("Mei", set()), ("Anna", {"ann"}), ("Mason", {"mas", "maso"})]
)
def test_a_beginning_is_shorter_than_the_name(given, starts):
    found = {form.given for form in forms(given, "Whitlock") if form.kind is FormKind.START}

    assert found == starts
