"""A parser for the tests, and who is alive."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scrapers.parsers.presence import Rule
from scrapers.sandbox.client import ChildParser
from scrapers.sites.catalog import Entry
from scrapers.sites.presence import PresenceSource
from tests.scrapers.sandbox.sources import MANNERS, Rogue

RULE = Rule(e_code=200, e_string="class='card'", m_code=404, m_string="")

Alive = Callable[[int], bool]


@pytest.fixture
def parser() -> Iterator[ChildParser]:
    """Have all the patience that a busy machine may need for an ordinary page."""
    with ChildParser(patience=60.0) as children:
        yield children


@pytest.fixture
def hasty() -> Iterator[ChildParser]:
    with ChildParser(patience=0.3) as children:
        yield children


@pytest.fixture
def alpha() -> PresenceSource:
    return PresenceSource(
        entry=Entry(name="Alpha", uri_check="https://alpha.example/{account}", rule=RULE)
    )


@pytest.fixture
def rogue() -> Rogue:
    return Rogue(name="rogue", etiquette=MANNERS)


def alive(pid: int) -> bool:
    """Say whether a process runs; one that ended and was not yet waited for does not."""
    try:
        state = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
