"""First contact: ask every source about known accounts, and learn how it really answers.

Nothing in it is about a person: the service's own accounts are asked for, and names that cannot
exist. What is stored are shapes of answers.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor.app import App
from monitor.db.database import Database
from monitor.domain.first_contact import (
    Contacted,
    ContactStatus,
    ProbeReport,
    RedirectChain,
    assess_contact,
    judge_probe,
)
from monitor.services.lookalike_checks import CERTIFICATE_LOG
from monitor.services.sweeps import ProgressListener
from scrapers.models import Outcome, ParseResult
from scrapers.parsers.presence import build_impossible_handle
from scrapers.source import AccessMode, Source

if TYPE_CHECKING:
    from scrapers.probes import Probe

FIRST_CONTACT = "first-contact"
LOG_REQUESTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPlan:
    """The most that a first contact costs; `budgets` are the requests to sources with one.

    `usd` is the price of those whose price is known.
    """

    sources: int
    requests: int
    seconds: float
    usd: Decimal
    budgets: Mapping[str, int]
    unprobed: tuple[str, ...]


def plan_first_contact(app: App, names: Collection[str]) -> ContactPlan:
    """Count what would be asked; hosts are asked side by side, so the slowest one sets the time."""
    # Who waits for work has no use for probes.
    from scrapers.probes import count_requests, list_probes  # noqa: PLC0415 - see above

    seconds: defaultdict[str, float] = defaultdict(float)
    counts: dict[str, int] = {}
    for source in _choose_sources(app, names):
        policy = source.crawl_policy
        probes = tuple(list_probes(source, FIRST_CONTACT))
        counts[source.name] = count_requests(source, probes)
        hosts = {urlsplit(probe.query.request.url).hostname for probe in probes}
        asks_robots = len(hosts) if policy.access is AccessMode.PAGE else 0
        counts[source.name] += asks_robots
        seconds[policy.origins[0]] += counts[source.name] * policy.seconds_between
    logs = [name for name in list_log_names(app) if not names or name in names]
    prices = {name: app.sources[name].info.usd_per_1000 or Decimal() for name in counts}
    return ContactPlan(
        sources=len(counts) + len(logs),
        requests=sum(counts.values()) + LOG_REQUESTS * len(logs),
        seconds=max(seconds.values(), default=0),
        usd=sum((count * prices[name] for name, count in counts.items()), Decimal()) / 1000,
        budgets={
            name: count
            for name, count in counts.items()
            if count and app.sources[name].crawl_policy.quota.is_limited
        },
        unprobed=tuple(name for name, count in counts.items() if not count),
    )


def run_first_contact(app: App, names: Collection[str], on_progress: ProgressListener) -> bool:
    """Ask all probes, and store what came of each source; return whether it came to its end."""
    from scrapers.probes import list_probes  # noqa: PLC0415 - as above

    sources = _choose_sources(app, names)
    nonce = app.ids.new_id()
    planned = [tuple(list_probes(source, nonce)) for source in sources]
    probes = {probe.query.key: probe for probe in _interleave(planned)}
    recorder = app.build_contact_recorder(dict(probes))
    reports: dict[str, list[ProbeReport]] = defaultdict(list)
    queries = [probe.query for probe in probes.values()]
    app.crawler.forget_proofs(source.name for source in sources)
    crawl = app.crawler.crawl(queries, watch=on_progress, inspect=recorder.inspect)
    with closing(crawl) as visits:
        for visit in visits:
            app.beat()
            reports[visit.query.source].extend(recorder.list_reports(visit))
    if app.crawler.is_stopped():
        return False
    asked: dict[str, Contacted] = {name: app.sources[name] for name in reports}
    for name in list_log_names(app):
        if not names or name in names:
            asked[name] = CertificateLog()
            reports[name].extend(_ask_certificate_log(app, nonce))
    now = app.clock.now()
    with app.db.begin_transaction():
        for name, source in asked.items():
            before = app.db.first_contacts.find_contact(name)
            contact = assess_contact(source, now, reports[name], before)
            app.db.first_contacts.save_contact(contact)
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateLog:
    """The log that a check of the district's look-alikes asks; it is no source about people."""

    name: str = CERTIFICATE_LOG
    version: int = 1


def list_log_names(app: App) -> tuple[str, ...]:
    """Return what the log of certificates is called here, where one is asked."""
    official = app.config.official
    return (CERTIFICATE_LOG,) if official is not None and official.certificate_log else ()


def _ask_certificate_log(app: App, nonce: str) -> Iterator[ProbeReport]:
    """Ask a log for its own host, which it surely has, and for a name that cannot exist.

    Under load, crt.sh answers with an empty list to everyone: here that shows.
    """
    official = app.config.official
    host = urlsplit(official.certificate_log if official else "").hostname or ""
    nobody = build_impossible_handle(nonce, CERTIFICATE_LOG)
    for word, expects in ((host, Outcome.FOUND), (nobody, Outcome.ABSENT)):
        app.beat()
        answer = app.records.search_certificate_log(word)
        result = ParseResult(outcome=answer.outcome, note=answer.note)
        yield ProbeReport(
            method="search",
            expects=expects,
            page=1,
            request={"method": "GET", "path": "/"},
            robots="not-asked",
            verdict=judge_probe(expects, result, None, RedirectChain()),
            outcome=answer.outcome,
            note=answer.note.partition(":")[0],
        )


def _choose_sources(app: App, names: Collection[str]) -> tuple[Source, ...]:
    return tuple(source for name, source in app.sources.items() if not names or name in names)


def _interleave(planned: Iterable[Iterable["Probe"]]) -> Iterator["Probe"]:
    """Yield one probe of each source, then another: no host waits until others had them all."""
    for probes in zip_longest(*planned):
        yield from (probe for probe in probes if probe is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactStanding:
    """How a source stands since its first contact; the times are None where there was none."""

    status: ContactStatus = ContactStatus.NEVER_PROVEN
    at: datetime | None = None
    proven_at: datetime | None = None


def find_contact_standings(db: Database) -> Mapping[str, ContactStanding]:
    contradicted = {
        health.source: health.since
        for health in db.source_health.list_source_health()
        if health.outcome in {Outcome.UNREADABLE, Outcome.BLOCKED}
    }
    return {
        times.source: ContactStanding(
            status=times.find_status(contradicted.get(times.source)),
            at=times.at,
            proven_at=times.proven_at,
        )
        for times in db.first_contacts.list_times()
    }
