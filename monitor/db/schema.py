"""The tables of both kinds of database; each kind is one text beside this file.

Nothing is released: until 0.1.0 a text is changed in place, and nothing converts what an earlier
text made. The header of each file says which text that was.
"""

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zlib import crc32

SchemaObject = tuple[str, str, str | None, str | None]
SCHEMA_OBJECTS_QUERY = """
    SELECT part.type, part.name, piece.name, piece.type
    FROM sqlite_schema AS part LEFT JOIN pragma_table_xinfo(part.name) AS piece
"""
HEADER_QUERY = "SELECT user_version, application_id FROM pragma_user_version, pragma_application_id"


@dataclass(frozen=True, slots=True)
class Schema:
    """`version` counts the releases that changed the tables; each text has a mark of its own."""

    text: str
    version: int = 1

    @classmethod
    def read_file(cls, path: Path) -> "Schema":
        return cls(path.read_text("utf-8"))

    @property
    def mark(self) -> int:
        """Return a number that stays the same where only comments and blanks of the text change."""
        words = " ".join(re.sub("--.*", "", self.text).split())
        return crc32(words.encode()) & 0x7FFF_FFFF  # the header has room for 31 bits

    def create_tables(self, database: sqlite3.Connection) -> None:
        """Make the tables inside the open transaction."""
        # Large, and only a new database needs it. The script of sqlite3 itself would commit first.
        from sqlite_utils import Database  # noqa: PLC0415 - see above

        tables = Database(database, recursive_triggers=False, execute_plugins=False)
        tables.executescript(self.text)

    def mark_header(self, database: sqlite3.Connection) -> None:
        database.execute(f"PRAGMA user_version = {self.version}")
        database.execute(f"PRAGMA application_id = {self.mark}")

    def is_complete_in(self, database: sqlite3.Connection) -> bool:
        """Say whether each column, index and trigger is there, under its name."""
        return _build_expected_objects(self) <= _list_schema_objects(database)


def read_header(database: sqlite3.Connection) -> tuple[int, int]:
    """Return the version and the mark of the schema that made a database."""
    version, mark = database.execute(HEADER_QUERY).fetchone()
    return version, mark


def has_tables(database: sqlite3.Connection) -> bool:
    return database.execute("SELECT 1 FROM sqlite_schema").fetchone() is not None


@cache
def _build_expected_objects(schema: Schema) -> frozenset[SchemaObject]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(schema.text)
        return _list_schema_objects(connection)


def _list_schema_objects(database: sqlite3.Connection) -> frozenset[SchemaObject]:
    return frozenset(database.execute(SCHEMA_OBJECTS_QUERY).fetchall())


DISTRICT_SCHEMA = Schema.read_file(Path(__file__).with_name("schema.sql"))
KEYS_SCHEMA = Schema.read_file(Path(__file__).with_name("keys.sql"))
