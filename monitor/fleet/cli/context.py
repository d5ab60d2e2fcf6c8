"""What commands about many districts start from: which they are, and what they share."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import structs

from monitor.cli.context import CliContext
from monitor.config.sections import Config, read_secret
from monitor.domain.errors import ConfigError
from monitor.fleet.config import FleetConfig, FleetFile, load_fleet_file

if TYPE_CHECKING:
    from monitor.fleet.district_folders import DistrictFolder
    from monitor.fleet.home_machine import HomeMachine

# Who only looks does not wait for a database that starts.
LOOKS_FOR = timedelta(seconds=5)
FLEET_KEY, WORKER_KEY = "fleet-key", "worker-key"
districts_option = click.option(
    *("--districts", "folder"),
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Work on all districts that have a folder in this one.",
)


@dataclass(frozen=True)
class DistrictContext(CliContext):
    """One of many districts: what its own file leaves out, that of all of them may say."""

    district: "DistrictFolder" = field(kw_only=True)

    @cached_property
    def config(self) -> Config:
        return self.district.load_config()


def find_fleet(context: CliContext, folder: Path | None) -> FleetFile | None:
    """Return what --districts or the configuration says of many districts; None for one alone."""
    file = load_fleet_file(context.config_path)
    if folder is not None:
        known = file or FleetFile(fleet=FleetConfig(districts=folder))
        file = structs.replace(known, fleet=structs.replace(known.fleet, districts=folder))
    if file is not None:
        places = (file.fleet.districts, file.backup.folder, file.backup.keys)
        context.folders.extend(filter(None, places))
    return file


def require_fleet(context: CliContext, folder: Path | None) -> FleetFile:
    """Raise ConfigError where nothing says where the districts are."""
    file = find_fleet(context, folder)
    if file is None:
        reason = "Name the folder of districts with --districts, or as `districts` under [fleet]."
        raise ConfigError(reason)
    return file


def list_contexts(context: CliContext, file: FleetFile) -> Iterator[tuple[str, DistrictContext]]:
    """Yield each district as a command sees it that is about this one alone."""
    from monitor.fleet.district_folders import build_district_environment, list_district_folders

    for folder in list_district_folders(file.fleet.districts, file.backup):
        environment = build_district_environment(context.environment, folder)
        yield folder.name, DistrictContext(folder.config_path, environment, district=folder)


@contextmanager
def open_home(
    context: CliContext, file: FleetFile, patience: timedelta | None = None
) -> Iterator["HomeMachine | None"]:
    """Open the fleet's database as a machine with districts does; None without `database`.

    `patience` is how long to wait for one that starts. Raises MonitorError if it cannot be used.
    """
    if not file.fleet.database:
        yield None
        return
    try:
        from monitor.fleet.db.crawl_limits import FleetCrawlLimits
        from monitor.fleet.home_machine import HomeMachine
    except ImportError as error:
        raise build_extra_error() from error
    environment = context.environment
    secret = read_secret(FLEET_KEY, environment.variables)
    given = {} if patience is None else {"patience": patience}
    with FleetCrawlLimits.open_address(
        file.fleet.database, secret, environment.clock, **given
    ) as limits:
        yield HomeMachine(limits, file.fleet.districts, file.fleet.machine)


@contextmanager
def require_home(
    asked: CliContext, folder: Path | None
) -> Iterator[tuple[CliContext, FleetFile, "HomeMachine"]]:
    """Open the fleet's database for a command. Raises ConfigError without `database`."""
    from monitor.cli.doctor import add_stored_secrets

    context = add_stored_secrets(asked)
    file = require_fleet(context, folder)
    with open_home(context, file) as home:
        if home is None:
            raise ConfigError(
                "No `database` under [fleet], so this machine is alone: see docs/fleet.md for what "
                "to do instead."
            )
        yield context, file, home


def build_extra_error() -> ConfigError:
    return ConfigError(
        "Machines of a fleet need the optional extra `fleet` "
        "(pip install -r requirements-fleet.txt)."
    )
