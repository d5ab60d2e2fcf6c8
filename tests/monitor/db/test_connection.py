"""One way to write, and what is refused."""

import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from threading import Event

import pytest

from monitor.db.connection import LOG_BYTES, DatabaseConnection, measure_log_bytes
from monitor.db.schema_versions import Schema
from monitor.domain.errors import BusyError, CannotWriteError, DatabaseError
from tests.monitor.db.words import NEWER, UNRELEASED, WORDS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "words.db"


@pytest.fixture
def database(path: Path) -> Iterator[DatabaseConnection]:
    database = DatabaseConnection.open_file(path, WORDS, patience=5)
    yield database
    database.close()


def say(database: DatabaseConnection, word: str) -> None:
    with database.begin_transaction():
        database.execute("INSERT INTO words VALUES (?)", word)


def say_all(database: DatabaseConnection, *words: str) -> None:
    with database.begin_transaction():
        for word in words:
            say(database, word)


def said(database: DatabaseConnection) -> list[str]:
    return [word for (word,) in database.fetch_rows("SELECT word FROM words ORDER BY word")]


def test_what_is_written_together_is_kept_together(
    database: DatabaseConnection, path: Path
) -> None:
    with database.begin_transaction():
        say(database, "one")
        say(database, "two")

    other = DatabaseConnection.open_file(path, WORDS)
    assert said(other) == ["one", "two"]
    other.close()


def test_an_outer_failure_takes_back_what_inner_blocks_wrote(database: DatabaseConnection) -> None:
    def stopped() -> None:
        with database.begin_transaction():
            say(database, "one")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        stopped()

    assert said(database) == []


def test_an_inner_failure_takes_back_only_its_own_part(database: DatabaseConnection) -> None:
    with database.begin_transaction():
        say(database, "one")
        with pytest.raises(sqlite3.IntegrityError):
            say_all(database, "two", "one")

    assert said(database) == ["one"]


def test_after_a_failure_the_next_write_works(database: DatabaseConnection) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        say_all(database, "one", "one")

    say(database, "one")

    assert said(database) == ["one"]


def test_rows_are_changed_inside_write_only(database: DatabaseConnection) -> None:
    with pytest.raises(RuntimeError, match="only inside a transaction"):
        database.execute("INSERT INTO words VALUES ('one')")


def test_what_waits_for_the_commit_is_done_after_the_outermost_one(
    database: DatabaseConnection,
) -> None:
    done: list[str] = []
    with database.begin_transaction():
        with database.begin_transaction():
            database.run_after_commit(lambda: done.append("done"))
        assert done == []

    assert done == ["done"]


def test_what_waits_for_a_commit_that_fails_is_never_done(database: DatabaseConnection) -> None:
    done: list[str] = []

    def stopped() -> None:
        with database.begin_transaction():
            database.run_after_commit(lambda: done.append("done"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        stopped()
    say(database, "one")

    assert done == []


def test_a_second_writer_waits_for_the_first_and_sees_what_it_wrote(
    database: DatabaseConnection,
) -> None:
    begun, seen = Event(), Event()

    def second() -> list[str]:
        begun.wait()
        with database.begin_transaction():
            assert seen.is_set()
            say(database, "two")
            return said(database)

    with ThreadPoolExecutor(1) as pool:
        with database.begin_transaction():
            say(database, "one")
            waiting = pool.submit(second)
            begun.set()
            seen.set()
        assert waiting.result() == ["one", "two"]


def test_a_writer_that_waits_in_vain_is_told_who_is_busy(
    database: DatabaseConnection, path: Path
) -> None:
    other = DatabaseConnection.open_file(path, WORDS, patience=0)
    with (
        database.begin_transaction(),
        pytest.raises(BusyError, match="locked by another program") as refusal,
    ):
        say(other, "two")

    assert refusal.value.exit_code == 75
    other.close()


def test_a_full_disk_loses_nothing_that_was_kept(database: DatabaseConnection) -> None:
    say(database, "one")
    database.fetch_row("PRAGMA max_page_count = 6")
    with pytest.raises(CannotWriteError, match="free up space on its disk") as refusal:
        say(database, "two" * 100_000)

    assert refusal.value.exit_code == 73
    assert said(database) == ["one"]
    database.fetch_row("PRAGMA max_page_count = 1000000")
    say(database, "two")
    assert said(database) == ["one", "two"]


def test_a_long_log_is_emptied_once_nobody_reads_from_it(
    database: DatabaseConnection, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.db.connection.CHECKPOINT_SECONDS", 0)
    say_all(database, "one", "two")
    reader = DatabaseConnection.open_file(path, WORDS)
    rows = reader.fetch_rows("SELECT word FROM words")
    next(rows)
    for number in range(6):
        say(database, f"{number}" * (1 << 20))
    assert measure_log_bytes(path) > LOG_BYTES

    list(rows)
    reader.close()
    for number in range(6):
        say(database, f"again {number}" * (1 << 20))

    assert measure_log_bytes(path) < 3 * LOG_BYTES
    assert len(said(database)) == 14


def test_nothing_more_is_written_once_the_transaction_is_gone(database: DatabaseConnection) -> None:
    def carried_on() -> None:
        with database.begin_transaction():
            say(database, "one")
            database.execute("ROLLBACK")  # as SQLite itself does where a disk is full
            say(database, "two")

    with pytest.raises(RuntimeError, match="only inside a transaction"):
        carried_on()

    assert said(database) == []


def old_tables(path: Path) -> None:
    """Make a database as versions did that noted nothing of their schema in its header."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"PRAGMA journal_mode = WAL; {WORDS.text}")


def other_tables(path: Path) -> None:
    DatabaseConnection.open_file(path, UNRELEASED).close()


def newer_tables(path: Path) -> None:
    DatabaseConnection.open_file(path, NEWER).close()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (newer_tables, r"needs a newer version of Namesake\. Install it\.$"),
        (other_tables, "another unreleased version .* install the version again that you had"),
        (old_tables, "another unreleased version .* install the version again that you had"),
    ],
)
def test_other_tables_are_refused_and_left_as_they_are(
    path: Path, make: Callable[[Path], None], words: str
) -> None:
    make(path)
    before = path.read_bytes()

    with pytest.raises(DatabaseError, match=words) as refusal:
        DatabaseConnection.open_file(path, WORDS)

    assert refusal.value.exit_code == 78
    assert path.read_bytes() == before


def test_tables_that_could_not_all_be_made_are_made_at_the_next_start(path: Path) -> None:
    with pytest.raises(DatabaseError):
        DatabaseConnection.open_file(path, Schema(f"{WORDS.text}\nCREATE TABLE words (word TEXT);"))

    database = DatabaseConnection.open_file(path, WORDS)

    assert database.list_tables() == ("words",)
    assert said(database) == []
    database.close()


def test_a_folder_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotWriteError, match="check its folder"):
        DatabaseConnection.open_file(tmp_path / "nowhere" / "words.db", WORDS)


def test_the_files_are_for_their_owner_alone(database: DatabaseConnection, path: Path) -> None:
    say(database, "one")

    files = sorted(path.parent.glob("words.db*"))

    assert [file.name for file in files] == ["words.db", "words.db-shm", "words.db-wal"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def test_a_thread_that_ended_keeps_no_connection(database: DatabaseConnection) -> None:
    before = open_files()
    for number in range(30):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(say, database, f"{number:02}").result()

    assert len(said(database)) == 30
    assert open_files() < before + 10


def has_mark(database: DatabaseConnection) -> bool:
    """Tell whether this thread has the connection that was marked: others do not see the mark."""
    return database.fetch_row("SELECT 1 FROM temp.sqlite_schema WHERE name = 'mark'") is not None


def mark_and_release(database: DatabaseConnection) -> None:
    with database.begin_transaction():
        database.execute("CREATE TEMP TABLE mark (one)")
        assert database.is_in_transaction
        database.release_session()  # no effect: a transaction is open
        database.execute("INSERT INTO mark VALUES (1)")
    assert not database.is_in_transaction
    database.release_session()


def test_a_thread_that_is_done_leaves_its_connection_to_the_next(
    database: DatabaseConnection,
) -> None:
    with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
        first.submit(mark_and_release, database).result()
        before = open_files()

        assert second.submit(has_mark, database).result()
        assert open_files() == before
        assert not first.submit(has_mark, database).result()


def test_connections_that_no_thread_uses_are_closed_with_the_database(
    database: DatabaseConnection,
) -> None:
    before = open_files()
    with ThreadPoolExecutor(1) as other:
        other.submit(mark_and_release, database).result()
        assert open_files() > before

        database.close_unused()

    assert open_files() < before
    assert said(database) == []


def test_a_copy_of_the_file_after_a_checkpoint_is_whole(
    database: DatabaseConnection, path: Path
) -> None:
    say(database, "one")
    database.checkpoint()
    shutil.copy(path, path.with_name("copy.db"))

    copy = DatabaseConnection.open_file(path.with_name("copy.db"), WORDS)

    assert said(copy) == ["one"]
    copy.close()


def reading(database: DatabaseConnection, asked: list[str]) -> list[str]:
    """Read all words through `read_once`, and note that they were asked for."""

    def read() -> list[str]:
        asked.append("words")
        return said(database)

    return database.read_once("words", read)


def test_a_transaction_reads_the_same_thing_once(database: DatabaseConnection) -> None:
    asked: list[str] = []
    with database.begin_transaction():
        say(database, "one")
        assert reading(database, asked) == reading(database, asked) == ["one"]

    assert asked == ["words"]


def test_outside_a_transaction_it_is_read_every_time(database: DatabaseConnection) -> None:
    asked: list[str] = []
    assert reading(database, asked) == []
    say(database, "one")

    assert reading(database, asked) == ["one"]


def test_the_next_transaction_sees_what_another_connection_wrote_meanwhile(
    database: DatabaseConnection, path: Path
) -> None:
    asked: list[str] = []
    with database.begin_transaction():
        reading(database, asked)
    other = DatabaseConnection.open_file(path, WORDS)
    say(other, "one")
    other.close()

    with database.begin_transaction():
        assert reading(database, asked) == ["one"]


def test_what_was_changed_is_read_anew(database: DatabaseConnection) -> None:
    asked: list[str] = []
    with database.begin_transaction():
        reading(database, asked)
        say(database, "one")
        database.forget_read("words")
        assert reading(database, asked) == ["one"]
        say(database, "two")
        database.forget_read()
        assert reading(database, asked) == ["one", "two"]


def test_what_an_inner_block_took_back_was_never_read(database: DatabaseConnection) -> None:
    asked: list[str] = []
    with database.begin_transaction():
        with suppress(ArithmeticError), database.begin_transaction():
            say(database, "one")
            assert reading(database, asked) == ["one"]
            raise ArithmeticError

        assert reading(database, asked) == []
