"""Somebody who has joined, in a district with pages, and who is about to move to an address."""

import pytest

from monitor.demo.district import MARIA
from tests.monitor.services.mover import Mover
from tests.monitor.services.world import World
from tests.monitor.web.portal import with_portal


@pytest.fixture
def world(world_of) -> World:
    world = world_of("chalkboard", families=("searxng",))
    world.restarts(with_portal(world.config))
    return world


@pytest.fixture
def maria(world: World) -> Mover:
    return Mover(world.joins(MARIA))
