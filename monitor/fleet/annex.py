"""How the core finds what is about many districts, on one machine or several."""

from importlib import import_module

from monitor.annexes import Annex, AnnexCommand
from monitor.fleet.units import FLEET_UNITS

TITLE = "Care"


ANNEX = Annex(
    name="fleet",
    commands={
        "fleet": AnnexCommand(
            title=TITLE,
            line="Manage many districts that one service works on.",
            load=lambda: import_module("monitor.fleet.cli.moves").fleet,
        ),
        "worker": AnnexCommand(
            title=TITLE,
            line="Ask for the districts of other machines until SIGTERM.",
            load=lambda: import_module("monitor.fleet.cli.fleet").worker,
        ),
    },
    extensions={
        "run": lambda own: import_module("monitor.fleet.cli.extensions").extend_run(own),
        "portal": lambda own: import_module("monitor.fleet.cli.extensions").extend_portal(own),
        "backup": lambda own: import_module("monitor.fleet.cli.extensions").extend_backup(own),
        "doctor": lambda own: import_module("monitor.fleet.cli.extensions").extend_doctor(own),
        "metrics": lambda own: import_module("monitor.fleet.cli.extensions").extend_metrics(own),
        "units": lambda own: import_module("monitor.fleet.cli.extensions").extend_units(own),
    },
    config_tables={
        "fleet": (
            "is about many districts: it has [fleet]. Name the file of one district with "
            "--config, or use `run`, `portal`, `backup`, `doctor`, `metrics` or `fleet`."
        )
    },
    units=FLEET_UNITS,
    service_configs=("fleet.toml",),
)
