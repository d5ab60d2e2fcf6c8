"""One SQLite connection for each thread that asks."""

import os
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from monitor.errors import CannotWriteError, ReplacedError
from monitor.store.open_files import deleted_files
from monitor.store.refusal import refusals_at_opening

SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
    # Debian's SQLite overwrites what it deletes; others do so only when told.
    "PRAGMA secure_delete = ON",
    # SQLite's own checkpoints run beside writers, where SQLite before 3.51.3 can lose what was
    # written (sqlite.org/wal.html, "The WAL-Reset Bug"). `Database` runs them under the write lock.
    "PRAGMA wal_autocheckpoint = 0",
)


@dataclass(slots=True)
class Session:
    """A thread's connection, and how deep in `write()` blocks the thread stands."""

    connection: sqlite3.Connection
    depth: int = 0
    afterwards: list[Callable[[], object]] = field(default_factory=list)


class Connections:
    """`patience` is how many seconds a writer waits for another one."""

    def __init__(self, path: Path, patience: float) -> None:
        self._path = path
        self._patience = patience
        self._local = threading.local()
        self._all: dict[threading.Thread, Session] = {}
        self._guard = threading.Lock()
        self._identity: tuple[int, int] | None = None  # none before the first connection

    def mine(self) -> Session:
        session: Session | None = getattr(self._local, "session", None)
        if session is None:
            session = Session(self._connect())
            self._local.session = session
            self._keep(session)
        return session

    def close(self) -> None:
        """Close what nobody reads from; what another thread may be reading closes with that thread.

        To close a connection under its reader would end the whole program.
        """
        with self._guard:
            for thread, session in self._all.items():
                if thread is threading.current_thread() or not thread.is_alive():
                    session.connection.close()
                else:
                    session.connection.interrupt()
            self._all.clear()
        self._local = threading.local()

    def _keep(self, session: Session) -> None:
        with self._guard:
            for thread in [each for each in self._all if not each.is_alive()]:
                self._all.pop(thread).connection.close()
            self._all[threading.current_thread()] = session

    def create_file(self) -> None:
        """Make the file, its owner's alone, where there is none; SQLite's side files follow it.

        A file that is there is never opened here: to close any descriptor of it would drop every
        lock that this process holds on it (sqlite.org/howtocorrupt.html, 2.2).
        """
        try:
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            return
        except OSError as error:
            raise self._cannot_open(error) from error

    def check_identity(self) -> None:
        """Raise ReplacedError unless the file at the path is the one that we have open."""
        if self._identity is not None and self._find_identity() != self._identity:
            raise self._replaced()

    def check_file(self) -> None:
        """Do so for its side files, too; this looks at every file that the process has open."""
        self.check_identity()
        if deleted_files(os.getpid(), self._path):
            raise self._replaced()

    def _connect(self) -> sqlite3.Connection:
        self.check_identity()
        before = self._find_identity()
        with refusals_at_opening(self._path):
            connection = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode=rw",  # a file that is gone stays gone
                uri=True,
                timeout=self._patience,
                isolation_level=None,
                check_same_thread=False,  # only so that `close` reaches every connection
            )
            try:
                for setting in SETTINGS:
                    connection.execute(setting).fetchone()
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
            raise self._cannot_open(error) from error
        return known.st_dev, known.st_ino

    def _replaced(self) -> ReplacedError:
        return ReplacedError(
            f"{self._path} was moved, deleted or replaced while this program was using it. "
            "Nothing more is written. Start it again."
        )

    def _cannot_open(self, error: OSError) -> CannotWriteError:
        message = f"{self._path} cannot be opened ({error.strerror}): check its folder."
        return CannotWriteError(message)
