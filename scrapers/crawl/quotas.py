"""How many requests a source has had, and when its budget allows the next.

What all runs together spend of the sources' budgets.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from threading import Lock
from typing import Protocol

from scrapers.http.clock import Clock
from scrapers.http.errors import FailureReason
from scrapers.models import Outcome, ParseResult
from scrapers.source import RequestQuota, Source

DAYS_OF_A_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaUsage:
    """The requests sent to a source on a UTC day, and in the ISO week of that day."""

    source: str
    day: date
    today: int = 0
    this_week: int = 0


def roll_over_usage(usage: QuotaUsage, now: datetime) -> QuotaUsage:
    """Return what of it still counts: a new day begins with nothing, and so does a new week.

    A clock that was set back begins again as well, or a source could be closed till it is right.
    """
    day = now.astimezone(UTC).date()
    if day == usage.day:
        return usage
    same_week = day.isocalendar()[:2] == usage.day.isocalendar()[:2]
    return replace(usage, day=day, today=0, this_week=usage.this_week if same_week else 0)


def count_request(usage: QuotaUsage, now: datetime) -> QuotaUsage:
    """Count one more request."""
    current = roll_over_usage(usage, now)
    return replace(current, today=current.today + 1, this_week=current.this_week + 1)


def check_quota(usage: QuotaUsage, quota: RequestQuota, now: datetime) -> ParseResult | None:
    """Return what a query comes to that the budget has no request left for, else None."""
    current = roll_over_usage(usage, now)
    if quota.weekly is not None and current.this_week >= quota.weekly:
        return build_week_refusal(FailureReason.SPENT_THIS_WEEK, current.day)
    if quota.daily is not None and current.today >= quota.daily:
        return _build_refusal(FailureReason.SPENT_TODAY, current.day + timedelta(days=1))
    return None


def build_week_refusal(reason: FailureReason, day: date) -> ParseResult:
    """Say that nothing is left of the week of this day."""
    return _build_refusal(reason, day + timedelta(days=DAYS_OF_A_WEEK + 1 - day.isoweekday()))


def _build_refusal(reason: FailureReason, renewal_day: date) -> ParseResult:
    return ParseResult(
        outcome=Outcome.SKIPPED,
        note=reason.value,
        retry_at=datetime.combine(renewal_day, time(), UTC),
    )


class QuotaStore(Protocol):
    """Used by the thread that consumes the visits, and by no other."""

    def load_quota_usage(self, source: str) -> QuotaUsage | None: ...
    def save_quota_usage(self, usage: QuotaUsage) -> None: ...


class QuotaCounter(Protocol):
    """Counts requests against budgets: for one process (`QuotaTracker`), or for many."""

    def load_usage(self, source: Source, budget: str) -> None: ...
    def take_request(self, source: Source, budget: str) -> ParseResult | None: ...
    def save_usage(self) -> None: ...


class QuotaTracker:
    """Shared by the thread that asks, which spends, and by the consumers, who remember.

    A source without a budget is not counted. `budget` is what it is counted as: what several
    districts ask with one API key comes out of one budget.
    """

    def __init__(self, memory: QuotaStore | None, clock: Clock) -> None:
        self._memory = memory
        self._clock = clock
        self._lock = Lock()
        self._keeping = Lock()
        self._spent: dict[str, QuotaUsage] = {}
        self._unkept: set[str] = set()

    def load_usage(self, source: Source, budget: str) -> None:
        """Recall what a source has had; its consumer calls this before anything is asked."""
        if not source.crawl_policy.quota.is_limited or budget in self._spent:
            return
        usage = self._memory.load_quota_usage(budget) if self._memory else None
        if usage is not None:
            with self._lock:
                self._spent.setdefault(budget, usage)

    def take_request(self, source: Source, budget: str) -> ParseResult | None:
        """Take one request out of the budget, or return the reading that there is none left."""
        now = self._clock.now()
        with self._lock:
            spent = self._spent.get(budget) or QuotaUsage(source=budget, day=now.date())
            refusal = check_quota(spent, source.crawl_policy.quota, now)
            if refusal is None:
                self._spent[budget] = count_request(spent, now)
                self._unkept.add(budget)
            return refusal

    def save_usage(self) -> None:
        """Remember what was spent since; only a consumer of visits calls this."""
        if not self._unkept or not self._memory:
            return
        # One at a time, or an older count could be written over a newer one.
        with self._keeping:
            for spent in self._drain_unsaved():
                self._memory.save_quota_usage(spent)

    def _drain_unsaved(self) -> list[QuotaUsage]:
        with self._lock:
            taken = [self._spent[name] for name in sorted(self._unkept)]
            self._unkept.clear()
            return taken
