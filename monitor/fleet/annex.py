"""How the core finds what is about many districts, on one machine or several."""

from importlib import import_module

from monitor.annexes import Annex, AnnexCommand

TITLE = "Service"
FLEET_SERVICE, FLEET_PORTAL = "namesake-fleet.service", "namesake-fleet-portal.service"
# A machine has some of these, or those of one district.
FLEET_UNITS = (
    FLEET_SERVICE,
    FLEET_PORTAL,
    "namesake-fleet-backup.service",
    "namesake-fleet-backup.timer",
    "namesake-worker.service",
)


ANNEX = Annex(
    name="fleet",
    commands={
        "fleet": AnnexCommand(
            title=TITLE,
            line="Manage many districts that one service works on, and workers.",
            load=lambda: import_module("monitor.fleet.cli.fleet").fleet,
        )
    },
    extensions={
        **dict.fromkeys(
            ("run", "portal", "backup", "doctor", "metrics", "status"),
            lambda own: import_module("monitor.fleet.cli.extensions").extend_command(own),
        ),
        "init": lambda own: import_module("monitor.fleet.cli.extensions").extend_init(own),
    },
    config_tables={
        "fleet": (
            "is about many districts: it has [fleet]. Name the file of one district with "
            "--config, or use `run`, `portal`, `backup`, `doctor`, `status`, `metrics` or `fleet`."
        )
    },
    units=FLEET_UNITS,
    service_configs=("fleet.toml",),
)
