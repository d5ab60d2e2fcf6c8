"""The numbers of many districts, each with its name, and those of the machines that share them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from monitor.fleet.health import FleetState
from monitor.services.health import Vitals
from monitor.services.metrics import VitalsCollector, build_gauge


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
