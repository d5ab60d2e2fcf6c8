"""One SQLite file and one way to write: transactions, and what follows a commit."""

import os
import sqlite3
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from sqlite3 import Connection, OperationalError
from typing import Self, TypeVar, cast

from monitor.db.open_files import (
    ThreadConnectionPool,
    ThreadSession,
    build_damage_error,
    raise_translated,
    translate_errors,
    translate_opening_errors,
)
from monitor.db.schema_versions import Schema, has_tables, read_header
from monitor.domain.errors import DatabaseError

BUSY_TIMEOUT_SECONDS = 30.0
# Comparing indexes with their tables takes 7 ms a megabyte, five times as long as the rest of the
# check (180 MB, measured). The nightly copy compares them in larger files.
WHOLE_CHECK_BYTES = 16 << 20


Row = sqlite3.Row
T = TypeVar("T")
# As much as SQLite itself lets gather: 1,000 pages (sqlite.org/wal.html, "Checkpointing").
LOG_BYTES = 4 << 20
# The longest that other writers wait for a checkpoint that a slow reader holds up.
CHECKPOINT_SECONDS = 5.0


class SyncMode(StrEnum):
    """FULL survives a power cut; NORMAL survives a killed process, and is cheaper."""

    FULL = "PRAGMA synchronous = FULL"
    NORMAL = "PRAGMA synchronous = NORMAL"


class DatabaseConnection:
    """`patience` is how many seconds a writer waits for another one."""

    def __init__(self, path: Path, patience: float = BUSY_TIMEOUT_SECONDS) -> None:
        self.path = path
        self._patience = patience
        self._connections = ThreadConnectionPool(path, patience)
        self._log_limit = LOG_BYTES

    @classmethod
    def open_file(cls, path: Path, schema: Schema, patience: float = BUSY_TIMEOUT_SECONDS) -> Self:
        """Open or create the file; refuse it if it is damaged or has other tables."""
        database = cls(path, patience)
        database._connections.create_file()
        try:
            with translate_opening_errors(path):
                database.prepare_schema(schema)
        except BaseException:
            database.close()
            raise
        return database

    def prepare_schema(self, schema: Schema) -> None:
        connection = self._connections.get_session().connection
        whole = self.path.stat().st_size <= WHOLE_CHECK_BYTES
        check = "PRAGMA integrity_check(1)" if whole else "PRAGMA quick_check(1)"
        if connection.execute(check).fetchone() != ("ok",):
            raise build_damage_error(self.path)
        # The check has read every page; who has many districts open cannot keep them all in memory.
        connection.execute("PRAGMA shrink_memory")
        if not has_tables(connection):
            with self.begin_transaction():
                # Another process may have been first.
                if not has_tables(connection):
                    schema.create_tables(connection)
                    schema.mark_header(connection)
        version, mark = read_header(connection)
        if schema.is_older(version, mark):
            version, mark = self._change_tables(schema)
        if version > schema.version:
            raise DatabaseError(f"{self.path} needs a newer version of Namesake. Install it.")
        if (version, mark) != (schema.version, schema.mark):
            raise DatabaseError(
                f"{self.path} was made by another unreleased version of Namesake. Nothing is lost: "
                "install the version again that you had. See docs/install.md about what an upgrade "
                "does to the data."
            )
        if not schema.is_complete_in(connection):
            raise build_damage_error(self.path)

    def _change_tables(self, schema: Schema) -> tuple[int, int]:
        """Bring the tables of an older release up to date, with all that is in them, or not at all.

        Returns the header then.
        """
        connection = self._connections.get_session().connection
        # What hangs on the rows of a table would else go with it while it is copied.
        connection.execute("PRAGMA foreign_keys = OFF")
        try:
            with self.begin_transaction():
                # Another process may have been first.
                if schema.is_older(*read_header(connection)):
                    schema.change_tables(connection, read_header(connection)[0])
                if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
                    raise build_damage_error(self.path)
        finally:
            connection.execute("PRAGMA foreign_keys = ON")
        return read_header(connection)

    def add_tables(self, schema: Schema) -> None:
        """Create the tables of an annex beside those of the core, unless they are there."""
        connection = self._connections.get_session().connection
        with translate_opening_errors(self.path):
            if not schema.is_complete_in(connection):
                with self.begin_transaction():
                    # Another process may have been first.
                    if not schema.is_complete_in(connection):
                        schema.create_tables(connection)

    def close(self) -> None:
        """Close what no thread uses; what one may still read from closes with that thread."""
        self._connections.close_all()

    def close_unused(self) -> None:
        """Close it in all threads; none may be reading."""
        self._connections.close_unused()

    @property
    def is_in_transaction(self) -> bool:
        """Tell whether this thread is inside a transaction."""
        return self._connections.get_session().depth > 0

    def release_session(self) -> None:
        """Leave this thread's connection to the next thread that needs one."""
        self._connections.release_session()

    # These run dozens of times for each answer that is settled, where a context manager would cost
    # as much as the statement.

    def fetch_rows(self, sql: str, *values: object) -> Iterator[Row]:
        try:
            # `yield from` would close the cursor with the generator, maybe after its connection.
            for row in self._open_cursor().execute(sql, values):  # noqa: UP028 - see above
                yield row
        except sqlite3.Error as error:
            raise_translated(error, self.path)

    def fetch_row(self, sql: str, *values: object) -> Row | None:
        try:
            found: Row | None = self._open_cursor().execute(sql, values).fetchone()
        except sqlite3.Error as error:
            raise_translated(error, self.path)
        return found

    def has_row(self, sql: str, *values: object) -> bool:
        return self.fetch_row(sql, *values) is not None

    def _open_cursor(self) -> sqlite3.Cursor:
        """Return a cursor whose rows are read by the names of their columns."""
        cursor = self._connections.get_session().connection.cursor()
        cursor.row_factory = Row
        return cursor

    def execute(self, sql: str, *values: object) -> int:
        """Change rows, inside `write()` only; return how many."""
        try:
            return self._require_transaction().execute(sql, values).rowcount
        except sqlite3.Error as error:
            raise_translated(error, self.path)

    def write_rows(self, sql: str, *values: object) -> int:
        """Do the same by one statement: in the open `write()`, or in one of its own."""
        if self._connections.get_session().depth:
            return self.execute(sql, *values)
        with self.begin_transaction():
            return self.execute(sql, *values)

    def execute_many(self, sql: str, values: Iterable[tuple[object, ...]]) -> None:
        with translate_errors(self.path):
            self._require_transaction().executemany(sql, values)

    def insert_row(self, table: str, **values: object) -> None:
        """Add a row, inside `write()` only; each value under the name of its column."""
        self.execute(f"INSERT {_spell_row(table, values)}", *values.values())

    def replace_row(self, table: str, **values: object) -> None:
        """Do the same, or give these values to the row that has its key."""
        changes = ", ".join(f"{_quote(name)} = excluded.{_quote(name)}" for name in values)
        self.execute(
            f"INSERT {_spell_row(table, values)} ON CONFLICT DO UPDATE SET {changes}",
            *values.values(),
        )

    def count_rows(self, table: str, where: str = "true", *values: object) -> int:
        found = self.fetch_row(f"SELECT count(*) FROM {_quote(table)} WHERE {where}", *values)  # noqa: S608 - our own words
        return 0 if found is None else int(found[0])

    def list_tables(self) -> tuple[str, ...]:
        rows = self.fetch_rows("SELECT name FROM sqlite_schema WHERE type = 'table'")
        return tuple(name for (name,) in rows)

    @contextmanager
    def begin_transaction(self, sync: SyncMode = SyncMode.FULL) -> Iterator[None]:
        """Keep everything done inside, or nothing; an inner `write()` joins the outer one.

        An inner block that raises takes back its own part, even where the outer one goes on.
        Raises ReplacedError where another file lies at the path by now.
        """
        session = self._connections.get_session()
        block = (
            self._open_savepoint(session)
            if session.depth
            else self._open_transaction(session, sync)
        )
        try:
            with block:
                yield
        except sqlite3.Error as error:
            raise_translated(error, self.path)
        if not session.depth:
            self._shorten_log(session.connection)
            _run_callbacks(session)

    def read_once(self, key: Hashable, read: Callable[[], T]) -> T:
        """Return what this transaction has read under a key; read it the first time.

        No one else writes meanwhile, so it stays true until the transaction's own writes change
        it: whatever writes such rows calls `forget_read`. Outside a transaction, always read.
        """
        session = self._connections.get_session()
        if not session.depth:
            return read()
        if key not in session.known:
            session.known[key] = read()
        return cast("T", session.known[key])

    def forget_read(self, *keys: Hashable) -> None:
        """Read these keys anew, after a write that changed them; without a key, everything."""
        known = self._connections.get_session().known
        for key in keys or tuple(known):
            known.pop(key, None)

    def run_after_commit(self, act: Callable[[], object]) -> None:
        """Act after the commit of the outermost `write()`; at once if there is none."""
        session = self._connections.get_session()
        session.callbacks.append(act)
        if not session.depth:
            _run_callbacks(session)

    def run_last_after_commit(self, act: Callable[[], object]) -> None:
        """Do so once, when all that others asked for is done, however often it is asked for."""
        session = self._connections.get_session()
        session.last_callbacks.add(act)
        if not session.depth:
            _run_callbacks(session)

    def check_file(self) -> None:
        """Raise ReplacedError unless we have open what lies at the path, its log included."""
        self._connections.check_file()

    def read_data_version(self) -> int:
        """Return a number that changes when another connection commits."""
        found = self.fetch_row("PRAGMA data_version")
        return int(found[0]) if found else 0

    def checkpoint(self) -> bool:
        """Empty the write-ahead log, so that deleted data is in no file.

        Return False if another connection kept reading, so that something may be left in it.
        """
        found = self.fetch_row("PRAGMA wal_checkpoint(TRUNCATE)")
        return found is not None and found[0] == 0

    def _require_transaction(self) -> Connection:
        connection = self._connections.get_session().connection
        if not connection.in_transaction:
            raise RuntimeError("rows are changed only inside a transaction")
        return connection

    def _shorten_log(self, connection: Connection) -> None:
        """Empty the write-ahead log once it is long; where readers are in the way, later."""
        log = measure_log_bytes(self.path)
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
    def _open_transaction(self, session: ThreadSession, sync: SyncMode) -> Iterator[None]:
        connection = session.connection
        connection.execute(sync)
        # A deferred BEGIN fails at once where another wrote between our read and our write.
        connection.execute("BEGIN IMMEDIATE")
        session.depth = 1
        session.known.clear()
        try:
            self._connections.check_identity()
            yield
            connection.execute("COMMIT")
        except BaseException:
            session.callbacks.clear()
            session.last_callbacks.clear()
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        finally:
            session.depth = 0
            session.known.clear()

    @contextmanager
    def _open_savepoint(self, session: ThreadSession) -> Iterator[None]:
        connection = self._require_transaction()
        waiting = len(session.callbacks)
        name = f"part_{session.depth}"
        connection.execute(f"SAVEPOINT {name}")
        session.depth += 1
        try:
            yield
        except BaseException:
            session.known.clear()
            del session.callbacks[waiting:]
            # A full disk takes back the whole transaction, and the savepoint with it.
            if connection.in_transaction:
                connection.execute(f"ROLLBACK TO {name}")
                connection.execute(f"RELEASE {name}")
            raise
        else:
            connection.execute(f"RELEASE {name}")
        finally:
            session.depth -= 1


def measure_log_bytes(path: Path) -> int:
    """Return the size of a database's write-ahead log; 0 where there is none."""
    try:
        return os.stat(f"{path}-wal").st_size  # noqa: PTH116 - asked after each transaction
    except FileNotFoundError:
        return 0


def _run_callbacks(session: ThreadSession) -> None:
    while session.callbacks:
        session.callbacks.pop(0)()
    while session.last_callbacks:
        session.last_callbacks.pop()()


def find_next_seq(connection: DatabaseConnection, table: str) -> int:
    """Ask inside `write()`, where no one else can take the same number."""
    found = connection.fetch_row(f"SELECT ifnull(max(seq), 0) FROM {_quote(table)}")  # noqa: S608 - our own words
    return 1 if found is None else int(found[0]) + 1


def _spell_row(table: str, columns: Iterable[str]) -> str:
    names = tuple(columns)
    marks = ", ".join("?" * len(names))
    return f"INTO {_quote(table)} ({', '.join(map(_quote, names))}) VALUES ({marks})"


def _quote(name: str) -> str:
    return f'"{name}"'
