"""What serves everybody is asked once, and each person is told what is theirs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from monitor.app import App
from monitor.config.sections import OfficialConfig
from monitor.db.sweeps import Sweep
from monitor.demo.district import BETH, MARIA, NAME
from monitor.domain.vocabulary import Scope
from monitor.services.job_kinds import run_full_sweep, run_self_check
from monitor.services.query_planning import build_crawl_district, record_visit_cost
from monitor.services.sweeps import ProgressListener
from scrapers.models import (
    CrawlPriority,
    CrawlResult,
    Outcome,
    ParseResult,
    Query,
    QueryKind,
    Trace,
    TraceKind,
)
from scrapers.search.brave import BRAVE
from scrapers.search_api import COMMON_PHRASE
from scrapers.source import Source
from scrapers.source_discovery import SourceRegistry
from scrapers.urls.canonical import canonicalize_url
from tests.monitor.services.world import Staff, World, priced

STAFF_PAGE = "https://clips.example/staff-room"
STRANGER = "Ottoline Zzyzx"
NOTHING = ParseResult(outcome=Outcome.ABSENT)


def hit(url: str, title: str, snippet: str = "") -> Trace:
    return Trace(
        key=canonicalize_url(url), kind=TraceKind.PAGE, url=url, title=title, snippet=snippet
    )


def of_maria(number: int = 1) -> Trace:
    name = MARIA.person.name.full_name
    return hit(f"https://clips.example/{number}", f"{name} at {NAME}")


WELL_KNOWN = {(BRAVE.known_query,), (COMMON_PHRASE,)}


@dataclass
class Engine:
    """Answers as one that knows nothing but what it lists about the district."""

    world: World
    lists: ParseResult = NOTHING
    of_school: ParseResult = NOTHING
    stopped: bool = False
    asked: list[Query] = field(default_factory=list)

    def crawl(
        self,
        queries: Iterable[Query],
        watch: ProgressListener,
        priority: CrawlPriority = CrawlPriority.USUAL,
    ) -> Iterator[CrawlResult]:
        del priority
        for query in queries:
            watch(query.source, "asking")
            self.asked.append(query)
            yield CrawlResult(query=query, result=self._reading(query), at=self.world.clock.now())
        watch("brave", "done")

    def _reading(self, query: Query) -> ParseResult:
        if query.kind is QueryKind.DISTRICT:
            is_school = query.terms[1].startswith("(")
            return self.of_school if is_school else self.lists
        return ParseResult(outcome=Outcome.FOUND if query.terms in WELL_KNOWN else Outcome.ABSENT)

    def shows(self, *traces: Trace) -> None:
        self.lists = ParseResult(outcome=Outcome.FOUND, traces=traces)

    @property
    def of_all(self) -> list[Query]:
        return [query for query in self.asked if query.kind is QueryKind.DISTRICT]

    @property
    def app(self) -> App:
        app, free = self.world.app, {BRAVE.name: Decimal(0)}
        sources = priced(SourceRegistry({BRAVE.name: BRAVE}), {**free, **self.world.prices})
        crawler: Any = self
        return app.copy_with(sources=sources, crawler=crawler)

    def is_stopped(self) -> bool:
        return self.stopped

    def count_unproven_canaries(self, source: Source) -> int:
        return len(list(source.build_canaries("")))

    def sweep(self) -> Sweep:
        self.asked.clear()
        return run_full_sweep(self.app)


@pytest.fixture
def engine(world_of) -> Engine:
    return Engine(world_of())


@pytest.fixture
def maria(engine: Engine) -> Staff:
    return engine.world.joins(MARIA)


@pytest.fixture
def beth(engine: Engine) -> Staff:
    return engine.world.joins(BETH)


def test_a_district_is_asked_about_once_however_many_joined(engine, maria, beth):
    engine.sweep()

    district = build_crawl_district(engine.world.app)
    assert len(engine.of_all) == len(list(BRAVE.build_district_queries(district)))
    assert {entry.subject for entry in engine.of_all} == {""}


def test_each_person_gets_what_names_them_and_nobody_else_does(engine, maria, beth):
    engine.shows(of_maria(), hit("https://clips.example/9", f"{STRANGER} at {NAME}"))
    engine.sweep()

    assert set(maria.findings) == {"https://clips.example/1"}
    assert beth.findings == {}


@pytest.mark.parametrize(
    ("school", "theirs"), [("own", True), ("initials", True), ("another", False)]
)
def test_what_a_question_about_a_school_shows_is_told_to_whom_it_means_there(
    engine, maria, beth, school, theirs
):
    """One question serves all of a school, and calls no one by name."""
    own = MARIA.person.school
    name = {"own": own, "initials": "".join(word[0] for word in own.split()), "another": "Elm"}
    official = OfficialConfig(schools=(name[school],))
    engine.world.restarts(structs.replace(engine.world.config, official=official))
    engine.of_school = ParseResult(
        outcome=Outcome.FOUND,
        traces=(
            hit("https://clips.example/5", f"ms.{MARIA.person.name.family.lower()}.memes", own),
            hit("https://clips.example/9", "Ms. Zzyzx memes", own),
        ),
    )
    engine.sweep()

    (asked,) = (entry for entry in engine.of_all if entry.terms[0] == name[school])
    assert asked.subject == ""
    assert MARIA.person.name.family not in str(asked)
    assert set(maria.findings) == ({"https://clips.example/5"} if theirs else set())
    assert beth.findings == {}


def test_nothing_is_kept_of_who_never_joined(engine, maria):
    engine.shows(of_maria(), hit("https://clips.example/9", f"{STRANGER} at {NAME}"))
    staged = []
    stage_all = type(engine.world.state.staged_answers).stage_answers

    def noted(table, sweep, many):
        batch = tuple(many)
        staged.extend(batch)
        stage_all(table, sweep, batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(engine.world.state.staged_answers), "stage_answers", noted)
        engine.sweep()

    assert staged
    assert STRANGER not in repr(staged)


def test_what_turns_up_later_is_told_once(engine, maria):
    engine.shows(of_maria(1))
    engine.world.told_in(engine.sweep())
    engine.world.a_week_later()
    engine.shows(of_maria(1), of_maria(2))

    told = engine.world.told_in(engine.sweep())

    assert [url for _, _, url in told] == ["https://clips.example/2"]


def test_the_first_answer_is_a_silent_baseline_also_for_who_joins_later(engine, maria):
    engine.sweep()
    beth = engine.world.joins(BETH)
    engine.world.a_week_later()
    name = BETH.person.name.full_name
    engine.shows(hit(STAFF_PAGE, f"{name} at {NAME}"))

    assert engine.world.told_in(engine.sweep()) == []
    assert set(beth.findings) == {STAFF_PAGE}


def test_without_consent_to_searches_nothing_is_asked_and_nothing_is_told(engine):
    engine.world.joins(MARIA, scopes=frozenset({Scope.PROFILES}))
    engine.shows(of_maria())
    engine.sweep()

    assert engine.of_all == []


def test_who_withdraws_while_it_is_asked_is_told_nothing(engine, maria, beth):
    engine.shows(of_maria())
    rounds = engine.app
    asked = engine.crawl

    def meanwhile(queries, watch, priority):
        for visit in asked(queries, watch):
            if (
                visit.query.kind is QueryKind.DISTRICT
                and engine.world.state.consents.has_consent_in_force(
                    maria.id, engine.world.clock.now()
                )
            ):
                maria.withdraws()
            yield visit

    engine.crawl = meanwhile
    run_full_sweep(rounds)

    assert maria.findings == {}


def test_an_answer_that_cannot_be_read_ends_nothing_and_is_told(engine, maria):
    engine.shows(of_maria())
    engine.sweep()
    engine.world.a_week_later()
    engine.lists = ParseResult(outcome=Outcome.BLOCKED, note="it asks for a key")

    assert engine.world.told_in(engine.sweep()) == []
    assert engine.world.gaps() == {"brave": Outcome.PARTIAL}
    assert set(maria.findings) == {"https://clips.example/1"}


def test_a_sweep_that_was_cut_short_does_not_ask_again(engine, maria):
    engine.stopped = True
    run_full_sweep(engine.app)
    engine.stopped = False
    asked = {entry.key for entry in engine.of_all}

    engine.sweep()

    assert asked
    assert engine.of_all == []


def test_a_check_of_oneself_asks_nothing_for_others(engine, maria):
    run_self_check(engine.app, maria.id)

    assert engine.of_all == []


def test_what_the_budget_does_not_pay_for_is_told_to_everybody(engine, maria, beth):
    engine.world.prices["brave"] = Decimal(5)
    app = engine.app
    planning = structs.replace(app.config.planning, weekly_requests_district=0)
    run_full_sweep(app.copy_with(config=structs.replace(app.config, planning=planning)))

    assert engine.of_all == []
    assert engine.world.gaps() == {"brave": Outcome.SKIPPED}


@pytest.mark.parametrize("shared", [False, True])
def test_a_self_test_that_another_district_asked_is_on_its_bill_alone(
    engine: Engine, *, shared: bool
) -> None:
    engine.world.prices[BRAVE.name] = Decimal(5)
    canary = next(iter(BRAVE.build_canaries("nobody")))
    result = ParseResult(outcome=canary.expects)
    visit = CrawlResult(
        query=canary.query, result=result, at=engine.world.clock.now(), shared=shared
    )
    record_visit_cost(engine.app, "2026-W38", visit)

    spent = engine.world.state.api_costs.list_api_costs_of_week("2026-W38")
    assert len(spent) == (not shared)
