"""The portal of the tests: `portal.signed_in(mail).get("/me")` is a page as somebody sees it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.config.sections import SignInMethod
from monitor.demo.district import MARIA
from monitor.demo.internet import Internet
from monitor.demo.server import WebServer
from monitor.demo.setup import StoryClock
from tests.monitor.conftest import SATURDAY, Found
from tests.monitor.services.replays import Replays
from tests.monitor.services.world import IMPOSTOR, Staff, World, configured
from tests.monitor.web.portal import Portal, with_portal
from tests.monitor.web.scene import Scene, set_in


@pytest.fixture
def sign_in() -> SignInMethod:
    """How people sign in; a file of tests may ask for each way in turn."""
    return SignInMethod.LINK


@pytest.fixture
def portal(
    tmp_path: Path, sign_in: SignInMethod, found: Found, replays: Replays | None
) -> Iterator[Portal]:
    config = with_portal(configured(tmp_path, ("chalkboard",), "bluesky"), sign_in)
    found(config.state)
    clock = StoryClock(SATURDAY)
    with WebServer(Internet(), now=clock.now) as web:
        world = World(config, web, clock, replays)
        yield Portal(world)
        world.close()


@pytest.fixture
def maria(portal: Portal) -> Staff:
    """Somebody whom an impostor imitates, and who was checked once."""
    world = portal.world
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    return maria


@pytest.fixture
def scene(portal: Portal) -> Scene:
    """Everybody in front of the pages, and one finding that is Maria's alone."""
    return set_in(portal)
