"""The tables of both kinds of database; each kind is one text beside this file.

What a release stored is upgraded, never dropped: a release that changes a text adds a
`SchemaChange` to its schema. The header of each file says which text made it. Nothing converts what
versions before 0.1.0 made.
"""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from sqlite_utils import Database

SchemaObject = tuple[str | None, ...]
SCHEMA_OBJECTS_QUERY = """
    SELECT part.type, part.name, piece.name, piece.type
    FROM sqlite_schema AS part LEFT JOIN pragma_table_xinfo(part.name) AS piece
"""
HEADER_QUERY = "SELECT user_version, application_id FROM pragma_user_version, pragma_application_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaChange:
    """What a release did to the tables of an earlier one, whose text has the mark `since`.

    `apply` speaks sqlite-utils: it adds columns, and copies a table that it transforms.
    """

    since: int
    apply: Callable[["Database"], object]


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of a new database, and how those of older releases become the same."""

    text: str
    changes: tuple[SchemaChange, ...] = ()

    @property
    def version(self) -> int:
        """Count the releases that changed the tables; each text has a mark of its own."""
        return 1 + len(self.changes)

    @classmethod
    def read_file(cls, path: Path) -> "Schema":
        return cls(path.read_text("utf-8"))

    @property
    def mark(self) -> int:
        """Return a number that stays the same where only comments and blanks of the text change."""
        return _compute_mark(self.text)

    def create_tables(self, database: sqlite3.Connection) -> None:
        """Make the tables inside the open transaction."""
        # The script of sqlite3 itself would commit first.
        statement = ""
        for line in self.text.splitlines():
            statement += f"{line}\n"
            if line.endswith(";") and sqlite3.complete_statement(statement):
                database.execute(statement)
                statement = ""

    def is_older(self, version: int, mark: int) -> bool:
        """Tell whether a release made these tables, and we know all that was changed since."""
        return 0 < version < self.version and mark == self.changes[version - 1].since

    def change_tables(self, database: sqlite3.Connection, version: int) -> None:
        """Make the tables of an older release those of this one, in the open transaction."""
        for change in self.changes[version - 1 :]:
            # Large, and only an older database needs it.
            from sqlite_utils import Database  # noqa: PLC0415 - see above

            change.apply(Database(database, recursive_triggers=False, execute_plugins=False))
        self.mark_header(database)

    def mark_header(self, database: sqlite3.Connection) -> None:
        database.execute(f"PRAGMA user_version = {self.version}")
        database.execute(f"PRAGMA application_id = {self.mark}")

    def is_complete_in(self, database: sqlite3.Connection) -> bool:
        """Say whether each column, index and trigger is there, under its name."""
        # Where no release has changed a table the statements are the same, and soon compared.
        return any(
            _read_expected_schema(self, query) <= _read_schema(database, query)
            for query in ("SELECT type, name, sql FROM sqlite_schema", SCHEMA_OBJECTS_QUERY)
        )


def read_header(database: sqlite3.Connection) -> tuple[int, int]:
    """Return the version and the mark of the schema that made a database."""
    version, mark = database.execute(HEADER_QUERY).fetchone()
    return version, mark


def has_tables(database: sqlite3.Connection) -> bool:
    return database.execute("SELECT 1 FROM sqlite_schema").fetchone() is not None


@cache
def _compute_mark(text: str) -> int:
    words = " ".join(re.sub("--.*", "", text).split())
    return crc32(words.encode()) & 0x7FFF_FFFF  # the header has room for 31 bits


@cache
def _read_expected_schema(schema: Schema, query: str) -> frozenset[SchemaObject]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(schema.text)
        return _read_schema(connection, query)


def _read_schema(database: sqlite3.Connection, query: str) -> frozenset[SchemaObject]:
    return frozenset(database.execute(query).fetchall())


DISTRICT_SCHEMA = Schema.read_file(Path(__file__).with_name("schema.sql"))
KEYS_SCHEMA = Schema.read_file(Path(__file__).with_name("keys.sql"))
