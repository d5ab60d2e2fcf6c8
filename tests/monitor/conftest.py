"""What the districts of the tests share, because it costs much and remembers nothing."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from monitor import build
from monitor.store.state import State
from scrapers.parsing.parser import ChildParser

Found = Callable[[Path], None]


@pytest.fixture(scope="session")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Make a district's folder as `State.init` does: a copy of one takes a tenth of the time."""
    first = tmp_path_factory.mktemp("district") / "state"
    State.init(first).close()

    def copy(folder: Path) -> None:
        shutil.copytree(first, folder)

    return copy


@pytest.fixture
def own_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each district of a test start and end children of its own, as a service does."""
    monkeypatch.setattr(build, "ChildParser", ChildParser)


@pytest.fixture(scope="session", autouse=True)
def shared_parser() -> Iterator[None]:
    """Parse for all districts in the same children: to start one takes half a second."""
    with ChildParser() as parser, pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "ChildParser", lambda: nullcontext(parser))
        yield
