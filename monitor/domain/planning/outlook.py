"""When a question is asked next, and what that may cost: what can be told of it beforehand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from monitor.domain.planning.budget import Outlay
from monitor.domain.planning.choice import FULL_DEPTH, Candidate, Depth
from monitor.domain.planning.forecast import Forecast
from scrapers.request import Query


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
