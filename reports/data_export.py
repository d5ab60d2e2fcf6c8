"""A person's own data, to read, print and save: one self-contained page, and a spreadsheet.

A spreadsheet: rows as CSV, with cells that are shown and never computed.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO

from monitor.domain.reason import Told
from reports.emails.render import fill_template
from reports.sanitize import clean_sentence

# OWASP, "CSV Injection"; some programs take the full-width forms for the plain ones.
_COMPUTED = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def render_csv(rows: Iterable[Sequence[str]]) -> str:
    """Quote every cell: where a program splits at another separator, none begins inside."""
    page = StringIO()
    csv.writer(page, quoting=csv.QUOTE_ALL).writerows(
        [clean_cell(cell) for cell in row] for row in rows
    )
    return page.getvalue()


def clean_cell(text: str) -> str:
    """Clean a cell, and put an apostrophe before what would make it a formula."""
    line = clean_sentence(text)
    return f"'{line}" if line.lstrip("'\" ").startswith(_COMPUTED) else line


Cell = str | datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPart:
    """One kind of stored data: a sentence about it, and all rows."""

    title: str
    about: Told
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportView:
    """Everything that a district stores about one person. `zone` is their time zone."""

    name: str
    district: str
    contact: str
    zone: str
    at: datetime
    parts: tuple[ExportPart, ...]


def render_export(view: ExportView) -> str:
    """Write one page of HTML that loads nothing and leads nowhere."""
    return fill_template("export/page.html", {"view": view})


def render_part_csv(part: ExportPart) -> str:
    """Write one part as CSV; times are in UTC, and no cell is computed."""
    return render_csv(_format_part_rows(part))


def _format_part_rows(part: ExportPart) -> Iterator[tuple[str, ...]]:
    yield part.columns
    for row in part.rows:
        yield tuple(
            cell.isoformat(timespec="seconds") if isinstance(cell, datetime) else cell
            for cell in row
        )
