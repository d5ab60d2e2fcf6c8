"""The end of the audit log is sealed: what is cut off there, or put in its place, is noticed."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress

import pytest

from monitor.db.audit import AuditLogEnd
from monitor.db.database import Database
from monitor.db.encryption import KeyStore
from monitor.domain.errors import BusyError, CannotWriteError
from monitor.domain.vocabulary import AuditEndStatus

LAST = "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)"


@pytest.fixture
def log(world):
    writes(world, 5)
    return world.state.audit


def writes(world, rows: int) -> None:
    for _ in range(rows):
        world.state.audit.append_entry(world.now, "operator", "viewed", "", {"case": world.ref()})


def tamper(world, *statements: str, name: str = "namesake.db") -> None:
    with closing(sqlite3.connect(world.folder / name)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def as_of_now(world) -> Callable[[], None]:
    """Keep the database as it is; what is returned puts it back, as an operator would."""
    world.state.close()
    shutil.copy(world.folder / "namesake.db", world.folder / "older")
    world.state = Database.open_folder(world.folder)

    def put_back() -> None:
        world.state.close()
        shutil.copy(world.folder / "older", world.folder / "namesake.db")
        world.state = Database.open_folder(world.folder)

    return put_back


def test_a_log_that_was_only_appended_to_is_whole(log):
    assert log.log_end.check_end() is AuditEndStatus.WHOLE
    assert log.log_end.load_sealed_position() == log.log_end.load_last_position()


def test_an_empty_log_is_whole(world):
    assert world.state.audit.log_end.check_end() is AuditEndStatus.WHOLE


def test_a_log_put_back_from_before_its_first_row_is_older_and_not_cut(world):
    put_back = as_of_now(world)
    writes(world, 2)

    put_back()

    assert world.state.audit.log_end.check_end() is AuditEndStatus.OLDER


def test_a_log_that_lost_all_its_rows_is_begun_anew_by_nobody(world, log):
    tamper(world, "DELETE FROM audit", "DELETE FROM audit_end")

    log.log_end.seal_empty_log()

    assert log.log_end.check_end() is AuditEndStatus.CUT


def test_a_row_that_is_taken_back_is_sealed_nowhere(world, log):
    end = log.log_end.load_last_position()
    with suppress(KeyError), world.state.begin_transaction():
        writes(world, 1)
        raise KeyError

    assert log.log_end.load_sealed_position() == log.log_end.load_last_position() == end
    assert log.log_end.check_end() is AuditEndStatus.WHOLE


@pytest.mark.parametrize("rows", [1, 3, 5])
@pytest.mark.parametrize("seal", ["stays", "goes"])
def test_rows_cut_off_at_the_end_are_noticed(world, log, rows: int, seal: str):
    tamper(world, *[LAST] * rows, *(["DELETE FROM audit_end"] if seal == "goes" else []))

    assert log.verify_chain() is None
    assert log.log_end.check_end() is AuditEndStatus.CUT


@pytest.mark.parametrize("more", [1, 2, 3])
def test_rows_that_are_written_afterwards_hide_nothing(world, log, more: int):
    tamper(world, LAST, LAST)
    writes(world, more)

    assert log.verify_chain() is None
    assert log.log_end.check_end() is AuditEndStatus.CUT


def test_a_database_that_was_put_back_is_older(world, log):
    put_back = as_of_now(world)
    writes(world, 2)

    put_back()

    assert world.state.audit.log_end.check_end() is AuditEndStatus.OLDER
    assert world.state.audit.log_end.missing_row_count == 2


def test_one_that_was_put_back_and_written_to_has_another_history(world, log):
    put_back = as_of_now(world)
    writes(world, 2)
    put_back()
    writes(world, 1)
    assert world.state.audit.log_end.check_end() is AuditEndStatus.OLDER

    writes(world, 3)

    assert world.state.audit.log_end.check_end() is AuditEndStatus.REPLACED


def test_what_was_accepted_is_whole_and_is_watched_from_there(world, log):
    put_back = as_of_now(world)
    writes(world, 2)
    put_back()

    with world.state.begin_transaction():
        world.state.audit.log_end.accept_current_end()
    writes(world, 1)

    assert world.state.audit.log_end.check_end() is AuditEndStatus.WHOLE
    tamper(world, LAST)
    assert world.state.audit.log_end.check_end() is AuditEndStatus.CUT


@pytest.mark.parametrize("error", [BusyError, CannotWriteError])
def test_a_seal_that_comes_too_late_is_no_alarm_and_is_made_up_for(
    world, log, monkeypatch, error: type[Exception]
):
    def refuses(*_: object) -> None:
        raise error

    with monkeypatch.context() as full:
        full.setattr(KeyStore, "save_audit_position", refuses)
        writes(world, 2)

    assert log.log_end.load_sealed_position().seq == 5
    assert log.log_end.check_end() is AuditEndStatus.WHOLE
    writes(world, 1)
    assert log.log_end.load_sealed_position() == log.log_end.load_last_position()


def test_a_kill_between_a_row_and_its_seal_is_no_alarm(world, log, monkeypatch):
    with monkeypatch.context() as killed:
        killed.setattr(AuditLogEnd, "_save_end_with_keys", lambda _: None)
        writes(world, 1)
    world.state.close()

    world.state = Database.open_folder(world.folder)

    assert world.state.audit.log_end.check_end() is AuditEndStatus.WHOLE


def test_a_log_from_before_there_were_seals_is_whole_and_sealed_with_its_next_row(world, log):
    tamper(world, "DELETE FROM audit_end")
    tamper(world, "DELETE FROM audit_end", name="keys.db")
    assert log.log_end.check_end() is AuditEndStatus.WHOLE

    writes(world, 1)
    tamper(world, LAST)

    assert log.log_end.check_end() is AuditEndStatus.CUT


def test_many_writers_at_once_leave_the_last_end(world, log):
    with Database.open_folder(world.folder) as other:
        for _ in range(20):
            other.audit.append_entry(world.now, "operator", "viewed", "", {})
            writes(world, 1)

    assert log.log_end.load_sealed_position() == log.log_end.load_last_position()
    assert log.log_end.check_end() is AuditEndStatus.WHOLE
