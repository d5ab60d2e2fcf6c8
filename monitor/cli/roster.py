"""The roster of keyed tokens, made where the roster is, so that no name of a student comes here."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from monitor.cli.context import Desk, as_json, pass_desk
from monitor.db.database import DATABASE, State
from monitor.domain.students.matching import Spent
from monitor.domain.students.roster import LASTS, Roster
from monitor.errors import InputError
from monitor.matcher.admin import Drawer, Size
from monitor.matcher.keys import read_tokens
from monitor.matcher.process import MatcherProcess, matcher_setup
from monitor.matcher.roster_import import StudentsRead, read_students
from monitor.services.retention import RosterKeeping

_PATH = click.Path(path_type=Path)
_MOST_LINES = 20
_in_file = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
_roles = click.option(
    "--roles",
    type=_PATH,
    help="The file that lists who is a student. Default: roles.csv in the same folder.",
)
_unit = click.option("--unit", default="", help="The directory's organizational unit for students.")
_tokens = click.option(
    "--tokens", type=_PATH, help="The token file. Default: from the configuration."
)
_key_file = click.option(
    "--key-file",
    type=_PATH,
    help="The key file, created if missing. Default: from the configuration.",
)
_size = click.option(
    "--size-is-right",
    "size",
    is_flag=True,
    flag_value=Size.ANY,
    default=Size.LIKE_THE_LAST,
    type=click.UNPROCESSED,
    help="Accept a roster over 20% larger or smaller than the last.",
)


@click.group()
def roster() -> None:
    """Manage the file of keyed tokens that the student matcher reads."""


@roster.command("import")
@_in_file
@_roles
@_unit
@_tokens
@_key_file
@_size
@pass_desk
def import_(desk: Desk, /, file: Path, unit: str, size: Size, **where: Path | None) -> None:
    """Read the students in a roster file, and save keyed tokens of their names.

    The file can come from OneRoster, Clever, School Data Sync, Google or Entra, or be any CSV file
    with columns for given and family names. Staff in it are skipped. Namesake does not keep the
    file itself. The first import creates a key. Later imports use the same key, until
    `roster rotate` starts a new school year.
    """
    drawer = replace(_drawer(desk, where["tokens"], where["key_file"]), size=size)
    read = read_students(file, where["roles"], unit)
    _tell(desk, drawer, read, drawer.import_(read.pupils, _today(desk)))


@roster.command
@_in_file
@_roles
@_unit
@_tokens
@_key_file
@_size
@pass_desk
def rotate(desk: Desk, /, file: Path, unit: str, size: Size, **where: Path | None) -> None:
    """Start a school year: import its roster with a new key. Deletes the old key and tokens."""
    drawer = replace(_drawer(desk, where["tokens"], where["key_file"]), size=size)
    read = read_students(file, where["roles"], unit)
    _tell(desk, drawer, read, drawer.rotate(read.pupils, _today(desk)))


@roster.command
@as_json
@pass_desk
def status(desk: Desk, *, as_json: bool) -> None:
    """Start the matcher. Show whether key and tokens match, and how much it was used."""
    setup = matcher_setup(desk.config)
    if setup is None:
        desk.output.say("Student links are off. Nothing is compared.")
        return
    with MatcherProcess(setup, desk.outside.clock.now) as matcher:
        spent = matcher.spent
    kept = read_tokens(setup.tokens)
    rows = tuple(_facts(kept, spent))
    if as_json:
        desk.output.json(dict(rows))
        return
    desk.output.table(("what", "is"), rows)


@roster.command
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@_tokens
@_key_file
@pass_desk
def erase(desk: Desk, tokens: Path | None, key_file: Path | None, *, yes: bool) -> None:
    """Delete the tokens, the key, and every student link with its rulings."""
    drawer = _drawer(desk, tokens, key_file)
    if not yes:
        click.confirm("Delete the roster, its key, and all student links?", abort=True)
    removed = drawer.empty()
    said = f"Deleted {len(removed)} files: {', '.join(map(str, removed)) or 'none found'}."
    with _keeping(desk) as keeping:
        if keeping:
            said += f" Deleted {keeping.erase_links()} student links."
    click.echo(f"{said} Set `enabled = false` under [students], and restart the service.")


def _today(desk: Desk) -> date:
    return desk.outside.clock.now().date()


def _drawer(desk: Desk, tokens: Path | None, key_file: Path | None) -> Drawer:
    """Take places from the options, else from the configuration, where this machine has one."""
    configured = desk.config if desk.path.exists() else None
    if configured and tokens is None:
        tokens = configured.students.tokens
        key_file = key_file or configured.students.key_file
    if tokens is None:
        reason = "No token file. Pass --tokens, or set `tokens` under [students]."
        raise InputError(reason)
    return Drawer(
        tokens=tokens,
        key_file=key_file,
        environ=desk.outside.environ,
        state=configured.state if configured else None,
    )


@contextmanager
def _keeping(desk: Desk) -> Iterator[RosterKeeping | None]:
    """Open the district's record, where this machine has one."""
    if not desk.path.exists() or not (desk.config.state / DATABASE).exists():
        yield None
        return
    with State.open(desk.config.state) as state:
        yield RosterKeeping(state=state, now=desk.outside.clock.now)


def _tell(desk: Desk, drawer: Drawer, read: StudentsRead, made: Roster) -> None:
    with _keeping(desk) as keeping:
        if keeping:
            keeping.imported(made)
    click.echo(f"{read.rows} students read. Their tokens are in {drawer.tokens}.")
    if read.others or read.left:
        click.echo(f"{read.others + read.left} rows skipped: staff, or students who left.")
    if read.unusable:
        click.echo(f"Skipped, no usable name: {_lines(read.unusable)}.")
    if read.unread:
        click.echo(f"Could not read a handle: {_lines(read.unread)}.")
    key = drawer.key_file or "the key"
    click.echo(
        f"Key id {made.key_id}. Give {key} only to the service, and keep it out of the "
        "backups. Then restart the service."
    )


def _lines(numbers: Sequence[int]) -> str:
    """Name rows by their lines, and never by what they hold."""
    named = ", ".join(map(str, numbers[:_MOST_LINES]))
    more = f" and {len(numbers) - _MOST_LINES} more" if len(numbers) > _MOST_LINES else ""
    return f"{'line' if len(numbers) == 1 else 'lines'} {named}{more}"


def _facts(kept: Roster, spent: Spent | None) -> Iterator[tuple[str, str]]:
    yield "key", kept.key_id
    yield "students, rounded up", str(kept.size)
    yield "created on", kept.made_on.isoformat()
    yield "valid until", (kept.made_on + LASTS).isoformat()
    if spent and spent.lists + spent.refused:
        yield "last used on", spent.day.isoformat()
        yield "lists compared that day", str(spent.lists)
        yield "contacts in them", str(spent.contacts)
        yield "lists refused that day", str(spent.refused)
