"""What the columns and cells of a file of people mean, whichever system wrote it.

One reader has two uses: the roster of students and the file of staff are read by the same words.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self
from unicodedata import category

from monitor.domain.names.normalize import fold_text

GIVEN_TITLES = (
    "givenname",
    "firstname",
    "legalfirstname",
    "studentfirstname",
    "forename",
    "given",
    "first",
)
FAMILY_TITLES = (
    "familyname",
    "lastname",
    "legallastname",
    "studentlastname",
    "surname",
    "family",
    "sn",
    "last",
)
ROLE_TITLES = ("role", "roles", "userrole", "persontype", "usertype", "type")
_GRADE_TITLES = ("grade", "grades", "gradelevel", "yeargroup")
_STUDENT_ONLY_TITLES = ("studentid", "studentnumber", "studentsisid")
# Where a directory says what someone is; its export holds everyone.
UNIT_TITLES = ("orgunitpath", "department", "jobtitle", "employeetype", "employeetitle", "agegroup")
_DIRECTORY_TITLES = ("orgunitpath", "userprincipalname", "employeeid", "jobtitle", "department")
_BRACKETS = re.compile(r"\[[^][]*\]")


@dataclass(frozen=True, slots=True)
class FileHeader:
    """The columns by their titles; of two with one title, the first counts."""

    column_by_title: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_titles(cls, titles: Sequence[str]) -> Self:
        return cls({normalize_title(title): at for at, title in reversed(list(enumerate(titles)))})

    def find_first_column(self, words: Sequence[str]) -> int | None:
        return next(
            (self.column_by_title[word] for word in words if word in self.column_by_title), None
        )

    def list_columns(self, words: Sequence[str]) -> tuple[int, ...]:
        return tuple(self.column_by_title[word] for word in words if word in self.column_by_title)

    def find_column_ending(self, ending: str) -> int | None:
        return next(
            (at for word, at in self.column_by_title.items() if word.endswith(ending)), None
        )


def normalize_title(title: str) -> str:
    """Return a column's title as it is compared: `First Name [Required]` is `firstname`."""
    return "".join(sign for sign in fold_text(_BRACKETS.sub("", title)) if sign.isalnum())


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentMarker:
    """The column that tells who is a student; where there is none, everyone in the file is.

    `ids` are those of another file, roles.csv, which tells.
    """

    role: int | None = None
    units: tuple[int, ...] = ()
    grade: int | None = None
    ids: int | None = None


def choose_student_marker(header: FileHeader) -> StudentMarker:
    """Choose what tells who is a student; only one is believed."""
    role = header.find_first_column(ROLE_TITLES)
    if "userprincipalname" in header.column_by_title and role == header.find_first_column(
        ("usertype",)
    ):
        role = None  # there it tells members from guests
    if role is not None:
        return StudentMarker(role=role)
    if header.find_first_column(_STUDENT_ONLY_TITLES) is not None:
        return StudentMarker()
    if header.find_first_column(_DIRECTORY_TITLES) is not None:
        return StudentMarker(
            units=header.list_columns(UNIT_TITLES) or header.list_columns(_DIRECTORY_TITLES)
        )
    if "sourcedid" in header.column_by_title:
        return StudentMarker(ids=header.column_by_title["sourcedid"])
    return StudentMarker(grade=header.find_first_column(_GRADE_TITLES))


LEFT_STATUSES = frozenset({"tobedeleted", "inactive", "withdrawn", "left"})
_STUDENT_WORDS = """
student students pupil pupils learner learners scholar scholars estudiante estudiantes alumno
alumnos eleve eleves schuler
"""
_STUDENT_WORD_SET = frozenset(_STUDENT_WORDS.split())
# What may accompany the word for students in the name of a unit; "services" may not.
_BESIDE_WORDS = "grade grades class of year hs ms es high middle elementary school"
_BESIDE_WORD_SET = frozenset(_BESIDE_WORDS.split())
_MINORS = frozenset({"minor", "notadult"})
_SEGMENTS = re.compile(r"[/\\>|:,;-]")
_LONGEST_NAME = 100
# How a spreadsheet begins what it computes; an apostrophe before it only hides that.
_FORMULA = re.compile(r"\s*'?[=+\-@\t\r]")


def is_student_role(role: str) -> bool:
    return not _STUDENT_WORD_SET.isdisjoint(_split_words(role))


def is_student_unit(unit: str, named: str) -> bool:
    """Tell whether a unit is one of students: `/Students/2028` is, Student Services is none."""
    folded = fold_text(unit).strip()
    if named:
        ours = fold_text(named).strip().rstrip("/")
        return folded == ours or folded.startswith(f"{ours}/")
    return folded in _MINORS or any(map(_is_student_segment, _SEGMENTS.split(folded)))


def _is_student_segment(segment: str) -> bool:
    words = _split_words(segment)
    beside = (word for word in words - _STUDENT_WORD_SET if not word.isdecimal())
    return not _STUDENT_WORD_SET.isdisjoint(words) and _BESIDE_WORD_SET.issuperset(beside)


def _split_words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", fold_text(text)))


def can_hold_name(cell: str) -> bool:
    """Tell whether a cell may hold a name: letters, and nothing that a spreadsheet computes."""
    return (
        0 < len(cell) <= _LONGEST_NAME
        and not _FORMULA.match(cell)
        and any(map(str.isalpha, cell))
        and not any(category(sign) == "Cc" or sign in "@=<>{}" for sign in cell)
    )


# In this order: of two filled ones, the first counts. A sign-in name comes last.
EMAIL_TITLES = (
    *("emailaddress", "email", "mail", "emailaddr", "workemail", "workemailaddress"),
    *("primaryemail", "primaryemailaddress", "schoolemail", "teacheremail", "staffemail"),
    *("userprincipalname", "upn"),
)
# School Data Sync may have a whole address in these, or none.
SIGN_IN_TITLES = ("username", "secondaryemail")
SCHOOL_TITLES = (
    *("school", "schoolname", "primaryschool", "building", "buildingname", "campus"),
    *("officelocation", "physicaldeliveryofficename"),
)
SCHOOL_ID_TITLES = ("primaryorgsourcedid", "orgsourcedids", "schoolid", "schoolsisid")
JOB_TITLES = ("jobtitle", "title", "employeetitle", "position", "jobposition", "stafftitle")
STATUS_TITLES = ("status", "accountstatus", "employmentstatus")
ENABLED_TITLES = ("accountenabled", "enableduser", "enabled")
BLOCKED_TITLES = ("blockcredential", "signinblocked", "suspended")
