"""What is counted of verdicts: which rules held, as if nothing had been said of the finding."""

from dataclasses import replace

import pytest

from monitor.demo.district import MARIA
from monitor.domain.detection.learning import Answer, Tally
from monitor.domain.evidence import Axis
from monitor.domain.flag import FlagKind, Ruling
from tests.monitor.services.world import Staff, account

IMPOSTOR = replace(account("impersonator", week=2), since=1)
OWN = "https://bsky.app/profile/mariadelgado.skies.example"


@pytest.fixture
def maria(world_of) -> Staff:
    world = world_of(families=("bluesky",))
    world.internet = world.internet.shows(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    return maria


def tally(maria: Staff) -> Tally:
    """Put together both parts: in one of them is whoever there is."""
    learnt, held_out = maria.world.service.tallying.tallies()
    return Tally(held={**learnt.held, **held_out.held}, asked={**learnt.asked, **held_out.asked})


def test_nothing_is_counted_before_anything_was_said(maria: Staff):
    assert tally(maria) == Tally()


def test_an_own_account_is_counted_by_what_it_shows_not_by_having_been_declared(maria: Staff):
    maria.world.service.sorting.sort(maria.ref, {maria.items[OWN].ref: Ruling.MINE})
    counted = tally(maria)

    assert counted.asked[Axis.CONTROL.value, Answer.YES].times == 1
    assert ("employer", Answer.YES) in counted.held
    assert not {rule for rule, _ in counted.held} & {"declared", "said-mine", "same-words"}


def test_an_impersonation_is_counted_once_the_network_took_it_down(maria: Staff):
    flag = maria.rules(maria.flag(FlagKind.IMPERSONATION), Ruling.IMPERSONATION)
    flag = maria.rules(flag, Ruling.REPORTED)
    assert tally(maria) == Tally()

    maria.rules(flag, Ruling.REMOVED)

    assert ("lookalike-handle", Answer.YES) in tally(maria).held


def test_an_impersonation_is_counted_once_a_reviewer_agreed(maria: Staff):
    flag = maria.flag(FlagKind.IMPERSONATION)
    maria.rules(flag, Ruling.SHARED)
    maria.world.service.reviewing.rule(flag.ref, Ruling.IMPERSONATION, "reviewer")
    maria.world.service.sorting.sort(maria.ref, {flag.item: Ruling.IMPERSONATION})

    assert tally(maria).asked[Axis.IMITATION.value, Answer.YES].times == 1
