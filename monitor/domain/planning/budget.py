"""What may be spent in a week: never more, whatever is asked for.

How often a question is asked: often where it brings something new, seldom where it does not.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
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


# In weeks, by the rank that a source gives a question; the last holds for all further ones.
EVERY = (1, 4, 4, 8)
FLOOR = 8
# So many answers on end without anything new halve the rate.
CLEAN_TO_HALVE = 4
# One person's questions, best first, are spread over the weeks of the floor as evenly as can be.
SPREAD = (0, 4, 2, 6, 1, 5, 3, 7)
DAYS_OF_A_WEEK = 7


class Brought(StrEnum):
    """What an answer brought that no question had shown before."""

    NEWS = "news"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """How a question has done since its first whole answer, which is no news but a baseline.

    `asked` is the week of the last whole answer, as `week_number` counts. `clean` counts the weeks
    on end whose answer brought nothing new. `hit` is the week of the last news, None before any.
    """

    asked: int
    clean: int = 0
    hit: int | None = None


def week_number(week: str) -> int:
    """Count ISO weeks ("2026-W48") in one row, over the ends of years."""
    return monday(week).toordinal() // DAYS_OF_A_WEEK


def after(history: History | None, week: int, brought: Brought) -> History:
    """Carry a history on by one whole answer. Asked twice in a week, it is clean once at most."""
    if history is None:
        return History(asked=week)
    last = max(week, history.asked)
    if brought is Brought.NEWS:
        return History(asked=last, hit=last)
    if week <= history.asked:
        return history
    return replace(history, asked=last, clean=history.clean + 1)


def usual(rank: int) -> int:
    """Return in how many weeks a question comes round of which nothing is known but its rank."""
    return EVERY[min(rank, len(EVERY) - 1)]


def every(history: History | None, rank: int) -> int:
    """Return in how many weeks a question comes round now."""
    if history is None:
        return usual(rank)
    begun = usual(rank) if history.hit is None else 1
    return min(FLOOR, begun << min(history.clean // CLEAN_TO_HALVE, FLOOR.bit_length()))


def offset(person: str, place: int) -> int:
    """Say by how many weeks a person's questions are put off: by a hash, so the bill is even."""
    drawn = int.from_bytes(sha256(person.encode()).digest()[:4])
    return (drawn + SPREAD[place % len(SPREAD)]) % FLOOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Whose turn comes `every` so many weeks, put off by `offset`; `asked` None is never yet."""

    every: int
    offset: int
    asked: int | None

    def due(self, week: int) -> bool:
        """Tell whether it is asked this week; a turn that was missed is made up for."""
        return self.asked is None or self.asked < self._latest(week)

    def next(self, week: int) -> int:
        """Return the first week, from this one on, in which it is asked."""
        return week if self.due(week) else self._latest(max(week, self.asked or 0)) + self.every

    def _latest(self, week: int) -> int:
        return week - (week + self.offset) % self.every


def monday(week: str) -> date:
    """Return the day on which an ISO week ("2026-W48") begins."""
    year, number = week.split("-W")
    return date.fromisocalendar(int(year), int(number), 1)
