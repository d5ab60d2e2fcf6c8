"""How the command line speaks: tables for people, JSON for programs, one sentence for errors."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table


def _console() -> Console:
    return Console(highlight=False)


@dataclass(frozen=True, slots=True)
class Output:
    """`zone` is the district's: what an operator reads is in local time, JSON is in UTC."""

    zone: str
    console: Console = field(default_factory=_console)

    def json(self, value: object) -> None:
        click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))

    def say(self, sentence: str) -> None:
        self.console.print(escape(sentence), soft_wrap=True)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        table = Table(*columns, box=None, header_style="bold", pad_edge=False, padding=(0, 3, 0, 0))
        for row in rows:
            table.add_row(*(escape(self._shown(cell)) for cell in row))
        self.console.print(table)

    def _shown(self, cell: object) -> str:
        if isinstance(cell, datetime):
            return cell.astimezone(ZoneInfo(self.zone)).strftime("%a %-d %b %Y %H:%M %Z")
        return "" if cell is None else str(cell)
