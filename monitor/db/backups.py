"""Copies of a district's folder, one folder each, and the single second copy of the keys.

A copy of the keys that is kept keeps what it opens: so each one replaces the last.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from monitor.db.connection import copy_database, flush
from monitor.db.database import DATABASE, POSTMARKS, State
from monitor.db.encryption import KEYS_DATABASE, decode, encode
from monitor.db.files import PRIVATE, put
from monitor.db.ownership import give, hand_over, make_folder
from monitor.db.people import TOMBSTONES
from monitor.db.trial import discard, key_folder, overwrite_open
from monitor.errors import CannotWriteError, DatabaseError, InputError

MANIFEST = "manifest.json"
FORMAT = 1
PREFIX = "namesake-"
PART = ".part"
# A copy takes minutes at most.
ABANDONED = timedelta(days=1)
# Letters lie there in the clear, and a copy of them could not forget anybody.
OUTBOX = "outbox"
# What is ours to make anew, or has a place of its own.
OUR_OWN = frozenset({"lock", "reserve", OUTBOX, POSTMARKS})
DATABASES = (DATABASE, KEYS_DATABASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedFile:
    """`path` is relative to the folder."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    format: int
    made_at: datetime
    files: tuple[CopiedFile, ...]


@dataclass(frozen=True)
class Backup:
    """One copy, in the folder `path`."""

    path: Path

    @cached_property
    def manifest(self) -> Manifest:
        """Raise InputError where the folder is no copy, DatabaseError where it is a newer one."""
        try:
            manifest = decode((self.path / MANIFEST).read_bytes(), Manifest)
        except FileNotFoundError:
            reason = f"{self.path} was not made by `namesake backup`: it has no {MANIFEST}."
            raise InputError(reason) from None
        except (OSError, ValueError) as error:
            reason = f"{self.path / MANIFEST} cannot be read. Restore an earlier backup."
            raise DatabaseError(reason) from error
        if manifest.format != FORMAT:
            reason = f"{self.path} needs a newer version of Namesake. Install it."
            raise DatabaseError(reason)
        return manifest

    @property
    def bytes(self) -> int:
        return sum(each.bytes for each in self.manifest.files)

    def check(self) -> None:
        """Raise DatabaseError unless every file is as it was written."""
        for each in self.manifest.files:
            try:
                sound = _described(self.path, self.path / each.path) == each
            except (OSError, ValueError):  # not there, or not within the copy
                sound = False
            if not sound:
                reason = f"{self.path / each.path} was changed later. Restore an earlier backup."
                raise DatabaseError(reason)

    def lay_out(self, folder: Path) -> None:
        """Copy its files to a folder, and leave the copy itself as it is."""
        for each in self.manifest.files:
            target = folder / each.path
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(self.path / each.path, target)
            target.chmod(0o600)


def begin(state: Path, to: Path, now: datetime, without: frozenset[Path]) -> Backup:
    """Copy a district's folder to a new folder in `to`; nobody takes it for whole until `finish`.

    What is `without`, by real paths, stays behind, as do the keys and the letters in the outbox.
    """
    part = to / f"{_name(now)}{PART}"
    try:
        make_folder(to, like=state)
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        copy_database(state / DATABASE, part / DATABASE)
        for path in _beside(state, without):
            target = part / path.relative_to(state)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            target.chmod(0o600)
        described = (_described(part, path) for path in sorted(part.rglob("*")) if path.is_file())
        manifest = Manifest(format=FORMAT, made_at=now, files=tuple(described))
        (part / MANIFEST).write_bytes(encode(manifest))
        (part / MANIFEST).chmod(0o600)
        flush(part / MANIFEST)
    except BaseException as error:
        shutil.rmtree(part, ignore_errors=True)
        if isinstance(error, OSError):
            raise _cannot_write(to, error) from error
        raise
    return Backup(part)


def finish(begun: Backup) -> Backup:
    """Give it the name of a copy that can be relied on."""
    done = begun.path.with_suffix("")
    try:
        begun.path.replace(done)
        hand_over(done.parent)
    except OSError as error:
        raise _cannot_write(done, error) from error
    return Backup(done)


def backups(folder: Path) -> tuple[Backup, ...]:
    """Return the copies in a folder, the newest first."""
    named = (path for path in folder.glob(f"{PREFIX}*") if path.suffix != PART)
    return tuple(Backup(path) for path in sorted(named, reverse=True) if path.is_dir())


def newest(folder: Path) -> Backup:
    """Return the copy that a folder is, or the newest of those it holds."""
    if (folder / MANIFEST).exists():
        return Backup(folder)
    return next(iter(backups(folder)), Backup(folder))


def rotate(folder: Path, now: datetime, keep: timedelta, most: int) -> int:
    """Remove what is older than `keep`, and what is over `most`, but never the newest one."""
    for half in folder.glob(f"{PREFIX}*{PART}"):
        if half.name < _name(now - ABANDONED):
            shutil.rmtree(half, ignore_errors=True)
    old = [
        each.path
        for number, each in enumerate(backups(folder))
        if number and (number >= most or each.path.name <= _name(now - keep))
    ]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return len(old)


def _name(at: datetime) -> str:
    return f"{PREFIX}{at.astimezone(UTC):%Y-%m-%dT%H%M%SZ}"


def _beside(state: Path, without: frozenset[Path]) -> Iterator[Path]:
    """Yield the files of a district besides its databases, such as lists of sites."""
    for path in sorted(state.rglob("*")):
        first = path.relative_to(state).parts[0]
        ours = first in OUR_OWN or first.startswith(DATABASES) or first.startswith(".")
        if path.is_file() and not path.is_symlink() and not ours and path.resolve() not in without:
            yield path


def _described(folder: Path, path: Path) -> CopiedFile:
    """Raise ValueError for a file that is not within the folder."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    name = path.resolve().relative_to(folder.resolve()).as_posix()
    return CopiedFile(path=name, bytes=path.stat().st_size, sha256=sha256)


def _cannot_write(path: Path, error: OSError) -> CannotWriteError:
    reason = f"{path} cannot be written ({error.strerror}): check the disk and the folder."
    return CannotWriteError(reason)


COPIED = (KEYS_DATABASE, TOMBSTONES, POSTMARKS)


@dataclass(frozen=True, slots=True)
class KeyCopy:
    """`live` says that the folder is the district's own, whose keys are in use."""

    folder: Path
    live: bool = False

    def renew(self, keys: Path, state: State) -> None:
        """Overwrite it with the keys of today, and then the old ones where they lie on the disk."""
        try:
            make_folder(self.folder, like=keys.parent)
            state.tombstones.write(self.folder / TOMBSTONES)
            if state.postmarks.path.exists():
                put(self.folder / POSTMARKS, state.postmarks.path.read_bytes(), PRIVATE)
            with self._alone():
                self._replace_keys(_copied(keys, self.folder))
            hand_over(self.folder)
        except OSError as error:
            reason = f"{self.folder} cannot be written ({error.strerror}): check the folder."
            raise CannotWriteError(reason) from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep the nightly copy and the service from renewing it at once, where that can be had."""
        folder = os.open(self.folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            # A share on the network may know no lock on a folder; then keys may stay on its disk.
            with suppress(OSError):
                fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _replace_keys(self, content: bytes) -> None:
        """Put the new keys in their place, and write noise over the old ones once that lasts."""
        target, draft = self.folder / KEYS_DATABASE, self.folder / f".{KEYS_DATABASE}.new"
        with suppress(FileNotFoundError):
            discard(draft)  # one that was killed has left it
        try:
            file = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, PRIVATE)
            with os.fdopen(file, "wb") as new:
                new.write(content)
            give(draft)
            flush(draft)
            with _held_open(target) as old:
                draft.replace(target)
                flush(self.folder)
                if old is not None:
                    overwrite_open(old)
        finally:
            with suppress(OSError):
                discard(draft)

    def lacks(self, state: State) -> int:
        """Count who was erased since it was made; none where there is no copy yet.

        Raises CannotWriteError where its folder cannot even be read.
        """
        try:
            made = (self.folder / KEYS_DATABASE).exists()
            return state.tombstones.lacks(self.folder / TOMBSTONES) if made else 0
        except OSError as error:
            reason = f"{self.folder} cannot be read ({error.strerror}): check the folder."
            raise CannotWriteError(reason) from error

    def lay_out(self, folder: Path) -> None:
        """Copy it to a folder; raises InputError where there are no keys in it."""
        if not (self.folder / KEYS_DATABASE).exists():
            reason = f"No keys in {self.folder}. Pass the folder with the copy of the keys."
            raise InputError(reason)
        for name in COPIED:
            if name == KEYS_DATABASE and self.live:
                # Closing the file of an open database would drop the locks that SQLite has on it.
                copy_database(self.folder / name, (folder / name).resolve())
            elif (self.folder / name).exists():
                shutil.copyfile(self.folder / name, folder / name)
                (folder / name).chmod(0o600)


def _copied(keys: Path, folder: Path) -> bytes:
    """Return the keys database as it is at this moment, and leave it on no disk meanwhile."""
    with key_folder() as memory:
        copy = (memory or folder) / f".{KEYS_DATABASE}.copy"
        try:
            copy_database(keys, copy)
            return copy.read_bytes()
        finally:
            with suppress(OSError):
                discard(copy)


@contextmanager
def _held_open(path: Path) -> Iterator[int | None]:
    """Open a file for writing, so that it can be reached once it has no name.

    None where there is none, or where it is not ours to write: the new one matters more.
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
