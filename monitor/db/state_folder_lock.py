"""Who works in a state folder: the process that has its lock, which alone may use the network.

A district that moves to another machine stays closed here, and says where it is. What moves it is
in the annex `monitor.fleet`. The mark is understood without it: whoever opened a copy of a district
that works elsewhere would write to people twice.
"""

import fcntl
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep
from types import TracebackType
from typing import Self

from monitor.db.atomic_files import give_to_folder_owner
from monitor.domain.errors import (
    BusyError,
    CannotWriteError,
    DatabaseError,
    MovedError,
    build_permission_error,
)
from monitor.domain.serialization import decode_json

# Commands look many times whether someone holds it, each time for microseconds.
LOCK_TRIES, LOCK_TRY_SECONDS = 10, 0.02


def _lock_soon(file: int) -> None:
    """Take a lock that at most someone looks at. Raises OSError if it is held for longer."""
    for left in reversed(range(LOCK_TRIES)):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not left:
                raise
            sleep(LOCK_TRY_SECONDS)
        else:
            return


class StateFolderLock:
    """Held from `acquire` to `release`, or to the end of the process, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "lock"
        self._file: int | None = None  # None while we do not hold the lock

    def acquire(self) -> None:
        try:
            file = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            give_to_folder_owner(self._path)
        except OSError as error:
            message = f"{self._path} cannot be opened ({error.strerror}): check its folder."
            raise CannotWriteError(message) from error
        try:
            _lock_soon(file)
        except OSError as error:
            os.close(file)
            raise BusyError(
                f"Another Namesake process is using {self._path.parent}. Stop it, or wait for it."
            ) from error
        self._file = file
        os.ftruncate(file, 0)

    def is_locked(self) -> bool:
        """Tell whether someone holds it, without keeping anyone from it for longer."""
        try:
            file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        finally:
            os.close(file)
        return False

    def write_note(self, note: str) -> None:
        """Leave word for others until the lock is taken anew; only its holder may."""
        self._path.write_text(note, "utf-8")

    def read_note(self) -> str:
        """Return what the holder left; nothing where no one holds it."""
        return self._path.read_text("utf-8", "replace") if self.is_locked() else ""

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


HANDOVER_FILE = "moved.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """`token` is the same in the fleet's database; empty: what lies here is an old copy.

    `files` have the SHA-256 of each file by its path in the district's folder; none until it is
    closed.
    """

    district: str
    machine: str
    token: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


def check_not_moved(state: Path) -> None:
    """Raise MovedError for a folder that another machine has, or one that is not whole yet."""
    found = find_handover(state)
    if found is None:
        return
    what = "is on its way to" if found.token else "is worked on by"
    raise MovedError(
        f"The district {found.district} {what} the machine {found.machine}, so {state} stays "
        "closed. See `namesake status`."
    )


def find_handover(state: Path) -> Handover | None:
    """Return what is said of a folder; None if it is a district as any other."""
    try:
        return decode_json((state / HANDOVER_FILE).read_bytes(), Handover)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError as error:
        raise build_permission_error(state) from error
    except (OSError, ValueError) as error:
        reason = f"{state / HANDOVER_FILE} cannot be read. Copy the district's folder again."
        raise DatabaseError(reason) from error
