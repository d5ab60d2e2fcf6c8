"""A world in which nothing happens is told as one, however often it is looked at."""

import pytest

from monitor.demo.days import LAST_WEEK
from monitor.demo.district import ENROLLED, JOHN, MARIA, Member
from tests.monitor.flows.conftest import MakeWorld
from tests.monitor.flows.world import World

MEMBERS = (MARIA, JOHN)
SITES = (
    *("chalkboard", "givingdesk", "paceclub", "readerly"),
    *("recipebox", "snapgarden", "stitchbook", "tuneshelf"),
)


def stays_still(world: World, sweeps: int, members: tuple[Member, ...] = MEMBERS) -> None:
    for member in members:
        world.joins(member)
    world.sweep()
    world.service.posting.send_due()
    flags = [flag.ref for flag in world.state.flags.all_open()]
    letters = len(world.post.tried)

    for _ in range(sweeps):
        # A consent lasts a year, and the world is still being asked at its end.
        world.later(days=3)
        world.forgets_visits()
        # Rankings, counters, nonces and clocks differ from visit to visit all the same.
        world.internet = world.internet.reorders()
        assert world.sweep() == []
        assert world.asked_about(MARIA.person.name.family)

    assert [flag.ref for flag in world.state.flags.all_open()] == flags
    world.service.posting.send_due()
    assert len(world.post.tried) == letters


def test_twenty_sweeps_over_a_still_world_tell_nothing(world: World):
    stays_still(world, 20)


@pytest.mark.soak
def test_a_hundred_sweeps_over_a_still_world_tell_nothing(world: World):
    stays_still(world, 100)


@pytest.mark.soak
def test_a_hundred_sweeps_over_all_of_the_demo_tell_nothing(world_of: MakeWorld):
    world = world_of(*SITES, families=("bluesky", "searxng"))
    world.web.week = LAST_WEEK
    stays_still(world, 100, ENROLLED)
