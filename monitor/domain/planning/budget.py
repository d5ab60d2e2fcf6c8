"""What may be spent in a week: never more, whatever is asked for.

How often a query is asked: often where it brings something new, seldom where it does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Self

PRICED_BY = 1000
# What is left of the district's week for who checks themselves, once the sweep has been planned.
SELF_CHECK_SHARE = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCost:
    """Requests to sources that cost something, and what they cost in US dollars."""

    requests: int = 0
    usd: Decimal = Decimal(0)

    @classmethod
    def from_requests(cls, requests: int, usd_per_1000: Decimal) -> Self:
        return cls(requests=requests, usd=requests * usd_per_1000 / PRICED_BY)

    def __add__(self, other: "ApiCost") -> "ApiCost":
        return ApiCost(requests=self.requests + other.requests, usd=self.usd + other.usd)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCap:
    """The most to spend in one week, from one sweep to the next; None sets no limit."""

    requests: int | None = None
    usd: Decimal | None = None

    def allows_cost(self, cost: ApiCost) -> bool:
        if self.requests is not None and cost.requests > self.requests:
            return False
        return self.usd is None or cost.usd <= self.usd

    def reduce_by_share(self, share: Decimal) -> Self:
        """Return what is left when a share of it is laid by."""
        remaining = 1 - share
        return type(self)(
            requests=None if self.requests is None else int(self.requests * remaining),
            usd=None if self.usd is None else self.usd * remaining,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLimits:
    """What one person's queries may cost in a week, and those of all of them."""

    person: CostCap = CostCap()
    district: CostCap = CostCap()

    def to_sweep_limits(self) -> Self:
        """Return what a sweep may spend: the rest is for those who check themselves."""
        return type(self)(
            person=self.person, district=self.district.reduce_by_share(SELF_CHECK_SHARE)
        )


class WeeklyBudget:
    """What was spent of a week, counted as it is spent. `spent` is by person; "" is of no one.

    `allowances` are the requests that are left of the week of those sources that have a quota.
    """

    __slots__ = ("_allowances", "_limits", "_spent", "total")

    def __init__(
        self,
        limits: CostLimits,
        spent: Mapping[str, ApiCost],
        allowances: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._limits = limits
        self._spent = dict(spent)
        self._allowances = dict(allowances)
        self.total = sum(spent.values(), ApiCost())

    def try_spend(self, person_id: str, cost: ApiCost, source: str = "") -> bool:
        """Pay, or change nothing where it would be more than any limit allows."""
        theirs, total = self._spent.get(person_id, ApiCost()) + cost, self.total + cost
        left = self._allowances.get(source, cost.requests) - cost.requests
        if left < 0 or not (
            self._limits.person.allows_cost(theirs) and self._limits.district.allows_cost(total)
        ):
            return False
        self._spent[person_id], self.total = theirs, total
        if source in self._allowances:
            self._allowances[source] = left
        return True


# In weeks, by the rank that a source gives a query; the last holds for all further ones.
DEFAULT_INTERVALS = (1, 4, 4, 8)
MAX_INTERVAL = 8
# So many answers on end without anything new halve the rate.
CLEAN_TO_HALVE = 4
# What a query is asked at after it brought something new: the best weekly, any other less.
AFTER_NEWS = (1, 2)
# One person's queries, best first, are spread over the weeks of the floor as evenly as can be.
OFFSET_ORDER = (0, 4, 2, 6, 1, 5, 3, 7)
DAYS_OF_A_WEEK = 7


class AnswerNovelty(StrEnum):
    """What an answer brought that no query had shown before."""

    NEWS = "news"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryHistory:
    """How a query has done since its first whole answer, which is no news but a baseline.

    `asked` is the week of the last whole answer, as `to_week_number` counts. `clean` counts the
    weeks on end whose answer brought nothing new. `hit` is the week of the last news, None before
    any.
    """

    asked: int
    clean: int = 0
    hit: int | None = None


def to_week_number(week: str) -> int:
    """Count ISO weeks ("2026-W48") in one row, over the ends of years."""
    return compute_monday(week).toordinal() // DAYS_OF_A_WEEK


def record_answer(history: QueryHistory | None, week: int, novelty: AnswerNovelty) -> QueryHistory:
    """Carry a history on by one whole answer. Asked twice in a week, it is clean once at most."""
    if history is None:
        return QueryHistory(asked=week)
    last = max(week, history.asked)
    if novelty is AnswerNovelty.NEWS:
        return QueryHistory(asked=last, hit=last)
    if week <= history.asked:
        return history
    return replace(history, asked=last, clean=history.clean + 1)


def get_default_interval(rank: int) -> int:
    """Return how many weeks apart a query is asked, if only its rank is known."""
    return DEFAULT_INTERVALS[min(rank, len(DEFAULT_INTERVALS) - 1)]


def compute_interval(history: QueryHistory | None, rank: int) -> int:
    """Return how many weeks apart a query is asked now."""
    if history is None:
        return get_default_interval(rank)
    begun = get_default_interval(rank) if history.hit is None else AFTER_NEWS[min(rank, 1)]
    return min(
        MAX_INTERVAL, begun << min(history.clean // CLEAN_TO_HALVE, MAX_INTERVAL.bit_length())
    )


def compute_offset(person_id: str, place: int) -> int:
    """Say by how many weeks a person's queries are put off: by a hash, so the bill is even."""
    drawn = int.from_bytes(sha256(person_id.encode()).digest()[:4])
    return (drawn + OFFSET_ORDER[place % len(OFFSET_ORDER)]) % MAX_INTERVAL


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationTurn:
    """Whose turn comes `every` so many weeks, put off by `offset`; `asked` None is never yet."""

    interval: int
    offset: int
    asked_week: int | None

    def is_due(self, week: int) -> bool:
        """Tell whether it is asked this week; a turn that was missed is made up for."""
        return self.asked_week is None or self.asked_week < self._compute_latest_week(week)

    def compute_next_week(self, week: int) -> int:
        """Return the first week, from this one on, in which it is asked."""
        return (
            week
            if self.is_due(week)
            else self._compute_latest_week(max(week, self.asked_week or 0)) + self.interval
        )

    def _compute_latest_week(self, week: int) -> int:
        return week - (week + self.offset) % self.interval


def compute_monday(week: str) -> date:
    """Return the day on which an ISO week ("2026-W48") begins."""
    year, number = week.split("-W")
    return date.fromisocalendar(int(year), int(number), 1)
