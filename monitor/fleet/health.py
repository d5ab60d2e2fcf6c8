"""How a fleet is: what waits, who asks, and when that is trouble."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from monitor.domain.errors import UnavailableError
from monitor.domain.health import HealthResult, report_failure, report_ok, report_warning

# A worker beats every five seconds, and is given up after 25.
WORKER_SILENT_AFTER = timedelta(minutes=1)
# A machine with districts is heard of each minute, and its lease is five.
MACHINE_SILENT_AFTER = timedelta(minutes=5)
# A person waits for a self-check.
CHECK_WAITS = timedelta(minutes=5)
CLOCK_OFF = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetState:
    """Counts and ages; no person, no district, and no host by name.

    `oldest_jobs` are the ages of what waits longest, by who waits for it. `machines` are those with
    districts, and how long ago each was heard of.
    """

    server_version: int
    clock_off: timedelta
    jobs: Mapping[str, int]
    oldest_jobs: Mapping[str, timedelta]
    workers: tuple[timedelta, ...]
    machines: Mapping[str, timedelta]

    def count_workers(self) -> int:
        return sum(age < WORKER_SILENT_AFTER for age in self.workers)


def check_state(state: FleetState) -> Iterator[HealthResult]:
    """Say how what machines share is, and what to do where something is wrong."""
    version = f"{state.server_version // 10_000}.{state.server_version % 10_000}"
    yield report_ok("database", f"PostgreSQL {version} answers, and the fleet key is that of all.")
    count = state.count_workers()
    if count:
        yield report_ok("workers", f"{count} worker processes ask.")
    else:
        remedy = "Start namesake-worker.service on a machine that has a worker-key."
        yield report_failure("workers", "No worker asks.", remedy, UnavailableError.exit_code)
    waits = state.oldest_jobs.get("check", timedelta())
    if waits < CHECK_WAITS:
        yield report_ok("queue", f"{state.jobs.get('todo', 0)} batches wait.")
    else:
        message = f"A self-check has waited for {_say_minutes(waits)} to be asked."
        yield report_warning("queue", message, "Look at the log of the workers.")
    off = abs(state.clock_off)
    if off < CLOCK_OFF:
        yield report_ok("clock", "The clock agrees with that of the database.")
    else:
        message = f"The clock differs from that of the database by {round(off.total_seconds())} s."
        yield report_warning("clock", message, "Run a time service, such as systemd-timesyncd.")
    for name, age in sorted(state.machines.items()):
        if age >= MACHINE_SILENT_AFTER:
            yield report_warning(
                "machine",
                f"The machine {name} was not heard of for {_say_minutes(age)}.",
                "Start its service. If it is lost, see docs/fleet.md: `namesake fleet restore`.",
            )


def _say_minutes(age: timedelta) -> str:
    return f"{round(age.total_seconds() / 60)} minutes"
