"""Rows that are written and counted by name are part of our transactions, and of no other."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.db.connection import DatabaseConnection
from monitor.db.schema_versions import Schema
from monitor.domain.errors import BusyError, CannotWriteError

MARIA, ROSA = {"name": "Maria", "room": "B12"}, {"name": "Rosa", "room": "C3"}


ROOMS = Schema("CREATE TABLE rooms (name TEXT PRIMARY KEY, room TEXT NOT NULL) STRICT;")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[DatabaseConnection]:
    database = DatabaseConnection.open_file(tmp_path / "rooms.db", ROOMS, patience=0.05)
    yield database
    database.close()


def rows(database: DatabaseConnection) -> list[dict[str, str]]:
    return [dict(row) for row in database.fetch_rows("SELECT name, room FROM rooms ORDER BY name")]


def test_a_row_is_added_and_one_of_its_key_replaced(database: DatabaseConnection):
    with database.begin_transaction():
        database.insert_row("rooms", **MARIA)
        database.insert_row("rooms", **ROSA)
        database.replace_row("rooms", name="Maria", room="A1")

    assert rows(database) == [{"name": "Maria", "room": "A1"}, ROSA]


def test_a_row_that_is_there_is_not_added_again(database: DatabaseConnection):
    with database.begin_transaction():
        database.insert_row("rooms", **MARIA)
        with pytest.raises(sqlite3.IntegrityError):
            database.insert_row("rooms", **MARIA)

    assert rows(database) == [MARIA]


@pytest.mark.parametrize("method", ["insert_row", "replace_row"])
def test_rows_are_written_inside_a_transaction_of_ours_only(
    database: DatabaseConnection, method: str
):
    with pytest.raises(RuntimeError, match=r"only inside a transaction"):
        getattr(database, method)("rooms", **MARIA)

    assert rows(database) == []


def test_what_fails_later_takes_back_added_and_replaced_rows(database: DatabaseConnection):
    with database.begin_transaction():
        database.insert_row("rooms", **MARIA)

    def stop_halfway() -> None:
        with database.begin_transaction():
            database.insert_row("rooms", **ROSA)
            database.replace_row("rooms", name="Maria", room="A1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        stop_halfway()

    assert rows(database) == [MARIA]


def test_an_inner_failure_takes_back_its_own_row_alone(database: DatabaseConnection):
    def stop_inside() -> None:
        with database.begin_transaction():
            database.replace_row("rooms", **ROSA)
            raise RuntimeError

    with database.begin_transaction():
        database.insert_row("rooms", **MARIA)
        with pytest.raises(RuntimeError):
            stop_inside()

    assert rows(database) == [MARIA]


def test_nobody_sees_a_row_before_our_transaction_ends(database: DatabaseConnection):
    other = DatabaseConnection(database.path, patience=0.05)
    with database.begin_transaction():
        database.replace_row("rooms", **MARIA)

        assert rows(other) == []
        with pytest.raises(BusyError), other.begin_transaction():
            pass
    assert rows(other) == [MARIA]
    other.close()


def test_a_full_disk_is_told_as_ever(database: DatabaseConnection):
    database.fetch_row("PRAGMA max_page_count = 1")

    with pytest.raises(CannotWriteError, match="free up space"), database.begin_transaction():
        database.insert_row("rooms", name="Maria", room="B" * 100_000)

    assert rows(database) == []


def test_rows_are_counted_with_and_without_a_condition(database: DatabaseConnection):
    with database.begin_transaction():
        database.insert_row("rooms", **MARIA)
        database.insert_row("rooms", **ROSA)

    assert database.list_tables() == ("rooms",)
    assert database.count_rows("rooms") == 2
    assert database.count_rows("rooms", "room = ? AND name > ?", "C3", "Maria") == 1
