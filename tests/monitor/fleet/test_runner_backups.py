"""A service that only looks leaves nothing to back up."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.db.backup_files import KeyBackup, read_take_backs
from monitor.db.database import Database
from monitor.demo.setup import StoryClock
from monitor.domain.errors import CannotWriteError
from monitor.services.backups import BackupRotation, BackupTarget
from monitor.services.changed_backups import back_up_changes
from tests.monitor.fleet.world import Fleet, open_fleet
from tests.monitor.made_districts import FRIDAY, make_districts


def is_copied(fleet: Fleet, copies: Path) -> bool:
    """Tell whether the district had changed since its last copy."""
    target = BackupTarget(folder=copies, rotation=BackupRotation())
    config = fleet.district("cedar").load_config()
    return back_up_changes(config, fleet.clock.now(), target) is not None


def test_whoever_left_is_in_the_copy_of_the_keys_of_their_district_once_it_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy cannot be written as they leave."""
    make_districts(tmp_path / "districts", ("cedar",), 2, 1)
    with open_fleet(tmp_path / "districts", {}, StoryClock(FRIDAY)) as fleet:
        fleet.works()
        district = fleet.district("cedar")
        copy = KeyBackup(tmp_path / "keys")
        with Database.open_folder(district.load_config().state) as db:
            copy.back_up_keys(db)
        with (district.path / "namesake.toml").open("a") as file:
            file.write(f"\n[backup]\nkeys = '{copy.folder}'\n")
        fleet.works()
        with monkeypatch.context() as full:
            full.setattr(KeyBackup, "back_up_keys", refuse)
            fleet.withdraw("cedar", 0)
            fleet.works()
        before = read_take_backs(copy.folder / "keys.db")

    assert read_take_backs(copy.folder / "keys.db") != before


def refuse(*_: object) -> None:
    reason = "The copy cannot be written."
    raise CannotWriteError(reason)


def test_a_service_that_only_looks_changes_nothing(tmp_path: Path) -> None:
    make_districts(tmp_path / "districts", ("cedar",), 2, 1)
    clock = StoryClock(FRIDAY)
    with open_fleet(tmp_path / "districts", {}, clock) as fleet:
        fleet.works()
        assert is_copied(fleet, tmp_path / "copies")
        for _ in range(3):
            clock.at += timedelta(hours=2)
            fleet.works()
            fleet.runner.close_unused(idle_seconds=-1.0)
            assert not is_copied(fleet, tmp_path / "copies")
        fleet.withdraw("cedar", 0)
        assert is_copied(fleet, tmp_path / "copies")
