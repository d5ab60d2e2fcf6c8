"""A file of people is read row by row, with what lies beside it."""

from pathlib import Path

import pytest

from monitor.domain.errors import InputError
from monitor.people_csv import (
    find_beside,
    list_companions,
    open_rows,
    read_roles,
    read_school_names,
)


def write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_rows_keep_the_number_of_the_line_they_begin_in(tmp_path):
    path = write(tmp_path, "users.csv", "sep=;", "a;b", "", '"x', 'y";z', "last;row")

    with open_rows(path) as rows:
        found = [(row.number, row.cells) for row in rows]

    assert found == [(2, ("a", "b")), (4, ("x\ny", "z")), (6, ("last", "row"))]


def test_roles_are_read_with_their_school(tmp_path):
    path = write(
        tmp_path,
        "roles.csv",
        "sourcedId,userSourcedId,roleType,role,orgSourcedId",
        "r1,t1,primary,teacher,org1",
        "r2,s1,primary,student",
        "r3",
    )

    assert [(role.user_id, role.role, role.school_id) for role in read_roles(path)] == [
        ("t1", "teacher", "org1"),
        ("s1", "student", ""),
    ]


def test_a_file_of_roles_without_its_columns_is_refused(tmp_path):
    with pytest.raises(InputError, match="userSourcedId and role"):
        list(read_roles(write(tmp_path, "roles.csv", "id,name", "1,teacher")))


@pytest.mark.parametrize(
    ("name", "header", "row"),
    [
        ("orgs.csv", "sourcedId,name,type", "7,Oak Hill High,school"),
        ("schools.csv", "School_id,School_name,State_id", "7,Oak Hill High,1"),
        ("School.csv", "SIS ID,Name", "7,Oak Hill High"),
    ],
)
def test_names_of_schools_are_read_from_beside_a_file(tmp_path, name, header, row):
    users = write(tmp_path, "users.csv", "x")
    companion = write(tmp_path, name, header, row)

    assert read_school_names(users) == {"7": "Oak Hill High"}
    assert list_companions(users) == (companion,)


def test_a_district_is_no_school(tmp_path):
    write(
        tmp_path, "orgs.csv", "sourcedId,name,type", "d,Cedar Valley,district", "7,Oak Hill,school"
    )

    assert read_school_names(tmp_path / "users.csv") == {"7": "Oak Hill"}


def test_without_a_file_beside_it_no_school_has_a_name(tmp_path):
    assert read_school_names(tmp_path / "users.csv") == {}
    assert find_beside(tmp_path / "gone" / "users.csv", "roles.csv") is None


def test_an_unusual_file_beside_it_names_no_school(tmp_path):
    write(tmp_path, "schools.csv", "color,shape", "red,round")

    assert read_school_names(tmp_path / "users.csv") == {}
