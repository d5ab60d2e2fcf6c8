"""A district that did not change is not copied again, and one that did always is."""

import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.config.file import load_config
from monitor.config.sections import Config
from monitor.db.backup_files import list_backups
from monitor.db.database import Database
from monitor.domain.health import BACKED_UP
from monitor.services.backups import BackupRotation, BackupTarget
from monitor.services.changed_backups import RECORD_FILE, back_up_changes
from tests.monitor.made_districts import CONFIG_FILE, FRIDAY, make_districts

QUARTER = timedelta(minutes=15)


class Copies:
    """A district, and the timer that backs it up."""

    def __init__(self, folder: Path) -> None:
        make_districts(folder / "districts", ("cedar",), 2, 1)
        self.folder = folder / "districts"
        self.copies = folder / "copies"
        self.at = FRIDAY

    @property
    def config(self) -> Config:
        return load_config(self.folder / "cedar" / CONFIG_FILE)

    def list_times(self) -> list[datetime]:
        return [backup.manifest.made_at for backup in list_backups(self.copies)]

    def runs(self, after: timedelta = QUARTER) -> bool:
        """Tell whether a backup was made."""
        self.at += after
        target = BackupTarget(folder=self.copies, rotation=BackupRotation())
        return back_up_changes(self.config, self.at, target) is not None

    def changes(self) -> None:
        with Database.open_folder(self.config.state) as db:
            (person_id, *_) = db.people.list_person_ids()
            person = db.people.load_person(person_id)
            handle = f"at{self.at:%d%H%M}"
            db.people.update_person(replace(person, handles=(*person.handles, handle)))

    def count_rows(self) -> int:
        with Database.open_folder(self.config.state) as db:
            return sum(entry.action == BACKED_UP for entry in db.audit.list_entries())


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    return Copies(tmp_path)


def test_what_did_not_change_is_not_copied_again(copies: Copies) -> None:
    assert copies.runs()
    assert [copies.runs() for _ in range(3)] == [False] * 3
    assert len(copies.list_times()) == 1
    assert copies.count_rows() == 1


def test_what_changed_is_copied_once_and_leaves_the_district_as_it_was(copies: Copies) -> None:
    copies.runs()
    copies.changes()
    assert copies.runs()
    assert not copies.runs()
    assert copies.list_times()[0] == copies.at - QUARTER
    assert copies.count_rows() == 1


def test_once_a_day_it_is_copied_whatever_has_changed(copies: Copies) -> None:
    copies.runs()
    assert not copies.runs(timedelta(hours=23))
    assert copies.runs(timedelta(hours=1))
    assert copies.count_rows() == 2


def test_a_file_beside_the_database_that_changed_is_copied(copies: Copies) -> None:
    copies.runs()
    weights = copies.config.state / "weights"
    weights.mkdir()
    (weights / "3.toml").write_text("own = 1", "utf-8")
    assert copies.runs()
    assert not copies.runs()


@pytest.mark.parametrize("damage", ["record", "copies"])
def test_what_is_lost_is_made_again(copies: Copies, damage: str) -> None:
    copies.runs()
    if damage == "record":
        (copies.copies / RECORD_FILE).write_text("{", "utf-8")
    else:
        for path in copies.copies.glob("namesake-*"):
            shutil.rmtree(path)
    assert copies.runs()


def test_of_old_copies_the_last_one_of_each_day_stays(copies: Copies) -> None:
    for hours in (1, 8, 8, 8, 8, 1, 1):
        copies.changes()
        assert copies.runs(timedelta(hours=hours))
    ages = [copies.at - time for time in copies.list_times()]
    # It is Sunday, 7 a.m. by then. Friday's last one and Saturday's are from 9 and 9 p.m.
    assert ages == [timedelta(hours=hours) for hours in (0, 1, 10, 34)]


def test_a_backup_that_fails_is_tried_again(
    copies: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies.runs()
    copies.changes()
    with monkeypatch.context() as patch:
        patch.setattr("monitor.services.backups.check_database", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            copies.runs()
    assert copies.runs()
