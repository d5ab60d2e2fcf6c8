"""What is on its way to another machine stays closed, and is whole before it is opened."""

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.db.database import Database
from monitor.db.handover import HANDOVER_FILE, Handover, check_not_moved, find_handover
from monitor.domain.errors import BusyError, DatabaseError, MovedError
from monitor.fleet.db.handover import (
    Lease,
    close_databases,
    find_missing_file,
    list_handover_files,
    remove_handover,
    write_handover,
)


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
    files = list_handover_files(folder)
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
    named = {file.path for file in handover.files}
    assert {"namesake.toml", "secrets/scim-token", "state/namesake.db", "state/keys.db"} <= named
    assert not named & {"leaving", "state/lock", f"state/{HANDOVER_FILE}"}

    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    assert find_missing_file(copy, handover) == ""
    (copy / "secrets" / "scim-token").write_text("two", "utf-8")
    assert find_missing_file(copy, handover) == "secrets/scim-token"
    (copy / "secrets" / "scim-token").unlink()
    assert find_missing_file(copy, handover) == "secrets/scim-token"


def test_what_is_said_of_a_folder_can_be_read_again(folder: Path) -> None:
    assert find_handover(folder / "state") is None
    handover = hand_over(folder, "of a move")
    assert find_handover(folder / "state") == handover


@pytest.mark.parametrize(("seconds", "held"), [(1, True), (0, False), (-1, False)])
def test_a_lease_is_held_until_it_has_run_out(seconds: int, held: bool) -> None:  # noqa: FBT001 - of the table
    left = timedelta(seconds=seconds)
    lease = Lease(district="cedar", machine="first", next_machine="", token="", left=left)
    assert lease.is_held is held
