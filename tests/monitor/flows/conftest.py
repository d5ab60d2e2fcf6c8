"""The world of the tests: a real folder, a real server on loopback, time that stands still."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.demo.clock import StoryClock
from monitor.demo.internet import Internet
from monitor.demo.server import WebServer
from tests.monitor.conftest import Found
from tests.monitor.flows.world import World, configured

MakeWorld = Callable[..., World]
SATURDAY = datetime(2026, 9, 12, 20, tzinfo=UTC)


@pytest.fixture
def world_of(tmp_path: Path, found: Found) -> Iterator[MakeWorld]:
    """Make a world with these sites; `families` are the sources beside them."""
    with ExitStack() as parts:

        def make(*sites: str, families: tuple[str, ...] = (), folder: Path = tmp_path) -> World:
            folder.mkdir(exist_ok=True)
            config = configured(folder, sites, *families)
            found(config.state)
            clock = StoryClock(SATURDAY)
            web = parts.enter_context(WebServer(Internet(), now=clock.now))
            world = World(config, web, clock)
            parts.callback(world.close)
            return world

        yield make


@pytest.fixture
def world(world_of: MakeWorld) -> World:
    return world_of("chalkboard", families=("bluesky", "searxng"))
