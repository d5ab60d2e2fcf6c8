"""What commands of one district do for many: with --districts, or [fleet] in the configuration."""

from collections.abc import Callable
from copy import copy
from pathlib import Path

import click

from monitor.cli import logs
from monitor.cli.context import CliContext, pass_cli_context
from monitor.config.sections import BackupConfig
from monitor.fleet.cli.context import build_districts_option, find_fleet
from monitor.fleet.config import FleetFile
from monitor.fleet.units import FLEET_UNITS


def extend_run(command: click.Command) -> click.Command:
    def work(context: CliContext, file: FleetFile, /, *, log_format: str, verbose: bool) -> None:
        from monitor.fleet.cli.service import run_fleet

        settings = logs.LogSettings(form=logs.LogFormat(log_format), verbose=verbose)
        with logs.log_to_stream(settings=settings):
            run_fleet(context, file)

    return _add_districts_option(command, work, "it works on many districts at once.")


def extend_portal(command: click.Command) -> click.Command:
    def work(context: CliContext, file: FleetFile, /, *, log_format: str, verbose: bool) -> None:
        from monitor.fleet.cli.portal import serve_fleet

        settings = logs.LogSettings(form=logs.LogFormat(log_format), verbose=verbose)
        with logs.log_to_stream(settings=settings):
            serve_fleet(context, file)

    says = "it serves many districts, each under the host name of its address."
    return _add_districts_option(command, work, says)


def extend_backup(command: click.Command) -> click.Command:
    def work(  # noqa: PLR0913 - what can be typed
        context: CliContext,
        file: FleetFile,
        /,
        *,
        dest: Path | None,
        keys: Path | None,
        changed: bool,
        as_json: bool,
        **most: int,
    ) -> int:
        from monitor.fleet.cli.backup import back_up_fleet

        places = BackupConfig(folder=dest, keys=keys)
        return back_up_fleet(context, file, places, changed=changed, as_json=as_json, **most)

    says = (
        "it backs up each district to a folder of its own in DEST and --keys, and exits with 71 if "
        "one could not be."
    )
    return _add_districts_option(command, work, says)


def extend_doctor(command: click.Command) -> click.Command:
    def work(context: CliContext, file: FleetFile, /, *, send_test: bool, as_json: bool) -> int:
        from monitor.fleet.cli.doctor import check_all_districts

        return check_all_districts(context, file, send_test=send_test, as_json=as_json)

    return _add_districts_option(command, work, "it checks one district after another.")


def extend_metrics(command: click.Command) -> click.Command:
    def work(context: CliContext, many: FleetFile, /, *, file: Path | None, as_json: bool) -> None:
        from monitor.cli.metrics import print_metrics
        from monitor.fleet.cli.metrics import read_fleet
        from monitor.fleet.districts import collect_fleet_vitals
        from monitor.fleet.metrics import list_fleet_samples, render_fleet_metrics

        now = context.environment.clock.now()
        found, faults = collect_fleet_vitals(many.fleet.districts, now)
        reading = read_fleet(context, many)
        text = render_fleet_metrics(found, faults, reading)
        print_metrics(list_fleet_samples(found, faults, reading), text, file, as_json=as_json)

    return _add_districts_option(command, work, "each number has the label `district`.")


def extend_units(command: click.Command) -> click.Command:
    """Let it also write the units of a service for many districts."""
    write_own = _find_callback(command)
    option = click.Option(
        ("--fleet",), is_flag=True, help="Write those of a service for many districts."
    )

    def write(folder: Path, release: int | None, *, fleet: bool) -> object:
        from monitor.cli.units import write_units

        if not fleet:
            return write_own(folder=folder, release=release)
        write_units(folder, release, FLEET_UNITS)
        return None

    extended = copy(command)
    extended.callback, extended.params = write, [*command.params, option]
    return extended


def _add_districts_option(
    command: click.Command, work: Callable[..., object], says: str
) -> click.Command:
    """Return a command that does its own work, but `work` where it is about many districts."""
    work_alone = _find_callback(command)

    @pass_cli_context
    def run(context: CliContext, /, folder: Path | None, **asked: object) -> object:
        file = find_fleet(context, folder)
        return work_alone(**asked) if file is None else work(context, file, **asked)

    own = list(command.params)
    place = next((n for n, param in enumerate(own) if param.name == "as_json"), len(own))
    extended = copy(command)
    extended.callback = run
    extended.params = [*own[:place], build_districts_option(), *own[place:]]
    extended.help = f"{command.help}\n\nWith --districts, or [fleet] in the configuration, {says}"
    return extended


def _find_callback(command: click.Command) -> Callable[..., object]:
    if command.callback is None:
        reason = f"{command.name} does nothing that could be extended."
        raise TypeError(reason)
    return command.callback
