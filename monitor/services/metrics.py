"""The service's numbers in the form that Prometheus reads: of no one, and of no single person."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from monitor.domain.vocabulary import EmailState
from monitor.services.health import Vitals
from monitor.services.job_kinds import find_job_queue
from scrapers.models import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSample:
    name: str
    labels: Mapping[str, str]
    value: float


def render_metrics(vitals: Vitals) -> bytes:
    """Write them all, in the text format 0.0.4; what was never is left out, not zero."""
    return generate_latest(_build_registry(vitals))


def list_metric_samples(vitals: Vitals) -> tuple[MetricSample, ...]:
    found = (sample for metric in _build_registry(vitals).collect() for sample in metric.samples)
    return tuple(
        MetricSample(name=sample.name, labels=sample.labels, value=sample.value) for sample in found
    )


def _build_registry(vitals: Vitals) -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(VitalsCollector(vitals))
    return registry


class VitalsCollector(Collector):
    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals

    def collect(self) -> Iterator[Metric]:
        yield from _collect_source_metrics(self._vitals)
        yield from _collect_job_metrics(self._vitals)
        yield from _collect_notice_metrics(self._vitals)
        yield from _collect_email_metrics(self._vitals)
        yield from _collect_case_metrics(self._vitals)


def _collect_source_metrics(vitals: Vitals) -> Iterator[Metric]:
    outcome = GaugeMetricFamily(
        "namesake_source_outcome",
        "1 for the last outcome of each source, 0 for all others.",
        labels=("source", "outcome"),
    )
    since = GaugeMetricFamily(
        "namesake_source_since_timestamp_seconds",
        "Start of the current outcome of a source.",
        labels=("source",),
    )
    proven = GaugeMetricFamily(
        "namesake_source_proven_timestamp_seconds",
        "When a source last passed its self-test. Missing if it never did.",
        labels=("source",),
    )
    for source in vitals.sources:
        for one in Outcome:
            outcome.add_metric((source.source, one), float(one is source.outcome))
        since.add_metric((source.source,), source.since.timestamp())
        if source.proven_at:
            proven.add_metric((source.source,), source.proven_at.timestamp())
    yield from (outcome, since, proven)


def _collect_job_metrics(vitals: Vitals) -> Iterator[Metric]:
    late = GaugeMetricFamily(
        "namesake_overdue_seconds",
        "How long a job is overdue.",
        # Prometheus itself calls what it asks for numbers `job`.
        labels=("job_name", "queue"),
    )
    oldest: dict[str, float] = {}
    for due in vitals.overdue_jobs:
        oldest.setdefault(due.name, (vitals.at - due.due_at).total_seconds())
    for name, seconds in sorted(oldest.items()):
        late.add_metric((name, find_job_queue(name) or ""), seconds)
    yield late
    waiting = float(vitals.waiting_requests)
    yield build_gauge("namesake_waiting_requests", "Queued self-checks and sweeps.", waiting)
    yield build_gauge(
        "namesake_database_bytes", "Size of the database.", float(vitals.database_bytes)
    )
    yield build_gauge(
        "namesake_collected_timestamp_seconds", "Time of this reading.", vitals.at.timestamp()
    )
    failed = vitals.backup_failed
    for name, help_text, at in (
        ("sweep_closed", "When the last weekly sweep finished.", vitals.sweep_closed),
        ("sweep_open_since", "Start of the current sweep.", vitals.sweep_open_since),
        ("backed_up", "When the last backup was made.", vitals.backed_up),
        (
            "backup_failed",
            "When the latest backup failed, if it failed.",
            failed.at if failed else None,
        ),
    ):
        if at is not None:
            yield build_gauge(f"namesake_{name}_timestamp_seconds", help_text, at.timestamp())


def _collect_notice_metrics(vitals: Vitals) -> Iterator[Metric]:
    failed = GaugeMetricFamily(
        "namesake_notice_failed_timestamp_seconds",
        "When a message to a chat failed, if none went out since.",
        labels=("office",),
    )
    for office, at in vitals.notices_failed.items():
        failed.add_metric((office,), at.timestamp())
    yield failed


def _collect_email_metrics(vitals: Vitals) -> Iterator[Metric]:
    emails = GaugeMetricFamily(
        "namesake_emails", "Emails in the outbox by state.", labels=("state",)
    )
    for state in EmailState:
        emails.add_metric((state,), float(vitals.email_counts.get(state, 0)))
    yield emails
    yield build_gauge(
        "namesake_suppressed_addresses",
        "People whose email is paused.",
        float(vitals.paused_addresses),
    )
    if vitals.oldest_email:
        seconds = (vitals.at - vitals.oldest_email).total_seconds()
        yield build_gauge(
            "namesake_oldest_email_seconds", "Age of the oldest queued email.", seconds
        )


def _collect_case_metrics(vitals: Vitals) -> Iterator[Metric]:
    if vitals.person_count is not None:
        people = float(vitals.person_count)
        yield build_gauge("namesake_people", "Enrolled people. Omitted below 10.", people)
    cases = GaugeMetricFamily(
        "namesake_cases",
        "Cases by kind and state. Counts below 10 are omitted.",
        labels=("kind", "state"),
    )
    for (kind, state), count in sorted(vitals.case_counts.items()):
        cases.add_metric((kind, state), float(count))
    yield cases


def build_gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_text, value=value)
