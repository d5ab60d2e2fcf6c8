"""Health checks and numbers of many districts, and of what they share."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from msgspec import to_builtins

from monitor.app.parser_sandbox import check_parser_sandbox
from monitor.cli.context import CliContext, Output
from monitor.cli.doctor import add_stored_secrets, check_district, check_units, say_in_english
from monitor.cli.metrics import print_metrics
from monitor.domain.errors import (
    CannotWriteError,
    MonitorError,
    UnavailableError,
    describe_error_location,
)
from monitor.domain.health import HealthResult, compute_exit_code, report_failure, report_warning
from monitor.domain.reason import Reason
from monitor.fleet.cli.context import LOOKS_FOR, list_contexts, open_home
from monitor.fleet.config import FleetFile
from monitor.fleet.district_folders import (
    SECRETS_FOLDER,
    collect_fleet_vitals,
    is_drained,
    list_district_folders,
    list_exposed_secrets,
)
from monitor.fleet.health import FleetCollector, check_state
from monitor.services import health as machine
from monitor.services import setup_files


def check_fleet(asked: CliContext, file: FleetFile, *, send_test: bool, as_json: bool) -> int:
    """Check what all districts share, then each as if it were alone: its rows carry its name."""
    context = add_stored_secrets(asked)
    checked = [("", result) for result in _check_shared_service(context, file)]
    for name, district in list_contexts(context, file):
        results = _check_district(district, file.fleet.listen, send_test=send_test)
        checked += [(name, result) for result in results]
    said = [(name, say_in_english(result)) for name, result in checked]
    output = Output("UTC")
    if as_json:
        output.print_json([{"district": name, **to_builtins(entry)} for name, entry in said])
    else:
        columns = ("district", "part", "level", "status", "what to do")
        rows = ((name, e.what, e.level, e.message, e.remedy) for name, e in said)
        output.print_table(columns, rows)
    return compute_exit_code([entry for _, entry in checked])


def _check_shared_service(context: CliContext, file: FleetFile) -> Iterator[HealthResult]:
    yield machine.check_service_running(file.fleet.districts, "namesake-fleet")
    yield from check_parser_sandbox(file.fleet.districts)
    if is_drained(file.fleet.districts):
        remedy = "Go on: `namesake fleet drain --undo`."
        yield report_warning("service", "This machine is drained.", remedy)
    try:
        with open_home(context, file, LOOKS_FOR) as home:
            yield from check_state(home.read_state()) if home else ()
    except MonitorError as error:
        remedy = "See docs/fleet.md: several machines."
        yield report_failure("database", str(error), remedy, error.exit_code)
    if setup_files.HOST.runs_units_of(context.config_path):
        yield from check_units(setup_files.HOST)
    for district in list_district_folders(file.fleet.districts):
        for name in list_exposed_secrets(district):
            other = setup_files.spell_handed_name(district.name, name)
            yield report_warning(
                "secrets",
                f"The pages can read the secret {name} of {district.name}, and do not need it.",
                f"Store it as {other}, as docs/fleet.md says, and delete "
                f"{district.path / SECRETS_FOLDER / name}.",
            )


def _check_district(
    context: CliContext, listen: str, *, send_test: bool
) -> tuple[HealthResult, ...]:
    """Check one of many districts; a fault of ours in it stops no other."""
    try:
        return tuple(check_district(context, listen, send_test=send_test))
    except CannotWriteError as error:
        return (report_failure("files", str(error), Reason("remedy.hangs"), error.exit_code),)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other districts are checked
        place = describe_error_location(error)
        remedy = "Report this line. Nothing was changed."
        return (report_failure("doctor", place, remedy, MonitorError.exit_code),)


def print_fleet_metrics(
    asked: CliContext, many: FleetFile, *, file: Path | None, as_json: bool
) -> None:
    """Print the numbers of many districts; a database that is away is told as that."""
    vitals, faults = collect_fleet_vitals(many.fleet.districts, asked.environment.clock.now())
    state = None
    with suppress(UnavailableError), open_home(add_stored_secrets(asked), many, LOOKS_FOR) as home:
        state = home.read_state() if home else None
    database = bool(many.fleet.database)
    numbers = FleetCollector(vitals=vitals, faults=faults, database=database, state=state)
    print_metrics(numbers, file, as_json=as_json)
