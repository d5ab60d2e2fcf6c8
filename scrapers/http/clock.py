"""Time, as something that is handed in."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Protocol, runtime_checkable

# Another one after each start of the machine (random(4)).
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """`now` is aware UTC; `monotonic` counts seconds and never jumps."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...
    def sleep(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class BootTime:
    """Seconds since this machine started, the time it slept included, and which start it was.

    `boot` is empty where a process may not know, as under our units, which hide /proc/sys: then
    only what the process itself has seen can be compared.
    """

    boot: str
    seconds: float


@runtime_checkable
class BootClock(Clock, Protocol):
    """Also counts from the start of the machine, which nobody can set."""

    def read_boot_time(self) -> BootTime: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def read_boot_time(self) -> BootTime:
        return BootTime(read_boot_id(), time.clock_gettime(time.CLOCK_BOOTTIME))


@cache
def read_boot_id() -> str:
    try:
        return BOOT_ID.read_text("ascii").strip()
    except OSError:
        return ""
