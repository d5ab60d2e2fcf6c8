"""What searching for 400 people costs by the default plan, and what it misses.

`python -m tests.bench.planning` prints dollars a week on Brave, pages and news, in the first
quarter and settled, canaries included; and how much of what is found by asking everything every
week, two pages deep, the plan finds within four weeks. The people and what an engine lists about
them are invented (`tests/bench/search_traces.py`); all join in one week, the dearest way there is.
"""

import argparse
import json
import sys
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from statistics import fmean

from monitor.config.sections import PlanningConfig
from monitor.domain.planning.budget import ApiCost
from monitor.domain.planning.consented_queries import build_person_queries
from monitor.domain.planning.rotation import AnswerNovelty
from monitor.domain.planning.selection import (
    FULL_DEPTH,
    QUARTER,
    SETTLED_WEEKS,
    QueryCandidate,
    QueryRotation,
    rank_candidates,
)
from monitor.services.query_planning import build_spending_limits, list_source_prices
from scrapers.models import District, Query
from scrapers.search.brave import BRAVE, BRAVE_NEWS
from tests.bench.search_traces import SINCE, Somebody, Trace, shown_of_all, staff

SEED = 20261124
PEOPLE = 400
WITHIN = 4
SOURCES = (BRAVE, BRAVE_NEWS)
PRICES = list_source_prices(SOURCES)
DISTRICT = District(name="Harbour Lane Public Schools", domains=("harbourlane.example",))
CANARIES = sum(
    (
        ApiCost.from_requests(len(list(source.build_canaries("nonce"))), PRICES[source.name])
        for source in SOURCES
    ),
    ApiCost(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Dollars are means of a week; `dearest` is the dearest week. Shares are of the full plan's."""

    first_quarter: float
    settled: float
    dearest: float
    found: float
    found_when_settled: float
    closed_in_a_week: float
    closed: float
    closed_when_settled: float

    def told(self) -> str:
        return (
            f"dollars a week: {self.first_quarter:.2f} in the first quarter, {self.settled:.2f} "
            f"settled, {self.dearest:.2f} in the dearest week\n"
            f"found within {WITHIN} weeks, of what the full plan finds: {self.found:.1%} "
            f"after joining, {self.found_when_settled:.1%} of what appears once settled\n"
            f"accounts on closed networks, of those there at joining: {self.closed_in_a_week:.1%} "
            f"found in a week, {self.closed:.1%} within {WITHIN}; of those that appear once "
            f"settled: {self.closed_when_settled:.1%} within {WITHIN}\n"
        )


@dataclass
class Engine:
    """Answers queries, and remembers in which week each page about each person was found."""

    people: dict[str, Somebody]
    found: dict[str, dict[Trace, int]] = field(default_factory=lambda: defaultdict(dict))

    def brings(self, query: Query, week: int) -> AnswerNovelty:
        if not query.subject:
            return self._brings_of_all(query, week)
        known = self.found[query.subject]
        shown = self.people[query.subject].shown(query, week, query.pages or FULL_DEPTH)
        fresh = [entry for entry in shown if entry not in known]
        known.update(dict.fromkeys(fresh, week))
        return AnswerNovelty.NEWS if fresh else AnswerNovelty.NOTHING

    def _brings_of_all(self, query: Query, week: int) -> AnswerNovelty:
        traces = [trace for somebody in self.people.values() for trace in somebody.traces]
        for trace in shown_of_all(traces, query, week, query.pages or FULL_DEPTH):
            self.found[trace.owner].setdefault(trace, week)
        return AnswerNovelty.NOTHING

    def share_of_closed(self, appeared: range, weeks: int = WITHIN) -> float:
        """Return how much of what was planted then on closed networks was found in time."""
        planted = {
            trace
            for somebody in self.people.values()
            for trace in somebody.traces
            if trace.site and max(trace.since, 0) in appeared
        }
        return len(planted & self.within(appeared, weeks)) / len(planted)

    def within(self, appeared: range, weeks: int) -> set[Trace]:
        """Return the pages that appeared then and were found so many weeks later at most."""
        return {
            trace
            for found in self.found.values()
            for trace, week in found.items()
            if trace.theirs and max(trace.since, 0) in appeared
            if week - max(trace.since, 0) < weeks
        }


def measured(people: int, usd: float = PlanningConfig().weekly_usd_district) -> Figures:
    """Measure a district of so many, at so many dollars a week for each `PEOPLE`."""
    limits = PlanningConfig(weekly_usd_district=usd * people / PEOPLE)
    everybody = {member.person.id: member for member in staff(people, SEED)}
    offered = tuple(query for somebody in everybody.values() for query in queries(somebody))
    ours, whole = Engine(everybody), Engine(everybody)
    rotation = QueryRotation(
        offered=(*of_all(), *offered),
        limits=build_spending_limits(limits).to_sweep_limits(),
        canaries=CANARIES,
    )
    bills = [
        float(bill.usd)
        for _, bill in rotation.simulate_weeks(range(SETTLED_WEEKS.stop), ours.brings)
    ]
    joined, later = range(WITHIN), range(SETTLED_WEEKS.start, SETTLED_WEEKS.start + QUARTER)
    for week in (*joined, *range(later.start, later.stop + WITHIN)):
        for person in offered:
            whole.brings(person.query, week)
    return Figures(
        first_quarter=fmean(bills[:QUARTER]),
        settled=fmean(bills[SETTLED_WEEKS.start :]),
        dearest=max(bills),
        found=share(known_by(ours, joined), known_by(whole, joined)),
        found_when_settled=share(ours.within(later, WITHIN), whole.within(later, WITHIN)),
        closed_in_a_week=ours.share_of_closed(range(1), 1),
        closed=ours.share_of_closed(range(1)),
        closed_when_settled=ours.share_of_closed(later),
    )


def of_all() -> tuple[QueryCandidate, ...]:
    """Return what is asked once for everybody: it costs, and is not counted on to find anything."""
    return rank_candidates(BRAVE.build_district_queries(DISTRICT), PRICES, {})


def queries(somebody: Somebody) -> tuple[QueryCandidate, ...]:
    planned = build_person_queries(somebody.person, somebody.consent, SOURCES, SINCE)
    return rank_candidates(planned, PRICES, {})


def known_by(engine: Engine, weeks: range) -> set[Trace]:
    """Return the pages about people that had been found when these weeks were over."""
    return {
        trace
        for found in engine.found.values()
        for trace, week in found.items()
        if trace.theirs and week in weeks
    }


def share(ours: set[Trace], whole: set[Trace]) -> float:
    return len(ours & whole) / len(whole)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=PEOPLE)
    options.add_argument("--usd", type=float, default=PlanningConfig().weekly_usd_district)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    figures = measured(chosen.people, chosen.usd)
    sys.stdout.write(json.dumps(asdict(figures)) if chosen.json else figures.told())


if __name__ == "__main__":
    main()
