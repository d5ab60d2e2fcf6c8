"""How much of our time and memory a server may take, and what is left of one visit.

A socket's own time-out starts again with each read, so a server that sends one byte now and then
never meets it. Our sockets ask before each read how much of the whole visit is left.
"""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf

from scrapers.http.clock import Clock
from scrapers.http.errors import FailureReason, build_failure_error

USUAL_IDLE_HOSTS = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """`total_seconds` ends one request with its answer, whatever still trickles in.

    `body_bytes` counts the body after unpacking. `idle_hosts` is the number of hosts with an idle
    connection kept open.
    """

    total_seconds: float = 15.0
    connect_seconds: float = 5.0
    head_bytes: int = 65_536
    body_bytes: int = 2_000_000
    idle_hosts: int = USUAL_IDLE_HOSTS


# For made-up webs: their servers share our processors, and a busy machine must not look like a
# server that fails.
PATIENT_LIMITS = FetchLimits(total_seconds=600.0, connect_seconds=300.0)
# A sweep goes person by person over all hosts: with fewer idle connections than hosts, each person
# costs a new handshake at every host.
MOST_IDLE_HOSTS = 4_096
# The database, the log, mail, the parsers and name lookups need files, too.
RESERVED_FILES = 256
WANTED_FILES = 8_192


def raise_file_limit(wanted: int = WANTED_FILES) -> int:
    """Allow this process more open files than a shell does (1,024); return how many it has now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        return allowed
    return wanted if soft == resource.RLIM_INFINITY else soft


def compute_idle_hosts(declared_hosts: int, workers: int, open_files: int) -> int:
    """Return how many hosts may keep an idle connection: all, as far as open files allow.

    Each worker may hold one more connection, and so may each that serves a self-check.
    """
    wanted = min(max(declared_hosts, USUAL_IDLE_HOSTS), MOST_IDLE_HOSTS)
    return max(1, min(wanted, open_files - 2 * workers - RESERVED_FILES))


class FetchAllowance:
    """Counts down for one visit, whose bytes so far are `total`.

    `dialled` tells whether the exchange opened a connection, and `received` what it brought.
    """

    __slots__ = ("_bytes_left", "_clock", "_limits", "dialled", "ends", "received", "total")

    def __init__(self, clock: Clock, limits: FetchLimits) -> None:
        self._clock = clock
        self._limits = limits
        self.ends = clock.monotonic() + limits.total_seconds
        self._bytes_left = 0
        self.received = 0
        self.total = 0
        self.dialled = False

    def begin_head(self) -> None:
        """Start an exchange: a status line and headers may come, and no more."""
        self._bytes_left = self._limits.head_bytes
        self.received = 0
        self.dialled = False

    def begin_body(self) -> None:
        """Framing costs bytes too; a body in chunks of one byte is not worth its price."""
        self._bytes_left = 2 * self._limits.body_bytes + self._limits.head_bytes

    def get_seconds_left(self, until: float = inf) -> float:
        """Return the seconds to the end of the visit, or to an earlier one; raise if it is over."""
        left = min(self.ends, until) - self._clock.monotonic()
        if left <= 0:
            raise build_failure_error(FailureReason.OUT_OF_TIME)
        return left

    def get_connect_seconds(self) -> float:
        return min(self._limits.connect_seconds, self.get_seconds_left())

    def get_connect_deadline(self) -> float:
        """Return when what begins to connect now must have done so, by the monotonic clock."""
        return self._clock.monotonic() + self._limits.connect_seconds

    def spend_bytes(self, count: int) -> None:
        self.received += count
        self.total += count
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise build_failure_error(FailureReason.ENDLESS)


_CURRENT: ContextVar[FetchAllowance] = ContextVar("allowance")


def get_current_allowance() -> FetchAllowance:
    """Return that of the visit under way in this thread; a LookupError if there is none."""
    return _CURRENT.get()


@contextmanager
def grant_allowance(clock: Clock, limits: FetchLimits) -> Iterator[FetchAllowance]:
    """Give this thread an allowance for one visit."""
    allowance = FetchAllowance(clock, limits)
    token = _CURRENT.set(allowance)
    try:
        yield allowance
    finally:
        _CURRENT.reset(token)
