"""A check at one's own wish: asked for once, watched as it runs, compared with the last."""

from collections import defaultdict
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field

import pytest

from monitor.app import App
from monitor.demo.district import MARIA, ROSA
from monitor.demo.internet import HostMood
from monitor.domain.errors import NotPermittedError
from monitor.domain.vocabulary import SourceStage, SweepKind
from monitor.services.due_jobs import run_requested_checks, take_over_jobs
from monitor.services.self_check import build_check_view, request_self_check
from monitor.services.settlement import settle_sources
from monitor.services.sweeps import ProgressListener, SweepJob, run_sweep
from reports.pages.self_check import SelfCheckState
from scrapers.models import CrawlPriority, CrawlResult, Query
from tests.monitor.services.world import Staff, World


@dataclass
class Counting:
    """Notes, as each query is pulled, of how many sources was told; it answers none."""

    told: set[str] = field(default_factory=set)
    known: list[int] = field(default_factory=list)

    def watch(self, source: str, _state: str) -> None:
        self.told.add(source)

    def is_stopped(self) -> bool:
        return False

    def crawl(
        self, queries: Iterable[Query], watch: ProgressListener, priority: CrawlPriority
    ) -> Generator[CrawlResult, None, None]:
        del watch, priority
        for _ in queries:
            self.known.append(len(self.told))
        yield from ()


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA)
    take_over_jobs(world.app)
    return maria


@pytest.fixture
def checking(world: World) -> App:
    return world.app


def test_before_the_first_check_there_is_nothing_to_show(checking, maria):
    assert build_check_view(checking, maria.id).state is SelfCheckState.NEVER


def test_a_wish_waits_for_who_may_use_the_network(world, checking, maria):
    request_self_check(checking, maria.id)

    assert build_check_view(checking, maria.id).state is SelfCheckState.WAITING
    assert world.asked == []


def test_pressing_twice_asks_once(world, checking, maria):
    request_self_check(checking, maria.id)
    request_self_check(checking, maria.id)

    assert len(world.state.jobs.list_requests()) == 1


def test_results_are_shown_as_they_come_and_called_provisional(world, checking, maria):
    views = []
    world.meanwhile = lambda visit: views.append(build_check_view(checking, maria.id))
    request_self_check(checking, maria.id)

    run_requested_checks(world.app)

    assert {view.state for view in views} == {SelfCheckState.RUNNING}
    counts = [len(view.found) for view in views]
    assert counts[0] == 0
    assert counts[-1] > 1
    assert counts == sorted(counts)
    assert [view.answers for view in views] == sorted({view.answers for view in views})
    assert SourceStage.DONE in {line.state for line in views[-1].sources}


def test_what_a_source_says_that_fails_its_test_is_not_shown(world, checking, maria):
    world.internet = world.internet.trouble_host("chalkboard.example", HostMood.VAGUE)
    views = []
    world.meanwhile = lambda visit: views.append(build_check_view(checking, maria.id))
    request_self_check(checking, maria.id)

    run_requested_checks(world.app)

    found = {line.source for view in views for line in view.found}
    assert "chalkboard" not in found
    assert found
    progress = world.state.jobs.load_progress(
        world.state.jobs.find_latest_request_of_person(maria.id).subject
    )
    assert progress["chalkboard"] == SourceStage.DOUBTED


def test_each_source_is_tested_before_it_is_believed(world, checking, maria):
    stages = defaultdict(list)

    def look(_visit):
        for line in build_check_view(checking, maria.id).sources:
            stages[line.source].append(line.state)

    world.meanwhile = look
    request_self_check(checking, maria.id)

    run_requested_checks(world.app)

    assert len(stages) == 3
    for seen in stages.values():
        assert SourceStage.TESTING in seen
        assert seen == sorted(seen, key=list(SourceStage).index)


def test_all_sources_are_told_of_before_the_first_is_asked(world, maria):
    counting = Counting()
    app = world.app.copy_with(crawler=counting)
    errand = SweepJob(kind=SweepKind.SELFCHECK, week="2026-W40", person_id=maria.id)

    run_sweep(app, errand, on_progress=counting.watch)

    assert set(counting.known) == {3}


def test_who_waits_behind_others_is_told_of_them(world, checking, maria):
    rosa = world.joins(ROSA)
    request_self_check(checking, rosa.id)
    request_self_check(checking, maria.id)

    assert build_check_view(checking, rosa.id).ahead == 0
    assert build_check_view(checking, maria.id).ahead == 1


def test_judging_is_told_source_by_source_once_all_have_answered(
    world, checking, maria, monkeypatch
):
    views = []
    request_self_check(checking, maria.id)

    def settle(*given: object) -> None:
        views.append(build_check_view(checking, maria.id))
        settle_sources(*given)

    monkeypatch.setattr("monitor.services.sweeps.settle_sources", settle)
    monkeypatch.setattr("monitor.services.sweeps.AWAITED_SOURCES_AT_ONCE", 1)
    run_requested_checks(world.app)

    assert [view.judged for view in views] == [0, 1, 2]
    assert {view.pending_sources for view in views} == {()}


def test_it_is_told_for_how_long_one_has_waited(world, checking, maria):
    request_self_check(checking, maria.id)
    world.later(seconds=7.9)

    assert build_check_view(checking, maria.id).seconds == 7


def test_the_first_check_has_nothing_to_be_compared_with(world, checking, maria):
    request_self_check(checking, maria.id)
    run_requested_checks(world.app)

    view = build_check_view(checking, maria.id)

    assert view.state is SelfCheckState.ENDED
    assert view.first
    assert view.changes == ()
    assert view.coverage.checked == view.coverage.total == 3


def test_the_next_check_tells_what_is_different(world, checking, maria):
    request_self_check(checking, maria.id)
    run_requested_checks(world.app)
    world.web.week = 2
    world.later(hours=2)

    request_self_check(checking, maria.id)
    run_requested_checks(world.app)

    view = build_check_view(checking, maria.id)
    assert not view.first
    assert [change.event for change in view.changes]


def test_a_second_check_within_the_hour_is_refused_and_says_when(world, checking, maria):
    request_self_check(checking, maria.id)
    run_requested_checks(world.app)
    world.later(minutes=59)

    assert (build_check_view(checking, maria.id).next_at - world.clock.at).total_seconds() == 60
    with pytest.raises(NotPermittedError):
        request_self_check(checking, maria.id)
    world.later(minutes=1)
    request_self_check(checking, maria.id)

    assert build_check_view(checking, maria.id).state is SelfCheckState.WAITING


def test_nobody_is_checked_after_their_consent_has_ended(world, checking, maria):
    maria.withdraws()

    with pytest.raises(NotPermittedError):
        request_self_check(checking, maria.id)

    assert world.state.sweeps.find_latest_sweep(SweepKind.SELFCHECK, maria.id) is None


def test_it_is_said_when_nobody_begins_with_it(world, checking, maria):
    request_self_check(checking, maria.id)
    assert not build_check_view(checking, maria.id).unheard

    world.later(minutes=1)

    assert build_check_view(checking, maria.id).unheard


def test_what_could_not_be_checked_is_said_and_proves_nothing(world, checking, maria):
    world.internet = world.internet.trouble_host("chalkboard.example", HostMood.BLOCKING)
    request_self_check(checking, maria.id)
    run_requested_checks(world.app)

    view = build_check_view(checking, maria.id)

    assert (view.coverage.checked, view.coverage.total) == (2, 3)
    assert [gap.source for gap in view.coverage.gaps] == ["chalkboard"]
