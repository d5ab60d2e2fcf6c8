"""What a child that parses strangers' pages allows itself: the kernel holds it to that."""

import resource
import sys
from contextlib import suppress
from pathlib import Path

MEBIBYTE = 1 << 20
# Twice what 512 KB of nothing but small tags take; a usual page of 60 KB takes a fifth of it.
MOST_MEMORY = 256 * MEBIBYTE
MOST_FILES = 16
_FIRST_TO_GO = "1000"
_OWN_SCORE = Path("/proc/self/oom_score_adj")


def set_resource_limits() -> None:
    """Give up files, core dumps, children of its own, and memory beyond the bound, for good."""
    _lower_limit(resource.RLIMIT_CORE, 0)
    _lower_limit(resource.RLIMIT_FSIZE, 0)
    _lower_limit(resource.RLIMIT_NOFILE, MOST_FILES)
    _lower_limit(resource.RLIMIT_NPROC, 0)
    if sys.platform != "darwin":  # which knows the limit and refuses to set it
        _lower_limit(resource.RLIMIT_AS, MOST_MEMORY)
    with suppress(OSError):
        # Where the whole service runs short of memory, a page is lost and not the service.
        _OWN_SCORE.write_text(_FIRST_TO_GO, "ascii")


def allow_another_job(seconds: int) -> None:
    """Move the limit of processor time: the kernel ends what works on one job for longer.

    The kernel counts whole seconds: a job has up to one more.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until, hard))


def _lower_limit(limit: int, most: int) -> None:
    _, hard = resource.getrlimit(limit)
    lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(limit, (lowest, lowest))
