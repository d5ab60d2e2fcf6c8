"""One SQLite file, one connection a thread, and one way to write.

What SQLite refuses becomes an error that a caller can act on. Times are stored as text that sorts
in their order.
"""

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from sqlite3 import Connection, OperationalError
from typing import NoReturn, Self, TypeVar, cast

from monitor.db.open_files import list_deleted_files
from monitor.db.schema_versions import Schema, has_tables, read_header
from monitor.domain.consent import compute_paused_time
from monitor.domain.errors import (
    BusyError,
    CannotWriteError,
    DatabaseError,
    MonitorError,
    ReplacedError,
)

LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
UNWRITABLE = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
# What Python's sqlite3 says, without a code, of a text column that holds other bytes.
UNDECODABLE_TEXT = "Could not decode to UTF-8"

# Opening a database takes so much beside what is written: an index of its log.
MIN_FREE_BYTES = 1 << 16


@contextmanager
def translate_errors(path: Path, write_path: Path | None = None) -> Iterator[None]:
    """Turn an SQLite error into one of our own; a mistake in our SQL passes unchanged.

    The error names the file itself, or `written` if the file is only read.
    """
    try:
        yield
    except sqlite3.Error as error:
        _raise_translated(error, path, write_path)


def _raise_translated(error: sqlite3.Error, path: Path, write_path: Path | None = None) -> NoReturn:
    refusal = _translate_error(path, write_path or path, error)
    if refusal is None:
        raise error
    raise refusal from error


@contextmanager
def translate_opening_errors(path: Path, write_path: Path | None = None) -> Iterator[None]:
    """Do the same around what reads the schema; there, SQL that does not fit means damage too.

    Of a damaged schema SQLite quotes a piece byte for byte, which need not be text.
    """
    try:
        with translate_errors(path, write_path):
            yield
    except (sqlite3.OperationalError, UnicodeDecodeError) as error:
        raise build_damage_error(path) from error


def build_damage_error(path: Path) -> DatabaseError:
    return DatabaseError(f"{path} is damaged. Restore the last backup with `namesake restore`.")


def _translate_error(path: Path, write_path: Path, error: sqlite3.Error) -> MonitorError | None:
    # The low byte is the family; the rest is a finer reason within it.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in LOCKED:
        return BusyError(f"{path} is locked by another program. Wait for it to end, and try again.")
    if code in DAMAGED or str(error).startswith(UNDECODABLE_TEXT):
        return build_damage_error(path)
    if code in UNWRITABLE:
        if code == sqlite3.SQLITE_FULL or _is_disk_full(write_path.parent):
            remedy = "free up space on its disk"
        else:
            remedy = "check the disk and the folder's permissions"
        return CannotWriteError(f"{write_path} cannot be written: {remedy} and try again.")
    return None


def _is_disk_full(folder: Path) -> bool:
    """Tell a full disk from a broken one: SQLite says the same of both while it opens a file."""
    try:
        return shutil.disk_usage(folder).free < MIN_FREE_BYTES
    except OSError:
        return False


CONNECTION_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
    # Debian's SQLite overwrites what it deletes; others do so only with this pragma.
    "PRAGMA secure_delete = ON",
    # SQLite's own checkpoints run beside writers, where SQLite before 3.51.3 can lose what was
    # written (sqlite.org/wal.html, "The WAL-Reset Bug"). `Database` runs them under the write lock.
    "PRAGMA wal_autocheckpoint = 0",
)


@dataclass(slots=True)
class ThreadSession:
    """A thread's connection, and how deep in `write()` blocks the thread stands.

    `known` is what the transaction has read, and is empty outside one.
    """

    connection: sqlite3.Connection
    depth: int = 0
    callbacks: list[Callable[[], object]] = field(default_factory=list)
    last_callbacks: set[Callable[[], object]] = field(default_factory=set)
    known: dict[Hashable, object] = field(default_factory=dict)


class ThreadConnectionPool:
    """`patience` is how many seconds a writer waits for another one."""

    def __init__(self, path: Path, patience: float) -> None:
        self._path = path
        self._patience = patience
        self._local = threading.local()
        self._all: dict[threading.Thread, ThreadSession] = {}
        self._free: list[ThreadSession] = []
        self._guard = threading.Lock()
        self._identity: tuple[int, int] | None = None  # none before the first connection

    def get_session(self) -> ThreadSession:
        session: ThreadSession | None = getattr(self._local, "session", None)
        if session is None:
            session = self._take_free_session() or ThreadSession(self._open_connection())
            self._local.session = session
            with self._guard:
                for thread in [request for request in self._all if not request.is_alive()]:
                    self._all.pop(thread).connection.close()
                self._all[threading.current_thread()] = session
        return session

    def release_session(self) -> None:
        """Leave this thread's connection to the next thread that needs one.

        Each holds the whole schema in memory, so threads that take turns share one.
        """
        session: ThreadSession | None = getattr(self._local, "session", None)
        if session is None or session.depth:
            return
        del self._local.session
        with self._guard:
            if self._all.pop(threading.current_thread(), None) is session:
                self._free.append(session)

    def _take_free_session(self) -> ThreadSession | None:
        with self._guard:
            return self._free.pop() if self._free else None

    def close_all(self) -> None:
        """Close what no one reads from; what another thread may be reading closes with that thread.

        To close a connection under its reader would end the whole program.
        """
        with self._guard:
            for thread, session in self._all.items():
                if thread is threading.current_thread() or not thread.is_alive():
                    session.connection.close()
                else:
                    session.connection.interrupt()
            self._all.clear()
            self._close_free_sessions()
        self._local = threading.local()

    def close_unused(self) -> None:
        """Close every connection, for a caller who knows that no thread reads from one.

        What threads that live on had opened would else wait for the garbage collector.
        """
        with self._guard:
            for session in self._all.values():
                session.connection.close()
            self._all.clear()
            self._close_free_sessions()
        self._local = threading.local()

    def _close_free_sessions(self) -> None:
        while self._free:
            self._free.pop().connection.close()

    def create_file(self) -> None:
        """Make the file, its owner's alone, where there is none; SQLite's side files follow it.

        A file that is there is never opened here: to close any descriptor of it would drop every
        lock that this process holds on it (sqlite.org/howtocorrupt.html, 2.2).
        """
        try:
            os.close(os.open(self._path.resolve(), os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            return
        except OSError as error:
            raise self._build_open_error(error) from error

    def check_identity(self) -> None:
        """Raise ReplacedError unless the file at the path is the one that we have open."""
        if self._identity is not None and self._find_identity() != self._identity:
            raise self._build_replaced_error()

    def check_file(self) -> None:
        """Do so for its side files, too; this looks at every file that the process has open."""
        self.check_identity()
        if list_deleted_files(os.getpid(), self._path):
            raise self._build_replaced_error()

    def _open_connection(self) -> sqlite3.Connection:
        self.check_identity()
        before = self._find_identity()
        with translate_opening_errors(self._path):
            connection = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode=rw",  # a file that is gone stays gone
                uri=True,
                timeout=self._patience,
                isolation_level=None,
                check_same_thread=False,  # only so that `close` reaches every connection
            )
            try:
                for setting in CONNECTION_PRAGMAS:
                    connection.execute(setting).fetchone()
                connection.create_function("end_countdown", 4, end_countdown, deterministic=True)
                self._identity = self._identity or before
                self.check_identity()
            except BaseException:
                connection.close()
                raise
        return connection

    def _find_identity(self) -> tuple[int, int] | None:
        """Return the device and the number of the file at the path; none where there is none."""
        try:
            known = self._path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._build_open_error(error) from error
        return known.st_dev, known.st_ino

    def _build_replaced_error(self) -> ReplacedError:
        return ReplacedError(
            f"{self._path} was moved, deleted or replaced while this program was using it. "
            "Nothing more is written. Start it again."
        )

    def _build_open_error(self, error: OSError) -> CannotWriteError:
        message = f"{self._path} cannot be opened ({error.strerror}): check its folder."
        return CannotWriteError(message)


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
            message = f"{self.path} needs a newer version of Namesake. Install it."
            raise DatabaseError(message)
        if (version, mark) != (schema.version, schema.mark):
            message = (
                f"{self.path} was made by another unreleased version of Namesake. Nothing is lost: "
                "install the version again that you had. See docs/install.md about what an upgrade "
                "does to the data."
            )
            raise DatabaseError(message)
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

    # These run dozens of times for each answer that is settled, where a `with` block would cost as
    # much as the statement.

    def fetch_rows(self, sql: str, *values: object) -> Iterator[Row]:
        try:
            # `yield from` would close the cursor with the generator, maybe after its connection.
            for row in self._open_cursor().execute(sql, values):  # noqa: UP028 - see above
                yield row
        except sqlite3.Error as error:
            _raise_translated(error, self.path)

    def fetch_row(self, sql: str, *values: object) -> Row | None:
        try:
            found: Row | None = self._open_cursor().execute(sql, values).fetchone()
        except sqlite3.Error as error:
            _raise_translated(error, self.path)
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
            _raise_translated(error, self.path)

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
            _raise_translated(error, self.path)
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
            message = "rows are changed only inside a transaction"
            raise RuntimeError(message)
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


def format_datetime(at: datetime) -> str:
    if at.tzinfo is None:
        message = "a time without a zone cannot be stored"
        raise ValueError(message)
    return at.astimezone(UTC).isoformat(timespec="microseconds")


# A datetime among the values of a statement is stored as that text.
sqlite3.register_adapter(datetime, format_datetime)


def _spell_row(table: str, columns: Iterable[str]) -> str:
    names = tuple(columns)
    marks = ", ".join("?" * len(names))
    return f"INTO {_quote(table)} ({', '.join(map(_quote, names))}) VALUES ({marks})"


def _quote(name: str) -> str:
    return f'"{name}"'


def format_optional_datetime(at: datetime | None) -> str | None:
    return None if at is None else format_datetime(at)


def parse_datetime(text: str) -> datetime:
    return datetime.fromisoformat(text)


def end_countdown(
    start: str | None, seconds: int | None, paused_from: str | None, paused_until: str | None
) -> str | None:
    """Return when a time limit is over, as in the rules; None where nothing counts."""
    if start is None or seconds is None:
        return None
    since = parse_datetime(start)
    until = since + timedelta(seconds=seconds)
    pause = (parse_optional_datetime(paused_from), parse_optional_datetime(paused_until))
    return format_datetime(until + compute_paused_time(*pause, since, until))


def parse_optional_datetime(text: str | None) -> datetime | None:
    return None if text is None else parse_datetime(text)
