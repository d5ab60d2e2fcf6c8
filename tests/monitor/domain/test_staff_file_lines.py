"""A staff file says who is to be invited, whichever system wrote it."""

import pytest

from monitor.domain.enrollment_draft import Invitee
from monitor.domain.errors import InputError
from monitor.domain.staff_file_lines import (
    StaffFileContext,
    StaffFileLine,
    StaffRole,
    find_staff_address,
    has_unusual_size,
    looks_shared,
    parse_staff_header,
    parse_staff_line,
)
from monitor.domain.vocabulary import StaffLineState
from tests.rows import over_rows

DOMAINS = ("cedarvalley.example", "staff.cedarvalley.example")
MAIL = "rosa.marchetti@cedarvalley.example"
ROSA = Invitee(mail=MAIL, given="Rosa", family="Marchetti")
PLAIN = "Email,First name,Last name"
CONTEXT = StaffFileContext(
    domains=DOMAINS,
    student_unit="/Lernende",
    roles_by_id={"t1": StaffRole(role="teacher", school_id="org1")},
    schools_by_id={"org1": "Oak Hill High School", "org2": "Willow Creek Elementary"},
)


def read(header: str, line: str) -> StaffFileLine:
    return parse_staff_line(2, line.split(","), parse_staff_header(header.split(",")), CONTEXT)


def read_staff(header: str, line: str) -> Invitee | None:
    return read(header, line).invitee


@pytest.mark.parametrize(
    ("header", "line"),
    [
        (PLAIN, f"{MAIL},Rosa,Marchetti"),
        ("LAST NAME,email,FIRST NAME", f"Marchetti,{MAIL.upper()},Rosa"),
        (
            "First Name [Required],Last Name [Required],Email Address [Required],Org Unit Path",
            f"Rosa,Marchetti,{MAIL},/Staff/Student Services",
        ),
        (
            "userPrincipalName,displayName,surname,mail,givenName,userType,accountEnabled",
            f"rm7@cedarvalley.example,Rosa M.,Marchetti,{MAIL},Rosa,Member,True",
        ),
        (
            "User principal name,First name,Last name,Block credential",
            f"{MAIL},Rosa,Marchetti,False",
        ),
        ("mail,userPrincipalName,givenName,surname", f",{MAIL},Rosa,Marchetti"),
        (
            "[Teachers]First_Name,[Teachers]Last_Name,[Teachers]Email_Addr",
            f"Rosa,Marchetti,{MAIL}",
        ),
        ("SIS ID,Username,First Name,Last Name,Grade", f"7,{MAIL},Rosa,Marchetti,"),
        ("Teacher_email,First_name,Last_name", f" {MAIL} , Rosa,Marchetti ,,"),
    ],
)
def test_the_exports_of_usual_systems_fit_in_any_order_of_columns(header, line):
    assert read_staff(header, line) == ROSA


@pytest.mark.parametrize(
    ("header", "cells", "school", "title"),
    [
        ("School,Title", "Oak Hill  High,Math teacher", "Oak Hill High", "Math teacher"),
        ("officeLocation,jobTitle", "Oak Hill,Aide", "Oak Hill", "Aide"),
        ("Employee Title,Building ID", "Student teacher,B7", "", "Student teacher"),
        (
            "role,primaryOrgSourcedId",
            "siteAdministrator,org2",
            "Willow Creek Elementary",
            "administrator",
        ),
        ("role,School_id", "teacher,org9", "", "teacher"),
        ("role,School", "Aide,=1+1", "", "aide"),
        ("School,Title", "JosÃ© School,x@y", "", ""),
        ("School,Title", "S" * 101 + ",Teacher", "", "Teacher"),
    ],
)
def test_school_and_title_are_read_where_a_file_has_them_in_words(header, cells, school, title):
    found = read_staff(f"{PLAIN},{header}", f"{MAIL},Rosa,Marchetti,{cells}")

    assert found
    assert (found.school, found.title) == (school, title)


def test_whose_title_is_student_is_one():
    found = read(f"{PLAIN},Title", f"{MAIL},Rosa,Marchetti,Student")

    assert found.skip is StaffLineState.STUDENT


def test_with_a_file_of_roles_who_has_none_of_staff_is_skipped():
    header = f"sourcedId,{PLAIN}"

    rosa = read_staff(header, f"t1,{MAIL},Rosa,Marchetti")

    assert rosa
    assert (rosa.school, rosa.title) == ("Oak Hill High School", "teacher")
    assert read(header, f"s1,{MAIL},Mason,Whitlock").skip is StaffLineState.NO_STAFF_ROLE


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("First name,Last name", "'Email'"),
        ("Email,Last name", "'First name'"),
        ("Email,First name,Full name", "'Last name'"),
        (f"{MAIL},Rosa,Marchetti", "'Email'"),
        ("Email,First name,Last name,Email", "two columns"),
        ("Email,Student first name,Student last name", "students"),
        ("Student ID,Email,First name,Last name", "students"),
    ],
)
def test_a_header_that_does_not_name_each_column_once_is_refused(header, says):
    with pytest.raises(InputError, match=says):
        parse_staff_header(header.split(","))


@over_rows(
    ("line", "says"),
    [
        (",Rosa,Marchetti", "address is missing"),
        (MAIL, "first name is missing"),
        (f"{MAIL}, ,Marchetti", "first name is missing"),
        (f"{MAIL},Rosa,", "last name is missing"),
        (f"{MAIL},Rosa,Marchetti,Jr.", "more columns"),
        ("rosa@elsewhere.example,Rosa,Marchetti", "not one of this district"),
        ("rosa@sub.cedarvalley.example,Rosa,Marchetti", "not one of this district"),
        (f"mallory@elsewhere.example; {MAIL},Rosa,Marchetti", "single plain address"),
        (f"Rosa <{MAIL}>,Rosa,Marchetti", "single plain address"),
        ("rosa,Rosa,Marchetti", "single plain address"),
        (f"{MAIL},=1+1,Marchetti", "first name is not a name"),
        (f"{MAIL},Rosa,{MAIL}", "last name is not a name"),
        (f"{MAIL},JosÃ©,Marchetti", "unreadable letters"),
        (f"{MAIL},Jos\ufffd,Marchetti", "unreadable letters"),
    ],
)
def test_a_line_that_cannot_be_used_says_why(line, says):
    with pytest.raises(InputError, match=says):
        read(PLAIN, line)


@pytest.mark.parametrize("name", ["José", "Łukasz", "Ngô", "O'Neil-Ruíz", "Đặng"])
def test_a_name_with_marks_is_read_as_it_is(name):
    rosa = read_staff(PLAIN, f"{MAIL},{name},Marchetti")

    assert rosa
    assert rosa.given == name


@over_rows(
    ("header", "cell", "reason"),
    [
        ("Status [READ ONLY]", "Suspended", StaffLineState.INACTIVE),
        ("status", "tobedeleted", StaffLineState.INACTIVE),
        ("accountEnabled", "False", StaffLineState.INACTIVE),
        ("Block credential", "True", StaffLineState.INACTIVE),
        ("role", "student", StaffLineState.STUDENT),
        ("role", "Guardian", StaffLineState.FAMILY),
        ("Org Unit Path [Required]", "/Students/2028", StaffLineState.STUDENT),
        ("ageGroup", "Minor", StaffLineState.STUDENT),
        ("Org Unit Path", "/Lernende/2028", StaffLineState.STUDENT),
        ("Grade", "11", StaffLineState.STUDENT),
    ],
)
def test_leavers_and_students_of_an_export_are_skipped_whatever_their_address(header, cell, reason):
    line = read(f"{PLAIN},{header}", f"someone@elsewhere.example,,,{cell}")

    assert line == StaffFileLine(number=2, skip=reason)


def test_a_line_that_cannot_be_used_still_tells_whose_it_is():
    layout = parse_staff_header(PLAIN.split(","))

    assert find_staff_address([MAIL.upper()], layout, CONTEXT) == MAIL
    assert find_staff_address(["", "Rosa"], layout, CONTEXT) == ""
    assert find_staff_address(["mason@students.example"], layout, CONTEXT) == ""


@pytest.mark.parametrize(
    ("count", "before", "unusual"),
    [
        (400, 0, False),
        (400, 400, False),
        (321, 400, False),
        (319, 400, True),
        (481, 400, True),
        (2, 12, False),
        (1, 12, True),
    ],
)
def test_a_file_of_quite_another_size_is_noticed(count, before, unusual):
    assert has_unusual_size(count, before) is unusual


@over_rows(
    ("mail", "given", "family"),
    [
        ("cart7@cedarvalley.example", "Cart", "7"),
        ("chromebook-12@cedarvalley.example", "Loaner", "Twelve"),
        ("hs.office@cedarvalley.example", "High", "School"),
        ("main.office@cedarvalley.example", "Main", "Office"),
        ("library.printer@cedarvalley.example", "Library", "Printer"),
        ("attendance@cedarvalley.example", "Oak", "Hill"),
        ("room101@cedarvalley.example", "Conference", "Room"),
        ("nurse@cedarvalley.example", "School", "Nurse"),
        ("ohs.principal@cedarvalley.example", "Oak Hill", "Principal"),
        ("band@cedarvalley.example", "Oak Hill", "Winds"),
        ("bus@cedarvalley.example", "Oak", "Hill"),
        ("help.desk@cedarvalley.example", "Help", "Desk"),
        ("media@cedarvalley.example", "Cedar", "Valley"),
        ("oakhill.school@cedarvalley.example", "Oak", "Hill"),
        ("vacant1@cedarvalley.example", "Vacant", "Vacant"),
        ("tbd@cedarvalley.example", "TBD", "TBD"),
        ("svc-backup@cedarvalley.example", "Svc", "Backup"),
    ],
)
def test_a_device_or_a_shared_mailbox_is_set_apart(mail, given, family):
    assert looks_shared(mail, given, family)


@pytest.mark.parametrize(
    ("written", "given", "family"),
    [
        ("Dr. Uma,Baker", "Uma", "Baker"),
        ("Mrs Ann Marie,O'Neil", "Ann Marie", "O'Neil"),
        ("Dmitri (Robert),Ivanov", "Dmitri", "Ivanov"),
        ("Hon,Lee", "Hon", "Lee"),
        ("Hon Mei,Ma", "Hon Mei", "Ma"),
        ("Dr.,Baker", "Dr.", "Baker"),
        ("(Bo),Baker", "(Bo)", "Baker"),
        ("(Bo) (X),Baker", "(Bo) (X)", "Baker"),
    ],
)
def test_an_email_greets_by_a_name_without_titles(written, given, family):
    invitee = read_staff(PLAIN, f"{MAIL},{written}")

    assert invitee == Invitee(mail=MAIL, given=given, family=family)


@pytest.mark.parametrize(
    ("written", "family"),
    [
        ("Baker, Ph.D.", "Baker"),
        ("Baker, M.Ed., NBCT", "Baker"),
        ("Baker, Jr.", "Baker, Jr."),
        ("Med", "Med"),
    ],
)
def test_degrees_are_no_part_of_a_family_name(written, family):
    layout = parse_staff_header(PLAIN.split(","))

    line = parse_staff_line(2, (MAIL, "Uma", written), layout, CONTEXT)

    assert line.invitee == Invitee(mail=MAIL, given="Uma", family=family)


@over_rows(
    ("mail", "given", "family"),
    [
        ("ana.ruiz@cedarvalley.example", "Ana", "Ruiz"),
        ("joe.printer@cedarvalley.example", "Joe", "Printer"),
        ("jcart@cedarvalley.example", "Jo", "Cart"),
        ("john.smith@cedarvalley.example", "John", "Smith 3rd"),
        ("e2@cedarvalley.example", "Ed", "Long"),
        ("jmain@cedarvalley.example", "Jane", "Main"),
        ("grace.hall@cedarvalley.example", "Grace", "Hall"),
        ("mark.office@cedarvalley.example", "Mark", "Office"),
        ("sam.page@cedarvalley.example", "Sam", "Page"),
        ("theo.bell@cedarvalley.example", "Theo", "Bell"),
        ("r.nurse@cedarvalley.example", "Rebecca", "Nurse"),
        ("lbus@cedarvalley.example", "Lena", "Bus"),
    ],
)
def test_a_person_is_not_set_apart_even_one_who_is_called_like_a_device(mail, given, family):
    assert not looks_shared(mail, given, family)


@pytest.mark.parametrize(
    ("titles", "words"),
    [
        (("email", "name"), "and names email, name; split 'name' into two columns"),
        (("a@b.example", "Ana"), "the first line must name the columns$"),
    ],
)
def test_a_file_whose_names_stand_in_one_column_is_told_to_split_it(titles, words):
    with pytest.raises(InputError, match=words):
        parse_staff_header(titles)


def test_first_last_and_mail_are_understood_as_titles():
    layout = parse_staff_header(("First", "Last", "Mail"))

    assert (layout.given, layout.family, layout.emails) == (0, 1, (2,))
