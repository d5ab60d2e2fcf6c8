"""The service's numbers in the form that Prometheus reads: of no one, and of no single person."""

from collections import Counter
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from monitor.domain.reason import Reason
from monitor.domain.vocabulary import EmailState
from monitor.services.health import Vitals, list_warnings
from monitor.services.job_kinds import find_job_queue
from reports.reason_rendering import render_in_english
from scrapers.models import Outcome


def render_metrics(numbers: Vitals | Collector) -> bytes:
    """Write them all, in the text format 0.0.4; what was never is left out, not zero."""
    return generate_latest(_build_registry(numbers))


def list_metric_samples(numbers: Vitals | Collector) -> list[Sample]:
    return [sample for metric in _build_registry(numbers).collect() for sample in metric.samples]


def _build_registry(numbers: Vitals | Collector) -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(VitalsCollector(numbers) if isinstance(numbers, Vitals) else numbers)
    return registry


class VitalsCollector(Collector):
    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals

    def collect(self) -> Iterator[Metric]:
        outcome = _build_family("source_outcome", ("source", "outcome"))
        since = _build_family("source_since_timestamp_seconds", ("source",))
        proven = _build_family("source_proven_timestamp_seconds", ("source",))
        for source in self._vitals.answered_sources:
            for one in Outcome:
                outcome.add_metric((source.source, one), float(one is source.outcome))
            since.add_metric((source.source,), source.since.timestamp())
            if source.proven_at:
                proven.add_metric((source.source,), source.proven_at.timestamp())
        yield from (outcome, since, proven)
        yield from _collect_job_metrics(self._vitals)
        failed = _build_family("notice_failed_timestamp_seconds", ("office",))
        for office, at in self._vitals.notices_failed.items():
            failed.add_metric((office,), at.timestamp())
        yield failed
        warnings = _build_family("warnings", ("part", "level"))
        named = Counter((result.what, result.level) for result in list_warnings(self._vitals))
        for (part, level), count in named.items():
            warnings.add_metric((part, level), float(count))
        yield warnings
        yield from _collect_email_metrics(self._vitals)
        if self._vitals.person_count is not None:
            yield _build_number("people", float(self._vitals.person_count))
        cases = _build_family("cases", ("kind", "state"))
        for (kind, state), count in sorted(self._vitals.case_counts.items()):
            cases.add_metric((kind, state), float(count))
        yield cases


def _collect_job_metrics(vitals: Vitals) -> Iterator[Metric]:
    # Prometheus itself calls what it asks for numbers `job`.
    late = _build_family("overdue_seconds", ("job_name", "queue"))
    oldest: dict[str, float] = {}
    for due in vitals.overdue_jobs:
        oldest.setdefault(due.name, (vitals.at - due.due_at).total_seconds())
    for name, seconds in sorted(oldest.items()):
        late.add_metric((name, find_job_queue(name) or ""), seconds)
    yield late
    yield _build_number("waiting_requests", float(vitals.waiting_requests))
    yield _build_number("database_bytes", float(vitals.database_bytes))
    yield _build_number("collected_timestamp_seconds", vitals.at.timestamp())
    failed = vitals.backup_failed
    for name, at in (
        ("sweep_closed", vitals.sweep_closed),
        ("sweep_open_since", vitals.sweep_open_since),
        ("backed_up", vitals.backed_up),
        ("backup_failed", failed.at if failed else None),
    ):
        if at is not None:
            yield _build_number(f"{name}_timestamp_seconds", at.timestamp())


def _collect_email_metrics(vitals: Vitals) -> Iterator[Metric]:
    emails = _build_family("emails", ("state",))
    for state in EmailState:
        emails.add_metric((state,), float(vitals.email_counts.get(state, 0)))
    yield emails
    yield _build_number("suppressed_addresses", float(vitals.paused_addresses))
    if vitals.oldest_email:
        seconds = (vitals.at - vitals.oldest_email).total_seconds()
        yield _build_number("oldest_email_seconds", seconds)


def _build_family(name: str, labels: tuple[str, ...]) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"namesake_{name}", _describe_metric(name), labels=labels)


def _build_number(name: str, value: float) -> Metric:
    return build_gauge(f"namesake_{name}", _describe_metric(name), value)


def _describe_metric(name: str) -> str:
    return render_in_english(Reason(f"metric.{name}"))


def build_gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_text, value=value)
