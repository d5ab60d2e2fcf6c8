"""The words of a header and of its cells are the same for students and for staff."""

import pytest

from monitor.domain.person_columns import (
    FileHeader,
    can_hold_name,
    is_student_role,
    is_student_unit,
    normalize_title,
)


def test_a_title_is_compared_without_its_dress():
    assert (
        normalize_title("First Name [Required]")
        == normalize_title("first_name")
        == normalize_title("FirstName")
    )


def test_the_first_of_two_columns_with_one_title_counts():
    header = FileHeader.from_titles(["Email", "First Name", "first_name"])

    assert header.find_first_column(("given", "firstname")) == 1
    assert header.list_columns(("firstname", "email")) == (1, 0)
    assert header.find_first_column(("surname",)) is None


@pytest.mark.parametrize("role", ["student", "Student", "student,proctor", "Pupil"])
def test_a_role_of_a_student_is_told(role):
    assert is_student_role(role)
    assert not is_student_role("teacher")


def test_a_unit_that_serves_students_is_none_of_students():
    assert is_student_unit("/Cedar Valley/Students/2028", "")
    assert not is_student_unit("/Staff/Student Services", "")


@pytest.mark.parametrize("cell", ["", "7", "=Mason", "M" * 101, "a@b", "M<b>", "M\tW"])
def test_a_cell_that_no_name_fills_is_told(cell):
    assert can_hold_name("Mason")
    assert not can_hold_name(cell)
