"""A person's own data, to read, to print and to keep: one page that stands alone, and a sheet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from reports.letter import filled
from reports.sheet import sheet

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
