"""The roster of keyed tokens, made where the roster is, so that no name of a student comes here."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from monitor.cli.context import CliContext, json_option, pass_cli_context, size_option
from monitor.db.database import DATABASE_FILE, Database
from monitor.domain.english_dates import format_date
from monitor.domain.errors import InputError
from monitor.domain.students.hashed_roster import ROSTER_LIFETIME, Roster
from monitor.domain.students.matching import MatcherUsage
from monitor.people_csv import SizeCheck
from monitor.services.roster import erase_student_links, record_roster_import
from monitor.student_matcher.keys import read_tokens
from monitor.student_matcher.process import MatcherProcess, build_matcher_setup
from monitor.student_matcher.roster_admin import RosterAdmin, StudentImport, read_students

_PATH = click.Path(path_type=Path)
_MAX_LINES_NAMED = 20
_file_argument = click.argument(
    "file", type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
_roles_option = click.option(
    "--roles",
    type=_PATH,
    help="The file that lists who is a student. Default: roles.csv in the same folder.",
)
_unit_option = click.option(
    "--unit", default="", help="The directory's organizational unit for students."
)
_tokens_option = click.option(
    "--tokens", type=_PATH, help="The token file. Default: from the configuration."
)
_key_file_option = click.option(
    "--key-file",
    type=_PATH,
    help="The key file, created if missing. Default: from the configuration.",
)


@click.group()
def roster() -> None:
    """Manage the file of keyed tokens that the student matcher reads."""


@roster.command("import")
@_file_argument
@_roles_option
@_unit_option
@_tokens_option
@_key_file_option
@size_option
@click.option(
    "--new-year",
    is_flag=True,
    help="Start a school year with a new key. Deletes the old key and tokens.",
)
@pass_cli_context
def import_roster(
    context: CliContext,
    /,
    file: Path,
    unit: str,
    size: SizeCheck,
    *,
    new_year: bool,
    **where: Path | None,
) -> None:
    """Read the students of a roster file, and save keyed tokens.

    The file can come from OneRoster, Clever, School Data Sync, Google or Entra, or be any CSV file
    with columns for given and family names. Staff in it are skipped. Namesake does not keep the
    file itself. The first import creates a key. Later imports use the same key, until one with
    --new-year starts a new school year.
    """
    admin = replace(
        _build_roster_admin(context, where["tokens"], where["key_file"]), size_check=size
    )
    read = read_students(file, where["roles"], unit)
    write = admin.rotate_key if new_year else admin.import_roster
    today = context.environment.clock.now().date()
    _print_import(context, admin, read, write(read.students, today))


@roster.command
@json_option
@pass_cli_context
def status(context: CliContext, *, as_json: bool) -> None:
    """Start the matcher. Show whether key and tokens match, and how much it was used."""
    setup = build_matcher_setup(context.config)
    if setup is None:
        context.output.print_line("Student links are off. Nothing is compared.")
        return
    with MatcherProcess(setup, context.environment.clock.now) as matcher:
        spent = matcher.spent
    roster = read_tokens(setup.tokens)
    rows = tuple(_list_facts(roster, spent))
    if as_json:
        context.output.print_json(dict(rows))
        return
    context.output.print_table(("what", "is"), rows)


@roster.command
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@_tokens_option
@_key_file_option
@pass_cli_context
def erase(context: CliContext, tokens: Path | None, key_file: Path | None, *, yes: bool) -> None:
    """Delete the tokens, the key, and all student links."""
    admin = _build_roster_admin(context, tokens, key_file)
    if not yes:
        click.confirm("Delete the roster, its key, and all student links?", abort=True)
    removed = admin.delete_files()
    sentence = f"Deleted {len(removed)} files: {', '.join(map(str, removed)) or 'none found'}."
    with _open_database(context) as db:
        if db:
            links = erase_student_links(db, context.environment.clock.now())
            sentence += f" Deleted {links} student links."
    click.echo(f"{sentence} Set `enabled = false` under [students], and restart the service.")


def _build_roster_admin(
    context: CliContext, tokens: Path | None, key_file: Path | None
) -> RosterAdmin:
    """Take places from the options, else from the configuration, where this machine has one."""
    configured = context.config if context.config_path.exists() else None
    if configured and tokens is None:
        tokens = configured.students.tokens
        key_file = key_file or configured.students.key_file
    if tokens is None:
        raise InputError("No token file. Pass --tokens, or set `tokens` under [students].")
    return RosterAdmin(
        tokens=tokens,
        key_file=key_file,
        environ=context.environment.variables,
        state=configured.state if configured else None,
    )


@contextmanager
def _open_database(context: CliContext) -> Iterator[Database | None]:
    """Open the district's record, where this machine has one."""
    if not context.config_path.exists() or not (context.config.state / DATABASE_FILE).exists():
        yield None
        return
    with Database.open_folder(context.config.state) as db:
        yield db


def _print_import(
    context: CliContext, admin: RosterAdmin, read: StudentImport, made: Roster
) -> None:
    with _open_database(context) as db:
        if db:
            record_roster_import(db, made, context.environment.clock.now())
    click.echo(f"{read.rows} students read. Their tokens are in {admin.tokens}.")
    if read.others or read.left:
        click.echo(f"{read.others + read.left} rows skipped: staff, or students who left.")
    if read.unusable_lines:
        click.echo(f"Skipped, no usable name: {_format_line_numbers(read.unusable_lines)}.")
    if read.unread_handle_lines:
        click.echo(f"Could not read a handle: {_format_line_numbers(read.unread_handle_lines)}.")
    key = admin.key_file or "the key"
    click.echo(
        f"Key id {made.key_id}. Give {key} only to the service, and keep it out of the "
        "backups. Then restart the service."
    )


def _format_line_numbers(numbers: Sequence[int]) -> str:
    """Name rows by their lines, and never by what they hold."""
    named = ", ".join(map(str, numbers[:_MAX_LINES_NAMED]))
    more = f" and {len(numbers) - _MAX_LINES_NAMED} more" if len(numbers) > _MAX_LINES_NAMED else ""
    return f"{'line' if len(numbers) == 1 else 'lines'} {named}{more}"


def _list_facts(roster: Roster, spent: MatcherUsage | None) -> Iterator[tuple[str, str]]:
    yield "key", roster.key_id
    yield "students, rounded up", str(roster.size)
    yield "created on", format_date(roster.made_on)
    yield "valid until", format_date(roster.made_on + ROSTER_LIFETIME)
    if spent and spent.lists + spent.refused:
        yield "last used on", format_date(spent.day)
        yield "lists compared that day", str(spent.lists)
        yield "contacts in them", str(spent.contacts)
        yield "lists refused that day", str(spent.refused)
