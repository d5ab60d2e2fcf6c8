"""An operator may ask every source what we know the answer to; nobody is asked about."""

import pytest

from monitor.demo.data import DemoProfile
from monitor.demo.district import DANIEL, MARIA
from monitor.demo.internet import HostMood
from monitor.domain.source_trust import SourceTrust
from monitor.services.sweeps import run_canaries
from tests.monitor.services.world import World, catalog

PRETENDER = DemoProfile(
    site="paceclub",
    handle="dreyesart",
    name="Daniel Reyes",
    bio="Art teacher at Cedar Valley Middle School.",
    town="Cedar Valley",
)


def standings(world: World) -> dict[str, SourceTrust]:
    return {canary.source: canary.trust.status for canary in run_canaries(world.app)}


def test_sources_that_answer_as_known_are_proven(world: World):
    assert standings(world) == dict.fromkeys(
        ("bluesky", "chalkboard", "searxng"), SourceTrust.PROVEN
    )
    assert {part.proven_at for part in world.state.source_health.list_source_health()} == {
        world.clock.at
    }


def test_nothing_is_asked_about_anybody(world: World):
    world.joins(MARIA)

    run_canaries(world.app)

    assert world.asked_about("maria") == []


def test_an_impossible_name_is_drawn_anew_each_time(world: World):
    run_canaries(world.app)
    first = {query.path for query in world.asked if "chalkboard" in query.host}
    world.forgets_visits()
    run_canaries(world.app)
    second = {query.path for query in world.asked if "chalkboard" in query.host}

    assert first & second == {"/t/chalkboard"}


@pytest.mark.parametrize("trouble", [HostMood.BLOCKING, HostMood.VAGUE, HostMood.DOWN])
def test_a_source_that_answers_otherwise_is_refuted_and_proves_nothing(world: World, trouble):
    world.internet = world.internet.trouble_host("chalkboard.example", trouble)

    assert standings(world)["chalkboard"] is SourceTrust.REFUTED
    assert world.state.source_health.find_source_health("chalkboard") is None


def test_a_refutation_takes_no_earlier_proof_away(world: World):
    world.sweep()
    proven = world.state.source_health.find_source_health("chalkboard")
    world.internet = world.internet.trouble_host("chalkboard.example", HostMood.BLOCKING)
    world.later(hours=1)

    run_canaries(world.app)

    assert world.state.source_health.find_source_health("chalkboard") == proven


@pytest.mark.parametrize(("known", "cases"), [(["paceclub"], 1), ([], 0)])
def test_only_a_source_that_was_proven_raises_cases(world_of, tmp_path, known, cases):
    """Without a known account nobody can tell that a site shows what it has."""
    world = world_of("paceclub")
    catalog(tmp_path, ("paceclub",), known=known)
    world.restarts()
    world.internet = world.internet.add_entry(PRETENDER)
    daniel = world.joins(DANIEL)

    world.sweep()

    assert "http://paceclub.example/athletes/dreyesart" in daniel.findings
    assert len(daniel.cases) == cases
    assert bool(world.state.source_health.find_source_health("paceclub").proven_at) is bool(cases)
