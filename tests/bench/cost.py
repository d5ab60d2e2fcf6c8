"""What a program has cost so far: time, processor, memory."""

import resource
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Self

IMPORTED = monotonic()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Children that have ended count as processor time; `wall_s` counts from the first import."""

    wall_s: float
    cpu_s: float
    rss_mib: float

    @classmethod
    def now(cls) -> Self:
        own = resource.getrusage(resource.RUSAGE_SELF)
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime
        return cls(wall_s=monotonic() - IMPORTED, cpu_s=used, rss_mib=peak_mebibytes())


def peak_mebibytes(process: int | None = None) -> float:
    """Return the most memory that a process has held, this program itself if none is named.

    Where Linux tells it: what a process reports of itself includes that of whoever started it.
    """
    status = Path(f"/proc/{process or 'self'}/status")
    if status.exists():
        lines = status.read_text("ascii").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
