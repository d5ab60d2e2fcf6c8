"""What people said since a copy was made is lost with it, and may not open anything to others."""

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from monitor.app import Environment
from monitor.db.backup_files import Backup, KeyBackup
from monitor.demo.district import MARIA
from monitor.domain.case_end import ANSWER_WITHIN
from monitor.domain.person import Reviewer
from monitor.domain.vocabulary import CaseKind, Decision
from monitor.services.backups import BackupTarget, back_up, restore_district
from monitor.services.disclosure import summarize
from tests.monitor.services.world import IMPOSTOR, REVIEWERS, Staff

ANA = Reviewer(address=REVIEWERS[0])


@pytest.fixture
def maria(world_of) -> Staff:
    """Somebody who is impersonated, and was told so."""
    world = world_of(families=("bluesky",))
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    world.writes()
    assert maria.case(CaseKind.IMPERSONATION).notified_at
    return maria


def copy_district(maria: Staff, folder: Path) -> Backup:
    world = maria.world
    target = BackupTarget(folder=folder / "copies", keys=folder / "keys")
    return back_up(world.state, world.config, world.clock.now(), target).backup


def restore_copy(maria: Staff, folder: Path, copy: Backup) -> None:
    world = maria.world
    elsewhere = structs.replace(world.config, state=folder / "new")
    restore_district(elsewhere, Environment(clock=world.clock), copy, KeyBackup(folder / "keys"))
    world.restarts(elsewhere)


def test_a_case_that_was_answered_since_the_copy_does_not_open_to_it_soon_after_the_restore(
    maria: Staff, tmp_path: Path
) -> None:
    world = maria.world
    copy = copy_district(maria, tmp_path)
    maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.NAMESAKE)
    world.clock.at += ANSWER_WITHIN - timedelta(hours=1)
    restore_copy(maria, tmp_path, copy)

    world.clock.at += ANSWER_WITHIN - timedelta(hours=1)
    assert summarize(world.app, maria.case(CaseKind.IMPERSONATION), ANA) is None
    world.clock.at += timedelta(hours=1)
    assert summarize(world.app, maria.case(CaseKind.IMPERSONATION), ANA) is not None


def test_a_case_that_was_open_to_it_as_the_copy_was_made_stays_so(
    maria: Staff, tmp_path: Path
) -> None:
    maria.world.clock.at += ANSWER_WITHIN
    case = maria.case(CaseKind.IMPERSONATION)
    restore_copy(maria, tmp_path, copy_district(maria, tmp_path))

    assert maria.case(CaseKind.IMPERSONATION) == case
    assert summarize(maria.world.app, case, ANA) is not None
