"""Districts leave a machine of a fleet, move to another one, or come back there from a backup."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from monitor import event_log
from monitor.cli.backup import EXISTING_FOLDER
from monitor.cli.context import CliContext, Output, json_option, pass_cli_context
from monitor.config.sections import BackupConfig
from monitor.db.files import give_to_folder_owner
from monitor.domain.errors import InputError
from monitor.fleet.cli.context import districts_option, require_home
from monitor.fleet.cli.fleet import fleet
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
    find_backup,
    move_district,
    restore_lost_district,
    take_back,
    take_over_lease,
    wait_while_busy,
)
from monitor.services import setup_files
from monitor.services.setup_files import list_handed_secrets


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
    with require_home(context, folder) as (_, file, sender):
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
    with require_home(context, folder) as (_, file, sender):
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
    with require_home(context, folder) as (inner, file, sender):
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
    with require_home(asked, folder) as (context, file, sender):
        check_name(name)
        district = DistrictFolder(name=name, path=file.fleet.districts / name, backup=file.backup)
        places = district.find_backup_places(BackupConfig(folder=source, keys=keys))
        with event_log.log_to_journal():
            done = restore_lost_district(
                district,
                find_backup(places),
                lambda: take_over_lease(sender.leases, name, gone),
                partial(sender.apply_consent_changes, sent=True),
                context.environment,
            )
    output = Output("UTC")
    if as_json:
        output.print_json(done)
        return
    made = f"{done.made_at:%Y-%m-%d %H:%M} UTC"
    output.print_line(
        f"{name} lives on {sender.leases.machine} now, with {done.person_count} people. Lost is "
        f"what was done after its backup of {made}: decisions, enrollments, changed work "
        f"addresses. Consents ended or changed since: {done.changed_consents}. They hold."
    )
    output.print_line(
        "No backup has its secrets or its roster: store them here. Tell its operator, and point "
        "its DNS name here. If the other machine comes back, its copy stays closed: see "
        "docs/fleet.md: two copies."
    )
