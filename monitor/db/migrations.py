"""The steps that made each table; the tables themselves are in `tables/`.

A released step is never edited; the next one is added. Plain columns hold ids, kinds, states,
times, counts and source names. `sealed` holds the whole value, under the key of the person it is
about (the district's where `person` is null). `mark`, `question` and `alias` are keyed hashes of
what must be unique or found again.
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


def step(name: str) -> Step:
    """Make a step of the statements in `tables/NAME.sql`."""

    def run(database: Database) -> None:
        # One by one: a whole script would commit before it begins, and half of it could stay.
        for statement in _statements(name):
            database.execute(statement)

    run.__name__ = name
    return run


def _statements(name: str) -> Iterator[str]:
    script = files("monitor.db").joinpath("tables", f"{name}.sql").read_text("utf-8")
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if complete_statement(statement):
            yield statement
            statement = ""


KEYS = Schema.of("keys", step("keys_1"), step("keys_2"))
NAMESAKE = Schema.of(
    "namesake",
    step("people_1"),
    step("sweeps_1"),
    step("items_1"),
    step("flags_1"),
    step("service_1"),
    step("spending_1"),
    step("robots_1"),
    step("canaries_1"),
    step("pictures_1"),
    step("outlays_1"),
    step("consents_1"),
    step("pages_1"),
    step("sessions_1"),
    step("review_1"),
    step("verdicts_1"),
    step("unfinished_1"),
    step("due_2"),
    step("letters_1"),
    step("sign_in_links_1"),
    step("audit_end_1"),
    step("letters_2"),
    step("invitations_1"),
    step("address_changes_1"),
    step("holds_1"),
    step("names_1"),
)
