"""Many processes and threads on one file: locks stay, and a replaced file is noticed."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from monitor.db.connection import DatabaseConnection
from monitor.db.open_files import has_locks, list_deleted_files
from monitor.domain.errors import DatabaseError, ReplacedError
from tests.monitor.db.words import WORDS

OPEN_AND_CLOSE = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from monitor.db.connection import DatabaseConnection
    from tests.monitor.db.words import WORDS
    database = DatabaseConnection.open_file(Path(sys.argv[1]), WORDS)
    with database.begin_transaction():
        database.execute("INSERT INTO words VALUES (?)", "another")
    database.close()
    """
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "words.db"


@pytest.fixture
def database(path: Path) -> Iterator[DatabaseConnection]:
    database = DatabaseConnection.open_file(path, WORDS, patience=5)
    yield database
    database.close()


def read_words(database: DatabaseConnection) -> list[str]:
    return [word for (word,) in database.fetch_rows("SELECT word FROM words ORDER BY word")]


def add_word(database: DatabaseConnection, word: str) -> None:
    with database.begin_transaction():
        database.execute("INSERT INTO words VALUES (?)", word)


def run_other_process(path: Path) -> None:
    command = [sys.executable, "-c", OPEN_AND_CLOSE, str(path)]
    subprocess.run(command, check=True)


def test_a_second_thread_does_not_drop_the_locks_of_the_first(
    database: DatabaseConnection, path: Path
) -> None:
    read_words(database)
    assert has_locks(os.getpid(), path)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(read_words, database).result()

    assert has_locks(os.getpid(), path)


def test_another_process_that_closes_takes_no_log_away(
    database: DatabaseConnection, path: Path
) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(read_words, database).result()

    run_other_process(path)
    add_word(database, "ours")

    assert list_deleted_files(os.getpid(), path) == ()
    seen = DatabaseConnection.open_file(path, WORDS)
    assert read_words(seen) == ["another", "ours"]
    seen.close()


def test_the_file_is_its_owners_alone_from_the_start(
    database: DatabaseConnection, path: Path
) -> None:
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_to_a_file_that_is_not_there_yet_leads_to_a_new_file(tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "elsewhere.db")

    DatabaseConnection.open_file(link, WORDS).close()

    assert (tmp_path / "elsewhere.db").stat().st_mode & 0o777 == 0o600


def test_a_missing_file_is_not_made_by_a_later_connection(
    database: DatabaseConnection, path: Path
) -> None:
    path.unlink()

    with ThreadPoolExecutor(1) as pool, pytest.raises(DatabaseError):
        pool.submit(read_words, database).result()
    assert not path.exists()


@pytest.mark.parametrize("replaced", ["by another", "by nothing"])
def test_nothing_is_written_to_a_file_that_was_replaced(
    database: DatabaseConnection, path: Path, replaced: str
) -> None:
    add_word(database, "one")
    path.rename(path.with_name("moved.db"))
    if replaced == "by another":
        DatabaseConnection.open_file(path, WORDS).close()

    with pytest.raises(ReplacedError, match="Start it again") as refusal:
        add_word(database, "two")

    assert refusal.value.exit_code == 79


def test_a_reader_can_ask_whether_the_file_was_replaced(
    database: DatabaseConnection, path: Path
) -> None:
    database.check_file()

    path.rename(path.with_name("moved.db"))

    with pytest.raises(ReplacedError):
        database.check_file()


def test_a_log_that_was_deleted_under_us_is_noticed(
    database: DatabaseConnection, path: Path
) -> None:
    add_word(database, "one")
    path.with_name(f"{path.name}-wal").unlink()

    with pytest.raises(ReplacedError):
        database.check_file()
