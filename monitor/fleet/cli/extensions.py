"""What commands of one district do for many: with --districts, or [fleet] in the configuration."""

from copy import copy
from inspect import cleandoc
from pathlib import Path

import click

from monitor.cli.context import CliContext, pass_cli_context
from monitor.fleet.annex import FLEET_UNITS
from monitor.fleet.cli.context import districts_option, find_fleet

# By the name of a command: what does it for many districts, and what the help says of it.
WORKS = {
    "run": ("service.run_fleet", "it works on many districts at once."),
    "portal": (
        "service.serve_fleet",
        "it serves many districts, each under the host name of its address.",
    ),
    "backup": (
        "backup.back_up_fleet",
        "it backs up each into folders of its own, and exits with 71 if one could not be.",
    ),
    "doctor": ("doctor.check_fleet", "it checks one district after another."),
    "status": (
        "fleet.print_fleet_status",
        "it shows what the service works on, and what it set aside, which exits with 71.",
    ),
    "metrics": ("doctor.print_fleet_metrics", "each number has the label `district`."),
}


def extend_command(command: click.Command) -> click.Command:
    """Return a command that does its own work, but ours where it is about many districts."""
    place, says = WORKS[str(command.name)]
    module, name = place.split(".")

    @pass_cli_context
    def run(context: CliContext, /, folder: Path | None, **asked: object) -> object:
        file = find_fleet(context, folder)
        if file is None:
            return command.callback(**asked) if command.callback else None
        from monitor.fleet.cli import backup, doctor, fleet, service

        works = {"backup": backup, "doctor": doctor, "fleet": fleet, "service": service}
        return getattr(works[module], name)(context, file, **asked)

    own = command.params
    index = next((n for n, param in enumerate(own) if param.name == "as_json"), len(own))
    extended = copy(command)
    extended.callback, extended.params = run, own[:index]
    districts_option(extended)
    extended.params += own[index:]
    own_help = cleandoc(command.help or "")
    extended.help = f"{own_help}\n\nWith --districts, or [fleet] in the configuration, {says}"
    return extended


def extend_init(command: click.Command) -> click.Command:
    """Let it also write the units of a service for many districts."""
    option = click.Option(
        ("--fleet",), is_flag=True, help="With --units: write those of many districts."
    )

    def write(folder: Path | None, release: int | None, *, fleet: bool, **given: object) -> object:
        from monitor.cli.systemd_units import ONLY_UNITS, write_units

        if not fleet:
            own = command.callback
            return own(folder=folder, release=release, **given) if own else None
        if folder is None or any(given.values()):
            raise click.UsageError(ONLY_UNITS)
        write_units(folder, release, FLEET_UNITS)
        return None

    extended = copy(command)
    extended.callback, extended.params = write, [*command.params, option]
    return extended
