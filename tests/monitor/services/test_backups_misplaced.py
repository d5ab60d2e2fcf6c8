"""What is due too late or at no time is told, and nothing that clocks, pauses or haste explain."""

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from monitor.db.backups import KeyCopy
from monitor.demo.district import MARIA, ROSA
from monitor.domain.consent import Channel
from monitor.services import backups as backup
from monitor.services.backups import BackingUp, Restoring, Rotation, misplaced
from monitor.services.erasure import ERASURE
from monitor.services.sweeps import RECHECK
from tests.monitor.services.world import Staff, World

DAY = timedelta(days=1)


@pytest.fixture
def maria(world: World) -> Staff:
    """Somebody who joined before the service last looked at what is due."""
    maria = world.joins(MARIA)
    world.later(hours=1)
    world.rounds.begin()
    return maria


def found(world: World) -> list[str]:
    return list(misplaced(world.state, world.clock.at))


def test_nothing_is_misplaced_as_weeks_go_by(world: World, maria: Staff):
    for _ in range(3):
        assert found(world) == []
        world.later(days=3)
        world.rounds.schedule()
    world.later(weeks=5)
    assert found(world) == []


def test_a_clock_that_ran_a_week_ahead_is_no_damage(world: World, maria: Staff):
    world.later(weeks=1)
    world.writes()
    world.later(weeks=-1)
    world.joins(ROSA)

    assert found(world) == []


def test_what_waits_for_a_pause_to_end_may_wait(world: World, maria: Staff):
    until = world.clock.at + 60 * DAY
    world.service.consenting.pause(maria.ref, until, Channel.PORTAL)
    world.state.due.ensure(RECHECK, "an item", until)
    assert found(world) == []

    world.state.due.finish(RECHECK, "an item", until + 2 * DAY)
    assert found(world) == [RECHECK]


def test_who_joins_while_the_service_is_stopped_is_no_damage(world: World, maria: Staff):
    world.later(hours=1)
    world.joins(ROSA)

    assert found(world) == []


def test_before_the_service_ever_ran_nothing_is_expected(world: World):
    world.joins(MARIA)

    assert found(world) == []


def test_an_erasure_that_is_due_at_no_time_is_told_and_made_up_for(world: World, maria: Staff):
    maria.withdraws()
    world.state.due.finish(ERASURE, maria.ref, None)
    world.later(hours=1)
    world.rounds.schedule()
    assert world.state.due.when(ERASURE, maria.ref)

    world.state.due.finish(ERASURE, maria.ref, None)
    assert found(world) == [ERASURE]
    world.writes()
    assert maria.ref not in world.state.people.refs()


def test_an_older_copy_with_such_a_date_can_be_restored_and_is_put_right(
    world: World, maria: Staff, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    world.state.due.finish("sweep", "", world.clock.at + 365 * DAY)
    monkeypatch.setattr(backup, "refuse_misplaced", lambda *_: None)
    backing = BackingUp(state=world.state, config=world.config, now=world.clock.now)
    copy = backing.back_up(tmp_path / "copies", tmp_path / "keys", Rotation()).backup
    elsewhere = structs.replace(world.config, state=tmp_path / "new")

    Restoring(config=elsewhere, now=world.clock.now).restore(copy, KeyCopy(tmp_path / "keys"))

    world.restarts(elsewhere)
    assert found(world) == []
