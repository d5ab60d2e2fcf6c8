"""A named set of migrations, and which of them this program knows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

Step = Callable[[Database], None]


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
        return frozenset(each.name for each in self.migrations.applied(database))

    def apply(self, database: Database) -> None:
        self.migrations.apply(database)
