"""What is told depends on what was answered, never on which answer came first."""

import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

import pytest

from monitor.db.database import Database
from monitor.demo.district import MARIA, THOMAS
from monitor.services.job_kinds import run_full_sweep
from monitor.services.sweeps import ProgressListener
from scrapers.crawl.crawler import Crawler
from scrapers.models import CrawlPriority, CrawlResult, Outcome, ParseResult, Query
from tests.monitor.services.world import Staff, World, account, profile

ORDERS = [
    list,
    lambda visits: random.Random(7).sample(visits, len(visits)),  # noqa: S311 - the same again
]
# Made from the sealing key, which each world draws for itself.
CODE = re.compile(r" [\w-]{43}(?![\w-])|(?<=/answer/)\S+|(?<=/code/)\S+|(?<=/not-me/)\S+")


def three_weeks(world: World) -> list[tuple[str, str, str]]:
    """Let a lot happen at once, and return every email that comes of it."""
    impostor = account("impersonator", week=2)
    for member in (MARIA, THOMAS):
        world.joins(member)
    world.sweep()
    world.on_monday()
    own = profile("chalkboard", "mariadelgado")
    world.internet = (
        world.internet.add_entry(replace(impostor, since=1))
        .remove_entry(own)
        .add_entry(replace(own, bio="Rocks, mostly.", name="Maria D."))
    )
    thomas = account("thomas")
    world.internet = world.internet.remove_entry(thomas).add_entry(
        replace(thomas, name="FREE CRYPTO")
    )
    world.later(days=5)
    told = world.sweep()
    world.on_monday()
    emails = [
        (sent.envelope.recipient, sent.email.subject, CODE.sub("", sent.email.text))
        for sent in world.post.accepted
    ]
    assert len(told) == 3
    return [*told, *emails]


@pytest.fixture
def worlds(world_of, tmp_path):
    def make(name: str) -> World:
        return world_of("chalkboard", families=("bluesky", "searxng"), folder=tmp_path / name)

    return make


def test_events_and_emails_are_the_same_whatever_order_the_answers_come_in(worlds):
    told = []
    for number, order in enumerate(ORDERS):
        world = worlds(f"world{number}")
        world.order = order
        told.append(three_weeks(world))

    assert told[0] == told[1]


class OneAfterAnother:
    """Asks one source whole, and looks at what has closed before the next one begins to answer."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.closed: list[set[str]] = []

    def is_stopped(self) -> bool:
        return False

    def crawl(
        self, queries: Iterable[Query], watch: ProgressListener, priority: CrawlPriority
    ) -> Iterator[CrawlResult]:
        del priority
        asked = sorted(queries, key=lambda query: query.source)
        for query in asked:
            watch(query.source, "waiting")
        for name, group in groupby(asked, key=lambda query: query.source):
            self.closed.append(set(self.world.coverage()))
            members = list(group)
            for query in members:
                if query is members[-1]:
                    self.world.later(hours=2)
                    watch(name, "done")
                nothing = ParseResult(outcome=Outcome.ABSENT)
                yield CrawlResult(query=query, result=nothing, at=self.world.clock.now())


def test_a_slow_source_holds_up_no_other(world_of):
    world = world_of("chalkboard", "readerly")
    world.joins(MARIA)
    visitor = OneAfterAnother(world)
    run_full_sweep(world.app.copy_with(crawler=visitor))

    assert visitor.closed == [set(), {"chalkboard"}]
    assert world.coverage().keys() == {"chalkboard", "readerly"}


class Interrupted:
    """Crawls as usual; `then` decides, before each batch is settled, whether to stop."""

    def __init__(self, crawler: Crawler, then: Callable[[], bool]) -> None:
        self.crawler = crawler
        self.is_stopped = then

    def crawl(self, *given: Any, **named: Any) -> Iterator[CrawlResult]:
        return self.crawler.crawl(*given, **named)


@pytest.fixture
def one_by_one(monkeypatch):
    monkeypatch.setattr("monitor.services.settlement.SETTLEMENTS_PER_COMMIT", 1)


@pytest.fixture
def pair(world_of, one_by_one) -> tuple[World, Staff, Staff]:
    world = world_of("chalkboard")
    first, second = sorted((world.joins(MARIA), world.joins(THOMAS)), key=lambda entry: entry.id)
    return world, first, second


def is_settled(member: Staff) -> bool:
    return bool(member.world.state.queries.list_queries_of_person(member.id))


def test_who_withdraws_while_others_are_settled_is_not_settled(pair):
    world, first, second = pair
    withdrawn = []

    def withdraw() -> bool:
        if is_settled(first) and not withdrawn:
            second.withdraws()
            withdrawn.append(second)
        return False

    run_full_sweep(world.app.copy_with(crawler=Interrupted(world.app.crawler, withdraw)))

    assert withdrawn
    assert is_settled(first)
    assert not is_settled(second)


def test_a_service_that_stops_between_two_people_goes_on_with_the_second(pair):
    world, first, second = pair
    crawler = Interrupted(world.app.crawler, lambda: is_settled(first))
    run_full_sweep(world.app.copy_with(crawler=crawler))
    assert not is_settled(second)
    assert world.coverage() == {}

    run_full_sweep(world.app)
    assert is_settled(second)
    assert world.coverage().keys() == {"chalkboard"}
    findings = [finding.id for side in (first, second) for finding in side.findings.values()]
    assert {len(world.state.versions.list_versions(finding_id)) for finding_id in findings} == {1}


class Gap:
    """The same clock; while it sleeps, another process writes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.writes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.world.clock, name)

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        folder = self.world.config.state
        with Database.open_folder(folder, patience=0) as other, other.begin_transaction():
            self.writes += 1


def test_others_can_write_between_two_commits(pair):
    world, *_ = pair
    gap = Gap(world)

    run_full_sweep(world.app.copy_with(clock=gap))

    assert gap.writes == 2
