"""A sweep into which a word about consent falls, at the boundary of any transaction."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from monitor.app.query_permission import QueryPermission
from monitor.db.connection import DatabaseConnection
from monitor.services.sweeps import ProgressListener
from scrapers.models import CrawlPriority, CrawlResult, Outcome, ParseResult, Query
from tests.monitor.services.world import World

# As fast as can be: nobody pulls the plug here.
WITHOUT_SYNC = "PRAGMA synchronous = OFF"

QueryPlace = tuple[str, str, tuple[str, ...]]


def nothing() -> None:
    """Let the sweep go on undisturbed."""


@dataclass
class Moments:
    """Counts the transactions of a sweep, and acts before the one it was told."""

    act: Callable[[], None] = nothing
    at: int = 0
    passed: int = 0
    acting: bool = False

    def arm(self, at: int, act: Callable[[], None]) -> None:
        self.at, self.act, self.passed = at, act, 0

    def tick(self) -> None:
        if self.acting:
            return
        self.passed += 1
        if self.passed == self.at:
            self.acting = True
            self.act()
            self.acting = False


def watched(monkeypatch: pytest.MonkeyPatch) -> Moments:
    """Let every outermost transaction of any database pass by here."""
    moments, write = Moments(), DatabaseConnection.begin_transaction
    depth = 0

    @contextmanager
    def passing(self: DatabaseConnection, _sync: object = None) -> Iterator[None]:
        nonlocal depth
        if not depth:
            moments.tick()
        depth += 1
        try:
            with write(self, WITHOUT_SYNC):  # type: ignore[arg-type] - a third way to sync
                yield
        finally:
            depth -= 1

    monkeypatch.setattr(DatabaseConnection, "begin_transaction", passing)
    return moments


@dataclass
class Parrot:
    """Answers every query as the made-up web once did, and asks leave before each."""

    may_ask: QueryPermission
    heard: dict[QueryPlace, ParseResult] = field(default_factory=dict)
    asked: list[Query] = field(default_factory=list)

    def listen(self, visit: CrawlResult) -> None:
        self.heard[_locate_query(visit.query)] = visit.result

    def crawl(
        self, queries: Iterable[Query], watch: ProgressListener, priority: CrawlPriority
    ) -> Iterator[CrawlResult]:
        del priority
        waiting, sources = iter(queries), set()
        followed: list[Query] = []
        while query := next(waiting, None) or (followed.pop(0) if followed else None):
            sources.add(query.source)
            watch(query.source, "asking")
            reading = self._answered(query)
            followed.extend(reading.follow)
            yield CrawlResult(query=query, result=reading, at=self.may_ask.clock.now())
        for source in sorted(sources):
            watch(source, "done")

    def is_stopped(self) -> bool:
        return False

    def _answered(self, query: Query) -> ParseResult:
        if not self.may_ask(query):
            return ParseResult(outcome=Outcome.SKIPPED, note="nobody agrees to this any more")
        self.asked.append(query)
        heard = self.heard.get(_locate_query(query), ParseResult(outcome=Outcome.ABSENT))
        follow = tuple(replace(one_query, subject=query.subject) for one_query in heard.follow)
        return replace(heard, follow=follow)


def _locate_query(query: Query) -> QueryPlace:
    return query.source, query.kind, query.terms


def rows_of(world: World, person: str) -> frozenset[tuple[str, str]]:
    """Name every row that holds a result about a person, and what it came from."""
    state, found = world.state, set()
    for finding in state.findings.list_findings_of_person(person):
        found.add(("finding", finding.id))
        found |= {
            (sighting.source, f"{finding.id} {sighting.query}")
            for sighting in state.sightings.list_sightings_of_finding(finding.id)
        }
        found |= {
            ("version", f"{finding.id} {seq}")
            for seq in state.versions.load_versions_by_seq(finding.id)
        }
    found |= {(query.source, query.key) for query in state.queries.list_queries_of_person(person)}
    found |= {
        ("event", event.event.finding_id)
        for event in state.events.list_events_of_person(person, world.started)
    }
    found |= {("case", case.id) for case in state.cases.list_cases_of_person(person)}
    return frozenset(found)
