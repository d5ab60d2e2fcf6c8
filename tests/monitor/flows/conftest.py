"""The world of the tests: a real state folder, a real server on loopback, time that stands still."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from monitor.demo import days
from monitor.demo.clock import StoryClock
from monitor.demo.internet import Internet
from monitor.demo.server import WebServer
from monitor.store.state import State
from tests.monitor.flows.world import World, configured

MakeWorld = Callable[..., World]


@pytest.fixture
def world_of(tmp_path: Path) -> Iterator[MakeWorld]:
    """Make a world with these sites; `families` are the sources beside them."""
    with ExitStack() as parts:

        def make(*sites: str, families: tuple[str, ...] = ()) -> World:
            config = configured(tmp_path, sites, *families)
            State.init(config.state).close()
            clock = StoryClock(days.sweep_at(1))
            web = parts.enter_context(WebServer(Internet(), now=clock.now))
            world = World(config, web, clock)
            parts.callback(world.close)
            return world

        yield make


@pytest.fixture
def world(world_of: MakeWorld) -> World:
    return world_of("chalkboard", families=("bluesky", "searxng"))
