"""What every command starts from: the configuration, and the service built from it.

How the command line speaks: tables for people, JSON for programs, one sentence for errors.
Looking into a district's folder, or into that of a demo, where nobody is real.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from unicodedata import category
from zoneinfo import ZoneInfo

import click
import msgspec
from msgspec import structs
from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.build import build
from monitor.config import Config, StudentsConfig, load
from monitor.db.files import StateLock
from monitor.db.ownership import hand_over
from monitor.demo import setup as stage
from monitor.demo.district import MAIL_DOMAIN, ZONE
from monitor.errors import InputError
from monitor.outside import Outside
from monitor.scheduler.daemon import Doorbell
from monitor.service import Service

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
            return cell.astimezone(ZoneInfo(self.zone)).strftime("%a, %b %-d, %Y, %-I:%M %p %Z")
        return "" if cell is None else str(cell)


@dataclass(frozen=True)
class Desk:
    path: Path
    outside: Outside

    @cached_property
    def config(self) -> Config:
        return load(self.path)

    @cached_property
    def output(self) -> Output:
        return Output(self.config.district.zone)

    @contextmanager
    def service(self) -> Iterator[Service]:
        """Open the district's folder. It takes no lock: reading and ruling need none.

        The service is told of letters that wait when it ends, and sends them at once.
        """
        with build(self.config, self.outside) as service:
            yield service
            if service.state.outbox.due(service.now()):
                Doorbell(self.config.state).ring()

    @contextmanager
    def asking(self) -> Iterator[Service]:
        """Open it and take its lock, as whoever uses the network must. Raises BusyError."""
        with self.service() as service, StateLock(self.config.state):
            service.rounds.begin()
            yield service

    def hand_over(self) -> None:
        """Give what this command made as root to whom its folder belongs, before it ends."""
        if "config" not in self.__dict__:
            return  # it was never read, so nothing was made
        for folder in (self.config.state, self.config.backup.folder, self.config.backup.keys):
            try:
                if folder is not None:
                    hand_over(folder)
            except OSError as error:
                told = f"Root still owns some files in {folder} ({error.strerror})"
                click.echo(f"namesake: {told}. Run `namesake doctor`.", err=True)


FLAGS_LEFT_OUT = "Flags left out: {}. Flags open only on the portal, never on the command line."
pass_desk = click.make_pass_decorator(Desk)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
break_glass = click.option(
    "--break-glass",
    "reason",
    metavar="REASON",
    help="Print one person's own data. This is audited, and the person is notified at once.",
)

demo_folder = click.option(
    "--demo",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Use this demo folder instead. Its people are invented.",
)


@contextmanager
def opened(desk: Desk, folder: Path | None) -> Iterator[tuple[Service, Output]]:
    """Open the district's folder, or that of a demo: no matcher is needed to look."""
    if folder is None:
        with desk.service() as service:
            yield service, desk.output
        return
    if not (folder / stage.MARKER).exists():
        sentence = f"{folder} is not a demo folder. Create one with `namesake demo`."
        raise InputError(sentence)
    config = structs.replace(stage.configuration(folder), students=StudentsConfig())
    with build(config, desk.outside) as service:
        _refuse_real_people(service, folder)
        yield service, Output(ZONE)


def _refuse_real_people(service: Service, folder: Path) -> None:
    """Go by the addresses in it, all of the demo's district: a marker file is soon made."""
    people = service.state.people
    if any(not people.get(ref).mail.endswith(f"@{MAIL_DOMAIN}") for ref in people.refs()):
        sentence = f"{folder} contains people who are not part of the demo. Open it without --demo."
        raise InputError(sentence)
