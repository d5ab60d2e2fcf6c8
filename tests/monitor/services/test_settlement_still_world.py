"""A world in which nothing happens is told as one, however often it is looked at."""

import pytest

from monitor.demo import fake_searxng as engine
from monitor.demo.data import LAST_WEEK
from monitor.demo.district import ENROLLED, JOHN, MARIA, StaffMember
from monitor.demo.response import FakeRequest
from monitor.services.outbox import send_due
from tests.monitor.conftest import MakeWorld
from tests.monitor.services.flicker import Flicker
from tests.monitor.services.world import World

MEMBERS = (MARIA, JOHN)
SITES = (
    *("chalkboard", "givingdesk", "paceclub", "readerly"),
    *("recipebox", "snapgarden", "stitchbook", "tuneshelf"),
)


def stays_still(world: World, sweeps: int, members: tuple[StaffMember, ...] = MEMBERS) -> None:
    for member in members:
        world.joins(member)
    world.sweep()
    send_due(world.app)
    cases = [case.id for case in world.state.cases.list_undecided_cases()]
    emails = len(world.post.tried)
    internet = world.internet

    for seed in range(sweeps):
        # A consent lasts a year, and the world is still being asked at its end.
        world.later(days=3)
        world.forgets_visits()
        # Rankings, counters, trackers, blanks, entities and clocks differ all the same.
        world.web.web = Flicker(internet, seed)
        assert world.sweep() == []
        assert world.asked_about(MARIA.person.name.family)

    assert [case.id for case in world.state.cases.list_undecided_cases()] == cases
    send_due(world.app)
    assert len(world.post.tried) == emails


def test_ten_sweeps_over_a_still_world_tell_nothing(world: World):
    stays_still(world, 10)


@pytest.mark.soak
def test_a_hundred_sweeps_over_a_still_world_tell_nothing(world: World):
    stays_still(world, 100)


@pytest.mark.soak
def test_a_hundred_sweeps_over_all_of_the_demo_tell_nothing(world_of: MakeWorld):
    world = world_of(*SITES, families=("bluesky", "searxng"))
    world.web.week = LAST_WEEK
    stays_still(world, 100, ENROLLED)


def test_the_world_that_stands_still_never_says_a_thing_twice_alike(world: World):
    """Or a still world would prove nothing."""
    asked = (
        FakeRequest(host=engine.HOST, path="/search", query="q=maria+delgado&format=json", nth=1),
        FakeRequest(host="chalkboard.example", path="/t/mariadelgado", nth=1),
    )
    once, again = (
        [Flicker(world.internet, seed).answer_request(entry) for entry in asked] for seed in (1, 2)
    )

    assert all(one and other and one != other for one, other in zip(once, again, strict=True))
