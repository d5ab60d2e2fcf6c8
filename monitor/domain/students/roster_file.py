"""A row of a roster file: a student, somebody else, or nobody that can be used.

What the columns of a roster file mean, whichever system wrote it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from unicodedata import category

from monitor.domain.names.normalize import plain
from monitor.domain.names.parsing import person_name
from monitor.domain.students.roster import Pupil
from monitor.errors import InputError

_GIVEN = ("givenname", "firstname", "legalfirstname", "studentfirstname", "forename", "given")
_FAMILY = ("familyname", "lastname", "legallastname", "studentlastname", "surname", "family", "sn")
_FULL = ("fullname", "displayname", "studentname", "name", "student", "pupil")
_MIDDLE = ("middlename", "middle", "legalmiddlename")
_CALLED = ("preferredgivenname", "preferredfirstname", "preferredname", "nickname", "goesby")
_CALLED_FAMILY = ("preferredfamilyname", "preferredlastname")
_SOUND, _FAMILY_SOUND = "kanagivenname", "kanafamilyname"
_ROLE = ("role", "roles", "userrole", "persontype", "usertype", "type")
_GRADE = ("grade", "grades", "gradelevel", "yeargroup")
_STUDENTS_ONLY = ("studentid", "studentnumber", "studentsisid")
_STAFF_ONLY = ("teacherid", "teachernumber", "staffid")
# Where a directory says what somebody is; its export holds everybody.
_UNITS = ("orgunitpath", "department", "jobtitle", "employeetype", "employeetitle", "agegroup")
_DIRECTORY = ("orgunitpath", "userprincipalname", "employeeid", "jobtitle", "department")
_HANDLES = (
    *("handle", "handles", "socialhandle", "socialhandles", "socialmedia", "metadatahandles"),
    *("instagram", "tiktok", "snapchat", "bluesky", "mastodon", "twitter", "youtube", "threads"),
)
_BRACKETS = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The column that tells who is a student; where there is none, everybody in the file is.

    `ids` are those of another file, roles.csv, which tells.
    """

    role: int | None = None
    units: tuple[int, ...] = ()
    grade: int | None = None
    ids: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where a file keeps what is read of it: numbers of columns; everything else stays unread.

    `names` are pairs of a given and a family name, the legal one first.
    """

    width: int
    names: tuple[tuple[int, int], ...] = ()
    full: int | None = None
    handles: tuple[int, ...] = ()
    status: int | None = None
    tells: Telling


@dataclass(frozen=True, slots=True)
class _Header:
    places: Mapping[str, int] = field(default_factory=dict)

    def first(self, words: Sequence[str]) -> int | None:
        return next((self.places[word] for word in words if word in self.places), None)

    def all(self, words: Sequence[str]) -> tuple[int, ...]:
        return tuple(self.places[word] for word in words if word in self.places)

    def ending(self, ending: str) -> int | None:
        return next((at for word, at in self.places.items() if word.endswith(ending)), None)


def column(title: str) -> str:
    """Return a column's title as it is compared: `First Name [Required]` is `firstname`."""
    return "".join(sign for sign in plain(_BRACKETS.sub("", title)) if sign.isalnum())


def layout(titles: Sequence[str]) -> Layout:
    """Read the header of a roster. Raise InputError where it names no students' names."""
    header = _Header({column(title): at for at, title in reversed(list(enumerate(titles)))})
    names, full = _names_of_layout(header), header.first(_FULL)
    if not names and full is None:
        reason = "has no header that names a column of given and one of family names"
        raise InputError(reason)
    if header.first(_STAFF_ONLY) is not None:
        reason = "lists staff, not students"
        raise InputError(reason)
    return Layout(
        width=len(titles),
        names=names,
        full=full,
        handles=header.all(_HANDLES),
        status=header.first(("status",)),
        tells=_telling(header),
    )


def _names_of_layout(header: _Header) -> tuple[tuple[int, int], ...]:
    given, family = header.first(_GIVEN), header.first(_FAMILY)
    if given is None or family is None:
        return ()
    named = header.first(_CALLED_FAMILY)
    called, middle = header.first(_CALLED), header.first(_MIDDLE)
    sound, family_sound = header.ending(_SOUND), header.ending(_FAMILY_SOUND)
    pairs = (
        (given, family),
        (called, family),
        (middle, family),
        (given, named),
        (called, named),
        (sound, family_sound),
    )
    return tuple((one, other) for one, other in pairs if one is not None and other is not None)


def _telling(header: _Header) -> Telling:
    """Choose what tells who is a student; only one is believed."""
    role = header.first(_ROLE)
    if "userprincipalname" in header.places and role == header.first(("usertype",)):
        role = None  # there it tells members from guests
    if role is not None:
        return Telling(role=role)
    if header.first(_STUDENTS_ONLY) is not None:
        return Telling()
    if header.first(_DIRECTORY) is not None:
        return Telling(units=header.all(_UNITS) or header.all(_DIRECTORY))
    if "sourcedid" in header.places:
        return Telling(ids=header.places["sourcedid"])
    return Telling(grade=header.first(_GRADE))


_LEFT = frozenset({"tobedeleted", "inactive", "withdrawn", "left"})
_STUDENT_WORDS = """
student students pupil pupils learner learners scholar scholars estudiante estudiantes alumno
alumnos eleve eleves schuler
"""
_STUDENTS = frozenset(_STUDENT_WORDS.split())
# What may stand beside the word for students in the name of a unit; "services" may not.
_BESIDE_WORDS = "grade grades class of year hs ms es high middle elementary school"
_BESIDE = frozenset(_BESIDE_WORDS.split())
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


class Kind(StrEnum):
    STUDENT = "student"
    OTHER = "other"
    LEFT = "left"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`pupil` is None for all but students. `unread` says that a handle could not be read."""

    kind: Kind
    pupil: Pupil | None = None
    unread: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known beside the file: ids of students, and what the district calls their unit."""

    students: frozenset[str] = frozenset()
    unit: str = ""


def read_row(cells: Sequence[str], layout: Layout, known: Known) -> Row:
    """Read one row; of somebody who is no student nothing but that is told."""
    if len(cells) > layout.width and any(cell.strip() for cell in cells[layout.width :]):
        return Row(kind=Kind.UNUSABLE)
    row = [*cells, *[""] * (layout.width - len(cells))]
    if layout.status is not None and plain(row[layout.status]).strip() in _LEFT:
        return Row(kind=Kind.LEFT)
    if not _is_student(row, layout, known):
        return Row(kind=Kind.OTHER)
    names = tuple(dict.fromkeys(_names(row, layout)))
    if not names:
        return Row(kind=Kind.UNUSABLE)
    written = [each for at in layout.handles for each in _BETWEEN_HANDLES.split(row[at]) if each]
    handles = tuple(filter(None, map(_handle, written)))
    pupil = Pupil(names=names, handles=tuple(dict.fromkeys(handles)))
    return Row(kind=Kind.STUDENT, pupil=pupil, unread=len(handles) < len(written))


def _is_student(row: Sequence[str], layout: Layout, known: Known) -> bool:
    tells = layout.tells
    if tells.role is not None:
        return not _STUDENTS.isdisjoint(_words(row[tells.role]))
    if tells.units:
        return any(_of_students(row[at], known.unit) for at in tells.units)
    if tells.ids is not None:
        return row[tells.ids].strip() in known.students
    return tells.grade is None or bool(row[tells.grade].strip())


def _of_students(unit: str, named: str) -> bool:
    """Tell whether a unit is one of students: `/Students/2028` is, Student Services is none."""
    folded = plain(unit).strip()
    if named:
        ours = plain(named).strip().rstrip("/")
        return folded == ours or folded.startswith(f"{ours}/")
    return folded in _MINORS or any(map(_names_students, _SEGMENTS.split(folded)))


def _names_students(segment: str) -> bool:
    words = _words(segment)
    beside = (word for word in words - _STUDENTS if not word.isdecimal())
    return not _STUDENTS.isdisjoint(words) and _BESIDE.issuperset(beside)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", plain(text)))


def _names(row: Sequence[str], layout: Layout) -> Iterator[tuple[str, str]]:
    pairs = [(row[given].strip(), row[family].strip()) for given, family in layout.names]
    # The legal name stands first; without it no other one is believed.
    if pairs and all(map(_nameable, pairs[0])):
        yield from (pair for pair in pairs if all(map(_nameable, pair)))
    elif layout.full is not None and not any(pairs[0] if pairs else ()):
        read = person_name(row[layout.full]) if _nameable(row[layout.full]) else None
        if read and read.given and read.family:
            yield f"{read.given} {read.middle}".strip(), read.family


def _nameable(cell: str) -> bool:
    """Tell whether a cell may hold a name: letters, and nothing that a spreadsheet computes."""
    return (
        0 < len(cell) <= _LONGEST_NAME
        and not _FORMULA.match(cell)
        and any(map(str.isalpha, cell))
        and not any(category(sign) == "Cc" or sign in "@=<>{}" for sign in cell)
    )


def _handle(written: str) -> str:
    """Return the handle in a cell, or nothing: a profile's address ends with it."""
    if len(written) > _LONGEST_HANDLE:
        return ""
    address = _ADDRESS.fullmatch(written)
    if address:
        return address[1]
    return written.removeprefix("@") if _HANDLE.fullmatch(written) else ""
