"""Many districts: the folder that has them, workers, and how one goes to another machine."""

import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from platform import node

import click

from monitor import event_log
from monitor.cli.command_declarations import init
from monitor.cli.context import CliContext, Output, json_option, pass_cli_context
from monitor.cli.doctor import add_stored_secrets
from monitor.config.sections import BackupConfig, FetchConfig, read_secret
from monitor.db.atomic_files import give_to_folder_owner
from monitor.domain.errors import ConfigError, InputError, MonitorError, SetAsideError
from monitor.fleet.annex import FLEET_SERVICE
from monitor.fleet.cli.context import (
    WORKER_KEY,
    build_extra_error,
    districts_option,
    open_home,
    require_fleet,
    require_home,
)
from monitor.fleet.config import FleetFile, load_fleet_file
from monitor.fleet.conflicting_districts import find_district_at
from monitor.fleet.district_folders import (
    DRAINED_FILE,
    REMOVED_SUFFIX,
    DistrictFolder,
    ask_to_leave,
    build_district_environment,
    check_name,
    check_new_name,
    find_district_folder,
    find_shared_database,
    list_district_folders,
    rename_folder,
    translate_os_errors,
)
from monitor.fleet.moves import (
    MOVED_SUFFIX,
    DistrictMove,
    check_drained,
    hold_state_folder,
    move_district,
    restore_lost_district,
    take_back,
    take_over_lease,
    wait_while_busy,
)
from monitor.fleet.status import list_district_statuses
from monitor.scheduler.daemon import SystemdNotifier
from monitor.services import setup_files
from monitor.services.setup_files import (
    CURRENT_SYSTEMD,
    HostMachine,
    build_credential_lines,
    list_credentials,
    list_handed_secrets,
    write_new_file,
)


@click.group()
def fleet() -> None:
    """Manage many districts in one folder, which one service works on."""


@fleet.command()
@event_log.log_options
@click.option(
    "--database",
    envvar="NAMESAKE_FLEET_DATABASE",
    show_envvar=True,
    default="",
    help="The PostgreSQL of the fleet; else `database` under [fleet].",
)
@pass_cli_context
def worker(context: CliContext, log_format: str, database: str, *, verbose: bool) -> None:
    """Ask for the districts of other machines until SIGTERM.

    It holds no district, no keys of districts and no mail server. It needs the secret `worker-key`
    and a user of the database, which `fleet add-worker` makes. A worker that the others cannot hear
    ends with exit code 75; its unit starts it again.
    """
    file = None if database else load_fleet_file(context.config_path)
    address = database or (file.fleet.database if file else "")
    if not address:
        raise ConfigError("Name the PostgreSQL of the fleet with --database, or under [fleet].")
    fetch = file.fetch if file else FetchConfig()
    settings = event_log.LogSettings(form=event_log.LogFormat(log_format), verbose=verbose)
    with event_log.log_to_stream(settings=settings):
        try:
            from monitor.fleet.fence import Fence
            from monitor.fleet.worker import open_fleet_worker
        except ImportError as error:
            raise build_extra_error() from error
        environment = context.environment
        key = read_secret(WORKER_KEY, environment.variables)
        notifier = SystemdNotifier(environment.variables)
        with open_fleet_worker(address, key, environment, fetch, Fence()) as opened:
            notifier.send_state("READY=1", "STATUS=Asking.")
            opened.run_until_stopped()
            notifier.send_state("STOPPING=1")


def print_fleet_status(
    _: CliContext, file: FleetFile, *, lists_jobs: bool, clock_is_right: bool, as_json: bool
) -> int:
    """Show what the service works on; return 71 if any district was set aside."""
    if lists_jobs or clock_is_right:
        reason = "Jobs and clocks are those of one district: name its file with --config."
        raise click.UsageError(reason)
    with find_shared_database(file.fleet.districts) as shared:
        statuses = list_district_statuses(file.fleet.districts, shared)
    if as_json:
        Output("UTC").print_json(statuses)
    else:
        if file.fleet.database:
            Output("UTC").print_line(f"This machine: {file.fleet.machine or node()}")
        columns = ("name", "state", "last seen", "why, and what to do")
        rows = ((s.name, s.state, s.seen_at, s.fault or s.next_step) for s in statuses)
        Output("UTC").print_table(columns, rows)
    return SetAsideError.exit_code if any(status.fault for status in statuses) else 0


@fleet.command()
@districts_option
@click.argument("name")
@click.option(
    "--answers",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help="The answers of `namesake init`: a copy of systemd/answers.toml.",
)
@pass_cli_context
def add(context: CliContext, folder: Path | None, name: str, answers: Path) -> int:
    """Set up a new district in a folder NAME.

    A running service takes it up by itself.
    """
    file = require_fleet(context, folder)
    district = check_new_name(file.fleet.districts, name)
    lent = add_stored_secrets(context).environment
    # Raise InputError for a name of a district that another machine has.
    with open_home(replace(context, environment=lent), file) as home:
        lease = home.leases.list_leases().get(name) if home else None
        if home and lease and lease.machine != home.leases.machine:
            reason = f"The machine {lease.machine} has a district {name!r}. Choose another name."
            raise InputError(reason)
    _check_address_is_free(file.fleet.districts, answers)
    # Without units and containers, one user runs service and pages: nothing is kept from them.
    host = setup_files.HOST
    is_apart = host.is_service_config(context.config_path) or host.is_container()
    inner = CliContext(
        district.config_path,
        build_district_environment(lent, district),
        service_config=context.config_path if is_apart else None,
    )
    words = ["--answers", str(answers)]
    # A command keeps the names of its help from whoever asks first, so they are those of all.
    names = ["-h", "--help"]
    code = init.main(
        words, prog_name="init", standalone_mode=False, obj=inner, help_option_names=names
    )
    if host.runs_units_of(context.config_path):
        _hand_over_secrets(context.config_path, name, host)
    return code if isinstance(code, int) else 0


def _hand_over_secrets(service_config: Path, name: str, host: HostMachine) -> None:
    """Restart a running service, as it is handed secrets at its start alone."""
    paths = list_handed_secrets(name, service_config, host)
    if not paths:
        return
    if host.systemd_release < CURRENT_SYSTEMD:
        drop_in = host.root / "etc/systemd/system" / f"{FLEET_SERVICE}.d" / f"district-{name}.conf"
        unit = "".join(f"ImportCredential={path.name}\n" for path in paths)
        lines = build_credential_lines(unit, host.systemd_release, list_credentials(host.root))
        write_new_file(drop_in, "\n".join(("[Service]", *lines, "")))
        host.run_program(("systemctl", "daemon-reload"), "")
    command = ("systemctl", "try-restart", FLEET_SERVICE)
    done = host.run_program(command, "")
    why = "The service is handed secrets at its start"
    if done.code:
        said = f"{why}, and `{' '.join(command)}` failed ({done.trouble}): run it again."
    else:
        said = f"{why}: if it ran, it was restarted."
    Output("UTC").print_line(said)


def _check_address_is_free(folder: Path, answers: Path) -> None:
    """Raise InputError for an address that another district has.

    What else is wrong with the file of answers, `init` tells.
    """
    try:
        written = tomllib.loads(answers.read_text("utf-8"))
        address = str(written.get("portal_address") or f"https://namesake.{written['domains'][0]}")
    except (OSError, ValueError, LookupError, TypeError):
        return
    owner = find_district_at(list_district_folders(folder), address)
    if owner:
        reason = f"The district {owner} has the address {address}. Choose another `portal_address`."
        raise InputError(reason)


@fleet.command()
@districts_option
@click.argument("name")
@pass_cli_context
def remove(context: CliContext, folder: Path | None, name: str) -> None:
    """Take a district out. Its folder is renamed to NAME.removed, and nothing in it is deleted.

    A running service first ends what it does there. Delete the folder, and the district's copies,
    once they are no longer needed: keys and data are in there.
    """
    file = require_fleet(context, folder)
    district = find_district_folder(file.fleet.districts, name)
    ask_to_leave(district)
    lent = add_stored_secrets(context)
    with _wait_for_lock(context, district), open_home(lent, file) as home:
        target = rename_folder(district, REMOVED_SUFFIX)
        if home is not None:
            home.leases.delete_lease(name)
    Output("UTC").print_line(f"{name} is no longer served. Its folder is now {target}.")
    if left := list_handed_secrets(name, context.config_path, setup_files.HOST):
        paths = ", ".join(map(str, left))
        Output("UTC").print_line(f"Its secrets stay, until you delete them: {paths}.")


@contextmanager
def _wait_for_lock(context: CliContext, district: DistrictFolder) -> Iterator[None]:
    """Hold the district's lock as soon as the service lets go of it. Raises BusyError."""
    try:
        state = district.load_config().state
    except MonitorError:
        yield  # a service has set it aside, and it can still leave
        return
    with hold_state_folder(state, context.environment.clock.sleep):
        yield


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
    districts = require_fleet(context, folder).fleet.districts
    path = districts / DRAINED_FILE
    with translate_os_errors(path, "cannot be written"):
        if undo:
            path.unlink(missing_ok=True)
        else:
            path.touch()
            give_to_folder_owner(path)
    names = tuple(district.name for district in list_district_folders(districts))
    if not undo:
        wait_while_busy(lambda: check_drained(districts), context.environment.clock.sleep)
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
            raise InputError(
                f"{name} is on its way already: see `namesake status`. "
                f"`namesake fleet move {name} {leases.machine}` takes it back."
            )
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
@click.argument("source", type=Path, required=False)
@click.option("--keys", type=Path, help="The folder with the copy of its keys.")
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
        context.folders.append(district.path)
        with event_log.log_to_journal():
            done = restore_lost_district(
                district,
                places,
                lambda: take_over_lease(sender.leases, name, gone),
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
        f"addresses. What people ended or changed since about their consent holds."
    )
    output.print_line(
        "No backup has its secrets or its roster: store them here. Tell its operator, and point "
        "its DNS name here. If the other machine comes back, its copy stays closed: see "
        "docs/fleet.md: two copies."
    )
