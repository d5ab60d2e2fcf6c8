"""Many districts of one machine: the folder that has them, and a worker that asks for others."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
from msgspec import structs

from monitor.cli import logs
from monitor.cli.context import (
    CliContext,
    Output,
    json_option,
    pass_cli_context,
)
from monitor.cli.doctor import add_stored_secrets
from monitor.cli.init import init
from monitor.config.sections import FetchConfig, read_secret
from monitor.domain.errors import (
    ConfigError,
    InputError,
    MonitorError,
    SetAsideError,
)
from monitor.fleet.cli.context import districts_option, find_sender, open_sender, require_fleet
from monitor.fleet.config import FleetFile, load_fleet_file
from monitor.fleet.db.handover import LeaseStore
from monitor.fleet.db.shared import SharedMemories
from monitor.fleet.districts import (
    WORKER_KEY,
    DistrictFolder,
    ask_to_leave,
    build_district_environment,
    build_extra_error,
    check_new_name,
    find_district_folder,
    find_memories,
    list_district_folders,
    move_out,
)
from monitor.fleet.moves import hold_state_folder
from monitor.fleet.status import list_district_statuses
from monitor.fleet.twins import find_district_at
from monitor.scheduler.daemon import SystemdNotifier


@click.command()
@logs.log_options
@click.option(
    "--database",
    envvar="NAMESAKE_FLEET_DATABASE",
    show_envvar=True,
    default="",
    help="The PostgreSQL of the fleet; else `database` under [fleet].",
)
@click.option(
    "--hosts",
    type=click.IntRange(1, 512),
    default=128,
    show_default=True,
    help="How many hosts this machine asks at once.",
)
@pass_cli_context
def worker(
    context: CliContext, log_format: str, database: str, hosts: int, *, verbose: bool
) -> None:
    """Ask the queries of a fleet's districts until SIGTERM, on a machine of its own.

    It holds no district, no keys of districts and no mail server. It needs the secret `worker-key`
    and a user of the database, which `fleet add-worker` makes. A worker that the others cannot hear
    ends with exit code 75; its unit starts it again.
    """
    file = None if database else load_fleet_file(context.config_path)
    address = database or (file.fleet.database if file else "")
    if not address:
        reason = "Name the PostgreSQL of the fleet with --database, or under [fleet]."
        raise ConfigError(reason)
    fetch = structs.replace(file.fetch if file else FetchConfig(), workers=hosts)
    settings = logs.LogSettings(form=logs.LogFormat(log_format), verbose=verbose)
    with logs.log_to_stream(settings=settings):
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


@click.group()
def fleet() -> None:
    """Manage many districts in one folder, which one service works on."""


@fleet.command(name="list")
@districts_option
@json_option
@pass_cli_context
def list_districts(context: CliContext, folder: Path | None, *, as_json: bool) -> None:
    """List the districts by the names of their folders."""
    file = require_fleet(context, folder)
    rows = [
        _describe_district(district_folder)
        for district_folder in list_district_folders(file.fleet.districts)
    ]
    if as_json:
        Output("UTC").print_json(rows)
    else:
        columns = ("name", "district", "portal")
        Output("UTC").print_table(columns, (tuple(row.values()) for row in rows))


def _describe_district(district: DistrictFolder) -> dict[str, str]:
    try:
        config = district.load_config()
    except MonitorError:
        return {"name": district.name, "district": "", "portal": ""}
    return {
        "name": district.name,
        "district": config.district.name,
        "portal": config.portal.address,
    }


@fleet.command()
@districts_option
@json_option
@pass_cli_context
def status(context: CliContext, folder: Path | None, *, as_json: bool) -> int:
    """Show what the service works on, and what it set aside.

    Exits with 71 if any district was set aside.
    """
    file = require_fleet(context, folder)
    with find_memories(file, add_stored_secrets(context).environment) as memories:
        leases = find_leases(memories, file)
        statuses = list_district_statuses(file.fleet.districts, memories, leases)
    if as_json:
        Output("UTC").print_json(statuses)
    else:
        if leases is not None:
            Output("UTC").print_line(f"This machine: {leases.machine}")
        columns = ("name", "state", "last seen", "why, and what to do")
        rows = ((e.name, e.state, e.seen_at, e.fault or e.next_step) for e in statuses)
        Output("UTC").print_table(columns, rows)
    return (
        SetAsideError.exit_code if any(district_status.fault for district_status in statuses) else 0
    )


def find_leases(memories: SharedMemories | None, file: FleetFile) -> LeaseStore | None:
    """Return where districts live; None without `database`, or before anything is there."""
    if memories is None or not file.fleet.database:
        return None
    sender = find_sender(memories, file)
    return sender.leases if sender else None


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
    _check_name_is_free(replace(context, environment=lent), file, name)
    _check_address_is_free(file.fleet.districts, answers)
    inner = CliContext(district.config_path, build_district_environment(lent, district))
    words = ["--answers", str(answers)]
    # A command keeps the names of its help from whoever asks first, so they are those of all.
    names = ["-h", "--help"]
    code = init.main(
        words, prog_name="init", standalone_mode=False, obj=inner, help_option_names=names
    )
    return code if isinstance(code, int) else 0


def _check_name_is_free(context: CliContext, file: FleetFile, name: str) -> None:
    """Raise InputError for a name of a district that another machine has."""
    if not file.fleet.database:
        return
    with open_sender(context, file) as sender:
        lease = sender.leases.list_leases().get(name)
        if lease is not None and lease.machine != sender.leases.machine:
            reason = f"The machine {lease.machine} has a district {name!r}. Choose another name."
            raise InputError(reason)


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
    with (
        _wait_for_lock(context, district),
        find_memories(file, add_stored_secrets(context).environment) as memories,
    ):
        target = move_out(district, memories)
        leases = find_leases(memories, file)
        if leases is not None:
            leases.delete_lease(name)
    Output("UTC").print_line(f"{name} is no longer served. Its folder is now {target}.")


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
