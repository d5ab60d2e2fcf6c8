"""A staff file says who is to be invited, whichever system wrote it."""

import pytest

from monitor.domain.errors import InputError
from monitor.domain.staff_file import StaffFileLine, parse_staff_header, parse_staff_line
from monitor.domain.vocabulary import InviteSkipReason

DOMAINS = ("cedarvalley.example", "staff.cedarvalley.example")
MAIL = "rosa.marchetti@cedarvalley.example"
ROSA = StaffFileLine(number=2, mail=MAIL, given="Rosa", family="Marchetti")
PLAIN = "Email,First name,Last name"


def read(header: str, line: str) -> StaffFileLine:
    return parse_staff_line(2, line.split(","), parse_staff_header(header.split(",")), DOMAINS)


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
            "[Teachers]First_Name,[Teachers]Last_Name,[Teachers]Email_Addr,[Teachers]Title",
            f"Rosa,Marchetti,{MAIL},Student teacher",
        ),
        (
            "sourcedId,status,enabledUser,role,givenName,familyName,email",
            f"7,active,true,teacher,Rosa,Marchetti,{MAIL}",
        ),
        ("Teacher_email,First_name,Last_name", f" {MAIL} , Rosa,Marchetti ,,"),
    ],
)
def test_the_exports_of_usual_systems_fit_in_any_order_of_columns(header, line):
    assert read(header, line) == ROSA


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


@pytest.mark.parametrize(
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
    assert read(PLAIN, f"{MAIL},{name},Marchetti").given == name


@pytest.mark.parametrize(
    ("header", "cell", "reason"),
    [
        ("Status [READ ONLY]", "Suspended", InviteSkipReason.INACTIVE),
        ("status", "tobedeleted", InviteSkipReason.INACTIVE),
        ("accountEnabled", "False", InviteSkipReason.INACTIVE),
        ("Block credential", "True", InviteSkipReason.INACTIVE),
        ("role", "student", InviteSkipReason.STUDENT),
        ("role", "Guardian", InviteSkipReason.FAMILY),
        ("Org Unit Path [Required]", "/Students/2028", InviteSkipReason.STUDENT),
        ("ageGroup", "Minor", InviteSkipReason.STUDENT),
    ],
)
def test_leavers_and_students_of_an_export_are_skipped_whatever_their_address(header, cell, reason):
    line = read(f"{PLAIN},{header}", f"someone@elsewhere.example,,,{cell}")

    assert line == StaffFileLine(number=2, skip=reason)
