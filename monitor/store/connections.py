"""One SQLite connection for each thread that asks."""

import os
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from monitor.errors import CannotWriteError
from monitor.store.refusal import refusals_at_opening

SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
    # Debian's SQLite overwrites what it deletes; others do so only when told.
    "PRAGMA secure_delete = ON",
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

    def _connect(self) -> sqlite3.Connection:
        self._touch()
        with refusals_at_opening(self._path):
            connection = sqlite3.connect(
                self._path,
                timeout=self._patience,
                isolation_level=None,
                check_same_thread=False,  # only so that `close` reaches every connection
            )
            try:
                for setting in SETTINGS:
                    connection.execute(setting).fetchone()
            except BaseException:
                connection.close()
                raise
        return connection

    def _touch(self) -> None:
        """Make the file ours alone; SQLite gives its side files the same rights."""
        try:
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            message = f"{self._path} cannot be opened ({error.strerror}): check its folder."
            raise CannotWriteError(message) from error
