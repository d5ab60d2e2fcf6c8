"""An upgrade happens whole or not at all, and what was there before it is kept beside it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database as Tables

from monitor.db.connection import DatabaseConnection, check_database
from monitor.db.database import DATABASE_FILE, PRE_UPGRADE_FILE, Database
from monitor.db.migrations import DISTRICT_SCHEMA, DISTRICT_STEPS, Schema, build_step
from monitor.domain.errors import CannotWriteError


class BrokenError(Exception):
    """What befalls an upgrade in the middle."""


def hosts_2(tables: Tables) -> None:
    tables.execute("ALTER TABLE hosts ADD COLUMN seen_at TEXT")
    tables.execute("CREATE INDEX hosts_by_time ON hosts (seen_at)")


def later_1(tables: Tables) -> None:
    tables.execute("CREATE TABLE later (word TEXT) STRICT")


LATER = Schema.from_steps("namesake", *DISTRICT_STEPS, hosts_2, later_1)


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A district's folder as this version left it, with one row in it, and a newer program."""
    folder = tmp_path / "state"
    Database.create_or_open_folder(folder).close()
    database = DatabaseConnection.open_file(folder / DATABASE_FILE, DISTRICT_SCHEMA)
    with database.begin_transaction():
        database.execute("INSERT INTO hosts (keyed_hash, encrypted) VALUES (x'01', x'02')")
    database.close()
    monkeypatch.setattr("monitor.db.database.DISTRICT_SCHEMA", LATER)
    return folder


def tables(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()


def breaking_at(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the statement of that number fail, counted from 1, and all statements before it pass."""
    execute, count = Tables.execute, iter(range(1, 10**6))

    def counted(self: Tables, *given: object) -> object:
        if next(count) == number:
            raise BrokenError
        return execute(self, *given)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(Tables, "execute", counted)


def broken_upgrades(old: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Break the upgrade at its first statement, its second one, and so on, until it is through."""
    for number in range(1, 1000):
        with monkeypatch.context() as broken:
            breaking_at(number, broken)
            try:
                Database.open_folder(old).close()
            except BrokenError:
                yield number
            else:
                return


def test_an_upgrade_that_breaks_at_any_statement_leaves_the_old_version_at_work(old, monkeypatch):
    before = tables(old / DATABASE_FILE)
    broken = 0

    for _ in broken_upgrades(old, monkeypatch):
        assert tables(old / DATABASE_FILE) == before
        at_work = DatabaseConnection.open_file(old / DATABASE_FILE, DISTRICT_SCHEMA)
        rows = at_work.fetch_rows("SELECT keyed_hash, encrypted FROM hosts")
        assert [tuple(row) for row in rows] == [(b"\x01", b"\x02")]
        at_work.close()
        broken += 1

    assert broken > len(LATER.names) - len(DISTRICT_SCHEMA.names)
    assert {name for name, _ in tables(old / DATABASE_FILE)} > {name for name, _ in before}


def test_an_upgrade_keeps_the_rows_that_were_there(old):
    Database.open_folder(old).close()

    with closing(sqlite3.connect(old / DATABASE_FILE)) as database:
        found = database.execute("SELECT keyed_hash, encrypted, seen_at FROM hosts").fetchall()
    assert found == [(b"\x01", b"\x02", None)]


def test_what_was_there_before_an_upgrade_is_kept_until_the_next_one(old):
    before = tables(old / DATABASE_FILE)

    Database.open_folder(old).close()

    spare = old / PRE_UPGRADE_FILE
    assert tables(spare) == before
    check_database(spare)
    assert spare.stat().st_mode & 0o777 == 0o600


def test_a_copy_that_cannot_be_removed_any_more_is_said_in_one_sentence(world):
    (world.folder / PRE_UPGRADE_FILE).mkdir()

    with pytest.raises(CannotWriteError, match="before-upgrade cannot be removed"):
        world.state.delete_pre_upgrade_copy(datetime.max.replace(tzinfo=UTC))


def test_nothing_is_copied_where_nothing_changes(world):
    Database.open_folder(world.folder).close()

    assert not (world.folder / PRE_UPGRADE_FILE).exists()


def test_there_is_no_upgrade_without_room_for_the_copy(old):
    before = tables(old / DATABASE_FILE)
    (old / f"{PRE_UPGRADE_FILE}.part").mkdir()

    with pytest.raises(CannotWriteError, match="cannot be written"):
        Database.open_folder(old)

    assert tables(old / DATABASE_FILE) == before


def test_of_the_keys_no_copy_is_kept_by_an_upgrade(old, monkeypatch):
    later = Schema.from_steps("keys", build_step("keys_1"), another)
    monkeypatch.setattr("monitor.db.encryption.KEYS_SCHEMA", later)

    Database.open_folder(old).close()

    assert [path.name for path in old.glob("keys.db*")] == ["keys.db"]


def another(tables: Tables) -> None:
    tables.execute("CREATE TABLE another (word TEXT) STRICT")


def test_what_was_kept_at_an_upgrade_is_forgotten_in_time(old):
    with Database.open_folder(old) as state:
        made = datetime.fromtimestamp((old / PRE_UPGRADE_FILE).stat().st_mtime, UTC)
        state.delete_pre_upgrade_copy(made - timedelta(seconds=1))
        assert (old / PRE_UPGRADE_FILE).exists()

        state.delete_pre_upgrade_copy(made + timedelta(seconds=1))
        assert not (old / PRE_UPGRADE_FILE).exists()
