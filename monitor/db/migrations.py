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
from importlib.resources import files
from sqlite3 import complete_statement
from typing import Self

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

# Where sqlite-utils notes which steps a database has had.
STEPS_TABLE = "_sqlite_migrations"
MigrationStep = Callable[[Database], None]
SchemaObject = tuple[str, str, str | None, str | None]
SCHEMA_OBJECTS_QUERY = """
    SELECT part.type, part.name, piece.name, piece.type
    FROM sqlite_schema AS part LEFT JOIN pragma_table_xinfo(part.name) AS piece
"""


@dataclass(frozen=True, slots=True)
class Schema:
    migrations: Migrations
    names: frozenset[str]

    @classmethod
    def from_steps(cls, name: str, *steps: MigrationStep) -> Self:
        """Build it from its steps, oldest first; a step's name is its name for ever."""
        migrations = Migrations(name)
        for step in steps:
            migrations()(step)
        return cls(migrations, frozenset(step.__name__ for step in steps))

    def list_applied_steps(self, database: Database) -> frozenset[str]:
        """Raise KeyError where the list of steps is not as it was written."""
        return frozenset(each.name for each in self.migrations.applied(database))

    def apply_steps(self, database: Database) -> None:
        self.migrations.apply(database)

    def is_complete_in(self, database: Database) -> bool:
        """Say whether each column, index and trigger of all steps is there, under its name."""
        return _build_expected_objects(self) <= _list_schema_objects(database)


@cache
def _build_expected_objects(schema: Schema) -> frozenset[SchemaObject]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        database = Database(connection, recursive_triggers=False, execute_plugins=False)
        schema.apply_steps(database)
        return _list_schema_objects(database)


def _list_schema_objects(database: Database) -> frozenset[SchemaObject]:
    return frozenset(database.execute(SCHEMA_OBJECTS_QUERY).fetchall())


def build_step(name: str) -> MigrationStep:
    """Make a step of the statements in `tables/NAME.sql`."""

    def run_statements(database: Database) -> None:
        # One by one: a whole script would commit before it begins, and half of it could stay.
        for statement in _read_statements(name):
            database.execute(statement)

    run_statements.__name__ = name
    return run_statements


def _read_statements(name: str) -> Iterator[str]:
    script = files("monitor.db").joinpath("tables", f"{name}.sql").read_text("utf-8")
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
