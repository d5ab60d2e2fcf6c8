"""The district as its own subject: accounts and domains that look like it, and are not its own.

Nothing here reads who has joined. What is asked is the inventory's, and what is kept of an answer
is what makes it a look-alike.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.app import App
from monitor.config.sections import build_inventory
from monitor.db.lookalikes import DistrictCheck
from monitor.domain.district.domains import (
    LookalikeDomain,
    list_log_words,
    list_lookalike_domains,
    match_logged_name,
    select_due,
)
from monitor.domain.district.findings import (
    DistrictFinding,
    DistrictTrace,
    build_account_trace,
    build_domain_trace,
    count_district_news,
    record_absence,
    record_sighting,
)
from monitor.domain.district.inventory import (
    DISTRICT_SUBJECT,
    DistrictInventory,
    allows_district_query,
    choose_weekly_part,
    list_lookalike_handles,
    list_own_handles,
)
from monitor.domain.planning.budget import ApiCost
from monitor.domain.planning.rotation import to_week_number
from monitor.domain.schedule import CANARY_VALID_FOR, format_iso_week
from monitor.domain.source_trust import (
    CanaryProbe,
    MethodAnswer,
    TrustAssessment,
    assess_trust,
    believe_result,
)
from monitor.domain.vocabulary import DistrictFindingKind, DistrictFindingState, SourceStage
from monitor.services.query_planning import (
    build_spending_limits,
    record_visit_cost,
    sum_spending_by_person,
)
from monitor.services.sweeps import ProgressListener, ignore_progress
from reports.emails.office import DistrictSummary
from scrapers.models import CrawlResult, DomainRecords, Identity, LoggedNames, Outcome, Query
from scrapers.search_queries import MOST_NAMES
from scrapers.source import METHODS, Canary, Method, Source, SourceFamily

LOG = logging.getLogger(__name__)
DISTRICT_CHECK = "district-check"
# What the two public records are called where sources are listed.
NAME_SERVICE, CERTIFICATE_LOG = "dns", "certificates"
# Of one source in one week: those of official accounts come first, all of them take weeks.
MOST_LOOKALIKES_A_WEEK = 24
MOST_NAMES_A_WEEK = 8
# So many letters of names leave room in a query for the sites to look into.
MOST_LETTERS_TOGETHER = 200
# Some APIs are asked for no more handles of one identity.
HANDLES_AT_ONCE = 4
MOST_LOG_WORDS = 3
# One of them surely has a certificate.
MOST_LOG_CANARIES = 2
# Each source has its turn once a week.
CHECKED_WITHIN = timedelta(days=8)
MOST_LOGGED_DOMAINS = 100
# By then the name service is out of order, and not a domain.
MOST_FAILURES_IN_A_ROW = 5
UNTESTED = "untested"
OVER_BUDGET = "the week's budget for searches that cost money is used up"
INVENTS_ANSWERS = "names-invented"
OWN_UNKNOWN = "own-name-unknown"
OWN_UNLOGGED = "own-certificate-unknown"


def load_inventory(app: App) -> DistrictInventory | None:
    """Return the configured inventory, with what IT has called the district's own since."""
    configured = build_inventory(app.config)
    if configured is None:
        return None
    return include_own_findings(configured, app.db.district_findings.list_district_findings())


def include_own_findings(
    inventory: DistrictInventory, findings: Iterable[DistrictFinding]
) -> DistrictInventory:
    """Add what IT has called the district's own."""
    ours = [finding for finding in findings if finding.state is DistrictFindingState.OURS]
    accounts = (finding.build_official_account() for finding in ours)
    domains = (
        finding.trace.key for finding in ours if finding.trace.kind is DistrictFindingKind.DOMAIN
    )
    return replace(
        inventory,
        accounts=(*inventory.accounts, *(account for account in accounts if account)),
        domains=(*inventory.domains, *domains),
    )


def compute_district_weekday(app: App) -> int:
    """Return the day of the week at the district, 0 for Monday."""
    return app.clock.now().astimezone(ZoneInfo(app.config.district.zone)).weekday()


def run_district_check(
    app: App, weekday: int | None = None, on_progress: ProgressListener = ignore_progress
) -> bool:
    """Check what is due on a day of the week; everything without one.

    False if the service was stopped before the end: then it is done again, whole.
    """
    inventory = load_inventory(app)
    if inventory is None:
        return True
    LOG.info("district_check_started", extra={"weekday": weekday})
    if not _check_accounts(app, inventory, weekday, on_progress):
        LOG.info("district_check_interrupted")
        return False
    on_progress(NAME_SERVICE, SourceStage.ASKING)
    _check_domains(app, inventory, weekday)
    on_progress(NAME_SERVICE, SourceStage.DONE)
    _check_certificate_log(app, inventory, weekday)
    LOG.info("district_check_ended", extra={"weekday": weekday})
    return True


def plan_district_queries(
    app: App, inventory: DistrictInventory, weekday: int | None = None
) -> Iterator[Query]:
    """Yield what is asked of each source that has its turn, each query once."""
    names = frozenset(select_due(app.sources, weekday))
    week = format_iso_week(app.clock.now(), app.config.district.zone)
    stored = app.db.district_findings.list_district_findings()
    known = tuple(
        finding.trace.account
        for finding in stored
        if finding.trace.account and finding.state is not DistrictFindingState.OURS
    )
    handles = [account.rpartition("@")[2] for account in known]
    for source in (one_source for name, one_source in app.sources.items() if name in names):
        asked: set[str] = set()
        for identity in _build_identities(source, inventory, to_week_number(week), known):
            for query in source.build_queries(identity):
                single = replace(query, pages=1)
                if query.key not in asked and allows_district_query(single, inventory, handles):
                    asked.add(query.key)
                    yield single


def _build_identities(
    source: Source, inventory: DistrictInventory, week_number: int, known: tuple[str, ...]
) -> Iterator[Identity]:
    """Yield the words of this week: our handles each week, the look-alikes and names in turn."""
    names = choose_weekly_part(inventory.names, week_number, MOST_NAMES_A_WEEK)
    if source.family is SourceFamily.SEARCH:
        for some_names in group_names(names):
            yield Identity(person_id=DISTRICT_SUBJECT, names=some_names)
    if source.family is not SourceFamily.PROFILES:
        return
    accounts = tuple(text for text in known if text.partition(":")[0] == source.platform)
    yield Identity(person_id=DISTRICT_SUBJECT, names=names, accounts=accounts)
    lookalikes = list_lookalike_handles(inventory)
    handles = (
        *(handle.handle for handle in list_own_handles(inventory)),
        *choose_weekly_part(lookalikes, week_number, MOST_LOOKALIKES_A_WEEK),
    )
    for start in range(0, len(handles), HANDLES_AT_ONCE):
        some = handles[start : start + HANDLES_AT_ONCE]
        yield Identity(person_id=DISTRICT_SUBJECT, names=(), handles=some)


def group_names(names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield names that fit into one query, where an engine knows OR: each query may cost."""
    group: tuple[str, ...] = ()
    for name in names:
        letters = sum(map(len, (*group, name)))
        if group and (len(group) == MOST_NAMES or letters > MOST_LETTERS_TOGETHER):
            yield group
            group = ()
        group = (*group, name)
    if group:
        yield group


@dataclass(frozen=True, slots=True, kw_only=True)
class _AccountRun:
    """What was asked of each source, and the result."""

    canaries: Mapping[str, Canary]
    probes: Mapping[str, list[CanaryProbe]]
    visits: Mapping[str, list[CrawlResult]]
    over_budget: frozenset[str]


def _check_accounts(
    app: App, inventory: DistrictInventory, weekday: int | None, on_progress: ProgressListener
) -> bool:
    planned = tuple(plan_district_queries(app, inventory, weekday))
    affordable, over_budget = _split_by_budget(app, planned)
    canaries = {canary.query.key: canary for canary in _list_due_canaries(app, affordable)}
    run = _AccountRun(
        canaries=canaries,
        probes=defaultdict(list),
        visits=defaultdict(list),
        over_budget=over_budget,
    )
    queries = (*(canary.query for canary in canaries.values()), *affordable)
    week = format_iso_week(app.clock.now(), app.config.district.zone)
    with closing(app.crawler.crawl(iter(queries), on_progress)) as visits:
        for visit in visits:
            app.beat()
            record_visit_cost(app, week, visit)
            query = visit.query
            if canary := canaries.get(query.key):
                run.probes[query.source].append(CanaryProbe(canary=canary, result=visit.result))
            elif query.subject == DISTRICT_SUBJECT:
                run.visits[query.source].append(visit)
    if app.crawler.is_stopped():
        return False
    for name in dict.fromkeys(query.source for query in planned):
        with app.db.begin_transaction():
            _settle_source(app, inventory, app.sources[name], run)
    return True


def _split_by_budget(
    app: App, planned: tuple[Query, ...]
) -> tuple[tuple[Query, ...], frozenset[str]]:
    """Return the queries that the week's budget has room for, and the sources left out."""
    week = format_iso_week(app.clock.now(), app.config.district.zone)
    most = build_spending_limits(app.config.planning).district.usd
    spent = sum(sum_spending_by_person(app, week).values(), ApiCost())
    affordable, left_out = [], set()
    for query in planned:
        price = app.sources[query.source].info.usd_per_1000
        cost = ApiCost.from_requests(1, price) if price else ApiCost()
        if price and most is not None and (spent + cost).usd > most:
            left_out.add(query.source)
            continue
        spent += cost
        affordable.append(query)
    return tuple(affordable), frozenset(left_out)


def _list_due_canaries(app: App, planned: Iterable[Query]) -> Iterator[Canary]:
    nonce = app.ids.new_id()
    for name in dict.fromkeys(query.source for query in planned):
        if not _is_recently_proven(app, name):
            canaries = app.sources[name].build_canaries(nonce)
            # No one's contacts are asked for in the district's name.
            yield from (canary for canary in canaries if canary.method is not Method.CONTACTS)


def _is_recently_proven(app: App, name: str) -> bool:
    health = app.db.source_health.find_source_health(name)
    if health is None or health.proven_at is None or not health.outcome.is_conclusive:
        return False
    return app.clock.now() - health.proven_at < CANARY_VALID_FOR


def _settle_source(
    app: App, inventory: DistrictInventory, source: Source, run: _AccountRun
) -> None:
    """Store what a trusted source showed; of another one, only that it could not be checked."""
    visits = run.visits[source.name]
    trust = assess_trust(
        run.probes[source.name],
        [MethodAnswer(method=METHODS[visit.query.kind], result=visit.result) for visit in visits],
        was_proven=_is_recently_proven(app, source.name),
    )
    outcome, note = trust.outcome, trust.note
    proven = trust.can_raise_cases
    if source.name in run.over_budget:
        outcome, note = (Outcome.PARTIAL if visits else Outcome.SKIPPED), OVER_BUDGET
    if not proven and outcome.is_conclusive:
        outcome, note = Outcome.UNREADABLE, UNTESTED
    _save_check(app, source.name, outcome, len(visits), note)
    if not proven:
        return
    for visit in _list_believed_visits(visits, trust):
        for found in visit.result.traces:
            trace = build_account_trace(found, source.name, inventory)
            if trace and not found.says_missing:
                _store_sighting(app, trace)
        if visit.result.outcome is Outcome.ABSENT and visit.query.kind.proves_absence:
            # The known account's own address denies it.
            term = visit.query.terms[0].removeprefix("@").casefold()
            for known in app.db.district_findings.list_district_findings():
                own = {
                    known.trace.handle.casefold(),
                    known.trace.account.partition(":")[2].casefold(),
                }
                there = known.trace.account.partition(":")[0] == source.platform
                if there and term in {entry.removeprefix("@") for entry in own if entry}:
                    after = record_absence(known, app.clock.now())
                    app.db.district_findings.save_district_finding(after)


def _list_believed_visits(
    visits: Iterable[CrawlResult], trust: TrustAssessment
) -> Iterator[CrawlResult]:
    for visit in visits:
        kind = visit.query.kind
        # Of accounts that may be invented, none has a name that proves it.
        result = believe_result(trust.get_belief(kind), kind, visit.result, lambda _: False)
        if result is not None:
            yield replace(visit, result=result)


def _save_check(app: App, source: str, outcome: Outcome, asked: int, note: str) -> None:
    app.db.district_checks.save_district_check(
        DistrictCheck(source=source, outcome=outcome, asked=asked, at=app.clock.now(), note=note)
    )


def _store_sighting(app: App, trace: DistrictTrace) -> None:
    known = _find_by_key(app, trace.key)
    after = record_sighting(known, trace, app.clock.now(), app.ids.new_id())
    app.db.district_findings.save_district_finding(after)


def _find_by_key(app: App, key: str) -> DistrictFinding | None:
    return app.db.district_findings.find_district_finding_by_key(key)


def _check_domains(app: App, inventory: DistrictInventory, weekday: int | None) -> None:
    """Look up the domains that have their turn, and those that are known from a log."""
    candidates = {domain.name: domain for domain in list_lookalike_domains(inventory)}
    for known in app.db.district_findings.list_district_findings():
        logged = match_logged_name(known.trace.key, inventory)
        if known.trace.kind is DistrictFindingKind.DOMAIN and logged:
            candidates.setdefault(logged.name, logged)
    due = select_due(candidates, weekday)
    if not due:
        return
    if fault := _find_name_service_fault(app, inventory):
        _save_check(app, NAME_SERVICE, Outcome.FAILED, len(due), fault)
        return
    failed = _look_up_domains(app, [candidates[name] for name in due])
    if failed:
        outcome = Outcome.FAILED if failed == len(due) else Outcome.PARTIAL
        note = f"lookups-failed:{failed}/{len(due)}"
        _save_check(app, NAME_SERVICE, outcome, len(due), note)
    else:
        _save_check(app, NAME_SERVICE, Outcome.FOUND, len(due), "")


def _find_name_service_fault(app: App, inventory: DistrictInventory) -> str:
    """Ask for a name that cannot exist, and for one that surely does; empty if both are right."""
    nobody = app.records.look_up_domain(f"no{app.ids.new_id()}.com")
    if nobody.outcome is Outcome.FOUND:
        return INVENTS_ANSWERS
    if nobody.outcome is not Outcome.ABSENT:
        return nobody.note
    own = (app.records.look_up_domain(domain) for domain in inventory.domains)
    return "" if any(entry.outcome is Outcome.FOUND for entry in own) else OWN_UNKNOWN


def _look_up_domains(app: App, domains: list[LookalikeDomain]) -> int:
    """Store what each lookup proved, and return how many proved nothing."""
    failed, in_a_row = 0, 0
    for number, domain in enumerate(domains):
        if in_a_row == MOST_FAILURES_IN_A_ROW:
            return failed + len(domains) - number
        app.beat()
        records = app.records.look_up_domain(domain.name)
        if not records.outcome.is_conclusive:
            failed, in_a_row = failed + 1, in_a_row + 1
            continue
        in_a_row = 0
        _store_lookup(app, domain, records, NAME_SERVICE)
    return failed


def _store_lookup(app: App, domain: LookalikeDomain, records: DomainRecords, source: str) -> None:
    with app.db.begin_transaction():
        if records.outcome is Outcome.FOUND:
            _store_sighting(app, build_domain_trace(domain, source, records))
        elif known := _find_by_key(app, domain.name):
            after = record_absence(known, app.clock.now())
            app.db.district_findings.save_district_finding(after)


def _check_certificate_log(app: App, inventory: DistrictInventory, weekday: int | None) -> None:
    """Look up the names in certificates that look like ours; a log shows them early."""
    official = app.config.official
    words = select_due(list_log_words(inventory), weekday)[:MOST_LOG_WORDS]
    if official is None or not official.certificate_log or not words:
        return
    for word in words:
        app.beat()
        answer = app.records.search_certificate_log(word)
        if answer.outcome is Outcome.ABSENT:
            answer = _doubt_empty_log(app, inventory, answer)
        if not answer.outcome.is_conclusive:
            _save_check(app, CERTIFICATE_LOG, answer.outcome, len(words), answer.note)
            return
        logged = (match_logged_name(name, inventory) for name in answer.names)
        found = list({name.name: name for name in logged if name}.values())
        for domain in found[:MOST_LOGGED_DOMAINS]:
            app.beat()
            records = app.records.look_up_domain(domain.name)
            if records.outcome is Outcome.FOUND:
                _store_lookup(app, domain, records, CERTIFICATE_LOG)
    _save_check(app, CERTIFICATE_LOG, Outcome.FOUND, len(words), "")


def _doubt_empty_log(app: App, inventory: DistrictInventory, answer: LoggedNames) -> LoggedNames:
    """Believe an empty answer only if the log knows the district's own names just then.

    Under load, crt.sh answers with an empty list, too.
    """
    for domain in inventory.domains[:MOST_LOG_CANARIES]:
        app.beat()
        own = app.records.search_certificate_log(domain)
        if own.outcome is Outcome.FOUND:
            return answer
        if not own.outcome.is_conclusive:
            return own
    return LoggedNames(outcome=Outcome.UNREADABLE, note=OWN_UNLOGGED)


def list_check_gaps(checks: Iterable[DistrictCheck], since: datetime) -> tuple[DistrictCheck, ...]:
    """Return the sources of the last week that could not be checked, or not whole."""
    return tuple(check for check in checks if check.at >= since and not check.outcome.is_conclusive)


def summarize_district(app: App) -> DistrictSummary:
    """Return the week's news of a district that is watched, for the reviewers' email."""
    now = app.clock.now()
    news = count_district_news(app.db.district_findings.list_district_findings(), now)
    checks = app.db.district_checks.list_district_checks()
    return DistrictSummary(
        new=news.new,
        changed=news.changed,
        gone=news.gone,
        open=news.open,
        unchecked=len(list_check_gaps(checks, now - CHECKED_WITHIN)),
    )
