"""Which districts can be moved, and how the commands for it are spelled."""

import shlex
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import sleep

import pytest

from monitor.db.database import Database
from monitor.db.state_folder_lock import HANDOVER_FILE, Handover, check_not_moved, find_handover
from monitor.domain.errors import BusyError, DatabaseError, InputError, MovedError, UnavailableError
from monitor.fleet.db.district_leases import Lease
from monitor.fleet.district_folders import LEAVING_FILE, DistrictFolder
from monitor.fleet.moves import (
    build_move,
    close_databases,
    find_missing_file,
    hash_files,
    move_district,
    remove_handover,
    take_back,
    write_handover,
)
from tests.monitor.made_districts import make_districts


@dataclass(slots=True)
class FakeLeases:
    """One machine's view of where districts live, without a database."""

    machine: str = "first"
    rows: dict[str, Lease] = field(default_factory=dict)
    away: bool = False

    def begin_move(self, name: str, machine: str, token: str) -> Lease | None:
        if self.away:
            raise UnavailableError
        known = self.rows.get(name)
        if known is None or known.machine == self.machine:
            self.rows[name] = Lease(
                district=name, machine=machine, is_arriving=True, token=token, left=timedelta()
            )
        return self.rows[name]

    def cancel_move(self, name: str, token: str) -> bool:
        known = self.rows.get(name)
        if known is None or (known.token != token and known.machine != self.machine):
            return False
        del self.rows[name]
        return True


@pytest.fixture
def cedar(tmp_path: Path) -> DistrictFolder:
    make_districts(tmp_path / "districts", ("cedar",), 1, 1)
    return DistrictFolder(name="cedar", path=tmp_path / "districts" / "cedar")


def test_what_may_have_been_begun_stays_closed_until_it_is_done_again(
    cedar: DistrictFolder,
) -> None:
    leases = FakeLeases(away=True)
    with pytest.raises(UnavailableError):
        move_district(cedar, leases, "second", sleep)
    begun = find_handover(cedar.path / "state")
    assert begun is not None
    leases.away = False
    done = move_district(cedar, leases, "second", sleep)
    assert find_handover(done.folder / "state") == begun
    assert leases.rows["cedar"].token == begun.token


def test_a_state_folder_elsewhere_would_stay_behind(cedar: DistrictFolder, tmp_path: Path) -> None:
    (cedar.path / "state").rename(tmp_path / "state")
    text = cedar.config_path.read_text("utf-8")
    cedar.config_path.write_text(text.replace('"state"', f'"{tmp_path / "state"}"'), "utf-8")
    leases = FakeLeases()
    with pytest.raises(InputError, match='move it there, and set state = "state"'):
        move_district(cedar, leases, "second", sleep)
    assert leases.rows == {}


def test_what_another_machine_has_is_moved_from_there(cedar: DistrictFolder) -> None:
    leases = FakeLeases()
    leases.begin_move("cedar", "second", "token")
    with pytest.raises(MovedError, match="The machine second works on cedar"):
        move_district(cedar, leases, "third", sleep)
    assert not (cedar.path / LEAVING_FILE).exists()
    assert find_handover(cedar.path / "state") is None


def test_two_folders_of_one_district_are_told_apart_by_a_person(cedar: DistrictFolder) -> None:
    leases = FakeLeases()
    done = move_district(cedar, leases, "second", sleep)
    cedar.path.mkdir()
    with pytest.raises(InputError, match="Move away the one that is not the district"):
        take_back(cedar.path.parent, "cedar", leases)
    cedar.path.rmdir()
    take_back(cedar.path.parent, "cedar", leases)
    assert not done.folder.exists()
    assert find_handover(cedar.path / "state") is None


def test_a_district_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no district 'oak'"):
        take_back(tmp_path, "oak", FakeLeases())


def test_the_commands_hold_for_folders_with_spaces(tmp_path: Path) -> None:
    folder = tmp_path / "my districts" / "cedar.moved"
    folder.mkdir(parents=True)
    copy, rename = map(shlex.split, build_move("cedar", "second", folder).commands)
    assert copy[-2] == f"{folder}/"
    assert copy[-1] == f"root@second:{folder.with_name('cedar')}.arriving/"
    assert rename[-2:] == [f"{folder.with_name('cedar')}.arriving", str(folder.with_name("cedar"))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A district's folder; all that was written to it may still be in SQLite's log."""
    path = tmp_path / "cedar"
    path.mkdir()
    (path / "namesake.toml").write_text("", "utf-8")
    with Database.create_or_open_folder(path / "state"):
        pass
    return path


def hand_over(folder: Path, token: str) -> Handover:
    files = hash_files(folder)
    handover = Handover(district="cedar", machine="second", token=token, files=files)
    write_handover(folder / "state", handover)
    return handover


@pytest.mark.parametrize(("token", "how"), [("token", "is on its way to"), ("", "is worked on by")])
def test_what_another_machine_has_is_not_opened(folder: Path, token: str, how: str) -> None:
    hand_over(folder, token)
    with pytest.raises(MovedError, match=f"The district cedar {how} the machine second"):
        Database.open_folder(folder / "state")
    remove_handover(folder / "state")
    check_not_moved(folder / "state")
    Database.open_folder(folder / "state").close()


def test_a_note_that_cannot_be_read_keeps_the_district_closed(folder: Path) -> None:
    (folder / "state" / HANDOVER_FILE).write_text("{", "utf-8")
    with pytest.raises(DatabaseError, match="Copy the district's folder again"):
        Database.open_folder(folder / "state")


def test_databases_are_closed_only_once_no_one_has_them_open(folder: Path) -> None:
    state = folder / "state"
    with Database.open_folder(state) as db:
        db.people.list_person_ids()
        with pytest.raises(BusyError, match=r"namesake\.db open"):
            close_databases(state)
    with closing(sqlite3.connect(state / "keys.db")) as other:
        other.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with pytest.raises(BusyError, match=r"keys\.db open"):
            close_databases(state)
    close_databases(state)
    assert not [*state.glob("*-wal"), *state.glob("*-shm")]


def test_a_damaged_database_is_told(folder: Path) -> None:
    (folder / "state" / "namesake.db").write_bytes(b"no database" * 500)
    with pytest.raises(DatabaseError, match="Restore a backup of the district"):
        close_databases(folder / "state")


def test_a_copy_is_whole_when_each_file_is_there_as_it_was(folder: Path, tmp_path: Path) -> None:
    (folder / "secrets").mkdir()
    (folder / "secrets" / "scim-token").write_text("one", "utf-8")
    (folder / "leaving").touch()
    (folder / "state" / "lock").touch()
    handover = hand_over(folder, "of a move")
    named = set(handover.files)
    assert {"namesake.toml", "secrets/scim-token", "state/namesake.db", "state/keys.db"} <= named
    assert not named & {"leaving", "state/lock", f"state/{HANDOVER_FILE}"}

    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    assert find_missing_file(copy, handover) == ""
    (copy / "secrets" / "scim-token").write_text("two", "utf-8")
    assert find_missing_file(copy, handover) == "secrets/scim-token"
    (copy / "secrets" / "scim-token").unlink()
    assert find_missing_file(copy, handover) == "secrets/scim-token"
