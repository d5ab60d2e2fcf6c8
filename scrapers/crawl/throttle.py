"""Manners towards a host: how long to wait, when to stay away, and what to remember of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from scrapers.http.errors import FailureReason
from scrapers.models import Outcome, ParseResult
from scrapers.retry import Retry

# A host that says "too much" without saying until when.
LIMITED_FOR = timedelta(hours=1)
LONGEST_AWAY = timedelta(days=7)
BLOCKED_RETRY = Retry(first=timedelta(hours=1), longest=LONGEST_AWAY)
# An answer that asks for a longer pause than this would hold up a run: its host is parked.
LONGEST_PAUSE = timedelta(minutes=5)
# A clock that was set back must not make us wait for its old time to come again.
LONGEST_REMEMBERED_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostState:
    """What a restart must not forget.

    `next_at` and `parked_until` are None where nothing keeps us from asking. `reason` is the
    outcome that parked the host. `failures` counts the times in a row that it blocked us.
    """

    host: str
    next_at: datetime | None = None
    parked_until: datetime | None = None
    reason: str = ""
    failures: int = 0

    def is_parked(self, now: datetime) -> bool:
        # No one is parked for longer than that, unless the clock was set back meanwhile.
        return self.parked_until is not None and now < self.parked_until <= now + LONGEST_AWAY

    def get_remaining_wait(self, now: datetime) -> float:
        """Return the seconds that are left of the pause after the last answer."""
        if self.next_at is None:
            return 0.0
        left = min(self.next_at - now, LONGEST_REMEMBERED_PAUSE)
        return max(left.total_seconds(), 0.0)

    @property
    def parked_result(self) -> ParseResult:
        """Return what any query to this host comes to while it is parked."""
        blocked = self.reason == Outcome.BLOCKED
        return ParseResult(
            outcome=Outcome.BLOCKED if blocked else Outcome.LIMITED,
            note=(FailureReason.WALLED if blocked else FailureReason.PARKED).value,
            retry_at=self.parked_until,
        )


class HostStore(Protocol):
    """Used by the thread that consumes the visits, and by no other."""

    def load_host_state(self, host: str) -> HostState | None: ...
    def save_host_state(self, host_state: HostState) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """`wait_factor` multiplies every wait; 0, which no configuration can express, takes them away.

    After `max_failures` in a row a host is left alone for the rest of the run. A host that asks us
    to come back within `patience_seconds` seconds is asked again in the same run, but each query
    `max_postponements` times only.
    """

    wait_factor: float = 1.0
    max_failures: int = 2
    patience_seconds: float = 300.0
    max_postponements: int = 2

    def compute_pause(self, pace: float, crawl_delay: float = 0.0, *, took: float = 0.0) -> float:
        """Return the seconds from the end of one answer to the next request.

        `pace` is the pause of the source, `crawl_delay` that of robots.txt: the longer one counts.
        A host that is slow to answer is under load, so it gets at least as long to recover.
        """
        wanted = max(pace, crawl_delay)
        return max(wanted * self.wait_factor, took) if self.wait_factor else 0.0

    def compute_requested_pause(self, result: ParseResult, now: datetime) -> float:
        """Return the seconds for which an answer, though it is one, wants us to stay away."""
        if result.retry_at is None or not is_answered(result) or not self.wait_factor:
            return 0.0
        return min(max(result.retry_at - now, timedelta()), LONGEST_PAUSE).total_seconds()


WITHOUT_WAITS = Throttle(wait_factor=0.0, patience_seconds=0.0)


def apply_result(host_state: HostState, result: ParseResult, now: datetime) -> HostState:
    """Return the state of a host after this answer."""
    if result.outcome is Outcome.LIMITED:
        until = result.retry_at or now + LIMITED_FOR
        return _park_host(host_state, Outcome.LIMITED, min(until, now + LONGEST_AWAY))
    if result.outcome is Outcome.BLOCKED:
        blocked = replace(host_state, failures=host_state.failures + 1)
        return _park_host(
            blocked, Outcome.BLOCKED, now + BLOCKED_RETRY.compute_delay(blocked.failures)
        )
    if not is_answered(result):
        return host_state
    if result.retry_at is not None and result.retry_at - now > LONGEST_PAUSE:
        until = min(result.retry_at, now + LONGEST_AWAY)
        return _park_host(replace(host_state, failures=0), Outcome.LIMITED, until)
    if host_state.parked_until or host_state.reason or host_state.failures:
        return replace(host_state, parked_until=None, reason="", failures=0)
    return host_state


def is_answered(result: ParseResult) -> bool:
    return result.outcome.is_conclusive or result.outcome is Outcome.PARTIAL


def _park_host(host_state: HostState, reason: Outcome, until: datetime) -> HostState:
    return replace(host_state, parked_until=until, reason=reason.value)
