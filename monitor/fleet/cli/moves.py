"""Districts leave a machine of a fleet, move to another one, or come back there from a backup."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import to_builtins

from monitor import event_log
from monitor.cli.backup import EXISTING_FOLDER
from monitor.cli.context import CliContext, Output, json_option, pass_cli_context
from monitor.cli.doctor import add_stored_secrets
from monitor.config.sections import BackupConfig
from monitor.db.files import give_to_folder_owner
from monitor.domain.errors import ConfigError, InputError
from monitor.fleet.cli.context import districts_option, open_sender, require_fleet
from monitor.fleet.cli.fleet import fleet
from monitor.fleet.config import FleetFile
from monitor.fleet.districts import (
    DRAINED_FILE,
    DistrictFolder,
    check_name,
    find_district_folder,
    list_district_folders,
    translate_os_errors,
)
from monitor.fleet.moves import (
    MOVED_SUFFIX,
    DistrictMove,
    check_drained,
    move_district,
    take_back,
    wait_while_busy,
)
from monitor.fleet.restores import (
    RestoredDistrict,
    find_backup,
    restore_lost_district,
    take_over_lease,
)
from monitor.services import setup_files
from monitor.services.setup_files import list_handed_secrets, spell_handed_name

if TYPE_CHECKING:
    from monitor.fleet.home_machine import HomeMachine

INSTEAD = {
    "add-worker": "to have other machines ask, set it",
    "drain": "to let go of all districts, run `systemctl stop namesake-fleet`",
    "move": (
        "to move a district, run `namesake fleet remove NAME`, copy NAME.removed to the other "
        "machine's folder of districts as NAME, and delete it here"
    ),
    "restore": (
        "to restore a district, put its namesake.toml and secrets into a folder NAME, and run "
        "`namesake --config FOLDER/NAME/namesake.toml restore COPIES --keys KEYS`"
    ),
}


@contextmanager
def open_leases(
    asked: CliContext, folder: Path | None, command: str
) -> Iterator[tuple[CliContext, FleetFile, "HomeMachine"]]:
    """Open where districts live. Without `database`, a ConfigError says what to do instead."""
    context = add_stored_secrets(asked)
    file = require_fleet(context, folder)
    if not file.fleet.database:
        reason = f"No `database` under [fleet], so this machine is alone: {INSTEAD[command]}."
        raise ConfigError(reason)
    with open_sender(context, file) as sender:
        yield context, file, sender


@fleet.command()
@districts_option
@click.argument("name")
@json_option
@pass_cli_context
def add_worker(context: CliContext, folder: Path | None, name: str, *, as_json: bool) -> None:
    """Make a database user and a key for a worker.

    Prints secrets: what the machine NAME needs to ask. Run again, it makes a new password.
    """
    check_name(name)
    with open_leases(context, folder, "add-worker") as (_, file, sender):
        made = sender.add_worker(name, file.fleet.database)
    if as_json:
        Output("UTC").print_json(made)
        return
    print_line = Output("UTC").print_line
    print_line(f"On the machine of {name}, store the secret worker-key:\n\n  {made.key}\n")
    print_line(f"Put this line into its password file (PGPASSFILE):\n\n  {made.password_line}\n")
    print_line(f"And set:\n\n  NAMESAKE_FLEET_DATABASE={made.database}")


@fleet.command()
@districts_option
@click.option("--undo", is_flag=True, help="Let the service work on its districts again.")
@json_option
@pass_cli_context
def drain(context: CliContext, folder: Path | None, *, undo: bool, as_json: bool) -> None:
    """Let go of all districts here, and say when it is done.

    For an upgrade, or for good: then move each district. Pages stay up, and no other machine takes
    a district. Exits with 75 if some are still at work after a minute; run it again then.
    """
    with open_leases(context, folder, "drain") as (_, file, sender):
        path = file.fleet.districts / DRAINED_FILE
        with translate_os_errors(path, "cannot be written"):
            if undo:
                path.unlink(missing_ok=True)
            else:
                path.touch()
                give_to_folder_owner(path)
        districts = list_district_folders(file.fleet.districts)
        names = tuple(district.name for district in districts)
        if not undo:
            wait_while_busy(
                lambda: check_drained(file.fleet.districts), context.environment.clock.sleep
            )
            sender.leases.end_leases(names)
    if as_json:
        Output("UTC").print_json({"drained": not undo, "districts": names})
    elif undo:
        Output("UTC").print_line("The service takes up its districts again within seconds.")
    else:
        Output("UTC").print_line(
            f"All {len(names)} districts are let go, and stay this machine's. "
            "Go on with `namesake fleet drain --undo`, or move them with `namesake fleet move`."
        )


@fleet.command()
@districts_option
@click.argument("name")
@click.argument("machine")
@json_option
@pass_cli_context
def move(
    context: CliContext, folder: Path | None, name: str, machine: str, *, as_json: bool
) -> None:
    """Close a district here, and print what copies it to MACHINE.

    MACHINE is its name in `namesake status` there, and the service there takes the district up once
    all of it has arrived. Here it cannot be opened anymore. Until it is taken up, moving it to this
    machine itself takes it back.
    """
    with open_leases(context, folder, "move") as (inner, file, sender):
        leases, districts = sender.leases, file.fleet.districts
        if machine == leases.machine:
            take_back(districts, name, leases)
            Output("UTC").print_line(f"{name} stays on {machine}.")
            return
        if (districts / f"{name}{MOVED_SUFFIX}").exists() and not (districts / name).exists():
            reason = (
                f"{name} is on its way already: see `namesake status`. "
                f"`namesake fleet move {name} {leases.machine}` takes it back."
            )
            raise InputError(reason)
        district = find_district_folder(districts, name)
        done = move_district(district, leases, machine, inner.environment.clock.sleep)
    if as_json:
        Output("UTC").print_json(done)
    else:
        handed = list_handed_secrets(name, context.config_path, setup_files.HOST)
        _describe_move(done, [path.name for path in handed])


def _describe_move(done: DistrictMove, secrets: Sequence[str]) -> None:
    print_line = Output("UTC").print_line
    print_line(f"{done.district} is closed here. Copy it to {done.machine}:\n")
    for command in done.commands:
        print_line(f"  {command}")
    if secrets:
        print_line(f"\nStore its secrets there, too: {', '.join(secrets)}.")
    print_line(
        f"\nThe service on {done.machine} takes it up within ten minutes after that: see "
        "`namesake status` there."
    )
    print_line(
        f"Then point its DNS name there. Keep {done.folder} and its backups here until you have "
        "seen its pages there: see docs/fleet.md: two copies."
    )


@fleet.command()
@districts_option
@click.argument("name")
@click.argument("source", type=EXISTING_FOLDER, required=False)
@click.option("--keys", type=EXISTING_FOLDER, help="The folder with the copy of its keys.")
@click.option("--gone", metavar="MACHINE", default="", help="This machine is off for good.")
@json_option
@pass_cli_context
def restore(  # noqa: PLR0913, PLR0917 - what can be typed
    asked: CliContext,
    folder: Path | None,
    name: str,
    source: Path | None,
    keys: Path | None,
    gone: str,
    *,
    as_json: bool,
) -> None:
    """Restore a district here after its machine was lost.

    SOURCE has its backups, of which the newest one is taken. SOURCE and --keys default to folders
    by its name in those of [backup]. What was done since the backup is lost; what people withdrew
    since is not. Exits with 75 while the other machine may still be at work: try again after five
    minutes, or say --gone if it is off for good.
    """
    with open_leases(asked, folder, "restore") as (context, file, sender):
        district, places = _find_places(file, name, source, keys)
        with event_log.log_to_journal():
            done = restore_lost_district(
                district,
                find_backup(places),
                lambda: take_over_lease(sender.leases, name, gone),
                partial(sender.apply_consent_changes, sent=True),
                context.environment,
            )
    if as_json:
        Output("UTC").print_json(to_builtins(done))
        return
    for text in _describe_restore(done, sender.leases.machine):
        Output("UTC").print_line(text)


def _find_places(
    file: FleetFile, name: str, source: Path | None, keys: Path | None
) -> tuple[DistrictFolder, BackupConfig]:
    check_name(name)
    own = file.backup
    places = BackupConfig(
        folder=source or (own.folder / name if own.folder else None),
        keys=keys or (own.keys / name if own.keys else None),
    )
    return DistrictFolder(name=name, path=file.fleet.districts / name, backup=own), places


def _describe_restore(done: RestoredDistrict, machine: str) -> Iterable[str]:
    made = f"{done.done.made_at:%Y-%m-%d %H:%M} UTC"
    yield f"{done.district} lives on {machine} now, with {done.done.person_count} people."
    yield (
        f"Lost is what was done after its backup of {made}: decisions, enrollments, changed work "
        "addresses. Tell its operator."
    )
    if done.changed_consents:
        yield f"Consents ended or changed since: {done.changed_consents}. They hold."
    if done.secrets_missing:
        yield (
            "It has no folder of secrets here, and no backup holds secrets: bring it back if it "
            f"had one, and store those named {spell_handed_name(done.district, 'SECRET')} here."
        )
    yield (
        "If it matches students, import the roster again. Point its DNS name here. If the other "
        "machine comes back, its copy stays closed: see docs/fleet.md: two copies."
    )
