"""How many queries a week Brave's free credit pays for, computed from the plan itself.

`namesake init` says it of the district that it sets up, and docs/sources.md of three.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache

from monitor.domain.consent_text import suppose_consent
from monitor.domain.person import Person, PersonName
from monitor.domain.planning.budget import SELF_CHECK_SHARE
from monitor.domain.planning.consented_queries import build_person_queries
from monitor.domain.planning.rotation import MAX_INTERVAL
from monitor.domain.planning.selection import QueryCandidate, rank_candidates
from monitor.domain.vocabulary import Scope
from monitor.services.lookalike_checks import MOST_NAMES_A_WEEK, group_names
from scrapers.models import District, Identity, QueryKind
from scrapers.search.brave import BRAVE

# Five dollars of credit a month, at five dollars for 1,000: 12,000 in a year of 52 weeks.
FREE_A_WEEK = 230
FREE_USD_A_MONTH = 5
WEEKS_A_MONTH = Decimal(52) / 12
WHEN = datetime(2026, 9, 1, tzinfo=UTC)
PRICE = BRAVE.info.usd_per_1000 or Decimal()
DISTRICT = District(
    name="Harbour Lane Public Schools",
    domains=("harbourlane.example",),
    schools=("Elm Street School", "Pier Road School", "Harbour Lane High School"),
)
CANARIES = len(list(BRAVE.build_canaries("nonce")))
PLAIN = Person(
    id="staff",
    name=PersonName(given="Nora", family="Quill"),
    mail="nquill@harbourlane.example",
    organization=DISTRICT.name,
    zone="America/New_York",
    school="Elm Street School",
    places=("Wexford Bay",),
)
NAMED = replace(
    PLAIN, name=replace(PLAIN.name, nicknames=("Norie", "Nonie"), former_families=("Lark",))
)
# Somebody of whom everything is known that may be asked for, and who agreed to all of it.
FULL = replace(NAMED, handles=("noraquill", "nquill77", "missquill"))
SEARCHED, EVERYTHING = frozenset({Scope.SEARCH}), frozenset({Scope.SEARCH, Scope.PEOPLE_SEARCH})


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekEstimate:
    """`due` are the questions of a settled week, `free` those that the free credit pays for.

    `usd_a_month` is what all of them cost, beyond the credit, in whole dollars.
    """

    due: int
    free: int
    usd_a_month: int


def list_candidates(
    person: Person, scopes: frozenset[Scope], *, is_urgent: bool = False
) -> tuple[QueryCandidate, ...]:
    consent = suppose_consent(person.id, scopes, WHEN, timedelta(days=365))
    queries = build_person_queries(person, consent, (BRAVE,), WHEN)
    return rank_candidates(queries, {BRAVE.name: PRICE}, {}, is_urgent=is_urgent)


def list_district_candidates() -> tuple[QueryCandidate, ...]:
    return rank_candidates(BRAVE.build_district_queries(DISTRICT), {BRAVE.name: PRICE}, {})


def count_watch_questions() -> int:
    """Count what the district's own names cost in a week, if it watches them."""
    names = [f"Harbour Lane School {number}" for number in range(MOST_NAMES_A_WEEK)]
    asked = (
        query
        for group in group_names(names)
        for query in BRAVE.build_queries(Identity(person_id="district", names=group))
    )
    return sum(query.kind is QueryKind.SEARCH for query in asked)


@cache
def estimate_week(people: int) -> WeekEstimate:
    """Estimate a week in which nothing is new, so that each question waits as long as it may."""
    fixed = CANARIES + len(list_district_candidates()) + count_watch_questions()
    due = fixed + round(people * len(list_candidates(FULL, EVERYTHING)) / MAX_INTERVAL)
    free = int(FREE_A_WEEK * (1 - SELF_CHECK_SHARE))
    bill = due * WEEKS_A_MONTH * PRICE / 1000
    return WeekEstimate(
        due=due, free=min(due, free), usd_a_month=max(round(bill) - FREE_USD_A_MONTH, 0)
    )
