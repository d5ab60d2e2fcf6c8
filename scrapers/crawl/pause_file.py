"""When a host may be asked again, as all programs of a machine know it: one file for all of them.

A host has a place in it, which is locked while a request is in flight and then holds when the next
may go out. It says so before the request does: what is written outlives the program, and the lock
of a program that dies goes with it. Only a crash of the machine loses both, and to start it takes
longer than the pauses that are nowhere else (`LONG_PAUSE`).
"""

import fcntl
import os
import stat
import struct
from collections.abc import Iterable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Self

from scrapers.crawl.throttle import LONGEST_PAUSE

# Where hosts meet in one place, they wait for each other. Those that a source declares number
# some thousands at most. Any other may carry a handle, and whoever reads the file could look
# whether it was asked: in so few places, nearly all are in use anyway.
DECLARED_PLACES = 1 << 15
OTHER_PLACES = 1 << 8
# When the host may be asked, by the monotonic clock, which all programs of a machine share since
# it started; and the process that waits for its turn.
PLACE = struct.Struct("<dI4x")
WAITING = struct.Struct("<I")
WAITING_AT = struct.calcsize("<d")
# How soon a host is tried again that another program asks at this moment.
LOOK_AGAIN_SECONDS = 0.2
# No one keeps us away for longer, whatever it has written.
MOST_YIELDED_SECONDS = 600.0
ANYONE_MODE = 0o666


class PauseFile:
    """To be used by one thread. A process opens it once: to close it drops all its locks."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._refused_at: dict[int, float] = {}

    @classmethod
    def open_first(cls, paths: Iterable[Path]) -> Self | None:
        """Open or make the first of these files that can be used; None if none can."""
        for path in paths:
            with suppress(OSError):
                return cls(_open_plain_file(path))
        return None

    def take_turn(self, place: int, pause: float, now: float) -> float | None:
        """Take the place of a host, to be freed by `end_turn`; or return when to try again.

        If we end before that, no one asks the host before `pause` seconds have passed.
        """
        again_at, refused_at = self._lock_place(place, now), self._refused_at.get(place, now)
        if again_at is not None and now - refused_at <= MOST_YIELDED_SECONDS:
            self._refused_at[place] = refused_at
            self._write(place + WAITING_AT, WAITING.pack(os.getpid()))
            return again_at
        self._refused_at.pop(place, None)
        waiting = self._read_place(place)[1]
        self._write(place, PLACE.pack(now + pause, 0 if waiting == os.getpid() else waiting))
        return None

    def end_turn(self, place: int, due: float, now: float) -> float:
        """Free a host that may be asked again when it is `due`; return when it is our turn again.

        That is a pause later where another program waits for it.
        """
        waiting = self._read_place(place)[1]
        self._write(place, PLACE.pack(min(due, now + LONGEST_PAUSE.total_seconds()), 0))
        fcntl.lockf(self._file, fcntl.LOCK_UN, PLACE.size, place)
        return due if waiting in {0, os.getpid()} else due + max(due - now, 0.0)

    def close(self) -> None:
        os.close(self._file)

    def _lock_place(self, place: int, now: float) -> float | None:
        """Lock a place whose host may be asked; else return when that may be so."""
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, PLACE.size, place)
        except OSError:
            return now + LOOK_AGAIN_SECONDS
        next_at = self._read_place(place)[0]
        # What is later was written before this machine started.
        if not now < next_at <= now + LONGEST_PAUSE.total_seconds():
            return None
        fcntl.lockf(self._file, fcntl.LOCK_UN, PLACE.size, place)
        return next_at

    def _read_place(self, place: int) -> tuple[float, int]:
        found = os.pread(self._file, PLACE.size, place)
        next_at, waiting = PLACE.unpack(found.ljust(PLACE.size, b"\0"))
        return next_at, waiting

    def _write(self, at: int, content: bytes) -> None:
        with suppress(OSError):  # a full disk: the pauses of this program are in its memory, too
            os.pwrite(self._file, content, at)


def find_place(host: str, *, declared: bool) -> int:
    """Return where a host stands; `declared` by a source, and so no one's own."""
    number = int.from_bytes(blake2b(host.encode(), digest_size=8).digest())
    if declared:
        return number % DECLARED_PLACES * PLACE.size
    return (DECLARED_PLACES + number % OTHER_PLACES) * PLACE.size


def _open_plain_file(path: Path) -> int:
    """Open a file that anyone may write; one that someone else made to mislead us is refused."""
    # A kernel refuses to open with O_CREAT what another user made in a folder like /run/lock.
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        file = os.open(path, flags)
    except FileNotFoundError:
        try:
            file = os.open(path, flags | os.O_CREAT | os.O_EXCL, ANYONE_MODE)
        except FileExistsError:
            file = os.open(path, flags)
        else:
            os.fchmod(file, ANYONE_MODE)
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        os.close(file)
        raise FileNotFoundError(path)
    return file
