"""An operator may ask every source what we know the answer to; nobody is asked about."""

import pytest

from monitor.demo.data import Profile
from monitor.demo.district import DANIEL, MARIA
from monitor.domain.source_trust import Standing
from tests.monitor.services.world import World, catalogue


def standings(world: World) -> dict[str, Standing]:
    return {each.source: each.trust.standing for each in world.service.canaries.ask()}


def test_sources_that_answer_as_known_are_proven(world: World):
    assert standings(world) == dict.fromkeys(("bluesky", "chalkboard", "searxng"), Standing.PROVEN)
    assert {each.proven_at for each in world.state.health.all()} == {world.clock.at}


def test_nothing_is_asked_about_anybody(world: World):
    world.joins(MARIA)

    world.service.canaries.ask()

    assert world.asked_about("maria") == []


def test_an_impossible_name_is_drawn_anew_each_time(world: World):
    world.service.canaries.ask()
    first = {each.path for each in world.asked if "chalkboard" in each.host}
    world.forgets_visits()
    world.service.canaries.ask()
    second = {each.path for each in world.asked if "chalkboard" in each.host}

    assert first & second == {"/t/chalkboard"}


@pytest.mark.parametrize("trouble", ["blocks_us", "says_the_same_for_everybody", "is_down"])
def test_a_source_that_answers_otherwise_is_refuted_and_proves_nothing(world: World, trouble):
    world.internet = getattr(world.internet, trouble)("chalkboard.example")

    assert standings(world)["chalkboard"] is Standing.REFUTED
    assert world.state.health.get("chalkboard") is None


def test_a_refutation_takes_no_earlier_proof_away(world: World):
    world.sweep()
    proven = world.state.health.get("chalkboard")
    world.internet = world.internet.blocks_us("chalkboard.example")
    world.later(hours=1)

    world.service.canaries.ask()

    assert world.state.health.get("chalkboard") == proven


@pytest.mark.parametrize(("known", "flags"), [(["paceclub"], 1), ([], 0)])
def test_only_a_source_that_was_proven_raises_flags(world_of, tmp_path, known, flags):
    """Without a known account nobody can tell that a site shows what it has."""
    world = world_of("paceclub")
    catalogue(tmp_path, ("paceclub",), known=known)
    world.restarts()
    pretender = Profile(
        site="paceclub",
        handle="dreyesart",
        name="Daniel Reyes",
        bio="Art teacher at Cedar Valley Middle School.",
        town="Cedar Valley",
    )
    world.internet = world.internet.shows(pretender)
    daniel = world.joins(DANIEL)

    world.sweep()

    assert "http://paceclub.example/athletes/dreyesart" in daniel.items
    assert len(daniel.flags) == flags
    assert bool(world.state.health.get("paceclub").proven_at) is bool(flags)
