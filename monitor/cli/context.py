"""What every command starts from: the configuration and the app.

How the command line speaks: tables for people, JSON for programs, one sentence for errors.
Opens a district's folder.
"""

import json
import os
import pwd
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from unicodedata import category

import click
import msgspec

from monitor.app import App, Environment, open_app, open_quiet_app
from monitor.config.file import load_config
from monitor.config.sections import Config
from monitor.db.atomic_files import hand_over_folder, is_root
from monitor.db.state_folder_lock import StateFolderLock
from monitor.domain.english_dates import format_local_time
from monitor.domain.errors import CannotWriteError, UnavailableError
from monitor.people_csv import SizeCheck

if TYPE_CHECKING:
    from rich.console import Console


# Controls, bidi and other format characters, lone surrogates, separators of lines.
CONTROL_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Refs are there to be copied, so they stay in one piece.
UNWRAPPED_COLUMNS = frozenset({"id", "whom", "source"})
GAP = "   "
# How a cell that is such a word looks on a terminal; rich leaves color out where NO_COLOR says so.
CELL_STYLES: Mapping[str, str] = {
    **dict.fromkeys(("ok", "running", "checked", "accepted"), "green"),
    "warn": "yellow",
    **dict.fromkeys(("bad", "not running", "dead", "refuted"), "bold red"),
}


def escape_controls(text: str) -> str:
    """Spell out what a terminal would obey instead of show."""
    return "".join(map(_escape_character, text))


def _escape_character(character: str) -> str:
    if character == "\n" or category(character) not in CONTROL_CATEGORIES:
        return character
    return json.dumps(character)[1:-1]


LOGIN = Path("/proc/self/loginuid")
# What the kernel says where nobody signed in: a timer, a container.
NO_LOGIN = 2**32 - 1
NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]")


def name_shell_user(variables: Mapping[str, str], login: Path = LOGIN) -> str:
    """Name who runs a command: who signed in to the machine, else who called sudo, else its user.

    The first is kept by the kernel through su and sudo; the others are what the process says.
    """
    signed_in, user = NO_LOGIN, os.getuid()
    with suppress(OSError, ValueError):
        signed_in = int(login.read_text("ascii"))
    name = "" if signed_in != NO_LOGIN else variables.get("SUDO_USER", "")
    if not name:
        user = user if signed_in == NO_LOGIN else signed_in
        try:
            name = pwd.getpwuid(user).pw_name
        except KeyError:
            name = str(user)
    return NOT_IN_A_NAME.sub("-", name)[:64]


T = TypeVar("T")


@dataclass(frozen=True)
class Output:
    """`zone` is the district's: what an operator reads is in local time, JSON is in UTC."""

    zone: str
    screen: "Console | None" = None
    """What is written on, in place of this program's output."""

    @cached_property
    def console(self) -> "Console":
        from rich.console import Console

        return self.screen or Console(highlight=False)

    @property
    def is_terminal(self) -> bool:
        return self.screen.is_terminal if self.screen else sys.stdout.isatty()

    def _print_text(self, text: str) -> None:
        click.echo(text, file=self.screen.file if self.screen else None)

    def print_json(self, value: object) -> None:
        """Print one value. What is spelled out reads back as what it was."""
        click.echo(
            escape_controls(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
        )

    def print_line(self, sentence: str) -> None:
        self._print_text(escape_controls(sentence))

    def print_rows(
        self,
        rows: Sequence[T],
        columns: Sequence[str],
        read: Callable[[T], Sequence[object]],
        empty: str,
        *,
        as_json: bool,
    ) -> None:
        """Print what is read of each as a table, a sentence if there is none, or all as JSON."""
        if as_json:
            self.print_json(rows)
        elif rows:
            self.print_table(columns, map(read, rows))
        else:
            self.print_line(empty)

    def print_table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        texts = [
            [escape_controls(self._format_cell(cell)) for _, cell in zip(columns, row, strict=True)]
            for row in rows
        ]
        if self.is_terminal:
            from rich.table import Table
            from rich.text import Text

            table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 3, 0, 0))
            for column in columns:
                table.add_column(column, no_wrap=column in UNWRAPPED_COLUMNS)
            for row in texts:
                table.add_row(*(Text(cell, CELL_STYLES.get(cell, "")) for cell in row))
            self.console.print(table)
        else:
            self._print_text(_format_piped_table([list(columns), *texts]))

    def _format_cell(self, cell: object) -> str:
        if isinstance(cell, datetime):
            return format_local_time(cell, self.zone)
        return "" if cell is None else str(cell)


@contextmanager
def show_bar(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """Show on a terminal how far a long work is, beside the output; yield what moves it on."""
    with click.progressbar(
        length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        yield bar.update


def _format_piped_table(rows: Sequence[Sequence[str]]) -> str:
    """Return one row a line, however long: a program reads it."""
    flat = [[" ".join(cell.split("\n")) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*flat, strict=True)]
    lines = (GAP.join(map(str.ljust, row, widths)) for row in flat)
    return "\n".join(line.rstrip() for line in lines)


@dataclass(frozen=True)
class CliContext:
    """`folders` are those that the command has worked in, beside the district's own.

    `service_config` is that of the service of many districts, where a new one is set up for it.
    """

    config_path: Path
    environment: Environment
    folders: list[Path] = field(default_factory=list)
    service_config: Path | None = None

    @cached_property
    def config(self) -> Config:
        return load_config(self.config_path)

    @cached_property
    def output(self) -> Output:
        return Output(self.config.district.zone)

    @contextmanager
    def open_app(self) -> Iterator[App]:
        """Open the district's folder without a lock: reads and decisions need none.

        At the end, wakes the service if emails are queued, so that it sends them at once.
        """
        with open_quiet_app(self.config, self.environment) as app:
            yield app
            self._wake_daemon_for_emails(app)

    @contextmanager
    def open_app_locked(self) -> Iterator[App]:
        """Open it and take its lock, which every use of the network needs. Raises BusyError."""
        from monitor.services.due_jobs import take_over_jobs

        with open_app(self.config, self.environment) as app, StateFolderLock(self.config.state):
            take_over_jobs(app)
            yield app
            self._wake_daemon_for_emails(app)

    def _wake_daemon_for_emails(self, app: App) -> None:
        if app.db.outbox.list_due_emails(app.clock.now()):
            from monitor.scheduler.daemon import WakeSocket

            WakeSocket(self.config.state).wake_daemon()

    def fix_file_ownership(self) -> None:
        """Give what this command made as root to whom its folder belongs, before it ends."""
        if not is_root():
            return
        from monitor.db.backup_files import WORKS_WITHIN_SECONDS, work_in_folder

        folders: list[Path | None] = [*self.folders]
        if "config" in self.__dict__:  # else it was never read, so nothing was made
            backup = self.config.backup
            folders += [self.config.state, backup.folder, backup.keys]
        for folder in folders:
            try:
                if folder is not None:
                    work = partial(hand_over_folder, folder)
                    work_in_folder(folder, work, WORKS_WITHIN_SECONDS)
            except (OSError, CannotWriteError) as error:
                why = error.strerror if isinstance(error, OSError) else "it does not answer"
                sentence = f"Root still owns some files in {folder} ({why})"
                click.echo(f"namesake: {sentence}. Run `namesake doctor`.", err=True)


def require_mail_server(context: CliContext) -> None:
    if not context.config.mail.host:
        raise UnavailableError(
            "Invitations need a mail server. Without one, the operator could read the code. "
            "Set `host` under [mail]."
        )


CASES_LEFT_OUT = "Cases left out: {}. Cases open only on the portal, never on the command line."
pass_cli_context = click.make_pass_decorator(CliContext)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
size_option = click.option(
    "--size-is-right",
    "size",
    is_flag=True,
    flag_value=SizeCheck.ANY,
    default=SizeCheck.LIKE_THE_LAST,
    type=click.UNPROCESSED,
    help="Accept a file over 20% longer or shorter than the last.",
)
break_glass_option = click.option(
    "--break-glass",
    "reason",
    metavar="REASON",
    help="Print one person's own data. This is audited, and the person is notified at once.",
)


def holds_invented_people(context: CliContext, app: App) -> bool:
    """Tell whether this is a demo's folder: all there is invented, and anyone may read it."""
    from monitor.demo.district import MAIL_DOMAIN
    from monitor.demo.setup import MARKER

    # A marker file is soon made, so the addresses count, too: nobody real has one of the demo's.
    people = app.db.people
    return (context.config_path.parent / MARKER).exists() and all(
        people.load_person(person_id).mail.endswith(f"@{MAIL_DOMAIN}")
        for person_id in people.list_person_ids()
    )
