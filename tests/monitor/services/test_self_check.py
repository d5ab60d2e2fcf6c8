"""A check at one's own wish: asked for once, watched as it runs, compared with the last."""

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field, replace

import pytest

from monitor.db.sweeps import Sweep, SweepKind
from monitor.demo.district import MARIA, ROSA
from monitor.errors import NotPermittedError
from monitor.services.ingest import Settling
from monitor.services.ports import Watch
from monitor.services.self_check import Checking
from monitor.services.sweeps import Errand
from reports.pages.check import CheckState, SourceState
from scrapers.models import Query, Visit
from scrapers.source import Source
from tests.monitor.services.world import Staff, World


@dataclass(frozen=True)
class Looked:
    """Has somebody look each time before a source closes."""

    settling: Settling
    look: Callable[[], None]

    def close(self, sweep: Sweep, source: Source) -> None:
        self.look()
        self.settling.close(sweep, source)


@dataclass
class Counting:
    """Notes, as each question is pulled, of how many sources was told; it answers none."""

    told: set[str] = field(default_factory=set)
    known: list[int] = field(default_factory=list)

    def watch(self, source: str, _state: str) -> None:
        self.told.add(source)

    def visit(self, queries: Iterable[Query], watch: Watch) -> Generator[Visit, None, None]:
        del watch
        for _ in queries:
            self.known.append(len(self.told))
        yield from ()


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA)
    world.rounds.begin()
    return maria


@pytest.fixture
def checking(world: World) -> Checking:
    return world.service.portal.checking


def test_before_the_first_check_there_is_nothing_to_show(checking, maria):
    assert checking.view(maria.ref).state is CheckState.NEVER


def test_a_wish_waits_for_who_may_use_the_network(world, checking, maria):
    checking.ask(maria.ref)

    assert checking.view(maria.ref).state is CheckState.WAITING
    assert world.asked == []


def test_pressing_twice_asks_once(world, checking, maria):
    checking.ask(maria.ref)
    checking.ask(maria.ref)

    assert len(world.state.requests.all()) == 1


def test_results_are_shown_as_they_come_and_called_provisional(world, checking, maria):
    views = []
    world.meanwhile = lambda visit: views.append(checking.view(maria.ref))
    checking.ask(maria.ref)

    world.rounds.serve()

    assert {each.state for each in views} == {CheckState.RUNNING}
    counts = [len(each.found) for each in views]
    assert counts[0] == 0
    assert counts[-1] > 1
    assert counts == sorted(counts)
    assert [each.answers for each in views] == sorted({each.answers for each in views})
    assert SourceState.DONE in {line.state for line in views[-1].sources}


def test_what_a_source_says_that_fails_its_test_is_not_shown(world, checking, maria):
    world.internet = world.internet.says_the_same_for_everybody("chalkboard.example")
    views = []
    world.meanwhile = lambda visit: views.append(checking.view(maria.ref))
    checking.ask(maria.ref)

    world.rounds.serve()

    found = {line.source for view in views for line in view.found}
    assert "chalkboard" not in found
    assert found
    progress = world.state.requests.progress(world.state.requests.latest_of(maria.ref).ref)
    assert progress["chalkboard"] == SourceState.DOUBTED


def test_each_source_is_tested_before_it_is_believed(world, checking, maria):
    stages = defaultdict(list)

    def look(_visit):
        for line in checking.view(maria.ref).sources:
            stages[line.source].append(line.state)

    world.meanwhile = look
    checking.ask(maria.ref)

    world.rounds.serve()

    assert len(stages) == 3
    for seen in stages.values():
        assert SourceState.TESTING in seen
        assert seen == sorted(seen, key=list(SourceState).index)


def test_all_sources_are_told_of_before_the_first_is_asked(world, maria):
    counting = Counting()
    sweeping = replace(world.rounds.sweeping, urgent=counting)
    errand = Errand(kind=SweepKind.SELFCHECK, week="2026-W40", person=maria.ref)

    sweeping.run(errand, watch=counting.watch)

    assert set(counting.known) == {3}


def test_who_waits_behind_others_is_told_of_them(world, checking, maria):
    rosa = world.joins(ROSA)
    checking.ask(rosa.ref)
    checking.ask(maria.ref)

    assert checking.view(rosa.ref).ahead == 0
    assert checking.view(maria.ref).ahead == 1


def test_judging_is_told_source_by_source_once_all_have_answered(world, checking, maria):
    views = []
    rounds = world.rounds
    settling = Looked(rounds.sweeping.settling, lambda: views.append(checking.view(maria.ref)))
    checking.ask(maria.ref)

    replace(rounds, sweeping=replace(rounds.sweeping, settling=settling)).serve()

    assert [each.judged for each in views] == [0, 1, 2]
    assert {each.awaited for each in views} == {()}


def test_it_is_told_for_how_long_one_has_waited(world, checking, maria):
    checking.ask(maria.ref)
    world.later(seconds=7.9)

    assert checking.view(maria.ref).seconds == 7


def test_the_first_check_has_nothing_to_be_compared_with(world, checking, maria):
    checking.ask(maria.ref)
    world.rounds.serve()

    view = checking.view(maria.ref)

    assert view.state is CheckState.ENDED
    assert view.first
    assert view.changes == ()
    assert view.coverage.checked == view.coverage.total == 3


def test_the_next_check_tells_what_is_different(world, checking, maria):
    checking.ask(maria.ref)
    world.rounds.serve()
    world.web.week = 2
    world.later(hours=2)

    checking.ask(maria.ref)
    world.rounds.serve()

    view = checking.view(maria.ref)
    assert not view.first
    assert [each.event for each in view.changes]


def test_a_second_check_within_the_hour_is_refused_and_says_when(world, checking, maria):
    checking.ask(maria.ref)
    world.rounds.serve()
    world.later(minutes=59)

    assert (checking.view(maria.ref).next_at - world.clock.at).total_seconds() == 60
    with pytest.raises(NotPermittedError):
        checking.ask(maria.ref)
    world.later(minutes=1)
    checking.ask(maria.ref)

    assert checking.view(maria.ref).state is CheckState.WAITING


def test_nobody_is_checked_after_their_consent_has_ended(world, checking, maria):
    maria.withdraws()

    with pytest.raises(NotPermittedError):
        checking.ask(maria.ref)

    assert world.state.sweeps.latest(SweepKind.SELFCHECK, maria.ref) is None


def test_it_is_said_when_nobody_begins_with_it(world, checking, maria):
    checking.ask(maria.ref)
    assert not checking.view(maria.ref).unheard

    world.later(minutes=1)

    assert checking.view(maria.ref).unheard


def test_what_could_not_be_checked_is_said_and_proves_nothing(world, checking, maria):
    world.internet = world.internet.blocks_us("chalkboard.example")
    checking.ask(maria.ref)
    world.rounds.serve()

    view = checking.view(maria.ref)

    assert (view.coverage.checked, view.coverage.total) == (2, 3)
    assert [gap.source for gap in view.coverage.gaps] == ["chalkboard"]
