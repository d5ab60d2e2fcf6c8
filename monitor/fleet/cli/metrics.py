"""The numbers of many districts."""

from monitor.cli.context import CliContext
from monitor.cli.doctor import add_stored_secrets
from monitor.domain.errors import UnavailableError
from monitor.fleet.cli.context import open_fleet_state
from monitor.fleet.config import FleetFile
from monitor.fleet.metrics import FleetReading


def read_fleet(asked: CliContext, file: FleetFile) -> FleetReading:
    """Read how a fleet is, where there is one; a database that is away is told as that."""
    if not file.fleet.database:
        return FleetReading()
    try:
        return FleetReading(asked=True, state=open_fleet_state(add_stored_secrets(asked), file))
    except UnavailableError:
        return FleetReading(asked=True)
