"""What SQLite refuses, as the error family a caller can act on."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import BusyError, CannotWriteError, DatabaseError, MonitorError

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
NO_TEXT = "Could not decode to UTF-8"

# Opening a database takes so much beside what is written: an index of its log.
LEAST_ROOM = 1 << 16


@contextmanager
def refusals(path: Path, written: Path | None = None) -> Iterator[None]:
    """Let a refusal of SQLite leave as one of ours; a mistake in our SQL leaves as it is.

    What cannot be written is the file itself, or `written` where it is only read.
    """
    try:
        yield
    except sqlite3.Error as error:
        refusal = _refusal(path, written or path, error)
        if refusal is None:
            raise
        raise refusal from error


@contextmanager
def refusals_at_opening(path: Path, written: Path | None = None) -> Iterator[None]:
    """Do the same around what reads the schema; there, SQL that does not fit means damage too.

    Of a damaged schema SQLite quotes a piece byte for byte, which need not be text.
    """
    try:
        with refusals(path, written):
            yield
    except (sqlite3.OperationalError, UnicodeDecodeError) as error:
        raise damaged(path) from error


def damaged(path: Path) -> DatabaseError:
    return DatabaseError(
        f"{path} is damaged: restore it from the last backup (`namesake restore`)."
    )


def _refusal(path: Path, written: Path, error: sqlite3.Error) -> MonitorError | None:
    # The low byte is the family; the rest is a finer reason within it.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in LOCKED:
        return BusyError(f"{path} is held by another program: wait for it to end and try again.")
    if code in DAMAGED or str(error).startswith(NO_TEXT):
        return damaged(path)
    if code in UNWRITABLE:
        remedy = _remedy(written, code)
        return CannotWriteError(f"{written} cannot be written: {remedy} and try again.")
    return None


def _remedy(path: Path, code: int) -> str:
    if code == sqlite3.SQLITE_FULL or _full(path.parent):
        return "make room on its disk"
    return "check the disk and the rights on its folder"


def _full(folder: Path) -> bool:
    """Tell a full disk from a broken one: SQLite says the same of both while it opens a file."""
    try:
        return shutil.disk_usage(folder).free < LEAST_ROOM
    except OSError:
        return False
