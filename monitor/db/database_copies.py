"""Whole copies of a database, made while others write, and the check whether one is sound."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from monitor.db.atomic_files import flush_to_disk
from monitor.db.connection import BUSY_TIMEOUT_SECONDS
from monitor.db.open_files import build_damage_error, translate_opening_errors
from monitor.domain.errors import CannotWriteError


def copy_database(source: Path, to: Path) -> None:
    """Write what is in it at this moment to a new file; no one who writes waits for it.

    Raises DatabaseError where it is damaged, and leaves no half of a copy.
    """
    part = to.with_name(f"{to.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with (
            translate_opening_errors(source, write_path=to),
            closing(open_for_reading(source)) as database,
        ):
            database.execute("VACUUM INTO ?", (str(part),))
        flush_to_disk(part)
        part.replace(to)
    except OSError as error:
        message = f"{to} cannot be written ({error.strerror}): check the disk and the folder."
        raise CannotWriteError(message) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def check_database(path: Path) -> None:
    """Raise DatabaseError unless pages and indexes are sound, and each row hangs on one there."""
    with translate_opening_errors(path), closing(open_for_reading(path)) as database:
        if database.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            raise build_damage_error(path)
        if database.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise build_damage_error(path)


def open_for_reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)
