"""A file that is not as it was written is refused, and never repaired."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.db.connection import DatabaseConnection
from monitor.domain.errors import DatabaseError
from tests.monitor.db.words import WORDS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "words.db"


def nonsense(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 500)


def half_a_file(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2 + 100)


def flipped(offset: int) -> Callable[[Path], None]:
    def flip(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[offset] ^= 0xFF
        path.write_bytes(data)

    return flip


def renamed(old: bytes, new: bytes) -> Callable[[Path], None]:
    def rename(path: Path) -> None:
        data = path.read_bytes()
        assert old in data
        path.write_bytes(data.replace(old, new))

    return rename


@pytest.mark.parametrize(
    "damage",
    [
        nonsense,
        half_a_file,
        *(flipped(at) for at in (2, 100, 103, 105, 4096, 4101, 8192)),
        # SQLite quotes the first in words that are no text, and finds nothing wrong in the second.
        renamed(b"CREATE TABLE words", b"CRE\xffTE TABLE words"),
        renamed(b"words (word TEXT", b"words (worm TEXT"),
    ],
)
def test_a_damaged_database_is_refused_and_never_repaired(
    path: Path, damage: Callable[[Path], None]
) -> None:
    database = DatabaseConnection.open_file(path, WORDS)
    with database.begin_transaction():
        database.execute_many("INSERT INTO words VALUES (?)", ((f"{n:0400}",) for n in range(100)))
    database.close()
    damage(path)
    before = path.read_bytes()

    with pytest.raises(DatabaseError, match=r"is damaged\. Restore") as refusal:
        DatabaseConnection.open_file(path, WORDS)

    assert refusal.value.exit_code == 78
    assert path.read_bytes() == before


def test_a_text_that_is_none_any_more_is_damage(path: Path) -> None:
    database = DatabaseConnection.open_file(path, WORDS)
    with database.begin_transaction():
        database.execute("INSERT INTO words VALUES (CAST(x'ff' AS TEXT))")

    with pytest.raises(DatabaseError, match=r"is damaged\. Restore"):
        list(database.fetch_rows("SELECT word FROM words"))
    database.close()
