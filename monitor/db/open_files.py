"""Which processes have a file open, whether they hold locks on it, and whether it still exists.

Linux tells both under /proc (proc_pid_fd(5), proc_locks(5)); elsewhere nothing is known here.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PROC_FOLDER = Path("/proc")
DELETED_SUFFIX = " (deleted)"
# SQLite's own side files of a database in WAL mode.
DATABASE_SUFFIXES = ("", "-wal", "-shm")


def find_processes(path: Path) -> tuple[int, ...]:
    """Return the ids of the processes that have a database open, as far as we may look."""
    numbers = (int(each.name) for each in PROC_FOLDER.glob("[0-9]*"))
    return tuple(sorted(each for each in numbers if _list_open_files(each, path)))


def list_deleted_files(process_id: int, path: Path) -> tuple[str, ...]:
    """Name the files of a database that a process goes on using although they were deleted."""
    return tuple(
        sorted(each for each in _list_open_files(process_id, path) if each.endswith(DELETED_SUFFIX))
    )


def has_locks(process_id: int, path: Path) -> bool:
    """Say whether a process holds any lock on a file."""
    known = path.stat()
    place = f"{os.major(known.st_dev):02x}:{os.minor(known.st_dev):02x}:{known.st_ino}"
    # A row ends with process, file, first and last byte.
    rows = (row.split()[-4:-2] for row in (PROC_FOLDER / "locks").read_text("ascii").splitlines())
    return [str(process_id), place] in rows


def _list_open_files(process_id: int, path: Path) -> set[str]:
    """Return what a process has open of a database, as the kernel names it."""
    real = str(path.resolve())
    names = {f"{real}{side}{end}" for side in DATABASE_SUFFIXES for end in ("", DELETED_SUFFIX)}
    return names & set(_list_open_links(process_id))


def _list_open_links(process_id: int) -> Iterator[str]:
    try:
        descriptors = tuple((PROC_FOLDER / str(process_id) / "fd").iterdir())
    except OSError:  # it has ended, is another user's, or there is no /proc
        return
    for each in descriptors:
        with suppress(OSError):  # closed meanwhile
            yield str(each.readlink())
