"""Queries, histories and purses drawn by lot."""

from decimal import Decimal

from hypothesis import strategies as st

from monitor.domain.planning.budget import CostCap, CostLimits
from monitor.domain.planning.rotation import QueryHistory
from monitor.domain.planning.selection import rank_candidates
from scrapers.models import Query, QueryKind, Request

WEEK = 105_600
PRICES = {"dear": Decimal(12), "cheap": Decimal(1)}
PEOPLE = ("beth", "rosa", "omar")


def query(person, source, number):
    return Query(
        source=source,
        kind=QueryKind.SEARCH,
        terms=(f"{person} {number}", ""),
        request=Request(url="https://engine.example/"),
        subject=person,
    )


def queries(person, most=4):
    return [query(person, source, number) for source in PRICES for number in range(most)]


histories = st.none() | st.builds(
    QueryHistory,
    asked=st.integers(WEEK - 20, WEEK),
    clean=st.integers(0, 40),
    hit=st.none() | st.integers(WEEK - 60, WEEK - 20),
)
caps = st.builds(
    CostCap,
    requests=st.none() | st.integers(0, 20),
    usd=st.none() | st.decimals(0, 1, places=3),
)
limits = st.builds(CostLimits, person=caps, district=caps)


@st.composite
def districts(draw):
    """Draw what three people's queries have been through."""
    return tuple(
        candidate
        for person in PEOPLE
        for candidate in rank_candidates(
            queries(person),
            PRICES,
            {query.key: draw(histories) for query in queries(person)},
        )
    )
