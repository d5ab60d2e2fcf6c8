"""A file of unknown encoding and separators, as rows of cells."""

import codecs
import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from monitor.errors import InputError

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
class Line:
    """The cells of a row, and the number of the line it begins in."""

    number: int
    cells: tuple[str, ...]


@contextmanager
def rows_of(path: Path) -> Iterator[Iterator[Line]]:
    """Open a file as rows, the header first. Raise InputError with what to do about it."""
    try:
        if not path.is_file():
            reason = f"{path} is no file."
            raise InputError(reason)
        with path.open(encoding=_encoding(path), newline="") as file:
            yield _rows(path, file)
    except (OSError, UnicodeError) as error:
        reason = f"{path} cannot be read as text; export it again as CSV in UTF-8."
        raise InputError(reason) from error


def _rows(path: Path, file: TextIO) -> Iterator[Line]:
    reader = csv.reader(file, delimiter=_separator(file), strict=True)
    number = 0
    try:
        while True:
            number = reader.line_num + 1
            cells = next(reader, None)
            if cells is None:
                return
            # A spreadsheet may say first how it separates.
            if any(cell.strip() for cell in cells) and not (number == 1 and _says_separator(cells)):
                yield Line(number=number, cells=tuple(cells))
    except csv.Error:
        reason = f"{path} is broken in line {number}: a quote is not closed, or a cell is too long."
        raise InputError(reason) from None


def _says_separator(cells: list[str]) -> bool:
    return cells[0].lower().startswith("sep=")


def _separator(file: TextIO) -> str:
    """Take the separator that stands most often in the first line with any."""
    head = file.read(_LONGEST_HEADER)
    file.seek(0)
    for line in head.splitlines():
        if line.strip() and not line.lower().startswith("sep="):
            return max(_SEPARATORS, key=line.count)
    return _SEPARATORS[0]


def _encoding(path: Path) -> str:
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
