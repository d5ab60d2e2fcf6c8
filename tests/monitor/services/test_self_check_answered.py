"""A check that somebody asked for is answered to them, and to nobody else."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from monitor.db.sweeps import RunRequest, SweepKind
from monitor.demo.district import MARIA, ROSA
from tests.monitor.services.world import Staff, World


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA)
    world.rounds.begin()
    return maria


def test_a_check_that_somebody_waits_for_is_served_and_answered(world: World, maria: Staff):
    request = RunRequest(
        ref="request", kind=SweepKind.SELFCHECK, person=maria.ref, asked_at=world.clock.at
    )
    world.state.requests.add(request)

    world.rounds.serve()
    world.rounds.serve()
    world.service.posting.send_due()

    assert world.state.requests.get("request").done_at == world.clock.at
    assert set(world.state.requests.progress("request").values()) == {"done"}
    (answer,) = maria.letters_of("self-check")
    assert "3 of 3 sources checked" in answer.text


def test_a_check_is_answered_to_its_person_and_to_nobody_else(world: World, maria: Staff):
    rosa = world.joins(ROSA)
    world.service.posting.send_due()
    letters = len(world.post.accepted)

    world.rounds.check(maria.ref)
    world.service.posting.send_due()

    assert len(world.post.accepted) == letters + 1
    assert world.asked_about("marchetti") == []
    assert rosa.items == {}


def test_a_check_soon_after_a_sweep_asks_no_canary_again(world: World, maria: Staff):
    canaries = []
    world.meanwhile = lambda visit: canaries.extend([] if visit.query.subject else [visit])
    world.sweep()
    asked = len(canaries)
    world.later(hours=23)
    world.rounds.check(maria.ref)
    assert len(canaries) == asked > 0

    world.later(hours=2)
    world.rounds.check(maria.ref)

    assert len(canaries) > asked


def test_a_check_that_cannot_check_a_source_says_so(world: World, maria: Staff):
    world.sweep()
    world.internet = world.internet.blocks_us("chalkboard.example")
    world.later(hours=2)
    world.rounds.check(maria.ref)
    world.service.posting.send_due()

    (answer,) = maria.letters_of("self-check")
    assert "2 of 3 sources checked" in answer.text
    assert "Chalkboard has been blocking us" in answer.text


def test_a_check_beside_a_sweep_disturbs_nobody(world: World, maria: Staff):
    rosa = world.joins(ROSA)
    world.later(days=1)
    rounds = world.rounds
    with ThreadPoolExecutor() as hands:
        sweep, check = hands.submit(rounds.ask), hands.submit(rounds.check, maria.ref)
        sweep.result()
        check.result()

    assert maria.items
    assert rosa.items
    assert (maria.told, rosa.told) == ([], [])
    assert world.state.sweeps.open() == ()
    assert world.gaps() == {}
