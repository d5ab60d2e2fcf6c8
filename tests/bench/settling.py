"""How the work for a query grows: `python -m tests.bench.settling` prints three curves.

A query is planned, staged and settled, but nothing is asked: answers are made up on the spot.
So the figures are of our own work between the network and the disk. Each curve changes one thing:
people, findings that a person has, or weeks that have passed.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import TYPE_CHECKING, cast

from monitor.app import App, Environment
from monitor.demo.setup import StoryClock
from monitor.services.job_kinds import run_full_sweep
from monitor.services.sweeps import ProgressListener, ignore_progress
from scrapers.models import (
    CrawlPriority,
    CrawlResult,
    Outcome,
    ParseResult,
    Query,
    Trace,
    TraceKind,
)
from scrapers.source import Canary, Source
from scrapers.urls.canonical import canonicalize_url
from tests.bench.sweep import Size, district_of

if TYPE_CHECKING:
    from scrapers.crawl.crawler import Crawler

SITES = 60
PARTS = 600
"""Of so many queries, `Load.share` find something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """`handles` is how many each person has, `share` how many in 600 queries find an account."""

    people: int = 20
    handles: int = 1
    share: int = 30
    weeks: int = 1

    @property
    def findings(self) -> int:
        """Return how many findings a person has, about."""
        return SITES * self.handles * self.share // PARTS


CURVES: dict[str, Sequence[Load]] = {
    "people": [Load(people=people) for people in (25, 50, 100, 200)],
    "findings a person": [
        Load(share=30),
        Load(share=170),
        Load(share=600),
        Load(share=600, handles=3),
        Load(share=600, handles=5),
    ],
    "weeks": [Load(share=170, weeks=weeks) for weeks in (1, 2, 4, 8)],
}


@dataclass(slots=True, kw_only=True)
class MadeUpCrawler:
    """Answers at once, the same every week but for the number of followers."""

    sources: Mapping[str, Source]
    share: int
    week: int = 0

    def crawl(
        self,
        queries: Iterable[Query],
        watch: ProgressListener = ignore_progress,
        priority: CrawlPriority = CrawlPriority.USUAL,
    ) -> Iterator[CrawlResult]:
        del priority
        asked = tuple(queries)
        canaries = {canary.query.key: canary for canary in self._list_canaries(asked)}
        for name in dict.fromkeys(one_query.source for one_query in asked):
            watch(name, "asking")
        for query in asked[:-1]:
            yield self._answer(query, canaries)
        for name in dict.fromkeys(one_query.source for one_query in asked):
            watch(name, "done")
        yield self._answer(asked[-1], canaries)

    def is_stopped(self) -> bool:
        return False

    def _list_canaries(self, asked: Iterable[Query]) -> Iterator[Canary]:
        """Take the nonce from the canaries that were asked: their handles are made from it."""
        for query in asked:
            if not query.subject:
                known = {
                    canary.query.key: canary
                    for canary in self.sources[query.source].build_canaries("")
                }
                yield known.get(query.key) or Canary(query=query, expects=Outcome.ABSENT)

    def _answer(self, query: Query, canaries: Mapping[str, Canary]) -> CrawlResult:
        if query.key in canaries:
            result = ParseResult(outcome=canaries[query.key].expects)
        elif self._exists(query):
            result = ParseResult(outcome=Outcome.FOUND, traces=(self._build_trace(query),))
        else:
            result = ParseResult(outcome=Outcome.ABSENT)
        return CrawlResult(query=query, result=result, at=datetime.now(UTC))

    def _exists(self, query: Query) -> bool:
        drawn = int.from_bytes(blake2b(query.request.url.encode(), digest_size=4).digest())
        return drawn % PARTS < self.share

    def _build_trace(self, query: Query) -> Trace:
        handle = query.terms[0]
        return Trace(
            key=canonicalize_url(query.request.url),
            kind=TraceKind.ACCOUNT,
            url=query.request.url,
            account=f"{query.source.rpartition(':')[2]}:@{handle}",
            title=f"{handle} on {query.source}",
            name=handle.title(),
            handle=handle,
            bio="Science teacher. Coffee, trails and old maps.",
            counts=(("followers", 100 + self.week),),
        )


def measure(load: Load) -> float:
    """Return the milliseconds of processor time for a query, in the last week."""
    clock = StoryClock(datetime.now(UTC) + timedelta(hours=1))
    with (
        TemporaryDirectory() as folder,
        district_of(
            Size(people=load.people, sites=SITES), Path(folder), Environment(clock=clock)
        ) as opened,
    ):
        _add_handles(opened, load.handles)
        crawler = MadeUpCrawler(sources=opened.sources, share=load.share)
        app = opened.copy_with(crawler=cast("Crawler", crawler))
        for week in range(1, load.weeks):
            run_full_sweep(app)
            crawler.week, clock.at = week, clock.at + timedelta(days=7)
        began = process_time()
        sweep = run_full_sweep(app)
        worked = process_time() - began
        asked = sum(run.asked for run in app.db.sweeps.list_source_runs(sweep.id))
        return 1000 * worked / asked


def _add_handles(app: App, handles: int) -> None:
    with app.db.begin_transaction():
        for person_id in app.db.people.list_person_ids():
            person = app.db.people.load_person(person_id)
            more = tuple(f"{person.handles[0]}{number}" for number in range(1, handles))
            app.db.people.update_person(replace(person, handles=(*person.handles, *more)))


def describe_curve(name: str, loads: Iterable[Load]) -> Iterator[str]:
    yield f"{name}:"
    for load in loads:
        yield (
            f"  {load.people} people, {load.findings} findings each, week {load.weeks}: "
            f"{measure(load):.2f} ms a query"
        )


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(prog="python -m tests.bench.settling", description=__doc__)
    options.add_argument("--curve", choices=tuple(CURVES), action="append")
    for name in options.parse_args(arguments).curve or CURVES:
        for line in describe_curve(name, CURVES[name]):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
