"""Whoever cuts the record short, or puts another in its place, is told of; a restore is none."""

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from monitor.db.backup_files import list_backups
from tests.monitor.cli.conftest import Said, Terminal
from tests.monitor.cli.safekept import back_up, lose, place, restore


def cut(terminal: Terminal) -> None:
    with closing(sqlite3.connect(terminal.config.state / "namesake.db")) as database:
        database.execute("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)")
        database.commit()


def again(terminal: Terminal) -> Said:
    terminal.clock.at += timedelta(hours=1)
    return back_up(terminal)


@pytest.fixture
def put_back(copied: Terminal) -> Terminal:
    """A district whose database of yesterday was put in the place of today's."""
    older = copied.path.parent / "older.db"
    shutil.copy(copied.config.state / "namesake.db", older)
    assert again(copied).code == 0
    shutil.copy(older, copied.config.state / "namesake.db")
    return copied


def test_rows_cut_off_at_the_end_are_told(copied: Terminal):
    cut(copied)

    said = copied.run("audit")

    assert said.code == 78
    assert said.sentence.startswith("Rows were removed from the end of the audit log.")
    assert "Rows were removed" in copied.run("doctor").out
    assert "Rows were removed" in again(copied).sentence


def test_an_older_database_is_told_until_somebody_says_that_they_put_it_back(put_back: Terminal):
    said = put_back.run("audit")
    assert said.code == 78
    assert "older than the audit log end" in said.sentence
    assert "namesake audit --accept" in said.sentence

    assert put_back.run("audit", "--accept").code == 0

    assert put_back.run("audit").code == 0
    with put_back.app() as app:
        row = app.db.audit.list_entries()[-1]
    assert (row.action, row.details["tail"]) == ("end-accepted", "older")


def test_there_is_nothing_to_accept_of_a_log_that_is_whole(copied: Terminal):
    said = copied.run("audit", "--accept")

    assert said.code == 65
    assert "nothing to accept" in said.sentence


def test_a_restore_of_an_older_copy_is_no_alarm_and_says_what_is_lost(copied: Terminal):
    with copied.app() as app:
        for _ in range(3):
            app.db.audit.append_entry(copied.clock.at, "operator", "viewed", "", {})
    again(copied)
    newest, _ = list_backups(place(copied, "copies"))
    shutil.rmtree(newest.path)
    lose(copied)

    assert restore(copied).json["lost_audit_rows"] >= 3

    assert copied.run("audit").code == 0
    with copied.app() as app:
        assert int(app.db.audit.find_last_entry_of_action("restored").details["lost"]) >= 3


def test_a_restore_of_the_newest_copy_loses_nothing(copied: Terminal):
    again(copied)
    lose(copied)

    assert restore(copied).json["lost_audit_rows"] == 0
    assert copied.run("audit").code == 0
