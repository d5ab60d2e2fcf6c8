"""A world in which nothing happens is told as one, however often it is looked at."""

import pytest

from monitor.demo.district import JOHN, MARIA
from tests.monitor.flows.world import World

MEMBERS = (MARIA, JOHN)


def stays_still(world: World, sweeps: int) -> None:
    for member in MEMBERS:
        world.joins(member)
    world.sweep()
    world.service.posting.send_due()
    flags = [flag.ref for flag in world.state.flags.all_open()]
    letters = len(world.post.tried)

    for _ in range(sweeps):
        world.a_week_later()
        # Rankings, counters, nonces and clocks differ from visit to visit all the same.
        world.internet = world.internet.reorders()
        assert world.sweep() == []

    assert [flag.ref for flag in world.state.flags.all_open()] == flags
    world.service.posting.send_due()
    assert len(world.post.tried) == letters


def test_twenty_sweeps_over_a_still_world_tell_nothing(world: World):
    stays_still(world, 20)


@pytest.mark.soak
def test_a_hundred_sweeps_over_a_still_world_tell_nothing(world: World):
    stays_still(world, 100)
