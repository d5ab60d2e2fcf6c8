"""What may be spent in a week: never more, whatever is asked for."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

PRICED_BY = 1000
# What is left of the district's week for who checks themselves, once the sweep has been planned.
FOR_SELFCHECKS = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlay:
    """Requests to sources that cost something, and what they cost in US dollars."""

    requests: int = 0
    usd: Decimal = Decimal(0)

    @classmethod
    def of(cls, requests: int, usd_per_1000: Decimal) -> Self:
        return cls(requests=requests, usd=requests * usd_per_1000 / PRICED_BY)

    def __add__(self, other: "Outlay") -> "Outlay":
        return Outlay(requests=self.requests + other.requests, usd=self.usd + other.usd)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """The most of an outlay in one week, from one sweep to the next; None sets no limit."""

    requests: int | None = None
    usd: Decimal | None = None

    def allows(self, outlay: Outlay) -> bool:
        if self.requests is not None and outlay.requests > self.requests:
            return False
        return self.usd is None or outlay.usd <= self.usd

    def without(self, share: Decimal) -> Self:
        """Return what is left when a share of it is laid by."""
        kept = 1 - share
        return type(self)(
            requests=None if self.requests is None else int(self.requests * kept),
            usd=None if self.usd is None else self.usd * kept,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one person's questions may cost in a week, and those of all of them."""

    person: Cap = Cap()
    district: Cap = Cap()

    def of_a_sweep(self) -> Self:
        """Return what a sweep may spend: the rest is for those who check themselves."""
        return type(self)(person=self.person, district=self.district.without(FOR_SELFCHECKS))


class Purse:
    """What was spent of a week, counted as it is spent. `spent` is by person; "" is of nobody."""

    __slots__ = ("_limits", "_spent", "total")

    def __init__(self, limits: Limits, spent: dict[str, Outlay]) -> None:
        self._limits = limits
        self._spent = dict(spent)
        self.total = sum(spent.values(), Outlay())

    def pays(self, person: str, outlay: Outlay) -> bool:
        """Pay, or change nothing where it would be more than either limit allows."""
        theirs, total = self._spent.get(person, Outlay()) + outlay, self.total + outlay
        if not (self._limits.person.allows(theirs) and self._limits.district.allows(total)):
            return False
        self._spent[person], self.total = theirs, total
        return True
