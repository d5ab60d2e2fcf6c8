"""The students of a roster file, and what became of its other rows.

A file of unknown encoding and separators, as rows of cells.
"""

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from monitor.domain.errors import InputError
from monitor.domain.students.roster import RosterStudent
from monitor.domain.students.roster_file import (
    RosterContext,
    RosterLayout,
    RosterRow,
    RosterRowKind,
    normalize_title,
    parse_header,
    parse_row,
)

_PIECE = 1 << 20
_LONGEST_HEADER = 1 << 16
_SEPARATORS = ",;\t|"
_FOREIGN = {
    b"PK\x03\x04": "a workbook or a ZIP archive: save the sheet as CSV, or unpack the archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save the sheet as CSV",
    b"%PDF": "a PDF: export the roster as CSV",
    b"\x1f\x8b": "compressed: unpack it",
}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvLine:
    """The cells of a row, and the number of the line it begins in."""

    number: int
    cells: tuple[str, ...]


@contextmanager
def open_rows(path: Path) -> Iterator[Iterator[CsvLine]]:
    """Open a file as rows, the header first. Raise InputError with what to do about it."""
    try:
        if not path.is_file():
            reason = f"{path} is not a file."
            raise InputError(reason)
        with path.open(encoding=_detect_encoding(path), newline="") as file:
            yield _read_rows(path, file)
    except (OSError, UnicodeError) as error:
        where = _describe_unreadable_line(path) if isinstance(error, UnicodeError) else ""
        reason = f"{path} cannot be read as text{where}. Export it again as CSV in UTF-8."
        raise InputError(reason) from error


def _describe_unreadable_line(path: Path) -> str:
    encoding = _detect_encoding(path)
    if encoding.startswith("utf-16"):
        return ""  # its lines cannot be told apart by bytes
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                return f" (line {number})"
    return ""


def _read_rows(path: Path, file: TextIO) -> Iterator[CsvLine]:
    reader = csv.reader(file, delimiter=_detect_separator(file), strict=True)
    number = 0
    try:
        while True:
            number = reader.line_num + 1
            cells = next(reader, None)
            if cells is None:
                return
            # A spreadsheet may say first how it separates.
            if any(cell.strip() for cell in cells) and not (
                number == 1 and _declares_separator(cells)
            ):
                yield CsvLine(number=number, cells=tuple(cells))
    except csv.Error:
        reason = f"{path} is broken in line {number}: a quote is not closed, or a cell is too long."
        raise InputError(reason) from None


def _declares_separator(cells: list[str]) -> bool:
    return cells[0].lower().startswith("sep=")


def _detect_separator(file: TextIO) -> str:
    """Take the most frequent separator in the first line that has any."""
    head = file.read(_LONGEST_HEADER)
    file.seek(0)
    for line in head.splitlines():
        if line.strip() and not line.lower().startswith("sep="):
            return max(_SEPARATORS, key=line.count)
    return _SEPARATORS[0]


def _detect_encoding(path: Path) -> str:
    """Tell the encoding by its mark, by its zeros, or by whether it is UTF-8 throughout."""
    with path.open("rb") as file:
        head = file.read(1024)
        for mark, what in _FOREIGN.items():
            if head.startswith(mark):
                reason = f"{path} is {what}."
                raise InputError(reason)
        marked = next((name for mark, name in _MARKS if head.startswith(mark)), "")
        if marked:
            return marked
        if b"\0" in head:
            return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while piece := file.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            # Latin-1 as Windows writes it; five bytes mean nothing there, and are refused.
            return "cp1252"
    return "utf-8"


ROLES = "roles.csv"
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
    source = roles or path.with_name(ROLES)
    if not source.exists():
        reason = f"{path} does not say who is a student. Add its {ROLES}, or pass --roles."
        raise InputError(reason)
    with open_rows(source) as lines:
        header = next(lines, None)
        titles = [normalize_title(title) for title in header.cells] if header else []
        if not {"usersourcedid", "role"} <= set(titles):
            reason = f"{source} lacks the columns userSourcedId and role."
            raise InputError(reason)
        user, role = titles.index("usersourcedid"), titles.index("role")
        long_enough = (line.cells for line in lines if len(line.cells) > max(user, role))
        return frozenset(
            cells[user].strip() for cells in long_enough if cells[role].strip().lower() == "student"
        )


def _describe_missing_students(path: Path, laid_out: RosterLayout, read: StudentImport) -> str:
    seen = read.others + read.left + len(read.unusable_lines)
    hint = "; pass their unit with --unit" if laid_out.student_marker.units and read.others else ""
    return f"{path} has no student with a usable name in {seen} rows{hint}."
