"""Which queries that cost something are asked this week, most valuable first, and the forecast.

What costs nothing is asked every week; its pace and its own budget are all it needs.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import IntEnum, StrEnum
from hashlib import sha256
from typing import Self

from monitor.domain.planning.budget import ApiCost, CostLimits, WeeklyBudget
from monitor.domain.planning.rotation import (
    AFTER_NEWS,
    MAX_INTERVAL,
    AnswerNovelty,
    QueryHistory,
    RotationTurn,
    compute_interval,
    compute_offset,
    record_answer,
)
from scrapers.models import Query

FULL_DEPTH = 2
FIRST_PAGE = 1
# The name with the school, and on the two groups of closed networks.
BEST_RANKS = 3


class SearchDepth(StrEnum):
    """ROTATING asks what is due, its first page alone; FULL asks everything, and further pages."""

    ROTATING = "rotating"
    FULL = "full"


class Need(IntEnum):
    """Whose query goes first, where a week has no room for all that are due.

    NEW is the best about someone that has never had an answer. The others of those come with what
    is CHANGED: what brought news when it was last asked.
    """

    NEW = 0
    OPEN_CASE = 1
    CHANGED = 2
    USUAL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryCandidate:
    """A query that costs `usd_per_1000`; `rank` is its place in its source's own order.

    `history` is None until it has had a whole answer. `is_urgent` says that its person has an open
    case: then it is asked as often as after news.
    """

    query: Query
    rank: int
    offset: int
    usd_per_1000: Decimal
    history: QueryHistory | None = None
    is_urgent: bool = False

    @property
    def interval(self) -> int:
        usual = compute_interval(self.history, self.rank)
        return min(usual, AFTER_NEWS[min(self.rank, 1)]) if self.is_urgent else usual

    @property
    def need(self) -> Need:
        if self.history is None and self.rank < BEST_RANKS:
            return Need.NEW
        if self.is_urgent:
            return Need.OPEN_CASE
        changed = self.history is None or self.history.hit == self.history.asked
        return Need.CHANGED if changed else Need.USUAL

    @property
    def turn(self) -> RotationTurn:
        asked = self.history.asked if self.history else None
        return RotationTurn(interval=self.interval, offset=self.offset, asked_week=asked)

    def count_pages(self, depth: SearchDepth) -> int:
        """Say how many pages are asked: more than one where nothing is known of it yet."""
        deep = depth is SearchDepth.FULL or (self.history is None and not self.rank)
        return min(self.query.pages or FULL_DEPTH, FULL_DEPTH if deep else FIRST_PAGE)

    def compute_max_cost(self, depth: SearchDepth) -> ApiCost:
        """Return the most that it can cost."""
        return ApiCost.from_requests(self.count_pages(depth), self.usd_per_1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuerySelection:
    """`asked` are chosen, `refused` are due but were over the budget, `resting` are not due.

    A query in none of these costs nothing, and is asked.
    """

    selected: Mapping[str, Query] = field(default_factory=dict)
    over_budget: Mapping[str, Query] = field(default_factory=dict)
    not_due: frozenset[str] = frozenset()

    def get_selected_query(self, query: Query) -> Query | None:
        """Return the query as it is to be asked, None where it is not asked this week."""
        if query.key in self.not_due or query.key in self.over_budget:
            return None
        return self.selected.get(query.key, query)


def rank_candidates(
    queries: Iterable[Query],
    prices: Mapping[str, Decimal],
    histories: Mapping[str, QueryHistory | None],
    *,
    is_urgent: bool = False,
) -> tuple[QueryCandidate, ...]:
    """Rank one person's queries to priced sources; each source yields its best first."""
    ranks: Counter[str] = Counter()
    ranked = []
    for query in queries:
        ranked.append((ranks[query.source], query.source, query))
        ranks[query.source] += 1
    ranked.sort(key=lambda entry: entry[:2])
    return tuple(
        QueryCandidate(
            query=query,
            rank=rank,
            offset=compute_offset(query.subject, place),
            usd_per_1000=prices[source],
            history=histories.get(query.key),
            is_urgent=is_urgent,
        )
        for place, (rank, source, query) in enumerate(ranked)
    )


def select_queries(
    candidates: Iterable[QueryCandidate], week: int, budget: WeeklyBudget, depth: SearchDepth
) -> QuerySelection:
    """Spend the purse on what is due, best first; the same candidates make the same choice."""
    asked: dict[str, Query] = {}
    refused: dict[str, Query] = {}
    resting: set[str] = set()
    due: list[QueryCandidate] = []
    for candidate in candidates:
        # Most rest in any week, so only those that are due are put in order.
        if depth is SearchDepth.ROTATING and not candidate.turn.is_due(week):
            resting.add(candidate.query.key)
        else:
            due.append(candidate)
    for candidate in sorted(due, key=lambda candidate: _build_value_key(candidate, week)):
        query = candidate.query
        if budget.try_spend(query.subject, candidate.compute_max_cost(depth), query.source):
            asked[query.key] = replace(query, pages=candidate.count_pages(depth))
        else:
            refused[query.key] = query
    return QuerySelection(selected=asked, over_budget=refused, not_due=frozenset(resting))


def _build_value_key(
    query_candidate: QueryCandidate, week: int
) -> tuple[Need, bool, int, int, str, str]:
    """Order by value: need, past its floor, best of its source, longest unasked."""
    asked = query_candidate.history.asked if query_candidate.history else 0
    late = week - asked > MAX_INTERVAL
    source, key = query_candidate.query.source, query_candidate.query.key
    return (query_candidate.need, not late, query_candidate.rank, asked, source, key)


# An assumption, for no one can know: twice a year something new turns up about a person.
NEWS_INTERVAL = 26
QUARTER = 13
# Whatever was found in the first weeks has come to rest by then.
SETTLED_WEEKS = range(52, 104)

PredictNovelty = Callable[[Query, int], AnswerNovelty]
"""Say what a query's answer brings in a week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostForecast:
    """Means of a week, in requests and dollars, if everyone joined now."""

    first_quarter: ApiCost
    settled: ApiCost


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRotation:
    """Candidates that go through week after week; `canaries` are asked in each.

    `allowances` are what each source with a quota has left for them in a week.
    """

    offered: tuple[QueryCandidate, ...]
    limits: CostLimits
    canaries: ApiCost = field(default_factory=ApiCost)
    allowances: Mapping[str, int] = field(default_factory=dict)

    def simulate_weeks(
        self, weeks: Iterable[int], predict: PredictNovelty
    ) -> Iterator[tuple[QuerySelection, ApiCost]]:
        """Yield what each week asks, and what it costs at most."""
        current = {candidate.query.key: candidate for candidate in self.offered}
        for week in weeks:
            purse = WeeklyBudget(self.limits, {"": self.canaries}, self.allowances)
            choice = select_queries(current.values(), week, purse, SearchDepth.ROTATING)
            for key, query in choice.selected.items():
                # A query about no person has no history: it is asked every week.
                if query.subject:
                    history = record_answer(current[key].history, week, predict(query, week))
                    current[key] = replace(current[key], history=history)
            yield choice, purse.total


def forecast_costs(rotation: QueryRotation, week: int) -> CostForecast:
    """Play two years from a week on in which no one was asked about yet."""
    new = tuple(replace(candidate, history=None) for candidate in rotation.offered)
    weeks = range(week, week + SETTLED_WEEKS.stop)
    brings = _AssumedNews({entry.query.subject for entry in new}, week)
    bills = [bill for _, bill in replace(rotation, offered=new).simulate_weeks(weeks, brings)]
    return CostForecast(
        first_quarter=_compute_mean_cost(bills[:QUARTER]),
        settled=_compute_mean_cost(bills[SETTLED_WEEKS.start : SETTLED_WEEKS.stop]),
    )


class _AssumedNews:
    """News about each person, every so many weeks, for the first query that is asked then."""

    __slots__ = ("_seen",)

    def __init__(self, people: Iterable[str], week: int) -> None:
        self._seen = dict.fromkeys(people, week)

    def __call__(self, query: Query, week: int) -> AnswerNovelty:
        seen, self._seen[query.subject] = self._seen[query.subject], week
        drawn = int.from_bytes(sha256(query.subject.encode()).digest()[4:8])
        latest = week - (week + drawn) % NEWS_INTERVAL
        return AnswerNovelty.NEWS if seen < latest else AnswerNovelty.NOTHING


def _compute_mean_cost(bills: list[ApiCost]) -> ApiCost:
    total = sum(bills, ApiCost())
    return ApiCost(
        requests=round(total.requests / len(bills)),
        usd=(total.usd / len(bills)).quantize(Decimal("0.01")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryOutlook:
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
    def from_free_query(cls, query: Query) -> Self:
        """Tell of a query that costs nothing: it is asked in every sweep."""
        return cls(source=query.source, terms=query.terms)

    @classmethod
    def from_candidate(cls, candidate: QueryCandidate, week: int) -> Self:
        """Tell of a query that costs something, as seen from a week's sweep."""
        return cls(
            source=candidate.query.source,
            terms=candidate.query.terms,
            every=candidate.interval,
            ahead=candidate.turn.compute_next_week(week) - week,
            pages=candidate.count_pages(SearchDepth.ROTATING),
            usd=candidate.compute_max_cost(SearchDepth.ROTATING).usd,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceBill:
    """What one source is asked in one sweep, and what that costs at most."""

    source: str
    queries: int
    requests: int
    usd: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepBill:
    """What one sweep of everyone costs at most, without a word of whom it is about.

    `most` is what may be spent in a week, None for any sum; `left_out` counts what that leaves out.
    """

    people: int
    sources: tuple[SourceBill, ...]
    canaries: ApiCost
    left_out: int
    most: Decimal | None
    forecast: CostForecast

    @property
    def usd(self) -> Decimal:
        return sum((source.usd for source in self.sources), self.canaries.usd)


def build_source_bills(
    queries: Iterable[Query], prices: Mapping[str, Decimal]
) -> tuple[SourceBill, ...]:
    """Sum up, by source, what was chosen."""
    pages: dict[str, list[int]] = {name: [] for name in sorted(prices)}
    for query in queries:
        pages[query.source].append(query.pages or FULL_DEPTH)
    return tuple(
        SourceBill(
            source=source,
            queries=len(page),
            requests=sum(page),
            usd=ApiCost.from_requests(sum(page), prices[source]).usd,
        )
        for source, page in pages.items()
    )
