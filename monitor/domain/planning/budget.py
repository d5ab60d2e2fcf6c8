"""What may be spent in a week: never more, whatever is asked for.

How often a query is asked: often where it brings something new, seldom where it does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
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
