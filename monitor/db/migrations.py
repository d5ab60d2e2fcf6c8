"""The steps that make the tables; the tables themselves are in `tables/`.

A released step is never edited; the next one is added. Plain columns hold ids, kinds, states,
times, counts and source names. `encrypted` holds the whole value, under the key of the person it
is about (the district's where `person_id` is null). `keyed_hash`, `question` and `alias` are keyed
hashes of what must be unique or found again.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from sqlite3 import complete_statement
from typing import Protocol, Self

TABLES_FOLDER = Path(__file__).with_name("tables")
# Where sqlite-utils notes which steps a database has had.
STEPS_TABLE = "_sqlite_migrations"


class StatementRunner(Protocol):
    """What a step works on: a database of sqlite-utils, or a connection alone."""

    def execute(self, sql: str, /) -> sqlite3.Cursor: ...


MigrationStep = Callable[[StatementRunner], None]
SchemaObject = tuple[str, str, str | None, str | None]
SCHEMA_OBJECTS_QUERY = """
    SELECT part.type, part.name, piece.name, piece.type
    FROM sqlite_schema AS part LEFT JOIN pragma_table_xinfo(part.name) AS piece
"""
STEPS_TABLE_QUERY = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?"
APPLIED_QUERY = "SELECT name, applied_at FROM _sqlite_migrations WHERE migration_set = ?"


@dataclass(frozen=True, slots=True)
class Schema:
    """The steps of one kind of database, oldest first; a step's name is its name for ever."""

    name: str
    steps: tuple[MigrationStep, ...]

    @classmethod
    def from_steps(cls, name: str, *steps: MigrationStep) -> Self:
        return cls(name, steps)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(step.__name__ for step in self.steps)

    def list_applied_steps(self, database: sqlite3.Connection) -> frozenset[str]:
        """Raise OperationalError where the list of steps is not as it was written."""
        if not database.execute(STEPS_TABLE_QUERY, (STEPS_TABLE,)).fetchone():
            return frozenset()
        return frozenset(name for name, _ in database.execute(APPLIED_QUERY, (self.name,)))

    def apply_steps(self, database: sqlite3.Connection) -> None:
        """Take the steps that this database has not had, and note them."""
        # Large, and only a new database and an upgrade need it.
        from sqlite_utils import Database  # noqa: PLC0415 - see above
        from sqlite_utils.migrations import Migrations  # noqa: PLC0415 - likewise

        migrations = Migrations(self.name)
        for step in self.steps:
            migrations()(step)
        migrations.apply(Database(database, recursive_triggers=False, execute_plugins=False))

    def is_complete_in(self, database: sqlite3.Connection) -> bool:
        """Say whether each column, index and trigger of all steps is there, under its name."""
        return _build_expected_objects(self) <= _list_schema_objects(database)


@cache
def _build_expected_objects(schema: Schema) -> frozenset[SchemaObject]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for step in schema.steps:
            step(connection)
        return _list_schema_objects(connection)


def _list_schema_objects(database: sqlite3.Connection) -> frozenset[SchemaObject]:
    return frozenset(database.execute(SCHEMA_OBJECTS_QUERY).fetchall())


def build_step(name: str) -> MigrationStep:
    """Make a step of the statements in `tables/NAME.sql`."""

    def run_statements(database: StatementRunner) -> None:
        # One by one: a whole script would commit before it begins, and half of it could stay.
        for statement in _read_statements(name):
            database.execute(statement)

    run_statements.__name__ = name
    return run_statements


def _read_statements(name: str) -> Iterator[str]:
    script = (TABLES_FOLDER / f"{name}.sql").read_text("utf-8")
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if complete_statement(statement):
            yield statement
            statement = ""


KEYS_SCHEMA = Schema.from_steps("keys", build_step("keys_1"))
DISTRICT_STEPS = tuple(build_step(f"namesake_{number}") for number in range(1, 13))
DISTRICT_SCHEMA = Schema.from_steps("namesake", *DISTRICT_STEPS)
SHARED_SCHEMA = Schema.from_steps("shared", build_step("shared_1"))
