"""Room kept back on the disk, so that a full one can still be told of."""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from threading import Lock

RESERVE = 1 << 20
# Work goes on once there is this much beside the reserve: less would be full again at once.
MARGIN = 4 << 20


class Reserve:
    """A file that is given up when the disk is full, and made anew when there is room again.

    Any number of threads may share one.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "reserve"
        self._making = Lock()

    def give(self) -> bool:
        """Give it up for what has to be written now; return whether there was anything to give."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def stands(self) -> bool:
        """Tell whether there is room to work, and keep it back again where there is."""
        if self._path.exists():
            return True
        with self._making:
            return self._path.exists() or self._made()

    def _made(self) -> bool:
        if shutil.disk_usage(self._path.parent).free < RESERVE + MARGIN:
            return False
        part = self._path.with_suffix(".part")
        try:
            file = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            try:
                # Zeros may take no room on a disk that compresses or leaves holes.
                os.write(file, os.urandom(RESERVE))
                os.fsync(file)
            finally:
                os.close(file)
            part.replace(self._path)
        except OSError:
            with suppress(OSError):
                part.unlink()
            return False
        return True
