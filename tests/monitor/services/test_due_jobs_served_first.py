"""Whoever waits at a screen is served beside a sweep, not behind it."""

import threading
from functools import partial

import pytest

from monitor.db.jobs import build_request
from monitor.demo.district import MARIA
from monitor.domain.vocabulary import SweepKind
from monitor.services.due_jobs import run_due_sweeps, run_requested_checks, take_over_jobs
from monitor.services.job_kinds import SWEEP
from monitor.services.self_check import SELF_CHECK
from scrapers.models import CrawlResult
from tests.monitor.services.world import Staff, World

LONG = 20  # seconds, until which a test that fails hangs


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA)
    take_over_jobs(world.app)
    return maria


def asks_for(world: World, name: str, person: str = "") -> str:
    ref = f"wish for a {name}"
    world.state.jobs.insert_request(build_request(name, ref, world.clock.at, person))
    return ref


def served(world: World, ref: str) -> bool:
    wish = world.state.jobs.find_request(ref)
    return wish is not None and wish.done_at is not None


def test_a_sweep_that_a_command_asks_for_is_left_to_the_hand_that_sweeps(
    world: World, maria: Staff
):
    wish = asks_for(world, SWEEP)
    run_requested_checks(world.app)
    assert not served(world, wish)
    assert world.asked == []

    run_due_sweeps(world.app)
    assert served(world, wish)
    assert world.coverage()


@pytest.mark.parametrize("begins", ["when it is due", "when a command asks for it"])
def test_a_self_check_is_served_while_a_sweep_hangs(world: World, maria: Staff, begins: str):
    if begins == "when it is due":
        world.later(days=4)
    else:
        asks_for(world, SWEEP)
    sweeping = threading.Event()
    may_go_on = threading.Event()

    def meanwhile(_visit: CrawlResult) -> None:
        if threading.current_thread() is hand:
            sweeping.set()
            may_go_on.wait(LONG)

    world.meanwhile = meanwhile
    hand = threading.Thread(target=partial(run_due_sweeps, world.app))
    hand.start()
    try:
        assert sweeping.wait(LONG)
        wish = asks_for(world, SELF_CHECK, maria.id)
        run_requested_checks(world.app)

        assert served(world, wish)
        assert hand.is_alive()
        assert [sweep.kind for sweep in world.state.sweeps.list_open_sweeps()] == [SweepKind.SWEEP]
    finally:
        may_go_on.set()
        hand.join(LONG)


def test_a_sweep_that_fails_is_tried_again_and_then_given_up(world: World, maria: Staff):
    wish = asks_for(world, SWEEP)

    def fails(_visit: CrawlResult) -> None:
        reason = "a fault of ours"
        raise ValueError(reason)

    world.meanwhile = fails
    for _ in range(3):
        with pytest.raises(ValueError, match="a fault of ours"):
            run_due_sweeps(world.app)

    given_up = world.state.jobs.find_request(wish)
    assert given_up is not None
    assert given_up.note == "It failed 3 times (ValueError). See the service log."
