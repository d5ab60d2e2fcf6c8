"""Pages that people name as their own, and those that a search names, are read as pages."""

from dataclasses import replace

import pytest
from msgspec import structs

from monitor.config.sections import PageSourcesConfig
from monitor.demo.district import MARIA
from monitor.domain.detection.assessment import OwnershipLabel
from scrapers.models import Outcome
from tests.monitor.services.world import World, profile

OWN = "http://snapgarden.example/@mariadelgado"
CHOSEN = PageSourcesConfig(
    hits=2, known_page="http://chalkboard.example/", known_feed="http://chalkboard.example/feed"
)


@pytest.fixture
def world(world_of) -> World:
    world = world_of("chalkboard", families=("searxng",))
    sources = structs.replace(world.config.sources, pages=CHOSEN)
    world.restarts(structs.replace(world.config, sources=sources))
    return world


def test_an_own_page_is_read_and_known_for_what_it_is(world: World):
    pages = structs.replace(CHOSEN, hits=0)
    world.restarts(
        structs.replace(world.config, sources=structs.replace(world.config.sources, pages=pages))
    )
    maria = world.joins(MARIA, pages=(OWN,))

    world.sweep()

    finding = maria.findings[OWN]
    assert finding.portrait.name == "Maria Delgado"
    assert world.state.findings.find_assessment(finding.id).label is OwnershipLabel.MINE
    assert "pages" not in world.gaps()


def test_what_an_own_page_links_to_is_own_as_well(world: World):
    linked = "http://chalkboard.example/t/mariadelgado"
    maria = world.joins(MARIA, handles=(), pages=(OWN,))
    own = profile("snapgarden", "mariadelgado")
    world.internet = world.internet.remove_entry(own).add_entry(replace(own, links=(linked,)))
    world.sweep()

    (account,) = (finding for finding in maria.findings.values() if finding.portrait.url == linked)
    assert world.state.findings.find_assessment(account.id).label is OwnershipLabel.MINE


def test_the_first_hits_of_a_search_are_read_once_robots_txt_allows(world: World):
    world.joins(MARIA)

    world.sweep()

    asked = [f"{visit.host}{visit.path}" for visit in world.web.visits]
    read = {entry.partition("/")[0] for entry in asked if entry.endswith("/robots.txt")}
    assert read - {"chalkboard.example"}
    assert world.coverage()["pages"].asked > 0


def test_a_page_that_names_its_site_alone_is_nobodys(world: World):
    maria = world.joins(MARIA, pages=("http://readerly.example/reader/mariadelgado",))

    world.sweep()

    assert not [finding for finding in maria.findings if "readerly" in finding]
    assert world.coverage()["pages"].outcome is Outcome.PARTIAL
