"""The budget of a source holds for sweeps and checks alike, and people are told of it."""

from datetime import timedelta

import pytest
from msgspec import structs

from monitor.demo.district import MARIA, ROSA
from monitor.services.job_kinds import run_self_check
from monitor.services.outbox import send_due
from scrapers.models import Outcome
from tests.monitor.services.world import World, configured

# They ask for an account that is there, for one that is not, and for a name.
CANARIES = 3
TODAY = "the budget for this source is used up for today"


@pytest.fixture
def budgeted(world_of, tmp_path):
    """Make a world that may ask Bluesky so often."""

    def make(**budget: int) -> World:
        world = world_of(families=("bluesky",))
        config = configured(tmp_path, (), "bluesky")
        bluesky = structs.replace(config.sources.bluesky, **budget)
        world.restarts(
            structs.replace(config, sources=structs.replace(config.sources, bluesky=bluesky))
        )
        return world

    return make


def asked(world: World) -> int:
    return len([query for query in world.asked if query.host == "appview.example"])


def test_a_sweep_asks_what_the_budget_allows_and_says_what_it_left_out(budgeted):
    world = budgeted(per_day=CANARIES + 1)
    maria = world.joins(MARIA)

    world.sweep()
    world.on_monday()

    assert asked(world) == CANARIES + 1
    assert world.gaps() == {"bluesky": Outcome.PARTIAL}
    (digest,) = maria.emails_of("digest")
    assert f"Bluesky has given only part of its answers ({TODAY})" in " ".join(digest.text.split())


def test_a_budget_that_its_canaries_use_up_leaves_the_source_unasked(budgeted):
    world = budgeted(per_day=CANARIES)
    maria = world.joins(MARIA)
    world.sweep()
    world.later(hours=1)

    world.sweep()
    world.on_monday()

    assert asked(world) == CANARIES
    assert world.gaps() == {"bluesky": Outcome.SKIPPED}
    assert world.state.source_health.find_source_health("bluesky").retry_at is not None
    (digest,) = maria.emails_of("digest")
    assert f"Bluesky was not checked ({TODAY})" in " ".join(digest.text.split())


def test_a_check_obeys_the_budget_that_a_sweep_has_used_up_also_after_a_restart(budgeted):
    world = budgeted(per_day=CANARIES + 1)
    maria = world.joins(MARIA)
    world.sweep()
    world.restarts()
    world.forgets_visits()

    run_self_check(world.app, maria.id)
    send_due(world.app)

    assert asked(world) == 0
    (answer,) = maria.emails_of("self-check")
    assert f"Bluesky was not checked ({TODAY})" in " ".join(answer.text.split())


def test_the_next_day_and_the_next_week_bring_new_ones(budgeted):
    world = budgeted(per_day=CANARIES + 1, per_week=CANARIES + 3)
    for member in (MARIA, ROSA):
        world.joins(member)
    counts = []
    for _ in range(4):
        world.forgets_visits()
        world.sweep()
        counts.append(asked(world))
        world.clock.at += timedelta(days=1)

    # It begins on a Saturday.
    assert counts == [4, 2, 4, 2]
