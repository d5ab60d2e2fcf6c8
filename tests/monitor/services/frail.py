"""A database whose every n-th write fails, as on a disk that is full or broken, or locked."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "COMMIT")
BEGINS = ("BEGIN",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What SQLite says, and at which statements it may; after some it takes the whole back."""

    words: str
    code: int
    at: tuple[str, ...] = WRITES
    takes_back: bool = False

    def error(self) -> sqlite3.OperationalError:
        error = sqlite3.OperationalError(self.words)
        error.sqlite_errorcode = self.code
        return error


FULL = Fault(words="database or disk is full", code=sqlite3.SQLITE_FULL, takes_back=True)
BROKEN = Fault(words="disk I/O error", code=sqlite3.SQLITE_IOERR_WRITE)
LOCKED = Fault(words="database is locked", code=sqlite3.SQLITE_BUSY, at=BEGINS)


@dataclass(slots=True)
class Trouble:
    """Strikes at the `first` of such statements, then after `every` to four times as many; 0 never.

    At a steady beat it could strike each retry at the same statement, for ever.
    """

    fault: Fault = FULL
    first: int = 0
    every: int = 0
    met: int = 0
    due: int = 0
    struck: list[str] = field(default_factory=list)

    def meets(self, connection: sqlite3.Connection, sql: str) -> None:
        if not sql.lstrip().upper().startswith(self.fault.at):
            return
        self.met += 1
        if not self.every or self.met < (self.due or self.first):
            return
        # The same draws each time: what fails can be run again.
        draw = Random(f"{self.first} {len(self.struck)}")  # noqa: S311 - no secret
        self.due = self.met + draw.randrange(self.every, 4 * self.every)
        self.struck.append(sql)
        if self.fault.takes_back and connection.in_transaction:
            sqlite3.Connection.execute(connection, "ROLLBACK")
        raise self.fault.error()


class FrailConnection(sqlite3.Connection):
    def __init__(self, trouble: Trouble, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._trouble = trouble

    def execute(self, sql: str, values: Any = ()) -> sqlite3.Cursor:
        self._trouble.meets(self, sql)
        return super().execute(sql, values)

    def executemany(self, sql: str, values: Iterable[Any]) -> sqlite3.Cursor:
        self._trouble.meets(self, sql)
        return super().executemany(sql, values)


def connecting(trouble: Trouble) -> Any:
    """Return what takes the place of `sqlite3.connect`."""
    return partial(sqlite3.connect, factory=partial(FrailConnection, trouble))
