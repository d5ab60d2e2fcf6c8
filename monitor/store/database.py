"""One SQLite file, and one way to write to it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from sqlite3 import Connection, OperationalError
from typing import Any, Self

import sqlite_utils

from monitor.errors import DatabaseError
from monitor.store.connections import Connections, Session
from monitor.store.copies import copy_database
from monitor.store.refusal import damaged, refusals, refusals_at_opening
from monitor.store.schema import Schema

Row = tuple[Any, ...]
PATIENCE = 30.0
# As much as SQLite itself lets gather: 1,000 pages (sqlite.org/wal.html, "Checkpointing").
LOG_BYTES = 4 << 20
# The longest that other writers wait for a checkpoint that a slow reader holds up.
CHECKPOINT_SECONDS = 5.0


class Sync(StrEnum):
    """FULL survives a power cut; NORMAL survives a killed process, and is cheaper."""

    FULL = "PRAGMA synchronous = FULL"
    NORMAL = "PRAGMA synchronous = NORMAL"


class Database:
    """`patience` is how many seconds a writer waits for another one."""

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        self.path = path
        self._patience = patience
        self._connections = Connections(path, patience)
        self._log_limit = LOG_BYTES

    @classmethod
    def open(
        cls, path: Path, schema: Schema, patience: float = PATIENCE, spare: Path | None = None
    ) -> Self:
        """Open or create the file; refuse it if damaged or newer; bring it up to date.

        As it was before, it is copied to `spare`.
        """
        database = cls(path, patience)
        database._connections.create_file()
        try:
            with refusals_at_opening(path):
                database.prepare(schema, spare)
        except BaseException:
            database.close()
            raise
        return database

    def prepare(self, schema: Schema, spare: Path | None = None) -> None:
        connection = self._connections.mine().connection
        if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise damaged(self.path)
        tables = sqlite_utils.Database(connection, recursive_triggers=False, execute_plugins=False)
        try:
            applied = schema.applied(tables)
        except KeyError as error:
            raise damaged(self.path) from error
        if applied - schema.names:
            message = f"{self.path} was written by a newer Namesake: install that version or later."
            raise DatabaseError(message)
        if applied == schema.names:
            self._check(schema, tables)
            return
        if applied and spare is not None:
            copy_database(self.path, spare)
        with self.write():
            schema.apply(tables)
            self._check(schema, tables)

    def _check(self, schema: Schema, tables: sqlite_utils.Database) -> None:
        if not schema.stands_in(tables):
            raise damaged(self.path)

    def close(self) -> None:
        """Close what no thread uses; what one may still read from closes with that thread."""
        self._connections.close()

    def rows(self, sql: str, *values: object) -> Iterator[Row]:
        with refusals(self.path):
            # `yield from` would close the cursor with the generator, maybe after its connection.
            for row in self._connections.mine().connection.execute(sql, values):  # noqa: UP028 - see above
                yield row

    def row(self, sql: str, *values: object) -> Row | None:
        with refusals(self.path):
            found: Row | None = self._connections.mine().connection.execute(sql, values).fetchone()
        return found

    def run(self, sql: str, *values: object) -> int:
        """Change rows, inside `write()` only; return how many."""
        with refusals(self.path):
            return self._writing().execute(sql, values).rowcount

    def run_many(self, sql: str, values: Iterable[Row]) -> None:
        with refusals(self.path):
            self._writing().executemany(sql, values)

    @contextmanager
    def write(self, sync: Sync = Sync.FULL) -> Iterator[None]:
        """Keep everything done inside, or nothing; an inner `write()` joins the outer one.

        An inner block that raises takes back its own part, even where the outer one goes on.
        Raises ReplacedError where another file lies at the path by now.
        """
        session = self._connections.mine()
        block = self._part(session) if session.depth else self._transaction(session, sync)
        with refusals(self.path), block:
            yield
        if not session.depth:
            self._shorten_log(session.connection)
            _catch_up(session)

    def after_commit(self, act: Callable[[], object]) -> None:
        """Act once the outermost `write()` is kept; at once where there is none."""
        session = self._connections.mine()
        session.afterwards.append(act)
        if not session.depth:
            _catch_up(session)

    def check_file(self) -> None:
        """Raise ReplacedError unless we have open what lies at the path, its log included."""
        self._connections.check_file()

    def written(self) -> int:
        """Return a number that is another one once anybody else has kept something."""
        found = self.row("PRAGMA data_version")
        return int(found[0]) if found else 0

    def checkpoint(self) -> bool:
        """Empty the write-ahead log, so that what was deleted stands in no file.

        Return False where somebody read on for too long, and something may be left in it.
        """
        found = self.row("PRAGMA wal_checkpoint(TRUNCATE)")
        return found is not None and found[0] == 0

    def _writing(self) -> Connection:
        connection = self._connections.mine().connection
        if not connection.in_transaction:
            message = "rows are changed inside write() only"
            raise RuntimeError(message)
        return connection

    def _shorten_log(self, connection: Connection) -> None:
        """Empty the write-ahead log once it is long; where readers are in the way, later."""
        log = log_bytes(self.path)
        if log < self._log_limit:
            return
        connection.execute(f"PRAGMA busy_timeout = {CHECKPOINT_SECONDS * 1000:.0f}")
        try:
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except OperationalError:  # what was written is safe in the log; a full disk passes
            busy = 1
        finally:
            connection.execute(f"PRAGMA busy_timeout = {self._patience * 1000:.0f}")
        self._log_limit = log + LOG_BYTES if busy else LOG_BYTES

    @contextmanager
    def _transaction(self, session: Session, sync: Sync) -> Iterator[None]:
        connection = session.connection
        connection.execute(sync)
        # A deferred BEGIN fails at once where another wrote between our read and our write.
        connection.execute("BEGIN IMMEDIATE")
        session.depth = 1
        try:
            self._connections.check_identity()
            yield
            connection.execute("COMMIT")
        except BaseException:
            session.afterwards.clear()
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        finally:
            session.depth = 0

    @contextmanager
    def _part(self, session: Session) -> Iterator[None]:
        connection = self._writing()
        waiting = len(session.afterwards)
        name = f"part_{session.depth}"
        connection.execute(f"SAVEPOINT {name}")
        session.depth += 1
        try:
            yield
        except BaseException:
            del session.afterwards[waiting:]
            # A full disk takes back the whole transaction, and the savepoint with it.
            if connection.in_transaction:
                connection.execute(f"ROLLBACK TO {name}")
                connection.execute(f"RELEASE {name}")
            raise
        else:
            connection.execute(f"RELEASE {name}")
        finally:
            session.depth -= 1


def log_bytes(path: Path) -> int:
    """Return the size of a database's write-ahead log; 0 where there is none."""
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size
    except FileNotFoundError:
        return 0


def _catch_up(session: Session) -> None:
    while session.afterwards:
        session.afterwards.pop(0)()
