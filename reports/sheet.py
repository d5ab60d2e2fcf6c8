"""A sheet: rows as CSV, in which a spreadsheet shows every cell and computes none."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from reports.text import sentence

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
