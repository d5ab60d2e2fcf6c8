"""The lock on the state folder: whoever holds it may use the network."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from monitor.errors import BusyError, CannotWriteError


class StateLock:
    """Held from `acquire` to `release`, or to the end of the process, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "lock"
        self._file: int | None = None  # None while the lock is not ours

    @property
    def held(self) -> bool:
        return self._file is not None

    def acquire(self) -> None:
        try:
            file = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            message = f"{self._path} cannot be opened ({error.strerror}): check its folder."
            raise CannotWriteError(message) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(file)
            message = f"Another Namesake works on {self._path.parent}: stop it or ask it."
            raise BusyError(message) from error
        self._file = file

    def taken(self) -> bool:
        """Tell whether somebody holds it, without keeping anybody from it for longer."""
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
