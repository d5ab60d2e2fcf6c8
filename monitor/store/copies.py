"""Copies of a database that others may be writing to."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from monitor.errors import CannotWriteError
from monitor.store.refusal import damaged, refusals_at_opening

PATIENCE = 30.0


def copy_database(source: Path, to: Path) -> None:
    """Write what is in it at this moment to a new file; nobody who writes waits for it.

    Raises DatabaseError where it is damaged, and leaves no half of a copy.
    """
    part = to.with_name(f"{to.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with refusals_at_opening(source, written=to), closing(_reading(source)) as database:
            database.execute("VACUUM INTO ?", (str(part),))
        flush(part)
        part.replace(to)
    except OSError as error:
        message = f"{to} cannot be written ({error.strerror}): check the disk and the folder."
        raise CannotWriteError(message) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def check_database(path: Path) -> None:
    """Raise DatabaseError unless pages and indexes are sound, and each row hangs on one there."""
    with refusals_at_opening(path), closing(_reading(path)) as database:
        if database.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            raise damaged(path)
        if database.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise damaged(path)


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)


def flush(path: Path) -> None:
    """See that it is on the disk before its name says that it is whole."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
