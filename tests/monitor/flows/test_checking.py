"""A check at one's own wish: asked for once, watched as it runs, compared with the last."""

import pytest

from monitor.demo.district import MARIA
from monitor.errors import NotPermittedError
from monitor.flows.showing.checking import Checking
from monitor.store.sweeps import SweepKind
from reports.pages.check import CheckState, SourceState
from tests.monitor.flows.world import Staff, World


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
