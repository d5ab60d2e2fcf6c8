"""A person's own data, to read, to print and to keep: one page that stands alone, and a sheet.

A sheet: rows as CSV, in which a spreadsheet shows every cell and computes none.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO

from reports.emails.render import filled
from reports.sanitize import sentence

# OWASP, "CSV Injection"; some programs take the full-width forms for the plain ones.
_COMPUTED = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def sheet(rows: Iterable[Sequence[str]]) -> str:
    """Quote every cell: where a program splits at another separator, none begins inside."""
    page = StringIO()
    csv.writer(page, quoting=csv.QUOTE_ALL).writerows([cell(each) for each in row] for row in rows)
    return page.getvalue()


def cell(text: str) -> str:
    """Clean a cell, and put an apostrophe before what would make it a formula."""
    line = sentence(text)
    return f"'{line}" if line.lstrip("'\" ").startswith(_COMPUTED) else line


Cell = str | datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One kind of thing that is kept: what it is, in a sentence, and all there is of it."""

    title: str
    about: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportView:
    """Everything that a district keeps of one person, for themselves. `zone` is theirs."""

    name: str
    district: str
    contact: str
    zone: str
    at: datetime
    parts: tuple[Part, ...]


def render(view: ExportView) -> str:
    """Write one page of HTML that loads nothing and leads nowhere."""
    return filled("export/page.html", {"view": view})


def as_sheet(part: Part) -> str:
    """Write one part as CSV; times are in UTC, and no cell is computed."""
    return sheet(_written(part))


def _written(part: Part) -> Iterator[tuple[str, ...]]:
    yield part.columns
    for row in part.rows:
        yield tuple(
            cell.isoformat(timespec="seconds") if isinstance(cell, datetime) else cell
            for cell in row
        )
