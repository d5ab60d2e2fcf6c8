"""The file that is about many districts: what it may say, and what is wrong in it."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta

from monitor.config.fault_messages import format_config_fault
from monitor.config.file import (
    LISTEN_FAULT,
    ONE_PLACE_FAULT,
    has_table,
    is_local_listener,
    is_one_backup_place,
    parse_config,
)
from monitor.config.sections import BackupConfig, ConfigSection, FetchConfig, Text, find_socket_path
from monitor.domain.errors import ConfigError


class FleetConfig(ConfigSection, frozen=True, kw_only=True):
    """Many districts in one process: `districts` is the folder that has a folder for each.

    `listen` is where the portal answers for all of them: `HOST:PORT` on loopback, or `unix:PATH`.
    `metrics_file` and `heartbeat_url` are as under [watch], for all districts together.
    With `database`, a PostgreSQL, machines that run `namesake fleet worker` do the asking. In that
    database, this machine's name is `machine`, or its host name.
    """

    districts: Path
    database: Annotated[str, Meta(pattern=r"^(postgresql://\S+)?$")] = ""
    machine: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]*$")] = ""
    listen: Text = "127.0.0.1:8080"
    heartbeat_url: Annotated[str, Meta(pattern=r"^(https?://[^\s/]+\S*)?$")] = ""
    metrics_file: Path | None = None


class FleetFile(ConfigSection, frozen=True, kw_only=True):
    """A file with a table [fleet] is about many districts; what is each one's own is in its file.

    `fetch` holds for the one crawler that all of them share. `backup` has the folders in which each
    district has a folder of its own, by its name, unless its own file names others.
    """

    fleet: FleetConfig
    fetch: FetchConfig = FetchConfig()
    backup: BackupConfig = BackupConfig()


def load_fleet_file(path: Path) -> FleetFile | None:
    """Read a file that is about many districts; None where there is none, or it is about one."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None  # the caller that needs it says so
    if not has_table(text, "fleet"):
        return None
    file = parse_config(path, text, FleetFile)
    listen = file.fleet.listen
    if not find_socket_path(listen).startswith("/") and not is_local_listener(listen):
        fault = f"{LISTEN_FAULT} - at `$.fleet.listen`"
        raise ConfigError(format_config_fault(path, text, fault, FleetFile))
    if is_one_backup_place(file.backup):
        fault = f"{ONE_PLACE_FAULT} - at `$.backup.keys`"
        raise ConfigError(format_config_fault(path, text, fault, FleetFile))
    return file
