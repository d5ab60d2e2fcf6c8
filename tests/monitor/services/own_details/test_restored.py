"""What a copy that is older than a change of address brings back, and how its person gets on."""

from pathlib import Path

import pytest
from msgspec import structs

from monitor.app import Environment
from monitor.db.backup_files import KeyBackup
from monitor.services.backups import BackupTarget, back_up, restore_district
from monitor.services.sessions import find_account_id
from tests.monitor.services.mover import NEW, Mover, of


@pytest.fixture
def restored(maria: Mover, tmp_path: Path) -> Mover:
    """She moved after the copy was made, and then the machine was lost."""
    world, keys = maria.world, tmp_path / "keys"
    target = BackupTarget(folder=tmp_path / "copies", keys=keys)
    copy = back_up(world.state, world.config, world.clock.now(), target).backup
    maria.moves()
    world.on_monday()
    elsewhere = structs.replace(world.config, state=tmp_path / "new")
    restore_district(elsewhere, Environment(clock=world.clock), copy, KeyBackup(keys))
    world.restarts(elsewhere)
    return maria


def test_the_old_address_is_written_to_and_let_in_again_and_the_new_one_is_nobodys(
    restored: Mover,
):
    to_new = len(restored.world.post.to(NEW))
    restored.world.on_monday()

    assert restored.mail == restored.staff.mail
    assert find_account_id(restored.world.app, restored.staff.mail) == restored.staff.id
    assert find_account_id(restored.world.app, NEW) == ""
    assert of(restored.staff.emails[-1], "digest")
    assert len(restored.world.post.to(NEW)) == to_new


def test_changing_it_once_more_sets_it_right(restored: Mover):
    restored.moves()
    restored.world.on_monday()

    assert restored.mail == NEW
    assert of(restored.world.post.to(NEW)[-1], "digest")
    assert [change.new for change in restored.changes] == [NEW]
