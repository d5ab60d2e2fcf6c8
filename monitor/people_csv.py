"""A file of people, of unknown encoding and separators, as rows of cells; and what lies beside it.

Rows are read one at a time: whoever skips one has never stored it.
"""

import codecs
import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import TextIO

from monitor.domain.errors import InputError
from monitor.domain.person_columns import FileHeader

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


class SizeCheck(Enum):
    """What a new file may hold: about as many people as the last one, or any number."""

    LIKE_THE_LAST = auto()
    ANY = auto()


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
            raise InputError(f"{path} is not a file.")
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
                number == 1 and cells[0].lower().startswith("sep=")
            ):
                yield CsvLine(number=number, cells=tuple(cells))
    except csv.Error:
        reason = f"{path} is broken in line {number}: a quote is not closed, or a cell is too long."
        raise InputError(reason) from None


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
                raise InputError(f"{path} is {what}.")
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


ROLES_FILE = "roles.csv"
# As OneRoster and School Data Sync, Clever, and the older School Data Sync call it.
_SCHOOLS_FILES = ("orgs.csv", "schools.csv", "school.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleLine:
    """One role of one user, as OneRoster keeps them in a file of their own."""

    user_id: str
    role: str
    school_id: str


def read_roles(path: Path) -> Iterator[RoleLine]:
    """Read a file of roles line by line. Raise InputError where it is none."""
    with open_rows(path) as lines:
        header = next(lines, None)
        columns = FileHeader.from_titles(header.cells if header else ())
        user, role = (
            columns.find_first_column(("usersourcedid",)),
            columns.find_first_column(("role",)),
        )
        if user is None or role is None:
            raise InputError(f"{path} lacks the columns userSourcedId and role.")
        school = columns.find_first_column(("orgsourcedid",))
        for line in lines:
            if len(line.cells) > max(user, role):
                yield RoleLine(
                    user_id=line.cells[user].strip(),
                    role=line.cells[role].strip(),
                    school_id=_get_cell(line, school),
                )


def read_school_names(path: Path) -> dict[str, str]:
    """Read the names of schools by their IDs from beside a file; none where no file has them."""
    source = find_beside(path, *_SCHOOLS_FILES)
    if source is None:
        return {}
    with open_rows(source) as lines:
        header = next(lines, None)
        columns = FileHeader.from_titles(header.cells if header else ())
        number = columns.find_first_column(("sourcedid", "schoolid", "sisid"))
        name = columns.find_first_column(("name", "schoolname"))
        kind = columns.find_first_column(("type",))
        if number is None or name is None:
            return {}
        return {
            _get_cell(line, number): _get_cell(line, name)
            for line in lines
            if _get_cell(line, kind).casefold() in {"", "school"}
        }


def is_companion(path: Path) -> bool:
    """Tell whether a file only says more about the people in another one."""
    return path.name.casefold() in {ROLES_FILE, *_SCHOOLS_FILES}


def list_companions(path: Path) -> tuple[Path, ...]:
    """Return the files beside one that may be read with it."""
    found = (find_beside(path, ROLES_FILE), find_beside(path, *_SCHOOLS_FILES))
    return tuple(entry for entry in found if entry is not None)


def find_beside(path: Path, *names: str) -> Path | None:
    """Find a file in the same folder by one of these names, whatever their case."""
    try:
        there = {one_path.name.casefold(): one_path for one_path in path.parent.iterdir()}
    except OSError:
        return None
    return next((there[name] for name in names if name in there), None)


def _get_cell(line: CsvLine, column: int | None) -> str:
    """Return a cell without the blanks around it; empty where its row ends before it."""
    return line.cells[column].strip() if column is not None and column < len(line.cells) else ""
