"""What is due too late or at no time is told, and nothing that clocks, pauses or haste explain."""

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from monitor.app import Environment
from monitor.db.backup_files import KeyBackup
from monitor.demo.district import MARIA, ROSA
from monitor.domain.vocabulary import ConsentChannel
from monitor.services import backups as backup
from monitor.services.backup_checks import find_wrong_due_dates
from monitor.services.backups import BackupTarget, back_up, restore_district
from monitor.services.consent_end import ERASURE
from monitor.services.consent_renewal import pause_checks
from monitor.services.due_jobs import schedule_jobs, take_over_jobs
from monitor.services.sweeps import RECHECK
from tests.monitor.services.world import Staff, World, due_time

DAY = timedelta(days=1)


@pytest.fixture
def maria(world: World) -> Staff:
    """Somebody who joined before the service last looked at what is due."""
    maria = world.joins(MARIA)
    world.later(hours=1)
    take_over_jobs(world.app)
    return maria


def found(world: World) -> list[str]:
    return list(find_wrong_due_dates(world.state, world.clock.at))


def test_nothing_is_misplaced_as_weeks_go_by(world: World, maria: Staff):
    for _ in range(3):
        assert found(world) == []
        world.later(days=3)
        schedule_jobs(world.app)
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
    pause_checks(world.app, maria.id, until, ConsentChannel.PORTAL)
    world.state.jobs.ensure_job(RECHECK, "a finding", until)
    assert found(world) == []

    world.state.jobs.finish_job(RECHECK, "a finding", until + 2 * DAY)
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
    world.state.jobs.finish_job(ERASURE, maria.id, None)
    world.later(hours=1)
    schedule_jobs(world.app)
    assert due_time(world.state, ERASURE, maria.id)

    world.state.jobs.finish_job(ERASURE, maria.id, None)
    assert found(world) == [ERASURE]
    world.writes()
    assert maria.id not in world.state.people.list_person_ids()


def test_an_older_copy_with_such_a_date_can_be_restored_and_is_put_right(
    world: World, maria: Staff, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    world.state.jobs.finish_job("sweep", "", world.clock.at + 365 * DAY)
    monkeypatch.setattr(backup, "check_due_dates", lambda *_: None)
    keys = tmp_path / "keys"
    target = BackupTarget(folder=tmp_path / "copies", keys=keys)
    copy = back_up(world.state, world.config, world.clock.now(), target).backup
    elsewhere = structs.replace(world.config, state=tmp_path / "new")
    # A service of many districts has looked there after a restore that failed.
    elsewhere.state.mkdir()
    (elsewhere.state / "lock").touch()
    (elsewhere.state / "wake.sock").symlink_to(tmp_path / "wake.sock")

    restore_district(elsewhere, Environment(clock=world.clock), copy, KeyBackup(keys))

    world.restarts(elsewhere)
    assert found(world) == []
