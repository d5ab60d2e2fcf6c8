"""Roster files as systems write them: the students are read, and nobody else."""

import os
from pathlib import Path

import pytest

from monitor.domain.errors import InputError
from monitor.student_matcher.roster_admin import read_students

MASON = ("Mason", "Whitlock")
PRIYA = ("Priya", "Venkataraman")

ONEROSTER_11 = """\
sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,\
familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password
s1,active,,true,org1,student,mw,,Mason,Whitlock,,S1,m@s.example,,,,"11",hunter2
s2,active,,true,"org1,org2",Student,pv,,Priya,Venkataraman,,S2,,,,"p1,p2","10",
s3,tobedeleted,,true,org1,student,ga,,Gone,Already,,S3,,,,,"12",
t1,active,,true,org1,teacher,rm,,Rosa,Marchetti,,T1,,,,,"10,11",
p1,active,,true,org1,parent,wv,,Wendel,Venkataraman,,,,,,"s2",,
x1,active,,true,org1,proctor,op,,Ottilie,Prentice,,,,,,,,
"""
ONEROSTER_12 = """\
sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,\
identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,\
preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns
s1,,,true,mw,,Mason,Whitlock,,,,,,,11,,,Mase,,,org1,
s2,,,true,pv,,Priya,Venkataraman,,,,,,,10,,,,,,org1,
t1,,,true,rm,,Rosa,Marchetti,,,,,,,,,,,,,org1,
"""
ROLES_12 = """\
sourcedId,status,dateLastModified,userSourcedId,roleType,role,orgSourcedId
r1,,,s1,primary,student,org1
r2,,,s2,primary,student,org1
r3,,,t1,primary,teacher,org1
r4
"""
CLEVER = """\
School_id,Student_id,Student_number,State_id,Last_name,Middle_name,First_name,Grade,DOB
1,1,1,1,Whitlock,,Mason,11,2009-01-01
1,2,2,2,Venkataraman,,Priya,10,2010-01-01
"""
SDS = """\
SIS ID,School SIS ID,Username,First Name,Last Name,Secondary Email,Grade
1,9,mason.w,Mason,Whitlock,m@s.example,11
2,9,priya.v,Priya,Venkataraman,p@s.example,10
3,9,rosa.m,Rosa,Marchetti,r@s.example,
"""
GOOGLE = """\
First Name [Required],Last Name [Required],Email Address [Required],Password [Required],\
Org Unit Path [Required],Status [READ ONLY],Recovery Email,Employee Title,Department
Mason,Whitlock,m@s.example,****,/Students/Class of 2028,Active,,,
Priya,Venkataraman,p@s.example,****,/Cedar Valley/HS Students,Active,,,
Rosa,Marchetti,r@s.example,****,/Staff,Active,,Teacher,Student Services
Wendel,Achterberg,w@s.example,****,/Staff/Student Services,Active,,,
"""
ENTRA = """\
userPrincipalName,displayName,surname,mail,givenName,id,userType,jobTitle,department,\
accountEnabled,ageGroup,createdDateTime
m@s.example,Mason Whitlock,Whitlock,,Mason,a,Member,Student,,True,,
p@s.example,Priya Venkataraman,Venkataraman,,Priya,b,Member,,,True,Minor,
r@s.example,Rosa Marchetti,Marchetti,,Rosa,c,Member,Teacher,Science,True,Adult,
x@s.example,=3+1,=3+1,,=3+1,d,Member,Student,,True,,
"""
PLAIN = "given name,family name\nMason,Whitlock\nPriya,Venkataraman\n"
FULL = 'name,role\nMason Whitlock,student\n"Venkataraman, Priya",student\nRosa Marchetti,staff\n'
SEMICOLONS = "sep=;\r\nVorname;FirstName;LastName\r\n;Mason;Whitlock\r\n;Priya;Venkataraman\r\n"
FORMATS = {
    "oneroster 1.1": ONEROSTER_11,
    "oneroster 1.2": ONEROSTER_12,
    "clever": CLEVER,
    "school data sync": SDS,
    "google": GOOGLE,
    "entra": ENTRA,
    "plain": PLAIN,
    "full names": FULL,
    "semicolons": SEMICOLONS,
    "tabs": PLAIN.replace(",", "\t"),
    "quoted": '"First, legal","First Name","Last Name"\n' + '"x","Mason","Whitlock"\n'
    '"y","Priya","Venkataraman"\n',
    "old Mac": PLAIN.replace("\n", "\r"),
}


@pytest.fixture
def roster(tmp_path):
    """Write a file of that content, with the roles of OneRoster 1.2 beside it."""
    (tmp_path / "roles.csv").write_text(ROLES_12)

    def write(content, encoding="utf-8"):
        path = tmp_path / "users.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


def legal(read):
    return {pupil.names[0] for pupil in read.students}


@pytest.mark.parametrize("content", FORMATS.values(), ids=FORMATS)
def test_the_students_of_a_file_are_read_and_nobody_else(roster, content):
    read = read_students(roster(content))

    assert {tuple(map(str.casefold, name)) for name in legal(read)} == {
        ("mason", "whitlock"),
        ("priya", "venkataraman"),
    }
    assert read.rows == 2


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]
)
def test_a_file_is_read_in_the_encodings_that_spreadsheets_write(roster, encoding):
    read = read_students(roster("First Name,Last Name\nJosé,Núñez\n", encoding))

    assert legal(read) == {("José", "Núñez")}


def test_what_became_of_the_other_rows_is_told_by_number(roster):
    read = read_students(roster(ONEROSTER_11 + ',,,,,student,,,"=1+1",Cell\n'))

    assert (read.rows, read.others, read.left, read.unusable_lines) == (2, 3, 1, (8,))


def test_a_preferred_name_is_another_name_of_the_same_student(roster):
    read = read_students(roster(ONEROSTER_12))

    (mason,) = (pupil for pupil in read.students if MASON in pupil.names)
    assert mason.names == (MASON, ("Mase", "Whitlock"))


def test_names_by_their_sound_are_read_beside_their_signs(roster):
    header = "givenName,familyName,role,metadata.jp.kanaGivenName,metadata.jp.kanaFamilyName\n"
    read = read_students(roster(f"{header}花子,水野,student,ハナコ,ミズノ\n"))

    assert {("花子", "水野"), ("ハナコ", "ミズノ")} == set(next(iter(read.students)).names)


def test_handles_are_an_extra_column(roster):
    rows = (
        "Mason,Whitlock,@masonw28; https://alpha.example/u/mason.w?x=1\nPriya,Roe,what ever/ it\n"
    )
    read = read_students(roster(f"First Name,Last Name,Handles\n{rows}"))

    handles = {pupil.names[0][0]: pupil.handles for pupil in read.students}
    assert handles == {"Mason": ("masonw28", "mason.w"), "Priya": ("what", "it")}
    assert read.unread_handle_lines == (3,)


@pytest.mark.parametrize(
    "row",
    [
        "=3+1,Whitlock",
        "Mason,'=cmd",
        "@Mason,Whitlock",
        "+1,Whitlock",
        ",Whitlock",
        "Mason,",
        "Mason,12345",
        "m@s.example,Whitlock",
        "<b>Mason</b>,Whitlock",
        "Mason,Whitlock,too,many",
        f"{'x' * 101},Whitlock",
        '"Mason\nJunior",Whitlock',
    ],
)
def test_a_row_without_a_usable_name_is_left_out_and_named_by_its_line(roster, row):
    read = read_students(roster(f"{PLAIN}{row}\n"))

    assert read.unusable_lines == (4,)
    assert legal(read) == {MASON, PRIYA}


@pytest.mark.parametrize("name", [("'Aolani", "Kahale"), ("Jean-Luc", "O'Dea"), ("Đặng", "Thị")])
def test_a_name_with_signs_of_its_own_is_a_name(roster, name):
    read = read_students(roster(f"First Name,Last Name\n{','.join(name)}\n"))

    assert legal(read) == {name}


def test_a_unit_may_have_a_name_of_the_districts_own(roster):
    content = GOOGLE.replace("/Students/Class of 2028", "/Lernende/2028")

    read = read_students(roster(content), unit="/Lernende")

    assert legal(read) == {MASON}


def test_a_directory_in_which_no_unit_is_known_asks_for_its_name(roster):
    content = GOOGLE.replace("Students", "Lernende")

    with pytest.raises(InputError, match="pass their unit with --unit"):
        read_students(roster(content))


def test_a_file_of_roles_may_lie_elsewhere(roster, tmp_path):
    (tmp_path / "roles.csv").rename(tmp_path / "other.csv")

    with pytest.raises(InputError, match=r"Add its roles\.csv"):
        read_students(roster(ONEROSTER_12))
    assert read_students(roster(ONEROSTER_12), tmp_path / "other.csv").rows == 2


def test_a_file_of_roles_without_roles_is_refused(roster, tmp_path):
    (tmp_path / "roles.csv").write_text("a,b\n1,2\n")

    with pytest.raises(InputError, match="lacks the columns"):
        read_students(roster(ONEROSTER_12))


REFUSED = {
    "empty": (b"", "no header"),
    "no header": (b"Mason,Whitlock\n", "no header"),
    "staff only": (b"Teacher_id,First_name,Last_name\n1,Rosa,Marchetti\n", "lists staff"),
    "no student": (b"givenName,familyName,role\nRosa,Marchetti,teacher\n", "no student"),
    "only formulas": (b"givenName,familyName\n=1,=2\n", "no student"),
    "workbook": (b"PK\x03\x04" + b"\0" * 40, "save the sheet as CSV"),
    "old workbook": (b"\xd0\xcf\x11\xe0" + b"\0" * 40, "save the sheet"),
    "pdf": (b"%PDF-1.7", "export the roster"),
    "gzip": (b"\x1f\x8b\x08", "unpack it"),
    "open quote": (b'givenName,familyName\n"Mason,Whitlock\nPriya,Roe\n', "line 2"),
    "huge cell": (b'givenName,familyName\n"' + b"x" * 200_000 + b'",y\n', "line 2"),
    "bytes": (bytes(range(128, 256)) * 8, "CSV in UTF-8"),
    "half a character": (b"\xff\xfegiven", "CSV in UTF-8"),
}


@pytest.mark.parametrize(("content", "said"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_is_no_roster_is_refused_in_one_sentence_without_a_word_of_it(
    roster, content, said
):
    with pytest.raises(InputError, match=said) as refusal:
        read_students(roster(content))

    sentence = str(refusal.value)
    assert "users.csv" in sentence
    assert "\n" not in sentence
    assert not any(word in sentence for word in ("Mason", "Whitlock", "Rosa", "Marchetti"))


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path, tmp_path / "none", tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(InputError, match="is not a file"):
            read_students(path)


def test_a_large_file_is_read_row_by_row(roster):
    rows = "".join(f"Mason,Whit{chr(97 + at % 26)}lock,{'x' * 500}\n" for at in range(20_000))

    read = read_students(roster(f"First Name,Last Name,Notes\n{rows}"))

    assert read.rows == 20_000
    assert len(read.students) == 26
