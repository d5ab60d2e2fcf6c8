"""Which queries are asked about whom this week, by their results so far and their cost.

Queries about the whole district: asked once, and each person gets what names them.

What an answer says about a person needs that person's consent; the rest is dropped.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain

from monitor.app import App
from monitor.config.sections import PlanningConfig
from monitor.db.sources import WeeklyApiCost
from monitor.domain.errors import DatabaseError, InputError
from monitor.domain.finding import Finding
from monitor.domain.person import Person
from monitor.domain.planning.budget import (
    SELF_CHECK_SHARE,
    ApiCost,
    CostCap,
    CostLimits,
    WeeklyBudget,
)
from monitor.domain.planning.consented_queries import (
    StudentLinkSwitch,
    build_account_queries,
    build_identity,
    build_page_queries,
    build_person_queries,
)
from monitor.domain.planning.rotation import to_week_number
from monitor.domain.planning.selection import (
    QueryCandidate,
    QueryOutlook,
    QueryRotation,
    QuerySelection,
    SearchDepth,
    SweepBill,
    build_source_bills,
    forecast_costs,
    rank_candidates,
    select_queries,
)
from monitor.domain.vocabulary import Scope
from monitor.services.crawl_redaction import CONTACT_QUERY_KINDS
from monitor.services.evidence_pages import UNSETTLED_STATES
from monitor.services.own_accounts import (
    extract_handle_key,
    include_confirmed_accounts,
    include_requested_accounts,
    list_impersonator_keys,
    list_removal_pages,
    list_trusted_accounts,
)
from scrapers.models import CrawlResult, District, Identity, Outcome, Query
from scrapers.parsers.text import split_words
from scrapers.source import DistrictSource, Source, SourceFamily


def get_student_link_switch(app: App) -> StudentLinkSwitch:
    """Tell whether contacts are compared with a student list in this district."""
    return StudentLinkSwitch.ON if app.matcher.is_enabled else StudentLinkSwitch.OFF


def build_crawl_district(app: App) -> District:
    official = app.config.official
    return District(
        name=app.config.district.name,
        domains=app.config.district.domains,
        schools=official.schools if official is not None else (),
    )


def list_district_queries(app: App) -> Iterator[Query]:
    """Yield the queries about the district, while someone is enrolled who benefits."""
    if any(True for _ in _list_searched_people(app)):
        yield from build_district_queries(app)


def build_district_queries(app: App) -> Iterator[Query]:
    """Yield the same for everyone."""
    for source in app.sources.values():
        if source.family is SourceFamily.SEARCH and isinstance(source, DistrictSource):
            yield from source.build_district_queries(build_crawl_district(app))


def split_district_visit(app: App, visit: CrawlResult) -> Iterator[CrawlResult]:
    """Yield each person's part of an answer, and last the answer without any of them."""
    source = app.sources[visit.query.source]
    if isinstance(source, DistrictSource):
        named = next(iter(visit.query.terms), "")
        # "Ms Doe" of another school is somebody else.
        readers = (
            reader if _is_at_school(reader, named) else replace(reader, phrases=())
            for reader in _list_searched_people(app)
        )
        for reader, result in source.split_result_by_person(visit.result, readers):
            yield replace(
                visit, query=replace(visit.query, subject=reader.person_id), result=result
            )
    bare = replace(visit.result, traces=(), follow=(), kept=None)
    yield replace(visit, result=bare)


def _is_at_school(reader: Identity, named: str) -> bool:
    """Tell whether a name is that of the person's school, or its initials."""
    school, words = split_words(reader.school), split_words(named)
    return bool(school) and words in (school, ["".join(word[0] for word in school)])


def _list_searched_people(app: App) -> Iterator[Identity]:
    """Yield those who agreed to be searched for, as of this moment."""
    now = app.clock.now()
    for person_id in tuple(app.db.consents.list_consenting_person_ids(now)):
        try:
            person = app.db.people.load_person(person_id)
        except (InputError, DatabaseError):
            if app.db.consents.find_latest_consent(person_id) is None:
                continue  # erased since they were listed, and their key with them
            raise
        consent = app.db.consents.find_latest_consent(person_id)
        if consent is not None and consent.covers_scope(Scope.SEARCH, now):
            yield build_identity(person, consent, now)


OVER_BUDGET = "search-budget"
# Refusals and missing answers cost nothing.
BILLED_OUTCOMES = frozenset(
    {Outcome.FOUND, Outcome.ABSENT, Outcome.UNCHANGED, Outcome.PARTIAL, Outcome.UNREADABLE}
)


def build_spending_limits(config: PlanningConfig) -> CostLimits:
    """Return what a district has decided to spend."""
    return CostLimits(
        person=CostCap(
            requests=config.weekly_requests_person, usd=_to_dollars(config.weekly_usd_person)
        ),
        district=CostCap(
            requests=config.weekly_requests_district, usd=_to_dollars(config.weekly_usd_district)
        ),
    )


def _to_dollars(amount: float) -> Decimal:
    # As it is written: 0.25, and not the nearest fraction of two.
    return Decimal(str(amount))


def list_source_prices(sources: Iterable[Source]) -> Mapping[str, Decimal]:
    """Return what those sources declare that are not free."""
    priced = ((source.name, source.info.usd_per_1000) for source in sources)
    return {name: price for name, price in priced if price}


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepTargets:
    """Whom a run may ask about, and `district_queries`: the queries asked once for everyone."""

    person_ids: Collection[str]
    district_queries: tuple[Query, ...] = ()


def plan_person_queries(app: App, person_id: str) -> Iterator[Query]:
    """Yield every first query about a person, by their consent of this moment."""
    yield from _build_person_queries(app, person_id, app.sources.values())


def list_person_query_keys(app: App, person: Person) -> frozenset[str]:
    """Return the keys of all first queries for a person, due or not."""
    consent = app.db.consents.find_latest_consent(person.id)
    if consent is None:
        return frozenset()
    awake = replace(consent, paused_until=None)
    own = build_person_queries(
        person, awake, app.sources.values(), app.clock.now(), get_student_link_switch(app)
    )
    keys = {query.key for query in own}
    if awake.covers_scope(Scope.SEARCH, app.clock.now()):
        shared = build_district_queries(app)
        keys |= {replace(query, subject=person.id).key for query in shared}
    return frozenset(keys)


def choose_paid_queries(
    app: App, week: str, targets: SweepTargets, depth: SearchDepth, answered: Collection[str] = ()
) -> QuerySelection:
    """Choose among the queries that cost something and were not `answered` in this run."""
    limits = build_spending_limits(app.config.planning)
    if depth is not SearchDepth.FULL:
        limits = limits.to_sweep_limits()
    spent = sum_spending_by_person(app, week)
    spent[""] = spent.get("", ApiCost()) + estimate_canary_cost(app)
    budget = WeeklyBudget(limits, spent, _list_allowances(app, week, depth))
    offered = (
        candidate
        for candidate in _list_run_candidates(app, targets)
        if candidate.query.key not in answered
    )
    return select_queries(offered, to_week_number(week), budget, depth)


def _list_allowances(app: App, week: str, depth: SearchDepth) -> Mapping[str, int]:
    """Return the requests left this week of each priced source that has a quota of its own.

    As of the money, a part is kept for those who check themselves.
    """
    asked: Counter[str] = Counter()
    for paid in app.db.api_costs.list_api_costs_of_week(week):
        asked[paid.source] += paid.requests
    return {
        name: (weekly if depth is SearchDepth.FULL else int(weekly * (1 - SELF_CHECK_SHARE)))
        - asked[name]
        - app.crawler.count_unproven_canaries(app.sources[name])
        for name in list_source_prices(app.sources.values())
        if (weekly := app.sources[name].crawl_policy.quota.weekly) is not None
    }


def _list_run_candidates(app: App, targets: SweepTargets) -> Iterator[QueryCandidate]:
    prices = list_source_prices(app.sources.values())
    priced = (query for query in targets.district_queries if query.source in prices)
    yield from rank_candidates(priced, prices, {})
    for person_id in targets.person_ids:
        yield from list_paid_candidates(app, person_id)


def list_paid_candidates(app: App, person_id: str) -> tuple[QueryCandidate, ...]:
    """Return the queries about a person that cost something, and how they have done."""
    prices = list_source_prices(app.sources.values())
    priced = [app.sources[name] for name in prices]
    queries = tuple(_build_person_queries(app, person_id, priced)) if priced else ()
    if not queries:
        return ()
    try:
        asked = app.db.queries.list_queries_of_sources(person_id, prices)
    except DatabaseError:
        if app.db.consents.find_latest_consent(person_id) is None:
            return ()  # erased since they were planned, and their key with them
        raise
    return rank_candidates(
        queries,
        prices,
        {query.key: query.history for query in asked},
        is_urgent=any(
            case.state in UNSETTLED_STATES for case in app.db.cases.list_cases_of_person(person_id)
        ),
    )


def build_query_outlook(app: App, person_id: str, week: str) -> tuple[QueryOutlook, ...]:
    """Show when each query about a person is asked, as seen from a week's sweep."""
    candidates = {
        candidate.query.key: candidate for candidate in list_paid_candidates(app, person_id)
    }
    outlooks = (
        QueryOutlook.from_candidate(candidates[query.key], to_week_number(week))
        if query.key in candidates
        else QueryOutlook.from_free_query(query)
        for query in plan_person_queries(app, person_id)
    )
    return tuple(
        sorted(outlooks, key=lambda outlook: (outlook.ahead, outlook.source, outlook.every))
    )


def build_weekly_bill(app: App, week: str) -> SweepBill:
    """Show what a week's sweep will ask of the sources that cost money."""
    people = app.db.consents.list_queryable_person_ids(app.clock.now())
    run = SweepTargets(person_ids=people, district_queries=tuple(list_district_queries(app)))
    choice = choose_paid_queries(app, week, run, SearchDepth.ROTATING)
    limits, canaries = build_spending_limits(app.config.planning), estimate_canary_cost(app)
    rotation = QueryRotation(
        offered=tuple(_list_run_candidates(app, run)),
        limits=limits.to_sweep_limits(),
        canaries=canaries,
        allowances=_list_allowances(app, week, SearchDepth.ROTATING),
    )
    return SweepBill(
        people=len(people),
        sources=build_source_bills(
            choice.selected.values(), list_source_prices(app.sources.values())
        ),
        canaries=canaries,
        left_out=len(choice.over_budget),
        most=limits.district.usd,
        forecast=forecast_costs(rotation, to_week_number(week)),
    )


def sum_spending_by_person(app: App, week: str) -> dict[str, ApiCost]:
    """Return what was spent this week, by person; "" for queries about no person."""
    prices, spent = list_source_prices(app.sources.values()), dict[str, ApiCost]()
    for paid in app.db.api_costs.list_api_costs_of_week(week):
        cost = ApiCost.from_requests(paid.requests, prices.get(paid.source, Decimal(0)))
        spent[paid.person_id] = spent.get(paid.person_id, ApiCost()) + cost
    return spent


def record_visit_cost(app: App, week: str, visit: CrawlResult) -> None:
    """Count the cost of a visit: all its pages, since it does not say how many there were.

    A self-test that another district has paid for costs nothing here.
    """
    if visit.shared:
        return
    query = visit.query
    source = app.sources.get(query.source)
    if source and source.info.usd_per_1000 and visit.result.outcome in BILLED_OUTCOMES:
        app.db.api_costs.insert_api_cost(
            WeeklyApiCost(
                week=week, person_id=query.subject, source=query.source, requests=query.pages or 1
            )
        )


def estimate_canary_cost(app: App) -> ApiCost:
    """Return what a sweep spends on queries whose answer we know, and no other district asked."""
    costs = (
        ApiCost.from_requests(app.crawler.count_unproven_canaries(app.sources[name]), price)
        for name, price in list_source_prices(app.sources.values()).items()
    )
    return sum(costs, ApiCost())


def _build_person_queries(app: App, person_id: str, sources: Collection[Source]) -> Iterator[Query]:
    app.beat()
    try:
        person = include_confirmed_accounts(app.db, app.db.people.load_person(person_id))
        allowed = _list_allowed_contact_keys(app, person)
        person = include_requested_accounts(app.db, person)
    except InputError:
        # A sweep takes hours: who left after it began may be erased before their turn.
        return
    except DatabaseError:
        if app.db.consents.find_latest_consent(person_id) is None:
            return  # and their key with them
        raise
    consent = app.db.consents.find_latest_consent(person_id)
    asked: set[str] = set()
    for query in build_person_queries(
        person, consent, sources, app.clock.now(), get_student_link_switch(app)
    ):
        asked.add(query.key)
        if query.kind not in CONTACT_QUERY_KINDS or query.key in allowed:
            yield query
    watched = list_impersonator_keys(app.db, person_id)
    pages, now = list_removal_pages(app.db, person_id), app.clock.now()
    for query in chain(
        build_account_queries(watched, consent, sources, now),
        build_page_queries(pages, consent, sources, now),
    ):
        if query.key not in asked:
            yield query


def _list_allowed_contact_keys(app: App, person: Person) -> frozenset[str]:
    """Return the queries for contacts: of accounts proven, or showing the exact name."""
    if get_student_link_switch(app) is StudentLinkSwitch.OFF:
        return frozenset()
    trusted = replace(person, accounts=tuple(list_trusted_accounts(app.db, person)))
    consent = app.db.consents.find_latest_consent(person.id)
    lists = build_person_queries(
        trusted, consent, app.sources.values(), app.clock.now(), get_student_link_switch(app)
    )
    return frozenset(query.key for query in lists if query.kind in CONTACT_QUERY_KINDS)


def list_recheck_keys(app: App, finding: Finding) -> frozenset[str]:
    """Return the queries that ask for the account, or the page, at its own address."""
    consent = app.db.consents.find_latest_consent(finding.person_id)
    sources, now = tuple(app.sources.values()), app.clock.now()
    account = extract_handle_key(finding.portrait)
    pages = () if account else (finding.portrait.url,)
    asked = chain(
        build_account_queries((account,), consent, sources, now),
        build_page_queries(pages, consent, sources, now),
    )
    return frozenset(query.key for query in asked)
