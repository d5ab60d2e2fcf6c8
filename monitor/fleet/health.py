"""How a fleet is: what waits, who asks, when that is trouble; and the numbers of all districts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from monitor.domain.errors import UnavailableError
from monitor.domain.health import HealthResult, report_failure, report_ok, report_warning
from monitor.services.health import Vitals
from monitor.services.metrics import VitalsCollector, build_gauge

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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FleetCollector(Collector):
    """`faults` say which districts are set aside. A `database` without a state is away."""

    vitals: Mapping[str, Vitals]
    faults: Mapping[str, str]
    database: bool = False
    state: FleetState | None = None

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily(
            "namesake_district_up",
            "1 for a district at work, 0 if set aside.",
            labels=("district",),
        )
        for name in sorted({*self.vitals, *self.faults}):
            up.add_metric((name,), float(name not in self.faults))
        yield up
        families: dict[str, Metric] = {}
        for name, vitals in sorted(self.vitals.items()):
            for metric in VitalsCollector(vitals).collect():
                family = families.setdefault(
                    metric.name, Metric(metric.name, metric.documentation, metric.type)
                )
                for sample in metric.samples:
                    labels = {"district": name, **sample.labels}
                    family.add_sample(sample.name, labels, sample.value)
        yield from families.values()
        if self.database:
            yield from _collect_state(self.state)


def _collect_state(state: FleetState | None) -> Iterator[Metric]:
    up = float(state is not None)
    yield build_gauge("namesake_fleet_database_up", "1 if PostgreSQL can be reached.", up)
    if state is None:
        return
    workers = float(state.count_workers())
    yield build_gauge("namesake_fleet_workers", "Workers that are heard of.", workers)
    oldest = {name: age.total_seconds() for name, age in state.oldest_jobs.items()}
    machines = {name: age.total_seconds() for name, age in state.machines.items()}
    for name, help_text, label, values in (
        ("jobs", "Batches by state.", "status", state.jobs),
        ("oldest_job_seconds", "How long the oldest batch waits, by use.", "priority", oldest),
        ("machine_beat_seconds", "When a machine was heard of.", "machine", machines),
    ):
        found = GaugeMetricFamily(f"namesake_fleet_{name}", help_text, labels=(label,))
        for key, value in sorted(values.items()):
            found.add_metric((key,), float(value))
        yield found
