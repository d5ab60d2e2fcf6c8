"""A row of a roster file: a student, somebody else, or nobody that can be used."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import category

from monitor.domain.names.spelling import plain
from monitor.domain.names.written import person_name
from monitor.domain.students.forms import Pupil
from monitor.domain.students.layout import Layout

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
