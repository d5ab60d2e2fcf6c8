"""A named set of migrations, and which of them this program knows."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from typing import Self

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

Step = Callable[[Database], None]
Named = tuple[str, str, str | None, str | None]
NAMED = """
    SELECT part.type, part.name, piece.name, piece.type
    FROM sqlite_schema AS part LEFT JOIN pragma_table_xinfo(part.name) AS piece
"""


@dataclass(frozen=True, slots=True)
class Schema:
    migrations: Migrations
    names: frozenset[str]

    @classmethod
    def of(cls, name: str, *steps: Step) -> Self:
        """Build it from its steps, oldest first; a step's name is its name for ever."""
        migrations = Migrations(name)
        for step in steps:
            migrations()(step)
        return cls(migrations, frozenset(step.__name__ for step in steps))

    def applied(self, database: Database) -> frozenset[str]:
        """Raise KeyError where the list of steps is not as it was written."""
        return frozenset(each.name for each in self.migrations.applied(database))

    def apply(self, database: Database) -> None:
        self.migrations.apply(database)

    def stands_in(self, database: Database) -> bool:
        """Say whether each column, index and trigger of all steps is there, under its name."""
        return _made_by(self) <= _named_in(database)


@cache
def _made_by(schema: Schema) -> frozenset[Named]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        database = Database(connection, recursive_triggers=False, execute_plugins=False)
        schema.apply(database)
        return _named_in(database)


def _named_in(database: Database) -> frozenset[Named]:
    return frozenset(database.execute(NAMED).fetchall())
