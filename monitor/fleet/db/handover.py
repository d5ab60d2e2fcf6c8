"""A district's folder on its way to another machine: closed here, and whole before it opens there.

A file in its state folder says so. As long as it is there, no process opens the district: neither
what was left behind, nor a copy of which a part may be missing.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from monitor.db.encryption import KEYS_DATABASE
from monitor.db.files import PRIVATE_MODE, write_file
from monitor.db.handover import HANDOVER_FILE, Handover, HandoverFile
from monitor.domain.errors import BusyError, CannotWriteError, DatabaseError
from monitor.domain.serialization import encode_json

DATABASES = ("namesake.db", KEYS_DATABASE)
# What belongs to a process of this machine. The list itself cannot be in it.
NOT_HANDED_OVER = frozenset({HANDOVER_FILE, "lock", "wake.sock", "leaving"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Where a district lives, as the fleet's database has it.

    `left` is how long its machine holds it; `next_machine` is where it is on its way to.
    """

    district: str
    machine: str
    next_machine: str
    token: str
    left: timedelta

    @property
    def is_held(self) -> bool:
        return self.left > timedelta()


class LeaseStore(Protocol):
    """Where districts live (`monitor.fleet.db.leases.LeasesTable`)."""

    @property
    def machine(self) -> str: ...
    def begin_move(self, name: str, machine: str, token: str) -> Lease | None: ...
    def cancel_move(self, name: str) -> bool: ...
    def replace_machine(self, name: str, gone: str) -> Lease | None: ...
    def end_leases(self, names: Iterable[str]) -> None: ...
    def delete_lease(self, name: str) -> None: ...
    def list_leases(self) -> Mapping[str, Lease]: ...


def write_handover(state: Path, handover: Handover) -> None:
    write_file(state / HANDOVER_FILE, encode_json(handover), PRIVATE_MODE)


def remove_handover(state: Path) -> None:
    """Let a district be opened again."""
    try:
        (state / HANDOVER_FILE).unlink(missing_ok=True)
    except OSError as error:
        reason = f"{state / HANDOVER_FILE} cannot be deleted ({error.strerror}): check its folder."
        raise CannotWriteError(reason) from error


def close_databases(state: Path) -> None:
    """Bring all that was written into the two files; raises BusyError while anyone has them open.

    SQLite leaves its log mode only for the last one who has a database open.
    """
    for name in DATABASES:
        try:
            with closing(sqlite3.connect(state / name, timeout=0, isolation_level=None)) as opened:
                (mode,) = opened.execute("PRAGMA journal_mode = DELETE").fetchone()
        except sqlite3.OperationalError:
            mode = ""
        except sqlite3.DatabaseError as error:
            reason = f"{state / name} is damaged. Restore a backup of the district."
            raise DatabaseError(reason) from error
        if mode != "delete":
            reason = f"Another process has {state / name} open: the portal, a backup or a command."
            raise BusyError(reason)


def list_handover_files(folder: Path) -> tuple[HandoverFile, ...]:
    """Describe all files of a district's folder. Raises CannotWriteError."""
    try:
        return tuple(_describe_file(folder, file) for file in _find_files(folder))
    except OSError as error:
        reason = f"{folder} cannot be read ({error.strerror}): check its files."
        raise CannotWriteError(reason) from error


def find_missing_file(folder: Path, handover: Handover) -> str:
    """Name a file that has not come, or not as it was; empty if all have."""
    for file in handover.files:
        try:
            whole = _describe_file(folder, folder / file.path) == file
        except OSError:
            whole = False
        if not whole:
            return file.path
    return ""


def _find_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.name not in NOT_HANDED_OVER and path.is_file() and not path.is_symlink():
            yield path


def _describe_file(folder: Path, path: Path) -> HandoverFile:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    name = path.relative_to(folder).as_posix()
    return HandoverFile(path=name, bytes=path.stat().st_size, sha256=sha256)
