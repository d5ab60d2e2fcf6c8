"""Which of the questions that cost something are asked this week: the most valuable ones first.

What costs nothing is asked every week; its pace and its own budget are all it needs.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from monitor.domain.planning.budget import Outlay, Purse
from monitor.domain.planning.rotation import FLOOR, History, Turn, every, offset
from scrapers.request import Query

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
