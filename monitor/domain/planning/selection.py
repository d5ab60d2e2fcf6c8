"""Which questions that cost something are asked this week, most valuable first, and the forecast.

What costs nothing is asked every week; its pace and its own budget are all it needs.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Self

from monitor.domain.planning.budget import (
    FLOOR,
    Brought,
    History,
    Limits,
    Outlay,
    Purse,
    Turn,
    after,
    every,
    offset,
)
from scrapers.models import Query

FULL_DEPTH = 2
FIRST_PAGE = 1


class Depth(StrEnum):
    """ROTATING asks what is due, its first page alone; FULL asks everything, and further pages."""

    ROTATING = "rotating"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A question that costs `usd_per_1000`; `rank` is its place in its source's own order.

    `history` is None until it has had a whole answer.
    """

    query: Query
    rank: int
    offset: int
    usd_per_1000: Decimal
    history: History | None = None

    @property
    def every(self) -> int:
        return every(self.history, self.rank)

    @property
    def turn(self) -> Turn:
        asked = self.history.asked if self.history else None
        return Turn(every=self.every, offset=self.offset, asked=asked)

    def pages(self, depth: Depth) -> int:
        """Say how many pages are asked: more than one where nothing is known of it yet."""
        deep = depth is Depth.FULL or self.history is None
        return FULL_DEPTH if deep else FIRST_PAGE

    def outlay(self, depth: Depth) -> Outlay:
        """Return the most that it can cost."""
        return Outlay.of(self.pages(depth), self.usd_per_1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`asked` are chosen, `refused` are due but were over the budget, `resting` are not due.

    A question in none of these costs nothing, and is asked.
    """

    asked: Mapping[str, Query] = field(default_factory=dict)
    refused: Mapping[str, Query] = field(default_factory=dict)
    resting: frozenset[str] = frozenset()

    def of(self, query: Query) -> Query | None:
        """Return the question as it is to be asked, None where it is not asked this week."""
        if query.key in self.resting or query.key in self.refused:
            return None
        return self.asked.get(query.key, query)


def candidates(
    queries: Iterable[Query], prices: Mapping[str, Decimal], histories: Mapping[str, History | None]
) -> tuple[Candidate, ...]:
    """Rank one person's questions to priced sources; each source yields its best first."""
    ranks: Counter[str] = Counter()
    ranked = []
    for query in queries:
        ranked.append((ranks[query.source], query.source, query))
        ranks[query.source] += 1
    ranked.sort(key=lambda each: each[:2])
    return tuple(
        Candidate(
            query=query,
            rank=rank,
            offset=offset(query.subject, place),
            usd_per_1000=prices[source],
            history=histories.get(query.key),
        )
        for place, (rank, source, query) in enumerate(ranked)
    )


def choose(offered: Iterable[Candidate], week: int, purse: Purse, depth: Depth) -> Choice:
    """Spend the purse on what is due, best first; the same candidates make the same choice."""
    asked: dict[str, Query] = {}
    refused: dict[str, Query] = {}
    resting: set[str] = set()
    for each in sorted(offered, key=lambda each: _worth(each, week)):
        query = each.query
        if depth is Depth.ROTATING and not each.turn.due(week):
            resting.add(query.key)
        elif purse.pays(query.subject, each.outlay(depth)):
            asked[query.key] = replace(query, pages=each.pages(depth))
        else:
            refused[query.key] = query
    return Choice(asked=asked, refused=refused, resting=frozenset(resting))


def _worth(each: Candidate, week: int) -> tuple[bool, bool, int, int, str, str]:
    """Order by value: never answered, past its floor, best of its source, longest unasked."""
    asked = each.history.asked if each.history else 0
    late = week - asked > FLOOR
    source, key = each.query.source, each.query.key
    return (each.history is not None, not late, each.rank, asked, source, key)


# An assumption, for nobody can know: twice a year something new turns up about a person.
NEWS_EVERY = 26
QUARTER = 13
# Whatever was found in the first weeks has come to rest by then.
SETTLED = range(52, 104)

Brings = Callable[[Query, int], Brought]
"""Say what a question's answer brings in a week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Means of a week, in requests and dollars, if everybody joined now."""

    first_quarter: Outlay
    settled: Outlay


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Candidates that go through week after week; `canaries` are asked in each."""

    offered: tuple[Candidate, ...]
    limits: Limits
    canaries: Outlay = field(default_factory=Outlay)

    def played(self, weeks: Iterable[int], brings: Brings) -> Iterator[tuple[Choice, Outlay]]:
        """Yield what each week asks, and what it costs at most."""
        histories = {each.query.key: each.history for each in self.offered}
        for week in weeks:
            purse = Purse(self.limits, {"": self.canaries})
            now = (replace(each, history=histories[each.query.key]) for each in self.offered)
            choice = choose(now, week, purse, Depth.ROTATING)
            for key, query in choice.asked.items():
                # Of what is about nobody no history is kept: it is asked every week.
                if query.subject:
                    histories[key] = after(histories[key], week, brings(query, week))
            yield choice, purse.total


def forecast(rotation: Rotation, week: int) -> Forecast:
    """Play two years from a week on in which nobody was asked about yet."""
    new = tuple(replace(each, history=None) for each in rotation.offered)
    weeks = range(week, week + SETTLED.stop)
    brings = _Assumed({each.query.subject for each in new}, week)
    bills = [bill for _, bill in replace(rotation, offered=new).played(weeks, brings)]
    return Forecast(
        first_quarter=_mean(bills[:QUARTER]), settled=_mean(bills[SETTLED.start : SETTLED.stop])
    )


class _Assumed:
    """News about each person, every so many weeks, for the first question that is asked then."""

    __slots__ = ("_seen",)

    def __init__(self, people: Iterable[str], week: int) -> None:
        self._seen = dict.fromkeys(people, week)

    def __call__(self, query: Query, week: int) -> Brought:
        seen, self._seen[query.subject] = self._seen[query.subject], week
        drawn = int.from_bytes(sha256(query.subject.encode()).digest()[4:8])
        latest = week - (week + drawn) % NEWS_EVERY
        return Brought.NEWS if seen < latest else Brought.NOTHING


def _mean(bills: list[Outlay]) -> Outlay:
    total = sum(bills, Outlay())
    return Outlay(
        requests=round(total.requests / len(bills)),
        usd=(total.usd / len(bills)).quantize(Decimal("0.01")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """`every` is in weeks, and `ahead` how many weeks from the next sweep its turn comes.

    `pages` are asked at most, None for as many as there are; `usd` is the most it costs then.
    """

    source: str
    terms: tuple[str, ...]
    every: int = 1
    ahead: int = 0
    pages: int | None = None
    usd: Decimal = Decimal(0)

    @classmethod
    def free(cls, query: Query) -> Self:
        """Tell of a question that costs nothing: it is asked in every sweep."""
        return cls(source=query.source, terms=query.terms)

    @classmethod
    def of(cls, candidate: Candidate, week: int) -> Self:
        """Tell of a question that costs something, as seen from a week's sweep."""
        return cls(
            source=candidate.query.source,
            terms=candidate.query.terms,
            every=candidate.every,
            ahead=candidate.turn.next(week) - week,
            pages=candidate.pages(Depth.ROTATING),
            usd=candidate.outlay(Depth.ROTATING).usd,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceBill:
    """What one source is asked in one sweep, and what that costs at most."""

    source: str
    questions: int
    requests: int
    usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What one sweep of everybody costs at most, without a word of whom it is about.

    `most` is what may be spent in a week, None for any sum; `left_out` counts what that leaves out.
    """

    people: int
    sources: tuple[SourceBill, ...]
    canaries: Outlay
    left_out: int
    most: Decimal | None
    forecast: Forecast

    @property
    def usd(self) -> Decimal:
        return sum((each.usd for each in self.sources), self.canaries.usd)


def billed(queries: Iterable[Query], prices: Mapping[str, Decimal]) -> tuple[SourceBill, ...]:
    """Sum up, by source, what was chosen."""
    pages: dict[str, list[int]] = {name: [] for name in sorted(prices)}
    for query in queries:
        pages[query.source].append(query.pages or FULL_DEPTH)
    return tuple(
        SourceBill(
            source=source,
            questions=len(each),
            requests=sum(each),
            usd=Outlay.of(sum(each), prices[source]).usd,
        )
        for source, each in pages.items()
    )
