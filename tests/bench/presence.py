"""Ask every site of a catalog about some names, and say what it took.

    python -m tests.bench.presence --catalog FILE --user NAME [--user NAME] --interval S \
        --workers N --timeout S --allow 127.0.0.0/8 [--ca FILE] [--no-canaries] --out FILE

The catalog is in the WhatsMyName format, with addresses inside the networks that are allowed;
nothing else can be asked. The sites' canaries come before the names, and a site whose canaries
disagree is believed in nothing. robots.txt is not read: these sites are our own.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path

from monitor.cli.main import reduce_gc_frequency
from monitor.domain.source_trust import CanaryProbe, SourceTrust, assess_trust
from scrapers.crawl.crawler import CrawlEngine, Crawler
from scrapers.crawl.robots import RobotsCache
from scrapers.crawl.throttle import WITHOUT_WAITS, Throttle
from scrapers.http.client import HttpClient
from scrapers.http.clock import SystemClock
from scrapers.http.fetch_limits import FetchLimits
from scrapers.http.ssrf_guard import Dialer, RequestTarget, resolve_nothing
from scrapers.models import CrawlResult, Identity, Outcome, Page, ParseResult, Query
from scrapers.sites.catalog import parse_catalog
from scrapers.sites.presence_source import PresenceSource
from scrapers.source import Canary, MarkupSource, interleave_canaries
from tests.bench.cost import Cost
from tests.scrapers.http.memories import InMemoryHostStore

USER_AGENT = "Namesake-bench"
NONCE = "bench"
PATIENCE = 300.0
SHARES = (50, 95, 99, 100)


class NoRobots(RobotsCache):
    """The sites of a benchmark are our own: there is nobody to ask."""

    def build_robots_request(self, target: RequestTarget, now: datetime) -> None:
        """Want no file, whatever the target."""


class NoParser:
    """A verdict rests on the bytes; what a page says of its owner is measured in `parsing.py`."""

    def parse_body(self, source: MarkupSource, query: Query, page: Page) -> ParseResult:
        return source.parse_response(query, page)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`canaries` says whether control names are asked first, and `controls` which were asked."""

    sources: Mapping[str, PresenceSource]
    users: tuple[str, ...]
    canaries: bool
    controls: defaultdict[str, list[Canary]] = field(default_factory=lambda: defaultdict(list))

    def queries(self) -> Iterator[Query]:
        """Yield the canaries of all sites in rounds, then name after name over all sites."""
        if self.canaries:
            for canary in interleave_canaries(self.sources.values(), NONCE):
                self.controls[canary.query.source].append(canary)
                yield canary.query
        for user in self.users:
            named = Identity(person_id=user, names=(), handles=(user,))
            for source in self.sources.values():
                yield from source.build_queries(named)


@dataclass(slots=True)
class Tally:
    """What came of each site, and when its verdicts came, in seconds from the first query.

    `told_at` is when, on the clock of the whole machine, by source and name.
    """

    outcomes: dict[str, dict[str, Outcome]] = field(default_factory=dict)
    probes: dict[str, ParseResult] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    told_at: dict[tuple[str, str], float] = field(default_factory=dict)

    def take(self, visit: CrawlResult, began: float, now: float) -> None:
        query = visit.query
        if query.subject:
            outcomes = self.outcomes.setdefault(query.source, {})
            outcomes[query.subject] = visit.result.outcome
            self.seconds.append(now - began)
            self.told_at[query.source, query.subject] = now
        else:
            self.probes[query.key] = visit.result

    def done(self) -> dict[str, float]:
        told = sorted(self.seconds)
        return {f"{share}": round(told[-(-len(told) * share // 100) - 1], 3) for share in SHARES}


def sources_of(catalog: Path, interval: float) -> dict[str, PresenceSource]:
    """Read a catalog; its known accounts are invented, so that they may be asked."""
    rows = json.loads(catalog.read_bytes())
    for site in rows["sites"]:
        site["provenance"] = "made up"
    read = parse_catalog(str(catalog), json.dumps(rows).encode())
    for left_out in read.exclusions:
        sys.stderr.write(f"{left_out.name} is left out: {left_out.reason}.\n")
    entries = [replace(entry, seconds_between=interval) for entry in read.entries]
    return {entry.key: PresenceSource(entry=entry) for entry in entries}


def verdicts(job: Job, tally: Tally) -> Iterator[dict[str, object]]:
    """Yield one verdict a name and site; a site whose canaries disagree is unreadable."""
    for name, outcomes in tally.outcomes.items():
        source = job.sources[name]
        refuted = job.canaries and _refuted(job.controls[name], tally)
        for user, outcome in outcomes.items():
            told = Outcome.UNREADABLE if refuted else outcome
            at = tally.told_at[name, user]
            yield {"site": source.entry.name, "user": user, "outcome": told, "at": at}


def measured(job: Job, lanes: Crawler, client: HttpClient) -> dict[str, object]:
    """Ask it all, and return the figures; times are in seconds."""
    start, tally = Cost.now(), Tally()
    began = lanes.clock.monotonic()
    for visit in lanes.crawl(job.queries()):
        tally.take(visit, began, lanes.clock.monotonic())
    cost = Cost.now()
    return {
        "verdicts": list(verdicts(job, tally)),
        "done_s": tally.done(),
        "wall_s": round(cost.wall_s, 3),
        "cpu_s": round(cost.cpu_s, 3),
        "start_cpu_s": round(start.cpu_s, 3),
        "rss_mib": round(cost.rss_mib, 1),
        "bytes": client.traffic.bytes,
        "requests": client.traffic.requests,
    }


def _refuted(controls: Iterable[Canary], tally: Tally) -> bool:
    probes = [
        CanaryProbe(canary=canary, result=tally.probes[canary.query.key]) for canary in controls
    ]
    return assess_trust(probes, ()).status is SourceTrust.REFUTED


def main() -> None:
    reduce_gc_frequency()
    chosen = _options().parse_args()
    job = Job(
        sources=sources_of(chosen.catalog, chosen.interval),
        users=tuple(chosen.user),
        canaries=chosen.canaries,
    )
    clock = SystemClock()
    client = HttpClient(
        dialer=Dialer(
            allow_networks=tuple(map(ip_network, chosen.allow)),
            ca_file=chosen.ca,
            resolve=resolve_nothing,
        ),
        clock=clock,
        user_agent=USER_AGENT,
        limits=FetchLimits(total_seconds=chosen.timeout, idle_hosts=len(job.sources)),
    )
    pace = Throttle() if chosen.interval else replace(WITHOUT_WAITS, patience_seconds=PATIENCE)
    lanes = Crawler(
        client=client,
        sources=job.sources,
        clock=clock,
        host_store=InMemoryHostStore(),
        parser=NoParser(),
        engine=CrawlEngine(clock=clock, throttle=pace, robots=NoRobots(), workers=chosen.workers),
        owns_engine=True,
    )
    chosen.out.write_text(json.dumps(measured(job, lanes, client)))


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--catalog", type=Path, required=True)
    options.add_argument("--user", action="append", required=True, help="may be repeated")
    options.add_argument("--interval", type=float, default=1.0, help="seconds between requests")
    options.add_argument("--workers", type=int, default=256)
    options.add_argument("--timeout", type=float, default=10.0, help="seconds for one request")
    options.add_argument("--allow", action="append", required=True, help="a network, as CIDR")
    options.add_argument("--ca", type=Path, help="the certificate authorities to trust")
    options.add_argument("--no-canaries", dest="canaries", action="store_false")
    options.add_argument("--out", type=Path, required=True)
    return options


if __name__ == "__main__":
    main()
