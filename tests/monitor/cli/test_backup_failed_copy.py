"""A copy that fails is none; the older ones stay, and it is told."""

from datetime import timedelta
from errno import ENOSPC

from monitor.domain.errors import DatabaseError
from monitor.services import backups as backup
from tests.monitor.cli.conftest import Terminal
from tests.monitor.cli.safekept import back_up, place


def test_a_copy_that_cannot_be_proved_is_none_and_the_last_one_stays(copied: Terminal, monkeypatch):
    def unproved(*_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(backup, "build_state_folder", unproved)
    copied.clock.at += timedelta(days=40)

    assert back_up(copied).code == 78

    assert len(list(place(copied, "copies").iterdir())) == 1


def test_that_a_copy_failed_is_told_until_there_is_a_good_one(copied: Terminal, monkeypatch):
    def unproved(*_: object) -> None:
        raise DatabaseError

    copied.clock.at += timedelta(hours=1)
    with monkeypatch.context() as damaged:
        damaged.setattr(backup, "build_state_folder", unproved)
        assert back_up(copied).code == 78

    said = copied.run("doctor")
    assert said.code == 78
    assert "failed (78); the last good one is from" in said.out
    assert "namesake_backup_failed_timestamp_seconds 1" in copied.run("metrics").out

    copied.clock.at += timedelta(hours=1)
    assert back_up(copied).code == 0
    assert "failed (78)" not in copied.run("doctor").out
    assert "backup_failed" not in copied.run("metrics").out


def test_a_copy_that_finds_no_room_leaves_nothing(copied: Terminal, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr("monitor.db.backup_files.flush_to_disk", full)
    copied.clock.at += timedelta(days=1)

    said = back_up(copied)

    assert said.code == 73
    assert "No space left" in said.sentence
    assert len(list(place(copied, "copies").iterdir())) == 1
