"""The real parts as fixtures: each starts when a test first asks for it and ends with the run."""

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.monitor.conftest import folder_of_run, played_demo, played_story
from tests.real import bluesky as bluesky_part
from tests.real import browser as browser_part
from tests.real import fedify as fedify_part
from tests.real import mail as mail_part
from tests.real import mastodon_mock as mastodon_mock_part
from tests.real import searxng as searxng_part
from tests.real import snac as snac_part
from tests.real import systemd_machine
from tests.real import wordpress as wordpress_part
from tests.real.bluesky import Bluesky
from tests.real.browser import Looks
from tests.real.debian_package import NEW, OLD, build_once
from tests.real.fedify import Fedify
from tests.real.machine import HERE, lacking_home, wheels_home
from tests.real.mail import MailServer
from tests.real.mastodon_mock import MastodonMock
from tests.real.pages import Pages, served
from tests.real.scheduling import LONGEST, TOGETHER, RealScheduling
from tests.real.searxng import Searxng
from tests.real.snac import Snac
from tests.real.systemd_machine import Machine
from tests.real.wordpress import WordPress

__all__ = ["played_demo", "played_story"]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return RealScheduling(config, log)


# After all others: they sort by folder.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, and then with what takes long to start."""
    items.sort(
        key=lambda item: (
            HERE not in item.path.parents,
            item.path.stem not in LONGEST,
            item.path.stem not in TOGETHER,
        )
    )


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Our Debian package as two releases, built once for all processes of this run."""
    if reason := lacking_home(wheels_home()):
        pytest.skip(f"wheels of the Debian package: {reason}")
    folder = folder_of_run(tmp_path_factory)
    return {side: build_once(side, folder / f"tree-{side}") for side in (OLD, NEW)}


@pytest.fixture(scope="session")
def searxng() -> Iterator[Searxng]:
    with (
        folder_for(searxng_part.NAME, searxng_part.lacking) as folder,
        searxng_part.running(folder) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def searxng_without_json() -> Iterator[Searxng]:
    with (
        folder_for(searxng_part.NAME, searxng_part.lacking) as folder,
        searxng_part.running(folder, formats=("html",)) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def bluesky() -> Iterator[Bluesky]:
    with (
        folder_for(bluesky_part.NAME, bluesky_part.lacking) as folder,
        bluesky_part.running(folder) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def fedify() -> Iterator[Fedify]:
    with (
        folder_for(fedify_part.NAME, fedify_part.lacking) as folder,
        fedify_part.running(folder) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def snac() -> Iterator[Snac]:
    with (
        folder_for(snac_part.NAME, snac_part.lacking) as folder,
        snac_part.running(folder) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def mastodon_mock() -> Iterator[MastodonMock]:
    with (
        folder_for(mastodon_mock_part.NAME, mastodon_mock_part.lacking) as folder,
        mastodon_mock_part.running(folder) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def wordpress() -> Iterator[WordPress]:
    with (
        folder_for(wordpress_part.NAME, wordpress_part.lacking) as folder,
        wordpress_part.running(folder) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    with (
        folder_for(systemd_machine.NAME, systemd_machine.lacking) as folder,
        systemd_machine.running(folder) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def mail() -> Iterator[MailServer]:
    with (
        folder_for(mail_part.NAME, mail_part.lacking) as folder,
        mail_part.running(folder) as running,
    ):
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if reason := browser_part.lacking():
        pytest.skip(reason)
    with browser_part.running() as running:
        yield running


@pytest.fixture(scope="module")
def pages(played_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """The demo's pages, with a folder of their own for each file of tests."""
    folder = tmp_path_factory.mktemp("pages") / "demo"
    shutil.copytree(played_demo, folder)
    with served(folder) as running:
        yield running


@pytest.fixture(scope="module")
def looks(browser: Browser, pages: Pages) -> Looks:
    """A Chromium on the demo's pages: `with looks.window() as page: …`."""
    return Looks(browser, pages.address)


@contextlib.contextmanager
def folder_for(name: str, lacking: Callable[[], str]) -> Iterator[Path]:
    if reason := lacking():
        pytest.skip(f"{name}: {reason}")
    with tempfile.TemporaryDirectory(prefix="namesake-") as folder:
        # The servers drop root's rights and must still reach their own files.
        Path(folder).chmod(0o755)
        yield Path(folder)
