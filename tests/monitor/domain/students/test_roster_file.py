"""What the columns and cells of a roster file mean, however strange they are."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.errors import InputError
from monitor.domain.person_columns import StudentMarker
from monitor.domain.students.roster_file import (
    RosterContext,
    RosterRowKind,
    parse_header,
    parse_row,
)
from tests.rows import over_rows

NOBODY = RosterContext()
TITLES = [
    *("givenName", "familyName", "First Name", "name", "role", "grades", "handles", "status"),
    *("sourcedId", "Org Unit Path [Required]", "userType", "userPrincipalName", "Student_id", ""),
]
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["student", "Mason", "Whitlock", "=1", "tobedeleted", "/Students", "@mw", " "]),
)


@given(
    st.lists(st.one_of(st.sampled_from(TITLES), st.text(max_size=8)), max_size=10),
    st.lists(CELLS, max_size=12),
)
def test_no_row_is_too_strange_and_only_a_student_has_a_name(titles, cells):
    with suppress(InputError):
        row = parse_row(cells, parse_header(titles), NOBODY)

        assert (row.student is not None) == (row.kind is RosterRowKind.STUDENT)
        if row.student:
            assert all(given and family for given, family in row.student.names)


@pytest.mark.parametrize(
    ("titles", "tells"),
    [
        ("givenName familyName role grades", StudentMarker(role=2)),
        ("givenName familyName Student_id role", StudentMarker(role=3)),
        ("First_name Last_name Student_id Grade", StudentMarker()),
        ("givenName surname userPrincipalName userType jobTitle", StudentMarker(units=(4,))),
        ("FirstName LastName employeeId", StudentMarker(units=(2,))),
        ("sourcedId givenName familyName grades", StudentMarker(ids=0)),
        ("FirstName LastName Grade", StudentMarker(grade=2)),
        ("FirstName LastName", StudentMarker()),
    ],
)
def test_one_column_tells_who_is_a_student(titles, tells):
    assert parse_header(titles.split()).student_marker == tells


@over_rows(
    ("unit", "students"),
    [
        ("/Students", True),
        ("/Cedar Valley/Students/Grade 9", True),
        ("Students 2028", True),
        ("HS Students", True),
        ("Pupils", True),
        ("Minor", True),
        ("/Staff", False),
        ("/Staff/Student Services", False),
        ("Student Support", False),
        ("Dean of Students", False),
        ("Adult", False),
        ("", False),
    ],
)
def test_a_unit_of_students_is_told_from_one_that_serves_them(unit, students):
    laid_out = parse_header(["First Name", "Last Name", "Org Unit Path"])

    row = parse_row(["Mason", "Whitlock", unit], laid_out, NOBODY)

    assert row.kind is (RosterRowKind.STUDENT if students else RosterRowKind.OTHER)


@pytest.mark.parametrize(
    ("unit", "students"),
    [("/Lernende", True), ("/lernende/2028/", True), ("/Lernendenhilfe", False), ("/Staff", False)],
)
def test_a_unit_that_the_district_names_is_believed_and_no_other(unit, students):
    laid_out = parse_header(["First Name", "Last Name", "Org Unit Path"])

    row = parse_row(["Mason", "Whitlock", unit], laid_out, RosterContext(student_unit="/Lernende/"))

    assert row.kind is (RosterRowKind.STUDENT if students else RosterRowKind.OTHER)


def test_the_first_of_two_columns_of_one_title_counts():
    assert parse_header(["First Name", "Last Name", "First Name"]).names == ((0, 1),)


def test_a_display_name_is_read_where_the_other_columns_are_empty():
    laid_out = parse_header(["displayName", "givenName", "surname"])

    row = parse_row(["Whitlock, Mason James", "", ""], laid_out, NOBODY)

    assert row.student is not None
    assert row.student.names == (("mason james", "whitlock"),)
    assert parse_row(["Mason", "", ""], laid_out, NOBODY).kind is RosterRowKind.UNUSABLE
    assert (
        parse_row(["Mason Whitlock", "Mason", ""], laid_out, NOBODY).kind is RosterRowKind.UNUSABLE
    )


def test_a_short_row_ends_with_empty_cells_and_a_long_one_is_broken():
    laid_out = parse_header(["First Name", "Last Name", "handles"])

    assert parse_row(["Mason", "Whitlock"], laid_out, NOBODY).kind is RosterRowKind.STUDENT
    assert (
        parse_row(["Mason", "Whitlock", "", "", ""], laid_out, NOBODY).kind is RosterRowKind.STUDENT
    )
    assert (
        parse_row(["Mason", "Whitlock", "", "x"], laid_out, NOBODY).kind is RosterRowKind.UNUSABLE
    )


def test_a_handle_may_be_as_long_as_a_host_name():
    laid_out = parse_header(["First Name", "Last Name", "handles"])

    assert not parse_row(["Mason", "Whitlock", "x" * 253], laid_out, NOBODY).has_unread_handle
    assert parse_row(["Mason", "Whitlock", "x" * 254], laid_out, NOBODY).has_unread_handle


@pytest.mark.parametrize("handle", ["=1+1", "a/b/c", "x" * 300, "!"])
def test_a_handle_that_is_none_is_told(handle):
    row = parse_row(
        ["Mason", "Whitlock", handle], parse_header(["First Name", "Last Name", "handles"]), NOBODY
    )

    assert row.has_unread_handle
    assert row.student is not None
    assert row.student.handles == ()


@pytest.mark.parametrize("status", ["tobedeleted", "Inactive", " WITHDRAWN "])
def test_who_has_left_is_no_longer_asked_for(status):
    header = parse_header(["givenName", "familyName", "status"])

    assert parse_row(["Mason", "Whitlock", status], header, NOBODY).kind is RosterRowKind.LEFT
    assert parse_row(["Mason", "Whitlock", "active"], header, NOBODY).kind is RosterRowKind.STUDENT


@pytest.mark.parametrize(
    ("written", "handle"),
    [
        ("mason_w", "mason_w"),
        ("@mason_w", "mason_w"),
        ("https://www.pictures.example/mason_w/", "mason_w"),
        ("pictures.example/users/@mason_w?shared=1", "mason_w"),
        ("@mason_w@social.example", "mason_w@social.example"),
    ],
)
def test_a_handle_is_read_bare_and_in_an_address(written, handle):
    header = parse_header(["givenName", "familyName", "handles"])

    row = parse_row(["Mason", "Whitlock", written], header, NOBODY)

    assert (row.student.handles, row.has_unread_handle) == ((handle,), False)


@pytest.mark.parametrize("cell", ["=Mason", "'=Mason", " +Mason", "-Mason", "M<b>", "7", "M" * 101])
def test_a_cell_that_a_spreadsheet_computes_or_no_name_fills_names_nobody(cell):
    header = parse_header(["givenName", "familyName"])

    assert parse_row([cell, "Whitlock"], header, NOBODY).kind is RosterRowKind.UNUSABLE
    assert parse_row(["Mason", cell], header, NOBODY).kind is RosterRowKind.UNUSABLE


@pytest.mark.parametrize(
    "titles",
    [["givenName"], ["familyName", "grade"], ["givenName", "preferredLastName"], ["grade"], []],
)
def test_a_header_that_names_half_a_name_is_refused_in_plain_words(titles):
    with pytest.raises(InputError, match=r"^has no header that names a column of given and one of"):
        parse_header(titles)


def test_a_pupil_who_is_printed_by_mistake_tells_nothing():
    header = parse_header(["givenName", "familyName", "handles"])
    row = parse_row(["Mason", "Whitlock", "mason_w"], header, NOBODY)

    assert repr(row.student) == "RosterStudent(…)"
