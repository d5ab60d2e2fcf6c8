"""The real parts as fixtures: each starts when a test first asks for it and ends with the run."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.real import bluesky as bluesky_part
from tests.real import mail as mail_part
from tests.real import searxng as searxng_part
from tests.real.bluesky import Bluesky
from tests.real.mail import MailServer
from tests.real.searxng import Searxng


@pytest.fixture(scope="session")
def searxng() -> Iterator[Searxng]:
    with (
        _folder_for(searxng_part.NAME, searxng_part.lacking) as folder,
        searxng_part.running(folder) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def searxng_without_json() -> Iterator[Searxng]:
    with (
        _folder_for(searxng_part.NAME, searxng_part.lacking) as folder,
        searxng_part.running(folder, formats=("html",)) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def bluesky() -> Iterator[Bluesky]:
    with (
        _folder_for(bluesky_part.NAME, bluesky_part.lacking) as folder,
        bluesky_part.running(folder) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def mail() -> Iterator[MailServer]:
    with (
        _folder_for(mail_part.NAME, mail_part.lacking) as folder,
        mail_part.running(folder) as running,
    ):
        yield running


@contextlib.contextmanager
def _folder_for(name: str, lacking: Callable[[], str]) -> Iterator[Path]:
    if reason := lacking():
        pytest.skip(f"{name}: {reason}")
    with tempfile.TemporaryDirectory(prefix="namesake-") as folder:
        # The servers drop root's rights and must still reach their own files.
        Path(folder).chmod(0o755)
        yield Path(folder)
