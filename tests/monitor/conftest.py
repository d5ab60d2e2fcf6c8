"""What the districts of the tests share, because it costs much and remembers nothing.

The world of the tests: a real folder, a real server on loopback, time that stands still.
"""

import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from monitor.db.database import Database
from monitor.demo.internet import Internet
from monitor.demo.server import WebServer
from monitor.demo.setup import StoryClock
from monitor.event_log import EventFormatter
from scrapers.sandbox.client import SandboxParser
from tests.monitor.demo.played import Played, played_into
from tests.monitor.services.replays import Replays
from tests.monitor.services.world import World, configured
from tests.real.process import hold_lock

Found = Callable[[Path], None]
# Not by `from monitor.app`, which gives what stands for the module until it is loaded.
app_parts = import_module("monitor.app.builders")


@pytest.fixture(autouse=True)
def events_with_fields(caplog: pytest.LogCaptureFixture) -> None:
    """Let what a test reads of the log hold fields, as the journal does."""
    caplog.handler.setFormatter(EventFormatter())


@pytest.fixture(scope="session")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Make a district's folder as `State.init` does: a copy of one takes a tenth of the time."""
    first = tmp_path_factory.mktemp("district") / "state"
    Database.create_or_open_folder(first).close()

    def copy(folder: Path) -> None:
        shutil.copytree(first, folder)

    return copy


@pytest.fixture
def own_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each district of a test start and end children of its own, as a service does."""
    monkeypatch.setattr(app_parts, "SandboxParser", SandboxParser)


@pytest.fixture(scope="session", autouse=True)
def shared_parser() -> Iterator[None]:
    """Parse for all districts in the same children: to start one takes half a second."""
    with SandboxParser() as parser, pytest.MonkeyPatch.context() as patch:
        patch.setattr(app_parts, "SandboxParser", lambda: nullcontext(parser))
        yield


def folder_of_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that all processes of this run share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


def make_once(
    tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]
) -> tuple[Path, Any]:
    """Return a folder that is made once for all processes of this run, and what making it gave."""
    folder = folder_of_run(tmp_path_factory) / name
    given = folder.with_suffix(".given")
    with hold_lock(folder.with_suffix(".lock")):
        if not given.exists():
            given.write_bytes(pickle.dumps(make(folder)))
    return folder, pickle.loads(given.read_bytes())  # noqa: S301 - a process of this run wrote it


@pytest.fixture(scope="session")
def played_story(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The demo's three weeks. Copy its folder before you change anything."""
    _, played = make_once(tmp_path_factory, "demo", played_into)
    return played


@pytest.fixture(scope="session")
def played_demo(played_story: Played) -> Path:
    return played_story.folder


@pytest.fixture(scope="session")
def all_replays(tmp_path_factory: pytest.TempPathFactory) -> Replays:
    return Replays(tmp_path_factory.mktemp("replays"))


@pytest.fixture
def replays(all_replays: Replays, request: pytest.FixtureRequest) -> Iterator[Replays | None]:
    """What worlds came to before; none for a test that changes the program."""
    all_replays.is_setting_up = True
    yield None if "monkeypatch" in request.fixturenames else all_replays
    all_replays.is_setting_up = False


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Let what the test itself does happen."""
    if replays := getattr(item, "funcargs", {}).get("replays"):
        replays.is_setting_up = False


MakeWorld = Callable[..., World]
SATURDAY = datetime(2026, 9, 12, 20, tzinfo=UTC)


@pytest.fixture
def world_of(tmp_path: Path, found: Found, replays: Replays | None) -> Iterator[MakeWorld]:
    """Make a world with these sites; `families` are the sources beside them."""
    with ExitStack() as parts:

        def make(*sites: str, families: tuple[str, ...] = (), folder: Path = tmp_path) -> World:
            folder.mkdir(exist_ok=True)
            config = configured(folder, sites, *families)
            found(config.state)
            clock = StoryClock(SATURDAY)
            web = parts.enter_context(WebServer(Internet(), now=clock.now))
            world = World(config, web, clock, replays)
            parts.callback(world.close)
            return world

        yield make


@pytest.fixture
def world(world_of: MakeWorld) -> World:
    return world_of("chalkboard", families=("bluesky", "searxng"))


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own, in a place that services see."""
    path = tmp_path / "program" / "bin" / "namesake"
    path.parent.mkdir(parents=True)
    path.touch()
    monkeypatch.setattr("sys.prefix", str(path.parents[1]))
    monkeypatch.setattr("monitor.cli.systemd_units.HIDDEN_PLACES", frozenset())
    return path


@pytest.fixture
def units_folder(tmp_path: Path) -> Path:
    (tmp_path / "units").mkdir()
    return tmp_path / "units"
