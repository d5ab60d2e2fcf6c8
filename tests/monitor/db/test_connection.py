"""One way to write, and what is refused."""

import shutil
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from sqlite_utils import Database as Tables

from monitor.db.connection import LOG_BYTES, Database, log_bytes
from monitor.db.migrations import Schema
from monitor.errors import BusyError, CannotWriteError, DatabaseError
from tests.monitor.db.words import NEWER, WORDS, words_1, words_2


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "words.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database.open(path, WORDS, patience=5)
    yield database
    database.close()


def say(database: Database, word: str) -> None:
    with database.write():
        database.run("INSERT INTO words VALUES (?)", word)


def say_all(database: Database, *words: str) -> None:
    with database.write():
        for word in words:
            say(database, word)


def said(database: Database) -> list[str]:
    return [word for (word,) in database.rows("SELECT word FROM words ORDER BY word")]


def test_what_is_written_together_is_kept_together(database: Database, path: Path) -> None:
    with database.write():
        say(database, "one")
        say(database, "two")

    other = Database.open(path, WORDS)
    assert said(other) == ["one", "two"]
    other.close()


def test_an_outer_failure_takes_back_what_inner_blocks_wrote(database: Database) -> None:
    def stopped() -> None:
        with database.write():
            say(database, "one")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        stopped()

    assert said(database) == []


def test_an_inner_failure_takes_back_only_its_own_part(database: Database) -> None:
    with database.write():
        say(database, "one")
        with pytest.raises(sqlite3.IntegrityError):
            say_all(database, "two", "one")

    assert said(database) == ["one"]


def test_after_a_failure_the_next_write_works(database: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        say_all(database, "one", "one")

    say(database, "one")

    assert said(database) == ["one"]


def test_rows_are_changed_inside_write_only(database: Database) -> None:
    with pytest.raises(RuntimeError, match=r"inside write\(\) only"):
        database.run("INSERT INTO words VALUES ('one')")


def test_what_waits_for_the_commit_is_done_after_the_outermost_one(database: Database) -> None:
    done: list[str] = []
    with database.write():
        with database.write():
            database.after_commit(lambda: done.append("done"))
        assert done == []

    assert done == ["done"]


def test_what_waits_for_a_commit_that_fails_is_never_done(database: Database) -> None:
    done: list[str] = []

    def stopped() -> None:
        with database.write():
            database.after_commit(lambda: done.append("done"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        stopped()
    say(database, "one")

    assert done == []


def test_a_second_writer_waits_for_the_first_and_sees_what_it_wrote(database: Database) -> None:
    begun, seen = Event(), Event()

    def second() -> list[str]:
        begun.wait()
        with database.write():
            assert seen.is_set()
            say(database, "two")
            return said(database)

    with ThreadPoolExecutor(1) as pool:
        with database.write():
            say(database, "one")
            waiting = pool.submit(second)
            begun.set()
            seen.set()
        assert waiting.result() == ["one", "two"]


def test_a_writer_that_waits_in_vain_is_told_who_is_busy(database: Database, path: Path) -> None:
    other = Database.open(path, WORDS, patience=0)
    with database.write(), pytest.raises(BusyError, match="locked by another program") as refusal:
        say(other, "two")

    assert refusal.value.exit_code == 75
    other.close()


def test_a_full_disk_loses_nothing_that_was_kept(database: Database) -> None:
    say(database, "one")
    database.row("PRAGMA max_page_count = 6")
    with pytest.raises(CannotWriteError, match="free up space on its disk") as refusal:
        say(database, "two" * 100_000)

    assert refusal.value.exit_code == 73
    assert said(database) == ["one"]
    database.row("PRAGMA max_page_count = 1000000")
    say(database, "two")
    assert said(database) == ["one", "two"]


def test_a_long_log_is_emptied_once_nobody_reads_from_it(
    database: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.db.connection.CHECKPOINT_SECONDS", 0)
    say_all(database, "one", "two")
    reader = Database.open(path, WORDS)
    rows = reader.rows("SELECT word FROM words")
    next(rows)
    for number in range(6):
        say(database, f"{number}" * (1 << 20))
    assert log_bytes(path) > LOG_BYTES

    list(rows)
    reader.close()
    for number in range(6):
        say(database, f"again {number}" * (1 << 20))

    assert log_bytes(path) < 3 * LOG_BYTES
    assert len(said(database)) == 14


def test_nothing_more_is_written_once_the_transaction_is_gone(database: Database) -> None:
    def carried_on() -> None:
        with database.write():
            say(database, "one")
            database.run("ROLLBACK")  # as SQLite itself does where a disk is full
            say(database, "two")

    with pytest.raises(RuntimeError, match=r"inside write\(\) only"):
        carried_on()

    assert said(database) == []


def test_an_older_database_is_brought_up_to_date(database: Database, path: Path) -> None:
    say(database, "one")

    newer = Database.open(path, NEWER)

    assert said(newer) == ["one"]
    assert newer.row("SELECT count(*) FROM more") == (0,)
    newer.close()


def test_a_newer_database_is_refused_and_left_as_it_is(path: Path) -> None:
    Database.open(path, NEWER).close()
    before = path.read_bytes()

    with pytest.raises(DatabaseError, match="needs a newer version") as refusal:
        Database.open(path, WORDS)

    assert refusal.value.exit_code == 78
    assert path.read_bytes() == before


def test_a_migration_that_fails_leaves_the_old_tables(database: Database, path: Path) -> None:
    def words_3(tables: Tables) -> None:
        tables.execute("CREATE TABLE half (word TEXT) STRICT")
        raise RuntimeError

    say(database, "one")
    with pytest.raises(RuntimeError):
        Database.open(path, Schema.of("words", words_1, words_2, words_3))

    assert said(database) == ["one"]
    assert database.row("SELECT count(*) FROM sqlite_master WHERE name IN ('half', 'more')") == (0,)


def test_a_folder_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotWriteError, match="check its folder"):
        Database.open(tmp_path / "nowhere" / "words.db", WORDS)


def test_the_files_are_for_their_owner_alone(database: Database, path: Path) -> None:
    say(database, "one")

    files = sorted(path.parent.glob("words.db*"))

    assert [file.name for file in files] == ["words.db", "words.db-shm", "words.db-wal"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def test_a_thread_that_ended_keeps_no_connection(database: Database) -> None:
    before = open_files()
    for number in range(30):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(say, database, f"{number:02}").result()

    assert len(said(database)) == 30
    assert open_files() < before + 10


def test_a_copy_of_the_file_after_a_checkpoint_is_whole(database: Database, path: Path) -> None:
    say(database, "one")
    database.checkpoint()
    shutil.copy(path, path.with_name("copy.db"))

    copy = Database.open(path.with_name("copy.db"), WORDS)

    assert said(copy) == ["one"]
    copy.close()
