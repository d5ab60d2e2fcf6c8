"""How the command line speaks: tables for people, JSON for programs, one sentence for errors."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from unicodedata import category
from zoneinfo import ZoneInfo

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

# Controls, bidi and other format characters, lone surrogates, separators of lines.
OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Refs are there to be copied, so they stay in one piece.
WHOLE = frozenset({"ref", "whom", "source"})
# A program that reads a table wants one row a line, however long.
PIPED_WIDTH = 10_000


def inert(text: str) -> str:
    """Spell out what a terminal would obey instead of show."""
    return "".join(map(_spelled, text))


def _spelled(character: str) -> str:
    if character == "\n" or category(character) not in OBEYED:
        return character
    return json.dumps(character)[1:-1]


def _console() -> Console:
    return Console(highlight=False)


@dataclass(frozen=True, slots=True)
class Output:
    """`zone` is the district's: what an operator reads is in local time, JSON is in UTC."""

    zone: str
    console: Console = field(default_factory=_console)

    def json(self, value: object) -> None:
        """Print one value. What is spelled out reads back as what it was."""
        click.echo(inert(msgspec.json.format(msgspec.json.encode(value), indent=2).decode()))

    def say(self, sentence: str) -> None:
        self.console.print(Text(inert(sentence)), soft_wrap=True)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 3, 0, 0))
        for column in columns:
            table.add_column(column, no_wrap=column in WHOLE)
        for row in rows:
            table.add_row(*(Text(inert(self._shown(cell))) for cell in row))
        self._wide().print(table)

    def _wide(self) -> Console:
        if self.console.is_terminal:
            return self.console
        return Console(highlight=False, width=PIPED_WIDTH, file=self.console.file)

    def _shown(self, cell: object) -> str:
        if isinstance(cell, datetime):
            return cell.astimezone(ZoneInfo(self.zone)).strftime("%a %-d %b %Y %H:%M %Z")
        return "" if cell is None else str(cell)
