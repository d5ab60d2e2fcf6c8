"""Copies of a district's folder, one folder each, and the single second copy of the keys.

An old copy of the keys could still decrypt deleted data, so each copy replaces the last.

Of a copy that is restored on trial, and of a check that keeps nothing, nothing is left. What a file
system lets go of stays on its disk until something else is written there. So a key that is needed
for a moment lies on a tmpfs, and is overwritten first where there is none.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property, partial
from pathlib import Path
from threading import Lock, Thread
from typing import TypeVar

from monitor.db.atomic_files import (
    PRIVATE_MODE,
    FileDigest,
    compute_file_digest,
    flush_to_disk,
    give_to_folder_owner,
    hand_over_folder,
    make_folder,
    write_file,
)
from monitor.db.database import DATABASE_FILE, SENT_LOG_FILE, WARNINGS_FILE, Database
from monitor.db.database_copies import copy_database, open_for_reading
from monitor.db.encryption import KEYS_DATABASE, TAKE_BACKS
from monitor.db.open_files import translate_opening_errors
from monitor.db.private_folders import make_key_folder, overwrite_open_file, shred_file
from monitor.db.state_folder_lock import HANDOVER_FILE
from monitor.domain.errors import CannotWriteError, DatabaseError, InputError
from monitor.domain.serialization import decode_json, encode_json

MANIFEST = "manifest.json"
FORMAT = 1
PREFIX = "namesake-"
PARTIAL_SUFFIX = ".part"
DAY_LENGTH = len("2026-01-31")
# The time of the last look: it changes where nothing else does. And how far the audit log goes.
UNCOUNTED_TABLES = frozenset({"clock", "audit_end"})
# A copy takes minutes at most.
ABANDONED_AFTER = timedelta(days=1)
# Emails lie there in the clear, and a copy of them could not forget anyone.
OUTBOX = "outbox"
# Files that are of this machine, can be made again, or are backed up elsewhere.
EXCLUDED_NAMES = frozenset({"lock", "reserve", OUTBOX, SENT_LOG_FILE, WARNINGS_FILE, HANDOVER_FILE})
DATABASES = (DATABASE_FILE, KEYS_DATABASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupManifest:
    format: int
    made_at: datetime
    files: tuple[FileDigest, ...]


@dataclass(frozen=True)
class Backup:
    """One copy, in the folder `path`."""

    path: Path

    @cached_property
    def manifest(self) -> BackupManifest:
        """Raise InputError where the folder is no copy, DatabaseError where it is a newer one."""
        try:
            manifest = decode_json((self.path / MANIFEST).read_bytes(), BackupManifest)
        except FileNotFoundError:
            reason = f"{self.path} was not made by `namesake backup`: it has no {MANIFEST}."
            raise InputError(reason) from None
        except (OSError, ValueError) as error:
            reason = f"{self.path / MANIFEST} cannot be read. Restore an earlier backup."
            raise DatabaseError(reason) from error
        if manifest.format != FORMAT:
            raise DatabaseError(f"{self.path} needs a newer version of Namesake. Install it.")
        return manifest

    @property
    def size_bytes(self) -> int:
        return sum(file.bytes for file in self.manifest.files)

    def check_files(self) -> None:
        """Raise DatabaseError unless every file is as it was written.

        Raises CannotWriteError where a file cannot be read, or not in the time that it may take.
        """
        work_in_folder(self.path, self._check_files, self._allowed_seconds)

    def _check_files(self) -> None:
        for file in self.manifest.files:
            path = self.path / file.path
            try:
                sound = compute_file_digest(self.path, path) == file
            except (FileNotFoundError, NotADirectoryError, ValueError):  # or not within the copy
                sound = False
            except OSError as error:
                raise _build_refusal(path, "read", error) from error
            if not sound:
                raise DatabaseError(f"{path} was changed later. Restore an earlier backup.")

    def copy_files_to(self, folder: Path) -> None:
        """Copy its files to a folder, and leave the copy itself as it is.

        Raises OSError, and CannotWriteError where it does not end in the time that it may take.
        """
        work_in_folder(self.path, partial(self._copy_files_to, folder), self._allowed_seconds)

    @property
    def _allowed_seconds(self) -> float:
        return WORKS_WITHIN_SECONDS + self.size_bytes / SLOWEST_BYTES_PER_SECOND

    def _copy_files_to(self, folder: Path) -> None:
        for file in self.manifest.files:
            target = folder / file.path
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(self.path / file.path, target)
            target.chmod(0o600)


def begin_backup(state_folder: Path, to: Path, now: datetime, without: frozenset[Path]) -> Backup:
    """Copy a district's folder into `to`; it is not whole until `finish_backup`.

    What is `without`, by real paths, stays behind, as do the keys and the emails in the outbox.
    """
    part = to / f"{_format_backup_name(now)}{PARTIAL_SUFFIX}"
    try:
        make_folder(to, like=state_folder)
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        copy_database(state_folder / DATABASE_FILE, part / DATABASE_FILE)
        for path in list_extra_files(state_folder, without):
            target = part / path.relative_to(state_folder)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            target.chmod(0o600)
        described = (
            compute_file_digest(part, path) for path in sorted(part.rglob("*")) if path.is_file()
        )
        manifest = BackupManifest(format=FORMAT, made_at=now, files=tuple(described))
        (part / MANIFEST).write_bytes(encode_json(manifest))
        (part / MANIFEST).chmod(0o600)
        flush_to_disk(part / MANIFEST)
    except BaseException as error:
        shutil.rmtree(part, ignore_errors=True)
        if isinstance(error, OSError):
            raise _build_refusal(to, "written", error) from error
        raise
    return Backup(part)


def finish_backup(backup: Backup) -> Backup:
    """Give it the name of a copy that can be relied on."""
    done = backup.path.with_suffix("")
    try:
        # One of the same second is replaced: this one is as good, and newer.
        shutil.rmtree(done, ignore_errors=True)
        backup.path.replace(done)
        hand_over_folder(done.parent)
    except OSError as error:
        raise _build_refusal(done, "written", error) from error
    return Backup(done)


def list_backups(folder: Path) -> tuple[Backup, ...]:
    """Return the copies in a folder, the newest first."""
    named = (path for path in folder.glob(f"{PREFIX}*") if path.suffix != PARTIAL_SUFFIX)
    return tuple(Backup(path) for path in sorted(named, reverse=True) if path.is_dir())


def find_newest_backup(folder: Path) -> Backup:
    """Return the copy that a folder is, or the newest of those it holds, whose manifest is read.

    Raises InputError where there is none, CannotWriteError where the folder does not answer.
    """
    return work_in_folder(folder, partial(_find_newest_backup, folder))


def _find_newest_backup(folder: Path) -> Backup:
    try:
        copies = () if (folder / MANIFEST).exists() else list_backups(folder)
    except OSError as error:
        raise _build_refusal(folder, "read", error) from error
    backup = next(iter(copies), Backup(folder))
    _ = backup.manifest
    return backup


def rotate_backups(folder: Path, now: datetime, keep: timedelta, max_count: int) -> int:
    """Remove what is older than `keep`, and what is over `max_count`, but never the newest one."""
    for half in folder.glob(f"{PREFIX}*{PARTIAL_SUFFIX}"):
        if half.name < _format_backup_name(now - ABANDONED_AFTER):
            shutil.rmtree(half, ignore_errors=True)
    old = [
        backup.path
        for number, backup in enumerate(list_backups(folder))
        if number and (number >= max_count or backup.path.name <= _format_backup_name(now - keep))
    ]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return len(old)


def thin_backups(folder: Path, now: datetime, whole: timedelta) -> int:
    """Remove what is older than `whole`, but for the last one of each day and the newest one."""
    seen, old = set[str](), []
    for number, backup in enumerate(list_backups(folder)):
        day = backup.path.name[: len(PREFIX) + DAY_LENGTH]
        if number and backup.path.name <= _format_backup_name(now - whole) and day in seen:
            old.append(backup.path)
        seen.add(day)
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return len(old)


def hash_content(folder: Path, unseen_action: str) -> str:
    """Return a hash of what a district's database holds, wherever in its file it is.

    What its service notes to itself does not count, nor the audit log's rows of one action.
    Raises DatabaseError.
    """
    path, total = folder / DATABASE_FILE, hashlib.sha256()
    with translate_opening_errors(path), closing(open_for_reading(path)) as database:
        database.execute("BEGIN")
        tables = database.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        ).fetchall()
        for (table,) in tables:
            if table in UNCOUNTED_TABLES:
                continue
            names = database.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
            columns = ", ".join(f'"{name}"' for (name,) in names)
            where = "WHERE action <> ?" if table == "audit" else ""
            values = (unseen_action,) if where else ()
            total.update(table.encode())
            for row in database.execute(f'SELECT {columns} FROM "{table}" {where}', values):  # noqa: S608 - names of our own tables
                total.update(repr(row).encode("utf-8", "surrogatepass"))
    return total.hexdigest()


def _format_backup_name(at: datetime) -> str:
    return f"{PREFIX}{at.astimezone(UTC):%Y-%m-%dT%H%M%SZ}"


def list_extra_files(state_folder: Path, without: frozenset[Path]) -> Iterator[Path]:
    """Yield the files of a district besides its databases."""
    for path in sorted(state_folder.rglob("*")):
        first = path.relative_to(state_folder).parts[0]
        ours = first in EXCLUDED_NAMES or first.startswith(DATABASES) or first.startswith(".")
        if path.is_file() and not path.is_symlink() and not ours and path.resolve() not in without:
            yield path


def _build_refusal(path: Path, verb: str, error: OSError) -> CannotWriteError:
    reason = f"{path} cannot be {verb} ({error.strerror}): check the disk and the folder."
    return CannotWriteError(reason)


T = TypeVar("T")
KEY_BACKUP_FILES = (KEYS_DATABASE, SENT_LOG_FILE)
# A share that hangs answers no call at all. Some person waits who has just left.
ANSWERS_WITHIN_SECONDS = 3.0
# The same for more work than one file, where only an administrator waits.
WORKS_WITHIN_SECONDS = 60.0
# A share over a slow line gives that much; each file of a copy is read whole.
SLOWEST_BYTES_PER_SECOND = 1_000_000


@dataclass(slots=True)
class _FolderThread:
    """Works in a folder that may hang: that takes one thread, and holds up only who comes first."""

    folder: Path
    _free: Lock = field(default_factory=Lock)
    _hangs: bool = False

    def work_within(self, work: Callable[[], T], seconds: float) -> T:
        """Raise CannotWriteError where it takes longer; it goes on then, and no other begins."""
        if self._free.acquire(timeout=0 if self._hangs else ANSWERS_WITHIN_SECONDS):
            answer = Future[T]()
            Thread(target=self._work, args=(work, answer), name="folder", daemon=True).start()
            if wait((answer,), seconds).done:
                return answer.result()
            self._hangs = True
        reason = f"{self.folder} does not answer: check the disk, or the share that it is on."
        raise CannotWriteError(reason)

    def _work(self, work: Callable[[], T], answer: Future[T]) -> None:
        try:
            answer.set_result(work())
        except Exception as error:  # noqa: BLE001 - who waits raises it
            answer.set_exception(error)
        finally:
            self._hangs = False
            self._free.release()


@cache
def _find_thread(folder: Path) -> _FolderThread:
    """Return the one of this process."""
    return _FolderThread(folder)


def work_in_folder(folder: Path, work: Callable[[], T], seconds: float = 0) -> T:
    """Work in a folder that may hang, for ANSWERS_WITHIN_SECONDS unless told otherwise.

    Raises CannotWriteError where it takes longer.
    """
    return _find_thread(folder).work_within(work, seconds or ANSWERS_WITHIN_SECONDS)


@dataclass(frozen=True, slots=True)
class KeyBackup:
    """`live` says that the folder is the district's own, whose keys are in use."""

    folder: Path
    live: bool = False

    def back_up_keys(self, database: Database, seconds: float = 0) -> None:
        """Overwrite it with the keys of today; raises as `follow_keys` does."""
        work = partial(self._write_keys, database.keys.path, database)
        work_in_folder(self.folder, work, seconds)

    def _write_keys(self, keys: Path, database: Database) -> None:
        """Write the keys of today, and then noise over the old ones where they lie on the disk."""
        try:
            make_folder(self.folder, like=keys.parent)
            with self._lock_folder():
                if database.sent_log.path.exists():
                    sent = database.sent_log.path.read_bytes()
                    write_file(self.folder / SENT_LOG_FILE, sent, PRIVATE_MODE)
                # Put the new keys in their place, and write noise over the old ones once that
                # lasts.
                content = _read_keys_copy(keys, self.folder)
                target, draft = self.folder / KEYS_DATABASE, self.folder / f".{KEYS_DATABASE}.new"
                with suppress(FileNotFoundError):
                    shred_file(draft)  # one that was killed has left it
                try:
                    file = os.open(
                        draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, PRIVATE_MODE
                    )
                    with os.fdopen(file, "wb") as new:
                        new.write(content)
                    give_to_folder_owner(draft)
                    flush_to_disk(draft)
                    with _hold_file_open(target) as old:
                        draft.replace(target)
                        flush_to_disk(self.folder)
                        if old is not None:
                            overwrite_open_file(old)
                finally:
                    with suppress(OSError):
                        shred_file(draft)
            hand_over_folder(self.folder)
        except OSError as error:
            raise _build_refusal(self.folder, "written", error) from error

    @contextmanager
    def _lock_folder(self) -> Iterator[None]:
        """Have programs renew it one after another, where that can be had."""
        folder = os.open(self.folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            # A share on the network may know no lock on a folder; then keys may stay on its disk.
            with suppress(OSError):
                fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def count_missing_changes(self, database: Database) -> int:
        """Count who was erased or changed their consent since it was made; none without a copy.

        Raises CannotWriteError where its folder cannot even be read, or does not answer in time.
        """
        known = work_in_folder(self.folder, self._read_known_take_backs)
        return 0 if known is None else len(database.keys.list_take_backs() - known)

    def _read_known_take_backs(self) -> frozenset[tuple[str, ...]] | None:
        path = self.folder / KEYS_DATABASE
        try:
            return read_take_backs(path) if path.exists() else None
        except OSError as error:
            raise _build_refusal(self.folder, "read", error) from error
        except DatabaseError:  # the next one takes its place
            return frozenset()

    def follow_keys(self, database: Database) -> None:
        """Renew it where it lacks what people took back since; the first one is a backup's.

        Raises CannotWriteError where it cannot be written, or does not answer in time.
        """
        if self.count_missing_changes(database):
            self.back_up_keys(database)

    def copy_keys_to(self, folder: Path) -> None:
        """Copy it to a folder.

        Raises InputError where there are no keys in it, OSError where it cannot be copied, and
        CannotWriteError where it does not answer in time.
        """
        work_in_folder(self.folder, partial(self._copy_keys_to, folder), WORKS_WITHIN_SECONDS)

    def _copy_keys_to(self, folder: Path) -> None:
        if not (self.folder / KEYS_DATABASE).exists():
            reason = f"No keys in {self.folder}. Pass the folder with the copy of the keys."
            raise InputError(reason)
        for name in KEY_BACKUP_FILES:
            if name == KEYS_DATABASE and self.live:
                # Closing the file of an open database would drop the locks that SQLite has on it.
                copy_database(self.folder / name, (folder / name).resolve())
            elif (self.folder / name).exists():
                shutil.copyfile(self.folder / name, folder / name)
                (folder / name).chmod(0o600)


def read_take_backs(path: Path) -> frozenset[tuple[str, ...]]:
    """Read them from a copy, and leave no file of SQLite's beside it."""
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with (
        translate_opening_errors(path),
        closing(sqlite3.connect(address, uri=True, isolation_level=None)) as keys,
    ):
        return frozenset(keys.execute(TAKE_BACKS).fetchall())


def _read_keys_copy(keys: Path, folder: Path) -> bytes:
    """Return the keys database as it is at this moment, and leave it on no disk meanwhile."""
    with make_key_folder() as memory:
        copy = (memory or folder) / f".{KEYS_DATABASE}.copy"
        try:
            copy_database(keys, copy)
            return copy.read_bytes()
        finally:
            with suppress(OSError):
                shred_file(copy)


@contextmanager
def _hold_file_open(path: Path) -> Iterator[int | None]:
    """Open a file for writing, so that it can be reached once it has no name.

    None if there is no such file, or we may not write it: the new file matters more.
    """
    try:
        file = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        yield file
    finally:
        os.close(file)
