"""An own account that a site showed twice stands in for the known account of a site without one."""

from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from monitor.demo.data import DemoProfile
from monitor.demo.district import DANIEL, MARIA
from monitor.demo.internet import HostMood
from monitor.domain.vocabulary import ConsentChannel
from monitor.services.consent_renewal import pause_checks
from monitor.services.job_kinds import run_full_sweep
from scrapers.models import Outcome
from tests.monitor.conftest import MakeWorld
from tests.monitor.services.test_settlement_settle_order import Interrupted
from tests.monitor.services.test_sweeps_canaries import PRETENDER
from tests.monitor.services.world import Staff, World, catalog

OWN = DemoProfile(site="paceclub", handle="mdruns", name="Maria Delgado")
HIS = DemoProfile(site="paceclub", handle="dreyes", name="Daniel Reyes")


@pytest.fixture
def world(world_of: MakeWorld, tmp_path: Path) -> World:
    """Make a world with one site, of which no known account is known."""
    world = world_of("paceclub")
    catalog(tmp_path, ("paceclub",), known=[])
    world.restarts()
    world.internet = world.internet.add_entry(OWN)
    return world


def joins_with_account(world: World) -> Staff:
    return world.joins(MARIA, accounts=("paceclub:@mdruns",), handles=("mdruns",))


def sweeps(world: World, times: int) -> None:
    for _ in range(times):
        world.sweep()
        world.a_week_later()


def is_proven(world: World) -> bool:
    health = world.state.source_health.find_source_health("paceclub")
    return health is not None and health.proven_at is not None


def test_an_own_account_that_was_found_twice_proves_its_site_and_not_before(world: World) -> None:
    joins_with_account(world)

    sweeps(world, 2)
    assert not is_proven(world)

    sweeps(world, 1)
    assert is_proven(world)


def test_two_answers_within_a_day_prove_nothing(world: World) -> None:
    joins_with_account(world)

    for _ in range(4):
        world.sweep()
        world.later(hours=5)

    assert not is_proven(world)


def test_nothing_is_asked_that_would_not_be_asked_anyway(world: World) -> None:
    joins_with_account(world)
    sweeps(world, 2)
    world.forgets_visits()

    sweeps(world, 1)

    paths = [query.path for query in world.asked if query.host == "paceclub.example"]
    assert paths.count("/athletes/mdruns") == 1


def test_an_account_that_nobody_declared_proves_nothing(world: World) -> None:
    world.joins(MARIA, accounts=(), handles=("mdruns",))

    sweeps(world, 4)

    assert not is_proven(world)


@pytest.mark.parametrize(("before", "cases"), [(0, 0), (3, 1)])
def test_a_site_proven_by_a_colleagues_account_raises_cases(
    world: World, before: int, cases: int
) -> None:
    joins_with_account(world)
    daniel = world.joins(DANIEL)
    sweeps(world, before)
    world.internet = world.internet.add_entry(PRETENDER)

    sweeps(world, 1)

    assert "http://paceclub.example/athletes/dreyesart" in daniel.findings
    assert len(daniel.cases) == cases


def test_a_site_that_misses_its_only_learned_account_is_not_believed_for_one_check(
    world: World,
) -> None:
    joins_with_account(world)
    sweeps(world, 3)
    world.internet = world.internet.remove_entry(OWN)

    world.sweep()
    held = world.coverage()["paceclub"]
    world.a_week_later()
    world.sweep()
    settled = world.coverage()["paceclub"]

    assert (held.outcome, settled.outcome) == (Outcome.UNREADABLE, Outcome.ABSENT)
    assert held.note == "misses-accounts"
    assert "mdruns" not in held.note


def test_a_stop_before_it_is_recorded_changes_nothing_of_that(
    world_of: MakeWorld, tmp_path: Path
) -> None:
    world = world_of("paceclub", "chalkboard")
    catalog(tmp_path, ("paceclub", "chalkboard"), known=[])
    world.restarts()
    world.internet = world.internet.add_entry(OWN)
    joins_with_account(world)
    sweeps(world, 3)
    world.internet = world.internet.remove_entry(OWN)

    # The service is told to stop once its sources are judged.
    looks = count()
    stopping: Any = Interrupted(world.app.crawler, lambda: next(looks) > 0)
    run_full_sweep(world.app.copy_with(crawler=stopping))
    assert world.coverage() == {}
    world.sweep()

    assert world.coverage()["paceclub"].outcome is Outcome.UNREADABLE


def test_who_deletes_an_account_is_told_a_check_later(world: World) -> None:
    maria = joins_with_account(world)
    sweeps(world, 3)
    world.internet = world.internet.remove_entry(OWN)

    sweeps(world, 4)

    (finding,) = maria.findings.values()
    assert finding.presence == "gone"


def test_one_that_is_still_there_is_enough(world: World) -> None:
    joins_with_account(world)
    world.internet = world.internet.add_entry(HIS)
    world.joins(DANIEL, accounts=("paceclub:@dreyes",), handles=("dreyes",), absent_from=())
    sweeps(world, 3)
    world.internet = world.internet.remove_entry(OWN)

    world.sweep()

    assert world.coverage()["paceclub"].outcome is Outcome.FOUND


def test_a_paused_persons_account_proves_nothing(world: World) -> None:
    maria = joins_with_account(world)
    sweeps(world, 2)
    until = world.clock.at + timedelta(days=30)
    pause_checks(world.app, maria.id, until, ConsentChannel.PORTAL)

    sweeps(world, 1)

    assert not is_proven(world)


def test_a_site_that_shows_what_cannot_exist_is_not_proven_by_an_own_account(world: World) -> None:
    joins_with_account(world)
    sweeps(world, 2)
    world.internet = world.internet.trouble_host("paceclub.example", HostMood.VAGUE)

    sweeps(world, 1)

    assert not is_proven(world)
    assert world.coverage()["paceclub"].outcome is Outcome.UNREADABLE
