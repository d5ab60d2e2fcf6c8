"""The numbers of many districts, each with its name, and those of the machines that share them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from monitor.fleet.health import FleetState
from monitor.services.health import Vitals
from monitor.services.metrics import MetricSample, VitalsCollector, build_gauge


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetReading:
    """What was read of a fleet; `asked` without a state: its database cannot be reached."""

    asked: bool = False
    state: FleetState | None = None


ALONE = FleetReading()


def render_fleet_metrics(
    vitals: Mapping[str, Vitals], faults: Mapping[str, str], reading: FleetReading = ALONE
) -> bytes:
    """Write those of many districts, each sample with its district; `faults` are set aside."""
    return generate_latest(_build_fleet_registry(vitals, faults, reading))


def list_fleet_samples(
    vitals: Mapping[str, Vitals], faults: Mapping[str, str], reading: FleetReading = ALONE
) -> tuple[MetricSample, ...]:
    metrics = _build_fleet_registry(vitals, faults, reading).collect()
    return tuple(
        MetricSample(name=sample.name, labels=sample.labels, value=sample.value)
        for metric in metrics
        for sample in metric.samples
    )


def _build_fleet_registry(
    vitals: Mapping[str, Vitals], faults: Mapping[str, str], reading: FleetReading
) -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_FleetCollector(vitals, faults))
    if reading.asked:
        registry.register(_FleetStateCollector(reading.state))
    return registry


class _FleetStateCollector(Collector):
    def __init__(self, state: FleetState | None) -> None:
        self._state = state

    def collect(self) -> Iterator[Metric]:
        state = self._state
        up = float(state is not None)
        yield build_gauge("namesake_fleet_database_up", "1 if PostgreSQL can be reached.", up)
        if state is None:
            return
        yield from _collect_queue_metrics(state)
        for name, help_text, value in (
            ("workers", "Workers that are heard of.", state.count_workers()),
            ("hosts_parked", "Sites that are left alone for a while.", state.parked_hosts),
            ("hosts_full", "Sites that had 90% of their week.", state.full_hosts),
            ("busiest_host_ratio", "Part of its week that one site had.", state.busiest_host),
        ):
            yield build_gauge(f"namesake_fleet_{name}", help_text, float(value))
        for name, help_text, count in (
            ("rescued", "Batches of workers that died.", state.rescued),
            ("expired", "Batches that no worker came to within an hour.", state.expired),
            ("sent_again", "Batches that were sent again.", state.sent_again),
        ):
            yield CounterMetricFamily(f"namesake_fleet_{name}", help_text, value=float(count))


def _collect_queue_metrics(state: FleetState) -> Iterator[Metric]:
    yield _build_labeled("namesake_fleet_jobs", "Batches by state.", "status", state.jobs)
    yield _build_labeled(
        "namesake_fleet_oldest_job_seconds",
        "How long the oldest batch waits, by what it is for.",
        "priority",
        {name: age.total_seconds() for name, age in state.oldest_jobs.items()},
    )
    yield _build_labeled(
        "namesake_fleet_machine_beat_seconds",
        "How long ago a machine with districts was heard of.",
        "machine",
        {name: age.total_seconds() for name, age in state.machines.items()},
    )
    if state.workers:
        youngest = min(state.workers).total_seconds()
        help_text = "How long ago any worker was heard of."
        yield build_gauge("namesake_fleet_worker_beat_seconds", help_text, youngest)


def _build_labeled(name: str, help_text: str, label: str, values: Mapping[str, float]) -> Metric:
    found = GaugeMetricFamily(name, help_text, labels=(label,))
    for key, value in sorted(values.items()):
        found.add_metric((key,), float(value))
    return found


class _FleetCollector(Collector):
    def __init__(self, vitals: Mapping[str, Vitals], faults: Mapping[str, str]) -> None:
        self._vitals = vitals
        self._faults = faults

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily(
            "namesake_district_up",
            "1 for a district at work, 0 if set aside.",
            labels=("district",),
        )
        for name in sorted({*self._vitals, *self._faults}):
            up.add_metric((name,), float(name not in self._faults))
        yield up
        families: dict[str, Metric] = {}
        for name, vitals in sorted(self._vitals.items()):
            for metric in VitalsCollector(vitals).collect():
                family = families.setdefault(
                    metric.name, Metric(metric.name, metric.documentation, metric.type)
                )
                for sample in metric.samples:
                    family.add_sample(
                        sample.name, {"district": name, **sample.labels}, sample.value
                    )
        yield from families.values()
