"""Whom the files of a folder belong to: what a command leaves as root, the service must open."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT_USER_ID = 0


@dataclass(frozen=True, slots=True)
class FileOwner:
    user: int
    group: int


def read_owner(path: Path) -> FileOwner:
    found = path.stat()
    return FileOwner(found.st_uid, found.st_gid)


def is_root() -> bool:
    return os.geteuid() == ROOT_USER_ID


def make_folder(path: Path, like: Path) -> None:
    """Make a private folder where there is none; made by root, it gets the owner of `like`.

    One that is there keeps its owner. Raises OSError.
    """
    missing = [each for each in (path, *path.parents) if not each.exists()]
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if missing and is_root():
        owner = read_owner(like)
        for each in missing:
            os.chown(each, owner.user, owner.group, follow_symlinks=False)


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
