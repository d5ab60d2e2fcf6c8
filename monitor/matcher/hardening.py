"""Keeping other processes, and core files, away from the memory that holds the key."""

import ctypes
import resource
import sys

from monitor.errors import UnavailableError

_PR_SET_DUMPABLE = 4


def harden() -> None:
    """Write no core file, and on Linux let nobody of the same user read this process's memory."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux" and ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0):
        reason = (
            "The student matcher cannot protect its memory on this system, so it does not start."
        )
        raise UnavailableError(reason)
