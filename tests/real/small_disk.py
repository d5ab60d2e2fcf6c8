"""A disk of a few megabytes that can be filled to the last byte: a tmpfs, gone after the test."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.real.machine import PATIENCE, is_root, lacking_programs

NAME = "small disk"
BALLAST = "ballast"
MOUNT, UMOUNT = (shutil.which(name) or name for name in ("mount", "umount"))


def lacking() -> str:
    if not is_root():
        return "root needed"
    if missing := lacking_programs("mount", "umount", "unshare"):
        return missing
    mounts = ("unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt")
    may = subprocess.run(mounts, capture_output=True, timeout=PATIENCE, check=False)
    return "" if may.returncode == 0 else "tmpfs cannot be mounted"


@dataclass(frozen=True, slots=True)
class SmallDisk:
    folder: Path

    @property
    def free(self) -> int:
        disk = os.statvfs(self.folder)
        return disk.f_bavail * disk.f_frsize

    def fills_up(self, but_for: int = 0) -> None:
        """Leave so many bytes, in whole blocks."""
        self.is_cleared()
        with (self.folder / BALLAST).open("wb", buffering=0) as ballast:
            with suppress(OSError):  # a service writes beside it, and took what was free
                ballast.write(bytes(max(0, self.free - but_for)))
            taken = ballast.tell()
            ballast.truncate(max(0, taken - max(0, but_for - self.free)))

    def is_cleared(self) -> None:
        (self.folder / BALLAST).unlink(missing_ok=True)


@contextmanager
def mounted(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    size = f"size={megabytes}m,mode=700"
    subprocess.run(
        (MOUNT, "-t", "tmpfs", "-o", size, "tmpfs", folder), timeout=PATIENCE, check=True
    )
    try:
        yield SmallDisk(folder)
    finally:
        # Lazily, for somebody may still read there, and what was found must not be left mounted.
        subprocess.run((UMOUNT, "--lazy", folder), timeout=PATIENCE, check=True)
