"""The students of a roster file, and what became of its other rows."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.domain.students.forms import Pupil
from monitor.domain.students.layout import Layout, column, layout
from monitor.domain.students.rows import Kind, Known, Row, read_row
from monitor.errors import InputError
from monitor.rosters.text import Line, rows_of

ROLES = "roles.csv"
# The largest district of the United States has fewer.
MOST_STUDENTS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentsRead:
    """`others` are rows of people who are no students, `left` of students who have left.

    `unusable` and `unread` are numbers of lines: of rows without a usable name, and of those
    with a handle that could not be read.
    """

    pupils: frozenset[Pupil]
    rows: int
    others: int = 0
    left: int = 0
    unusable: tuple[int, ...] = ()
    unread: tuple[int, ...] = ()


def read_students(path: Path, roles: Path | None = None, unit: str = "") -> StudentsRead:
    """Read the students of a file, and nobody else. Raise InputError where there are none.

    `roles` is the file that tells who is one, where this one does not: else the roles.csv
    beside it. `unit` is what a directory calls the unit of students.
    """
    with rows_of(path) as lines:
        laid_out = _layout(path, lines)
        students = frozenset[str]() if laid_out.tells.ids is None else _ids(path, roles)
        known = Known(students=students, unit=unit)
        numbered = ((line.number, read_row(line.cells, laid_out, known)) for line in lines)
        read = _gathered(path, numbered)
    if not read.pupils:
        raise InputError(_without_students(path, laid_out, read))
    return read


def _layout(path: Path, lines: Iterator[Line]) -> Layout:
    header = next(lines, None)
    try:
        return layout(header.cells if header else ())
    except InputError as error:
        reason = f"{path} {error}; nothing was written."
        raise InputError(reason) from None


def _gathered(path: Path, numbered: Iterator[tuple[int, Row]]) -> StudentsRead:
    kinds: Counter[Kind] = Counter()
    pupils: set[Pupil] = set()
    unusable, unread = [], []
    for number, row in numbered:
        kinds[row.kind] += 1
        if row.pupil:
            pupils.add(row.pupil)
        if row.kind is Kind.UNUSABLE:
            unusable.append(number)
        if row.unread:
            unread.append(number)
        if len(pupils) > MOST_STUDENTS:
            reason = f"{path} holds more than {MOST_STUDENTS:,} students: that is no one district."
            raise InputError(reason)
    return StudentsRead(
        pupils=frozenset(pupils),
        rows=kinds[Kind.STUDENT],
        others=kinds[Kind.OTHER],
        left=kinds[Kind.LEFT],
        unusable=tuple(unusable),
        unread=tuple(unread),
    )


def _ids(path: Path, roles: Path | None) -> frozenset[str]:
    """Read who is a student from the file of roles."""
    source = roles or path.with_name(ROLES)
    if not source.exists():
        reason = f"{path} does not tell who is a student: put its {ROLES} beside it, or name it."
        raise InputError(reason)
    with rows_of(source) as lines:
        header = next(lines, None)
        titles = [column(title) for title in header.cells] if header else []
        if not {"usersourcedid", "role"} <= set(titles):
            reason = f"{source} lacks the columns userSourcedId and role."
            raise InputError(reason)
        user, role = titles.index("usersourcedid"), titles.index("role")
        long_enough = (line.cells for line in lines if len(line.cells) > max(user, role))
        return frozenset(
            cells[user].strip() for cells in long_enough if cells[role].strip().lower() == "student"
        )


def _without_students(path: Path, laid_out: Layout, read: StudentsRead) -> str:
    seen = read.others + read.left + len(read.unusable)
    hint = "; name their unit with --unit" if laid_out.tells.units and read.others else ""
    return f"{path} holds no student whose name can be used, in {seen} rows{hint}."
