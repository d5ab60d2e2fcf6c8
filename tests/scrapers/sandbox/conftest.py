"""A parser for the tests, and who is alive."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scrapers.parsers.presence import PresenceRule
from scrapers.sandbox.client import SandboxParser
from scrapers.sites.catalog import SiteEntry
from scrapers.sites.presence_source import PresenceSource
from tests.scrapers.sandbox.sources import MANNERS, Rogue

RULE = PresenceRule(e_code=200, e_string="class='card'", m_code=404, m_string="")


@pytest.fixture
def parser() -> Iterator[SandboxParser]:
    """Have all the patience that a busy machine may need for an ordinary page."""
    with SandboxParser(patience=60.0) as children:
        yield children


@pytest.fixture(scope="module")
def lasting() -> Iterator[SandboxParser]:
    """Parse what its child survives; to start one takes longer than most tests of it."""
    with SandboxParser(patience=60.0) as children:
        yield children


@pytest.fixture
def hasty() -> Iterator[SandboxParser]:
    with SandboxParser(patience=0.3) as children:
        yield children


@pytest.fixture
def alpha() -> PresenceSource:
    return PresenceSource(
        entry=SiteEntry(name="Alpha", uri_check="https://alpha.example/{account}", rule=RULE)
    )


@pytest.fixture
def rogue() -> Rogue:
    return Rogue(name="rogue", crawl_policy=MANNERS)


def alive(pid: int) -> bool:
    """Say whether a process runs; one that ended and was not yet waited for does not."""
    try:
        state = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
