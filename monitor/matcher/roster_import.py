"""The students of a roster file, and what became of its other rows."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.domain.errors import InputError
from monitor.domain.person_columns import is_student_role
from monitor.domain.students.roster import RosterStudent
from monitor.domain.students.roster_file import (
    RosterContext,
    RosterLayout,
    RosterRow,
    RosterRowKind,
    parse_header,
    parse_row,
)
from monitor.people_files import ROLES_FILE, CsvLine, open_rows, read_roles

# The largest district of the United States has fewer.
MAX_STUDENTS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentImport:
    """`others` are rows of people who are no students, `left` of students who have left.

    `unusable` and `unread` are numbers of lines: of rows without a usable name, and of those
    with a handle that could not be read.
    """

    students: frozenset[RosterStudent]
    rows: int
    others: int = 0
    left: int = 0
    unusable_lines: tuple[int, ...] = ()
    unread_handle_lines: tuple[int, ...] = ()


def read_students(path: Path, roles: Path | None = None, unit: str = "") -> StudentImport:
    """Read the students of a file, and no one else. Raise InputError where there are none.

    `roles` is the file that tells who is one, where this one does not: else the roles.csv
    beside it. `unit` is what a directory calls the unit of students.
    """
    with open_rows(path) as lines:
        laid_out = _read_layout(path, lines)
        students = (
            frozenset[str]()
            if laid_out.student_marker.ids is None
            else _read_student_ids(path, roles)
        )
        context = RosterContext(student_ids=students, student_unit=unit)
        numbered_rows = ((line.number, parse_row(line.cells, laid_out, context)) for line in lines)
        read = _gather_students(path, numbered_rows)
    if not read.students:
        raise InputError(_describe_missing_students(path, laid_out, read))
    return read


def _read_layout(path: Path, lines: Iterator[CsvLine]) -> RosterLayout:
    header = next(lines, None)
    try:
        return parse_header(header.cells if header else ())
    except InputError as error:
        reason = f"{path} {error}; nothing was written."
        raise InputError(reason) from None


def _gather_students(path: Path, numbered_rows: Iterator[tuple[int, RosterRow]]) -> StudentImport:
    kinds: Counter[RosterRowKind] = Counter()
    students: set[RosterStudent] = set()
    unusable, unread = [], []
    for number, row in numbered_rows:
        kinds[row.kind] += 1
        if row.student:
            students.add(row.student)
        if row.kind is RosterRowKind.UNUSABLE:
            unusable.append(number)
        if row.has_unread_handle:
            unread.append(number)
        if len(students) > MAX_STUDENTS:
            reason = f"{path} holds more than {MAX_STUDENTS:,} students, too many for one district."
            raise InputError(reason)
    return StudentImport(
        students=frozenset(students),
        rows=kinds[RosterRowKind.STUDENT],
        others=kinds[RosterRowKind.OTHER],
        left=kinds[RosterRowKind.LEFT],
        unusable_lines=tuple(unusable),
        unread_handle_lines=tuple(unread),
    )


def _read_student_ids(path: Path, roles: Path | None) -> frozenset[str]:
    """Read who is a student from the file of roles."""
    source = roles or path.with_name(ROLES_FILE)
    if not source.exists():
        reason = f"{path} does not say who is a student. Add its {ROLES_FILE}, or pass --roles."
        raise InputError(reason)
    return frozenset(each.user_id for each in read_roles(source) if is_student_role(each.role))


def _describe_missing_students(path: Path, laid_out: RosterLayout, read: StudentImport) -> str:
    seen = read.others + read.left + len(read.unusable_lines)
    hint = "; pass their unit with --unit" if laid_out.student_marker.units and read.others else ""
    return f"{path} has no student with a usable name in {seen} rows{hint}."
