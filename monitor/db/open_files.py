"""Database files that a process has open: its connections, one a thread, and what they refuse.

What SQLite refuses becomes an error that a caller can act on. Times are stored as text that sorts
in their order. A file that was moved or replaced is written no more.

Which processes have a file open, and whether they hold locks on it, Linux tells under /proc
(proc_pid_fd(5), proc_pid_fdinfo(5)); elsewhere nothing is known here.
"""

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

from monitor.domain.case_end import Countdown
from monitor.domain.errors import (
    BusyError,
    CannotWriteError,
    DatabaseError,
    MonitorError,
    ReplacedError,
)

PROC_FOLDER = Path("/proc")
DELETED_SUFFIX = " (deleted)"
# SQLite's own side files of a database in WAL mode.
DATABASE_SUFFIXES = ("", "-wal", "-shm")


def find_processes(path: Path) -> tuple[int, ...]:
    """Return the ids of the processes that have a database open, as far as we may look."""
    names = _build_file_names(path)
    numbers = (int(one_path.name) for one_path in PROC_FOLDER.glob("[0-9]*"))
    return tuple(sorted(number for number in numbers if _list_open_files(number, names)))


def list_deleted_files(process_id: int, path: Path) -> tuple[str, ...]:
    """Name the files of a database that a process goes on using although they were deleted."""
    opened = _list_open_files(process_id, _build_file_names(path))
    return tuple(sorted(file for file in opened if file.endswith(DELETED_SUFFIX)))


def has_locks(process_id: int, path: Path) -> bool:
    """Say whether a process holds any lock on a file.

    /proc/locks names files by a device number that on overlays, as containers have, is not that of
    stat(2); what is noted of each descriptor needs none.
    """
    real = str(path.resolve())
    return any(
        link == real and _holds_lock(process_id, descriptor)
        for descriptor, link in _list_open_links(process_id)
    )


def _holds_lock(process_id: int, descriptor: str) -> bool:
    try:
        info = (PROC_FOLDER / str(process_id) / "fdinfo" / descriptor).read_text("ascii")
    except OSError:  # closed meanwhile
        return False
    return any(line.startswith("lock:") for line in info.splitlines())


def _build_file_names(path: Path) -> set[str]:
    """Return the files of a database as the kernel names them."""
    real = str(path.resolve())
    return {f"{real}{side}{end}" for side in DATABASE_SUFFIXES for end in ("", DELETED_SUFFIX)}


def _list_open_files(process_id: int, names: set[str]) -> set[str]:
    """Return which of these files a process has open."""
    return names & {link for _, link in _list_open_links(process_id)}


def _list_open_links(process_id: int) -> Iterator[tuple[str, str]]:
    """Yield the number of each descriptor, and the file that it leads to."""
    folder = f"{PROC_FOLDER}/{process_id}/fd"
    try:
        descriptors = os.listdir(folder)  # noqa: PTH208 - a machine has thousands to look at
    except OSError:  # it has ended, is another user's, or there is no /proc
        return
    for descriptor in descriptors:
        with suppress(OSError):  # closed meanwhile
            yield descriptor, os.readlink(f"{folder}/{descriptor}")  # noqa: PTH115 - see above


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
        raise_translated(error, path, write_path)


def raise_translated(error: sqlite3.Error, path: Path, write_path: Path | None = None) -> NoReturn:
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


def format_datetime(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


# A datetime among the values of a statement is stored as that text.
sqlite3.register_adapter(datetime, format_datetime)


def parse_datetime(text: str) -> datetime:
    return datetime.fromisoformat(text)


def end_countdown(
    times: str | None, seconds: int | None, paused_from: str | None, paused_until: str | None
) -> str | None:
    """Return when a time limit is over, as in the rules; None where nothing counts.

    The times are those at which it began to run, stopped, went on, and so forth.
    """
    if times is None or seconds is None:
        return None
    start, *stops = map(parse_datetime, times.split())
    pairs = tuple(zip(stops[::2], stops[1::2], strict=True))
    limit = Countdown(start=start, span=timedelta(seconds=seconds), stops=pairs)
    pause = (parse_optional_datetime(paused_from), parse_optional_datetime(paused_until))
    return format_datetime(limit.compute_end_with(*pause))


def parse_optional_datetime(text: str | None) -> datetime | None:
    return None if text is None else parse_datetime(text)
