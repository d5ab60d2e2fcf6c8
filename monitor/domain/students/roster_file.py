"""A row of a roster file: a student, someone else, or no one that can be used."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from monitor.domain.errors import InputError
from monitor.domain.names.normalize import fold_text
from monitor.domain.names.parsing import parse_person_name
from monitor.domain.person_columns import (
    FAMILY_TITLES,
    GIVEN_TITLES,
    LEFT_STATUSES,
    FileHeader,
    StudentMarker,
    can_hold_name,
    choose_student_marker,
    is_student_role,
    is_student_unit,
)
from monitor.domain.students.name_forms import RosterStudent

_FULL = ("fullname", "displayname", "studentname", "name", "student", "pupil")
_MIDDLE = ("middlename", "middle", "legalmiddlename")
_PREFERRED = ("preferredgivenname", "preferredfirstname", "preferredname", "nickname", "goesby")
_PREFERRED_FAMILY = ("preferredfamilyname", "preferredlastname")
_SOUND, _FAMILY_SOUND = "kanagivenname", "kanafamilyname"
_STAFF_ONLY = ("teacherid", "teachernumber", "staffid")
_HANDLES = (
    *("handle", "handles", "socialhandle", "socialhandles", "socialmedia", "metadatahandles"),
    *("instagram", "tiktok", "snapchat", "bluesky", "mastodon", "twitter", "youtube", "threads"),
)


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


def parse_header(titles: Sequence[str]) -> RosterLayout:
    """Read the header of a roster. Raise InputError where it names no students' names."""
    header = FileHeader.from_titles(titles)
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
        student_marker=choose_student_marker(header),
    )


def _pair_name_columns(header: FileHeader) -> tuple[tuple[int, int], ...]:
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
    """What is known apart from the file: student ids, and the name of the students' unit."""

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
    written = [part for at in layout.handles for part in _BETWEEN_HANDLES.split(row[at]) if part]
    handles = tuple(filter(None, map(_extract_handle, written)))
    pupil = RosterStudent(names=names, handles=tuple(dict.fromkeys(handles)))
    return RosterRow(
        kind=RosterRowKind.STUDENT, student=pupil, has_unread_handle=len(handles) < len(written)
    )


def _is_student(row: Sequence[str], layout: RosterLayout, context: RosterContext) -> bool:
    tells = layout.student_marker
    if tells.role is not None:
        return is_student_role(row[tells.role])
    if tells.units:
        return any(is_student_unit(row[at], context.student_unit) for at in tells.units)
    if tells.ids is not None:
        return row[tells.ids].strip() in context.student_ids
    return tells.grade is None or bool(row[tells.grade].strip())


def _extract_names(row: Sequence[str], layout: RosterLayout) -> Iterator[tuple[str, str]]:
    pairs = [(row[given].strip(), row[family].strip()) for given, family in layout.names]
    # The legal name comes first; without it no other one counts.
    if pairs and all(map(can_hold_name, pairs[0])):
        yield from (pair for pair in pairs if all(map(can_hold_name, pair)))
    elif layout.full is not None and not any(pairs[0] if pairs else ()):
        read = parse_person_name(row[layout.full]) if can_hold_name(row[layout.full]) else None
        if read and read.given and read.family:
            yield f"{read.given} {read.middle}".strip(), read.family


def _extract_handle(written: str) -> str:
    """Return the handle in a cell, or nothing: a profile's address ends with it."""
    if len(written) > _LONGEST_HANDLE:
        return ""
    address = _ADDRESS.fullmatch(written)
    if address:
        return address[1]
    return written.removeprefix("@") if _HANDLE.fullmatch(written) else ""
