"""A sweep of a site of pages, while nothing in the service itself could parse one."""

import sys

import pytest

from monitor.demo.district import MARIA

pytestmark = pytest.mark.usefixtures("own_parser")
PARSERS = ("bs4", "lxml", "scrapers.parsers.html", "scrapers.parsers.html")
PROFILE = "http://chalkboard.example/t/mariadelgado"


@pytest.fixture
def no_parsers(monkeypatch):
    for name in PARSERS:
        monkeypatch.setitem(sys.modules, name, None)


def test_a_service_that_cannot_parse_reads_profiles_all_the_same(world_of, no_parsers):
    world = world_of("chalkboard")
    maria = world.joins(MARIA)

    world.sweep()

    assert world.gaps() == {}
    assert maria.findings[PROFILE].portrait.name == "Maria Delgado"
    with pytest.raises(ImportError):
        __import__("bs4")


def test_no_child_is_left_when_the_service_ends(world_of):
    world = world_of("chalkboard")
    world.joins(MARIA)
    world.sweep()
    parser = world.app.crawler.parser
    running = parser.child_pids

    world.close()

    assert running
    assert parser.child_pids == ()
