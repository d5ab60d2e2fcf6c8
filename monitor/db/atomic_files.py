"""Files that are written again: the old one or the new one, never half of it.

They belong to whom their folder does: what a command leaves as root, the service must open. A
reserve on the disk, so that a full disk can still be reported.
"""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from monitor.domain.errors import CannotWriteError

ROOT_USER_ID = 0


@dataclass(frozen=True, slots=True)
class FileOwner:
    user: int
    group: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDigest:
    """What a file held when its folder was copied. `path` is relative to the folder."""

    path: str
    bytes: int
    sha256: str


def compute_file_digest(folder: Path, path: Path) -> FileDigest:
    """Raise OSError for a file that cannot be read, ValueError for one outside of the folder."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    name = path.resolve().relative_to(folder.resolve()).as_posix()
    return FileDigest(path=name, bytes=path.stat().st_size, sha256=sha256)


def read_owner(path: Path) -> FileOwner:
    found = path.stat()
    return FileOwner(found.st_uid, found.st_gid)


def is_root() -> bool:
    return os.geteuid() == ROOT_USER_ID


def make_folder(path: Path, like: Path) -> None:
    """Make a private folder where there is none; made by root, it gets the owner of `like`.

    One that is there keeps its owner. Raises OSError.
    """
    missing = [parent for parent in (path, *path.parents) if not parent.exists()]
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if missing and is_root():
        owner = read_owner(like)
        for parent in missing:
            os.chown(parent, owner.user, owner.group, follow_symlinks=False)


def give_to_folder_owner(path: Path) -> None:
    """Give a file that root has just made to the owner of its folder. Raises OSError."""
    if is_root():
        owner = read_owner(path.parent)
        os.chown(path, owner.user, owner.group, follow_symlinks=False)


def hand_over_folder(folder: Path, owner: FileOwner | None = None) -> None:
    """Give what root made in a folder to the folder's owner, or to `owner`.

    Does nothing unless root runs it. Follows no link out of the folder, and leaves alone a file
    that has a second name, which may lie elsewhere. Raises OSError.
    """
    if not is_root() or not folder.is_dir():
        return
    to = owner or read_owner(folder)
    if to.user == ROOT_USER_ID:
        return
    for at, name, found in _walk_folder(folder):
        if found.st_uid == ROOT_USER_ID and (found.st_nlink == 1 or stat.S_ISDIR(found.st_mode)):
            with suppress(FileNotFoundError):
                os.chown(name, to.user, to.group, dir_fd=at, follow_symlinks=False)


def list_foreign_files(folder: Path) -> tuple[str, ...]:
    """Name what in a folder belongs to another user than the folder itself."""
    if not folder.is_dir():
        return ()
    user = read_owner(folder).user
    return tuple(sorted(name for _, name, found in _walk_folder(folder) if found.st_uid != user))


def _walk_folder(folder: Path) -> Iterator[tuple[int, str, os.stat_result]]:
    """Yield everything below a folder: its folder's descriptor, its name there, what it is."""
    for _, folders, files, at in os.fwalk(folder.resolve()):
        for name in (*folders, *files):
            with suppress(FileNotFoundError):
                yield at, name, os.stat(name, dir_fd=at, follow_symlinks=False)


READABLE_MODE = 0o644
PRIVATE_MODE = 0o600


def write_file(path: Path, content: bytes, mode: int = READABLE_MODE) -> None:
    """Write a file that anyone on this machine may read, or none but us (`PRIVATE_MODE`).

    Raises CannotWriteError, and leaves what was there before.
    """
    # What is being written begins with a dot, so that no one who reads the folder takes it up.
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.unlink(missing_ok=True)
        draft.touch(mode=PRIVATE_MODE)
        draft.write_bytes(content)
        draft.chmod(mode)
        give_to_folder_owner(draft)
        flush_to_disk(draft)
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise build_write_error(path, error) from error


def write_private_file(path: Path, content: bytes) -> None:
    """Write a file, and create its folder if needed."""
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise build_write_error(path, error) from error
    write_file(path, content, PRIVATE_MODE)


def build_write_error(path: Path, error: OSError) -> CannotWriteError:
    return CannotWriteError(
        f"{path} cannot be written ({error.strerror}): check its disk and folder."
    )


RESERVE_BYTES = 1 << 20
# Work goes on once there is this much beside the reserve: less would be full again at once.
FREE_MARGIN_BYTES = 4 << 20


class DiskReserve:
    """A file that is given up when the disk is full, and made again when there is room again.

    Any number of threads may share one.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "reserve"
        self._making = Lock()

    def release_reserve(self) -> bool:
        """Give it up for what has to be written now; return whether there was anything to give."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def ensure_reserve(self) -> bool:
        """Tell whether there is room to work, and keep it back again where there is."""
        if self._path.exists():
            return True
        with self._making:
            return self._path.exists() or self._create_reserve()

    def _create_reserve(self) -> bool:
        if shutil.disk_usage(self._path.parent).free < RESERVE_BYTES + FREE_MARGIN_BYTES:
            return False
        part = self._path.with_suffix(".part")
        try:
            file = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            try:
                # Zeros may take no room on a disk that compresses or leaves holes.
                os.write(file, os.urandom(RESERVE_BYTES))
                os.fsync(file)
            finally:
                os.close(file)
            give_to_folder_owner(part)
            part.replace(self._path)
        except OSError:
            with suppress(OSError):
                part.unlink()
            return False
        return True


def flush_to_disk(path: Path) -> None:
    """See that it is on the disk before its name says that it is whole."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
