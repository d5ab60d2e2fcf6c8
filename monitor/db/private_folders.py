"""Folders for keys and trials that leave nothing behind, in memory where that is possible."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from monitor.db.database_copies import copy_database
from monitor.db.encryption import KEYS_DATABASE
from monitor.domain.errors import CannotWriteError

# Linux has a tmpfs there, which no reboot outlives.
MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - only a private folder is made in it
MEMORY_FOLDER_PREFIX = "namesake-trial-"
CHECK_FOLDER_PREFIX = "namesake-me-"
# A check takes minutes: what is older was left by a process that was killed.
CHECK_ABANDONED_AFTER = timedelta(hours=1)
CHUNK_BYTES = 1 << 20


@contextmanager
def make_trial_folder(trial: Path) -> Iterator[Path]:
    """Make a private folder whose keys database is a link into memory; remove both at the end.

    Raises OSError.
    """
    remove_trial(trial, ignore_errors=True)
    trial.mkdir(mode=0o700, parents=True)
    with make_key_folder() as memory:
        try:
            if memory is not None:
                (trial / KEYS_DATABASE).symlink_to(memory / KEYS_DATABASE)
            yield trial
        finally:
            remove_trial(trial, ignore_errors=True)


@contextmanager
def make_key_folder() -> Iterator[Path | None]:
    """Make a private folder in memory; None where this machine has no tmpfs that we may use."""
    folder = None
    if MEMORY_FOLDER.is_dir():
        with suppress(OSError):
            folder = Path(tempfile.mkdtemp(prefix=MEMORY_FOLDER_PREFIX, dir=MEMORY_FOLDER))
    try:
        yield folder
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def make_check_folder(now: datetime) -> Iterator[Path]:
    """Make a private folder for one check, in memory if possible; remove it at the end.

    Also removes what killed processes of this user left. Raises CannotWriteError.
    """
    disk = Path(tempfile.gettempdir())
    for parent in {MEMORY_FOLDER, disk}:
        for path in parent.glob(f"{CHECK_FOLDER_PREFIX}*"):
            if _is_abandoned(path, now):
                remove_trial(path, ignore_errors=True)
    parent = MEMORY_FOLDER if os.access(MEMORY_FOLDER, os.W_OK) else disk
    try:
        folder = Path(tempfile.mkdtemp(prefix=CHECK_FOLDER_PREFIX, dir=parent))
    except OSError as error:
        reason = f"No folder can be made in {disk} ({error.strerror}). Set $TMPDIR to another one."
        raise CannotWriteError(reason) from error
    try:
        yield folder
    finally:
        remove_trial(folder, ignore_errors=True)


def _is_abandoned(folder: Path, now: datetime) -> bool:
    """Tell whether it is ours and too old to be in use; never of a link that someone else made."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    return ours and found.st_mtime < (now - CHECK_ABANDONED_AFTER).timestamp()


def move_keys_to_disk(trial: Path) -> None:
    """Put the keys of a trial that turned out well on the disk, in the place of their link."""
    keys = trial / KEYS_DATABASE
    if keys.is_symlink():
        settled = trial / f"{KEYS_DATABASE}.settled"
        copy_database(keys, settled)
        settled.replace(keys)


def remove_trial(trial: Path, *, ignore_errors: bool = False) -> None:
    """Remove a trial, be it one that was killed, and the keys that it has in memory.

    Raises OSError unless errors are to be ignored.
    """
    keys = trial / KEYS_DATABASE
    if keys.is_symlink():
        memory = keys.readlink().parent
        # The folder is the service's, and root must not remove whatever a link in it names.
        if memory.parent == MEMORY_FOLDER and memory.name.startswith(MEMORY_FOLDER_PREFIX):
            shutil.rmtree(memory, ignore_errors=True)
    for path in trial.glob(f"{KEYS_DATABASE}*"):
        with suppress(OSError):
            shred_file(path)
    shutil.rmtree(trial, ignore_errors=ignore_errors)


def shred_file(path: Path) -> None:
    """Write noise over a file that no one has open, where it lies, and remove it.

    Raises OSError.
    """
    if not path.is_symlink():
        file = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            overwrite_open_file(file)
        finally:
            os.close(file)
    path.unlink()


def overwrite_open_file(file: int) -> None:
    """Write noise over an open file; zeros take no room on a disk that compresses."""
    left = os.fstat(file).st_size
    os.lseek(file, 0, os.SEEK_SET)
    while left > 0:
        left -= os.write(file, os.urandom(min(left, CHUNK_BYTES)))
    os.fsync(file)
