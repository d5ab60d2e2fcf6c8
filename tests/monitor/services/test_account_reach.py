"""Of each account that somebody declares it is said how we see it, and when only they can look."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.demo.district import MARIA
from monitor.domain.vocabulary import AccountReach
from monitor.services.account_reach import LOOK_EVERY, describe_own_reach
from monitor.web.enrollment import build_declared_lines
from reports.pages.enrollment import AccountLine
from tests.monitor.conftest import SATURDAY
from tests.monitor.services.world import World, profile

OWN = ("chalkboard:@mariadelgado", "instagram:@maria.delgado")


def list_lines(*accounts: str) -> tuple[AccountLine, ...]:
    return tuple(build_declared_lines(accounts, ()))


def tell(world: World, *accounts: str) -> tuple[AccountLine, ...]:
    maria = world.joins(MARIA, accounts=accounts)
    return describe_own_reach(world.app, list_lines(*accounts), maria.id)


def test_what_a_source_reads_is_seen_each_week_and_the_rest_through_search(world: World):
    read, searched = tell(world, *OWN)

    assert (read.reach, read.look_at, read.last_seen) == (AccountReach.WEEKLY, None, None)
    assert searched.reach is AccountReach.SEARCH
    assert searched.look_at == SATURDAY + LOOK_EVERY
    assert "instagram.com" in searched.settings_url


def test_without_a_search_engine_nobody_sees_a_closed_network(world_of):
    _, closed = tell(world_of("chalkboard", families=("bluesky",)), *OWN)

    assert closed.reach is AccountReach.NEVER


@pytest.mark.parametrize("days", [0, 29, 31, 100])
def test_the_day_to_look_comes_again_each_month(world: World, days: int):
    maria = world.joins(MARIA, accounts=OWN)
    world.later(days=days)
    _, line = describe_own_reach(world.app, list_lines(*OWN), maria.id)

    assert line.look_at is not None
    assert timedelta(0) < line.look_at - world.clock.at <= LOOK_EVERY
    assert (line.look_at - SATURDAY) % LOOK_EVERY == timedelta(0)


def test_it_says_when_it_was_last_seen_and_that_it_was_missed(world_of):
    world = world_of("chalkboard")
    maria = world.joins(MARIA, accounts=OWN)
    world.sweep()
    (seen, _) = describe_own_reach(world.app, list_lines(*OWN), maria.id)
    assert (seen.reach, seen.last_seen) == (AccountReach.WEEKLY, world.clock.at)

    world.internet = world.internet.remove_entry(profile("chalkboard", "mariadelgado"))
    for _ in range(2):
        world.a_week_later()
        world.sweep()
    (missed, _) = describe_own_reach(world.app, list_lines(*OWN), maria.id)

    assert (missed.reach, missed.last_seen) == (AccountReach.MISSED, seen.last_seen)
    assert missed.look_at is not None


@pytest.mark.parametrize(("name", "alerts"), [("Maria Delgado", "all"), ("Beetle Club", "none")])
def test_it_says_of_which_account_no_change_raises_an_alert(world_of, name: str, alerts: str):
    world = world_of("chalkboard")
    mine = profile("chalkboard", "mariadelgado")
    world.internet = world.internet.remove_entry(mine).add_entry(replace(mine, name=name))
    maria = world.joins(MARIA, accounts=OWN)
    world.sweep()

    seen, unseen = describe_own_reach(world.app, list_lines(*OWN), maria.id)

    assert (seen.is_nameless, unseen.is_nameless) == (alerts == "none", False)
