"""Which processes have a file open, whether they hold locks on it, and whether it still exists.

Linux tells both under /proc (proc_pid_fd(5), proc_pid_fdinfo(5)); elsewhere nothing is known here.
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
    names = _build_file_names(path)
    numbers = (int(one_path.name) for one_path in PROC_FOLDER.glob("[0-9]*"))
    return tuple(sorted(number for number in numbers if _list_open_files(number, names)))


def list_deleted_files(process_id: int, path: Path) -> tuple[str, ...]:
    """Name the files of a database that a process goes on using although they were deleted."""
    opened = _list_open_files(process_id, _build_file_names(path))
    return tuple(sorted(file for file in opened if file.endswith(DELETED_SUFFIX)))


def has_locks(process_id: int, path: Path) -> bool:
    """Say whether a process holds any lock on a file.

    /proc/locks names files by a device number that on overlays, as containers have, is not that of
    stat(2); what is noted of each descriptor needs none.
    """
    real = str(path.resolve())
    return any(
        link == real and _holds_lock(process_id, descriptor)
        for descriptor, link in _list_open_links(process_id)
    )


def _holds_lock(process_id: int, descriptor: str) -> bool:
    try:
        info = (PROC_FOLDER / str(process_id) / "fdinfo" / descriptor).read_text("ascii")
    except OSError:  # closed meanwhile
        return False
    return any(line.startswith("lock:") for line in info.splitlines())


def _build_file_names(path: Path) -> set[str]:
    """Return the files of a database as the kernel names them."""
    real = str(path.resolve())
    return {f"{real}{side}{end}" for side in DATABASE_SUFFIXES for end in ("", DELETED_SUFFIX)}


def _list_open_files(process_id: int, names: set[str]) -> set[str]:
    """Return which of these files a process has open."""
    return names & {link for _, link in _list_open_links(process_id)}


def _list_open_links(process_id: int) -> Iterator[tuple[str, str]]:
    """Yield the number of each descriptor, and the file that it leads to."""
    folder = f"{PROC_FOLDER}/{process_id}/fd"
    try:
        descriptors = os.listdir(folder)  # noqa: PTH208 - a machine has thousands to look at
    except OSError:  # it has ended, is another user's, or there is no /proc
        return
    for descriptor in descriptors:
        with suppress(OSError):  # closed meanwhile
            yield descriptor, os.readlink(f"{folder}/{descriptor}")  # noqa: PTH115 - see above
