"""A row of a roster file: a student, someone else, or no one that can be used.

What the columns of a roster file mean, whichever system wrote it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from unicodedata import category

from monitor.domain.errors import InputError
from monitor.domain.names.normalize import fold_text
from monitor.domain.names.parsing import parse_person_name
from monitor.domain.students.roster import RosterStudent

GIVEN_TITLES = ("givenname", "firstname", "legalfirstname", "studentfirstname", "forename", "given")
FAMILY_TITLES = (
    "familyname",
    "lastname",
    "legallastname",
    "studentlastname",
    "surname",
    "family",
    "sn",
)
_FULL = ("fullname", "displayname", "studentname", "name", "student", "pupil")
_MIDDLE = ("middlename", "middle", "legalmiddlename")
_PREFERRED = ("preferredgivenname", "preferredfirstname", "preferredname", "nickname", "goesby")
_PREFERRED_FAMILY = ("preferredfamilyname", "preferredlastname")
_SOUND, _FAMILY_SOUND = "kanagivenname", "kanafamilyname"
ROLE_TITLES = ("role", "roles", "userrole", "persontype", "usertype", "type")
_GRADE = ("grade", "grades", "gradelevel", "yeargroup")
STUDENT_ONLY_TITLES = ("studentid", "studentnumber", "studentsisid")
_STAFF_ONLY = ("teacherid", "teachernumber", "staffid")
# Where a directory says what someone is; its export holds everyone.
UNIT_TITLES = ("orgunitpath", "department", "jobtitle", "employeetype", "employeetitle", "agegroup")
_DIRECTORY = ("orgunitpath", "userprincipalname", "employeeid", "jobtitle", "department")
_HANDLES = (
    *("handle", "handles", "socialhandle", "socialhandles", "socialmedia", "metadatahandles"),
    *("instagram", "tiktok", "snapchat", "bluesky", "mastodon", "twitter", "youtube", "threads"),
)
_BRACKETS = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentMarker:
    """The column that tells who is a student; where there is none, everyone in the file is.

    `ids` are those of another file, roles.csv, which tells.
    """

    role: int | None = None
    units: tuple[int, ...] = ()
    grade: int | None = None
    ids: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterLayout:
    """Where a file keeps what is read of it: numbers of columns; everything else stays unread.

    `names` are pairs of a given and a family name, the legal one first.
    """

    width: int
    names: tuple[tuple[int, int], ...] = ()
    full: int | None = None
    handles: tuple[int, ...] = ()
    status: int | None = None
    student_marker: StudentMarker


@dataclass(frozen=True, slots=True)
class _RosterHeader:
    column_by_title: Mapping[str, int] = field(default_factory=dict)

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


def parse_header(titles: Sequence[str]) -> RosterLayout:
    """Read the header of a roster. Raise InputError where it names no students' names."""
    header = _RosterHeader(
        {normalize_title(title): at for at, title in reversed(list(enumerate(titles)))}
    )
    names, full = _pair_name_columns(header), header.find_first_column(_FULL)
    if not names and full is None:
        reason = "has no header that names a column of given and one of family names"
        raise InputError(reason)
    if header.find_first_column(_STAFF_ONLY) is not None:
        reason = "lists staff, not students"
        raise InputError(reason)
    return RosterLayout(
        width=len(titles),
        names=names,
        full=full,
        handles=header.list_columns(_HANDLES),
        status=header.find_first_column(("status",)),
        student_marker=_choose_student_marker(header),
    )


def _pair_name_columns(header: _RosterHeader) -> tuple[tuple[int, int], ...]:
    given, family = header.find_first_column(GIVEN_TITLES), header.find_first_column(FAMILY_TITLES)
    if given is None or family is None:
        return ()
    named = header.find_first_column(_PREFERRED_FAMILY)
    called, middle = header.find_first_column(_PREFERRED), header.find_first_column(_MIDDLE)
    sound, family_sound = (
        header.find_column_ending(_SOUND),
        header.find_column_ending(_FAMILY_SOUND),
    )
    pairs = (
        (given, family),
        (called, family),
        (middle, family),
        (given, named),
        (called, named),
        (sound, family_sound),
    )
    return tuple((one, other) for one, other in pairs if one is not None and other is not None)


def _choose_student_marker(header: _RosterHeader) -> StudentMarker:
    """Choose what tells who is a student; only one is believed."""
    role = header.find_first_column(ROLE_TITLES)
    if "userprincipalname" in header.column_by_title and role == header.find_first_column(
        ("usertype",)
    ):
        role = None  # there it tells members from guests
    if role is not None:
        return StudentMarker(role=role)
    if header.find_first_column(STUDENT_ONLY_TITLES) is not None:
        return StudentMarker()
    if header.find_first_column(_DIRECTORY) is not None:
        return StudentMarker(
            units=header.list_columns(UNIT_TITLES) or header.list_columns(_DIRECTORY)
        )
    if "sourcedid" in header.column_by_title:
        return StudentMarker(ids=header.column_by_title["sourcedid"])
    return StudentMarker(grade=header.find_first_column(_GRADE))


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
_HANDLE = re.compile(r"@?[\w.-]{2,}(?:@[\w.-]+)?")
_ADDRESS = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}/(?:\w+/)*@?([\w.-]+)/?(?:\?.*)?", re.IGNORECASE
)
_LONGEST_HANDLE = 253
_BETWEEN_HANDLES = re.compile(r"[\s,;|]+")


class RosterRowKind(StrEnum):
    STUDENT = "student"
    OTHER = "other"
    LEFT = "left"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRow:
    """`pupil` is None for all but students.

    `has_unread_handle` says that a handle could not be read.
    """

    kind: RosterRowKind
    student: RosterStudent | None = None
    has_unread_handle: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterContext:
    """What is known beside the file: ids of students, and what the district calls their unit."""

    student_ids: frozenset[str] = frozenset()
    student_unit: str = ""


def parse_row(cells: Sequence[str], layout: RosterLayout, context: RosterContext) -> RosterRow:
    """Read one row; for people who are not students, return only that fact."""
    if len(cells) > layout.width and any(cell.strip() for cell in cells[layout.width :]):
        return RosterRow(kind=RosterRowKind.UNUSABLE)
    row = [*cells, *[""] * (layout.width - len(cells))]
    if layout.status is not None and fold_text(row[layout.status]).strip() in LEFT_STATUSES:
        return RosterRow(kind=RosterRowKind.LEFT)
    if not _is_student(row, layout, context):
        return RosterRow(kind=RosterRowKind.OTHER)
    names = tuple(dict.fromkeys(_extract_names(row, layout)))
    if not names:
        return RosterRow(kind=RosterRowKind.UNUSABLE)
    written = [each for at in layout.handles for each in _BETWEEN_HANDLES.split(row[at]) if each]
    handles = tuple(filter(None, map(_extract_handle, written)))
    pupil = RosterStudent(names=names, handles=tuple(dict.fromkeys(handles)))
    return RosterRow(
        kind=RosterRowKind.STUDENT, student=pupil, has_unread_handle=len(handles) < len(written)
    )


def _is_student(row: Sequence[str], layout: RosterLayout, context: RosterContext) -> bool:
    tells = layout.student_marker
    if tells.role is not None:
        return not _STUDENT_WORD_SET.isdisjoint(_split_words(row[tells.role]))
    if tells.units:
        return any(is_student_unit(row[at], context.student_unit) for at in tells.units)
    if tells.ids is not None:
        return row[tells.ids].strip() in context.student_ids
    return tells.grade is None or bool(row[tells.grade].strip())


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


def _extract_names(row: Sequence[str], layout: RosterLayout) -> Iterator[tuple[str, str]]:
    pairs = [(row[given].strip(), row[family].strip()) for given, family in layout.names]
    # The legal name comes first; without it no other one counts.
    if pairs and all(map(can_hold_name, pairs[0])):
        yield from (pair for pair in pairs if all(map(can_hold_name, pair)))
    elif layout.full is not None and not any(pairs[0] if pairs else ()):
        read = parse_person_name(row[layout.full]) if can_hold_name(row[layout.full]) else None
        if read and read.given and read.family:
            yield f"{read.given} {read.middle}".strip(), read.family


def can_hold_name(cell: str) -> bool:
    """Tell whether a cell may hold a name: letters, and nothing that a spreadsheet computes."""
    return (
        0 < len(cell) <= _LONGEST_NAME
        and not _FORMULA.match(cell)
        and any(map(str.isalpha, cell))
        and not any(category(sign) == "Cc" or sign in "@=<>{}" for sign in cell)
    )


def _extract_handle(written: str) -> str:
    """Return the handle in a cell, or nothing: a profile's address ends with it."""
    if len(written) > _LONGEST_HANDLE:
        return ""
    address = _ADDRESS.fullmatch(written)
    if address:
        return address[1]
    return written.removeprefix("@") if _HANDLE.fullmatch(written) else ""
