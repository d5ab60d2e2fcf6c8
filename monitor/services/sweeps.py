"""A sweep asks all queries that consent covers; answers are staged, then settled by source.

Also canaries, which are queries with known answers, and checks of reported accounts.
"""

import contextlib
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from itertools import chain, groupby, islice
from operator import attrgetter

from monitor.app import App
from monitor.db.connection import SyncMode
from monitor.db.database import Database
from monitor.db.encryption import DISTRICT
from monitor.db.sources import SourceHealth
from monitor.db.staged_answers import StagedAnswer
from monitor.db.sweeps import CanaryCheck, Sweep
from monitor.domain.case import Case
from monitor.domain.case_progress import LOOKED_AT_AFTER, list_look_times
from monitor.domain.errors import DatabaseError
from monitor.domain.finding import Finding, LastReadPage, Sighting, select_validators
from monitor.domain.planning.selection import QuerySelection, SearchDepth
from monitor.domain.schedule import CANARY_VALID_FOR, SWEEP_ABANDONED_AFTER
from monitor.domain.source_trust import CanaryProbe, SourceTrust, assess_trust
from monitor.domain.vocabulary import Decision, SourceStage, SweepKind
from monitor.services.crawl_redaction import (
    audit_contact_checks,
    check_contacts,
    drop_strangers,
    redact_pages,
    redact_visit,
)
from monitor.services.evidence_pages import (
    keep_evidence_pages,
    keep_pages,
    list_findings_lacking_pages,
)
from monitor.services.pictures import asks_for_pictures
from monitor.services.query_planning import (
    OVER_BUDGET,
    SweepTargets,
    choose_paid_queries,
    list_district_queries,
    plan_person_queries,
    record_visit_cost,
    split_district_visit,
)
from monitor.services.settlement import is_sweep_erased, settle_sources
from monitor.services.thumbnails import delete_thumbnails_of_sweep, drop_unwanted_copy
from scrapers.models import CrawlPriority, CrawlResult, Outcome, ParseResult, Query, QueryKind
from scrapers.source import Canary, Method, Source, SourceFamily, interleave_canaries

ProgressListener = Callable[[str, str], None]
"""Gets each source by name and its progress: waiting, asking, done or blocked."""

LOG = logging.getLogger(__name__)


def ignore_progress(_source: str, _state: str) -> None:
    """Ignore progress, if no one watches."""


@dataclass(slots=True, kw_only=True)
class SweepProgress:
    """Passes each stage of a source to `watch` once, when it is reached.

    No source is done before all first queries are known: otherwise a source that answered one of
    them would be called done, and then be asked again.
    """

    on_progress: ProgressListener
    _source_states: dict[str, str] = field(default_factory=dict)
    _reported_stages: dict[str, SourceStage] = field(default_factory=dict)
    _open_canaries: dict[str, dict[str, Canary]] = field(default_factory=dict)
    _answered: set[str] = field(default_factory=set)
    _drained: bool = False

    def expect_canaries(self, canaries: Iterable[Canary]) -> None:
        """Trust their sources only after each canary was answered correctly."""
        for canary in canaries:
            tests = self._open_canaries.setdefault(canary.query.source, {})
            tests[canary.query.key] = canary

    def announce_sources(self, queries: Iterable[Query]) -> Iterator[Query]:
        """Announce all sources before the first is asked, so that the viewer can count them."""
        planned = tuple(queries)
        for source in dict.fromkeys(query.source for query in planned):
            self.update_source_state(source, SourceStage.WAITING)
        return iter(planned)

    def record_visit(self, visit: CrawlResult) -> None:
        """Record an answer: a canary that passed is done, another one stays open.

        So is one that the service's own rules explain: it says nothing against the rest.
        """
        source = visit.query.source
        if visit.result.outcome.is_conclusive:
            self._answered.add(source)
        tests = self._open_canaries.get(source, {})
        if canary := tests.get(visit.query.key):
            probe = CanaryProbe(canary=canary, result=visit.result)
            if probe.is_right or probe.is_blind:
                del tests[visit.query.key]

    def update_source_state(self, source: str, state: str) -> None:
        """Take the crawler's progress of a source."""
        self._source_states[source] = state
        self._report_stage(source)

    def mark_queries_drained(self) -> None:
        """Note that all first queries are known."""
        self._drained = True
        for source in self._source_states:
            self._report_stage(source)

    def _report_stage(self, source: str) -> None:
        state, tested = self._source_states[source], not self._open_canaries.get(source)
        if (
            state == SourceStage.WAITING
            and self._reported_stages.get(source, SourceStage.WAITING) is SourceStage.WAITING
        ):
            stage = SourceStage.WAITING
        elif state in {SourceStage.WAITING, SourceStage.ASKING} or not self._drained:
            stage = SourceStage.ASKING if tested else SourceStage.TESTING
        elif state == SourceStage.DONE:
            stage = SourceStage.DONE if tested else SourceStage.DOUBTED
        else:
            stage = (
                SourceStage.STOPPED if tested and source in self._answered else SourceStage.BLOCKED
            )
        if stage is not self._reported_stages.get(source):
            self._reported_stages[source] = stage
            self.on_progress(source, stage)


FINAL_STATES = frozenset({"done", "blocked"})
STOPPED_EARLY = "stopped-early"
SHORT_RUN = timedelta(hours=1)


@dataclass(slots=True, kw_only=True)
class SourceTracker:
    """A slow host delays only itself: other sources close while it is still being asked.

    A run that ends within the hour closes all sources at its end, in a fixed order, so that the
    same answers give the same output, line by line. `closed_sources` are those that were closed
    before the run was cut short. A search engine may lead to queries for any source, a profile site
    only to more of its own; so nothing is final before the last engine has answered.
    """

    sources: Mapping[str, Source]
    progress: SweepProgress
    now: Callable[[], datetime]
    began_at: datetime
    closed_sources: set[str] = field(default_factory=set)
    _open_sources: set[str] = field(default_factory=set)
    _drained: bool = False

    def track_queries(self, queries: Iterable[Query]) -> Iterator[Query]:
        """Pass the first queries on, and note when there are no more."""
        yield from queries
        self._drained = True
        self.progress.mark_queries_drained()

    def track_source(self, source: str, state: str) -> None:
        """Take the crawler's progress of a source, and pass it to the viewer."""
        self.progress.update_source_state(source, state)
        if state in FINAL_STATES:
            self._open_sources.discard(source)
        else:
            self._open_sources.add(source)
            self.closed_sources.discard(source)

    def take_finished_sources(self) -> Iterator[Source]:
        """Yield, once, each source that will get no more answers in this run."""
        took = self.now() - self.began_at
        if not self._drained or (self._open_sources and took < SHORT_RUN):
            return
        if any(self.sources[name].family is SourceFamily.SEARCH for name in self._open_sources):
            return
        for name, source in self.sources.items():
            if name not in self._open_sources and name not in self.closed_sources:
                self.closed_sources.add(name)
                yield source


CloseListener = Callable[[Sweep], None]
"""Writes what belongs in the transaction that closes a sweep, so that both happen or neither."""


def ignore_close(_sweep: Sweep) -> None:
    """Write nothing else, if no one waits for the end of a sweep."""


def place_canaries_first(canaries: Iterable[Query], planned: Iterable[Query]) -> Iterator[Query]:
    """Yield the canaries of each source right before its own queries.

    A person waits for a first result, so one source is finished while others start.
    """
    ahead = defaultdict(list)
    for query in canaries:
        ahead[query.source].append(query)
    for query in planned:
        yield from ahead.pop(query.source, ())
        yield query
    yield from chain.from_iterable(ahead.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepJob:
    """Whom a sweep is for and what it asks; `query_keys` limits that, and None means everything.

    A daily one asks as the weekly one does: only what is due of what costs money.
    """

    kind: SweepKind
    week: str
    person_id: str = ""
    query_keys: frozenset[str] | None = None
    is_daily: bool = False

    @property
    def depth(self) -> SearchDepth:
        """A self-check asks everything."""
        rotates = self.kind is SweepKind.SWEEP or self.is_daily
        return SearchDepth.ROTATING if rotates else SearchDepth.FULL

    @property
    def is_for_everyone(self) -> bool:
        """Tell whether queries for everyone are asked, too."""
        return not self.person_id and self.query_keys is None

    @property
    def is_awaited(self) -> bool:
        """Tell whether a person waits for the result."""
        return self.kind is SweepKind.SELFCHECK and not self.is_daily

    def covers_query(self, query: Query) -> bool:
        return self.query_keys is None or query.key in self.query_keys


def run_sweep(
    app: App,
    job: SweepJob,
    on_progress: ProgressListener = ignore_progress,
    on_close: CloseListener = ignore_close,
) -> Sweep:
    """Ask, settle and close; a sweep that was interrupted resumes where it stopped."""
    sweep = _open_sweep(app, job)
    LOG.info("sweep_started", extra={"sweep": sweep.id, "kind": sweep.kind})
    job = replace(job, week=sweep.week)
    progress = _build_progress(app, sweep, job, on_progress)
    tracker = SourceTracker(
        sources={source.name: source for source in _list_queried_sources(app, job)},
        progress=progress,
        now=app.clock.now,
        began_at=app.clock.now(),
        closed_sources={run.source for run in app.db.sweeps.list_source_runs(sweep.id)},
    )
    choice = _choose_sweep_queries(app, job, app.db.staged_answers.list_answered_keys(sweep.id))
    _stage_refused_queries(app, sweep, choice)
    queries = list_open_queries(app, sweep, job, choice)
    if job.is_awaited:
        queries = progress.announce_sources(queries)
    queries = tracker.track_queries(queries)
    priority = CrawlPriority.FIRST if job.is_awaited else CrawlPriority.USUAL
    crawl = app.crawler.crawl(queries, watch=tracker.track_source, priority=priority)
    with contextlib.closing(crawl) as visits:
        for visit in visits:
            app.beat()
            progress.record_visit(visit)
            _stage_visit(app, sweep, visit)
            _settle_finished_sources(app, sweep, tracker)
    _settle_finished_sources(app, sweep, tracker)
    if app.crawler.is_stopped():
        LOG.info("sweep_interrupted", extra={"sweep": sweep.id, "kind": sweep.kind})
        return sweep
    closed = _close_sweep(app, sweep, on_close)
    seconds = round((app.clock.now() - sweep.started_at).total_seconds())
    LOG.info("sweep_ended", extra={"sweep": sweep.id, "kind": sweep.kind, "seconds": seconds})
    return closed


def _build_progress(
    app: App, sweep: Sweep, job: SweepJob, on_progress: ProgressListener
) -> SweepProgress:
    progress = SweepProgress(on_progress=on_progress)
    tests = tuple(_list_due_canaries(app, sweep, job))
    progress.expect_canaries(tests)
    for source in {test.query.source for test in tests}:
        for staged in app.db.staged_answers.list_answers_about_subject(sweep.id, source, DISTRICT):
            progress.record_visit(staged.visit)
    return progress


SOURCES_AT_ONCE = 64
# Who waits for a check sees how many sources are through.
AWAITED_SOURCES_AT_ONCE = 8


def _settle_finished_sources(app: App, sweep: Sweep, tracker: SourceTracker) -> None:
    finished = tracker.take_finished_sources()
    number = AWAITED_SOURCES_AT_ONCE if sweep.person_id else SOURCES_AT_ONCE
    while sources := tuple(islice(finished, number)):
        if app.crawler.is_stopped():
            return
        settle_sources(app, sweep, sources, app.crawler.is_stopped)


def list_open_queries(
    app: App, sweep: Sweep, job: SweepJob, choice: QuerySelection
) -> Iterator[Query]:
    """Yield the queries without an answer: canaries first, since trust depends on them."""
    answered = app.db.staged_answers.list_answered_keys(sweep.id)
    followed = app.db.staged_answers.list_follow_up_queries(sweep.id)
    canaries = (canary.query for canary in _list_due_canaries(app, sweep, job))
    planned = _add_remembered_pages(app, _plan_chosen_queries(app, job, choice))
    first = (place_canaries_first if job.is_awaited else chain)(canaries, planned)
    yield from (query for query in chain(first, followed) if query.key not in answered)


def list_planned_queries(app: App, job: SweepJob) -> Iterator[Query]:
    """Yield the first queries about each person that this job would ask."""
    yield from _plan_chosen_queries(app, job, _choose_sweep_queries(app, job, frozenset()))


def _plan_chosen_queries(app: App, job: SweepJob, choice: QuerySelection) -> Iterator[Query]:
    about = (
        query
        for person_id in _list_person_ids(app, job)
        for query in plan_person_queries(app, person_id)
    )
    of_all = list_district_queries(app) if job.is_for_everyone else ()
    for query in filter(job.covers_query, chain(of_all, about)):
        chosen = choice.get_selected_query(query)
        if chosen is not None:
            yield chosen


def _list_person_ids(app: App, job: SweepJob) -> tuple[str, ...]:
    """Name whom a job is about; where districts share hosts, in another order each week.

    There a share of a host's week may be used up before the last of them.
    """
    if job.person_id:
        return (job.person_id,)
    people = tuple(app.db.consents.list_queryable_person_ids(app.clock.now()))
    if not app.ids.shared_nonce:
        return people
    return tuple(
        sorted(people, key=lambda person: sha256(f"{job.week} {person}".encode()).digest())
    )


def _choose_sweep_queries(app: App, job: SweepJob, answered: frozenset[str]) -> QuerySelection:
    """Choose queries within the budget; a request for certain queries asks just those."""
    if job.query_keys is not None:
        return QuerySelection()
    of_all = tuple(list_district_queries(app)) if job.is_for_everyone else ()
    offered = SweepTargets(person_ids=_list_person_ids(app, job), district_queries=of_all)
    return choose_paid_queries(app, job.week, offered, job.depth, answered)


def _stage_refused_queries(app: App, sweep: Sweep, choice: QuerySelection) -> None:
    """Stage queries over the week's budget as skipped, so that nothing counts as gone."""
    over = ParseResult(outcome=Outcome.SKIPPED, note=OVER_BUDGET)
    visits = (
        CrawlResult(query=query, result=over, at=app.clock.now())
        for query in choice.over_budget.values()
    )
    staged = (StagedAnswer(visit=result) for visit in visits for result in _split_visit(app, visit))
    app.db.staged_answers.stage_answers(sweep.id, staged)


def _split_visit(app: App, visit: CrawlResult) -> Iterable[CrawlResult]:
    """Return the parts of an answer, and whom each is about."""
    of_all = visit.query.kind is QueryKind.DISTRICT
    return split_district_visit(app, visit) if of_all else (visit,)


def _add_remembered_pages(app: App, planned: Iterator[Query]) -> Iterator[Query]:
    """Add the stored fingerprints of the last answers, if a "not changed" answer is enough."""
    for person_id, queries in groupby(planned, key=attrgetter("subject")):
        pages = _load_remembered_pages(app, person_id)
        for query in queries:
            remembered, sightings = pages.get(query.key, (None, ()))
            fingerprint = select_validators(remembered, sightings, app.clock.now())
            yield replace(query, kept=fingerprint) if fingerprint else query


def _load_remembered_pages(
    app: App, person_id: str
) -> Mapping[str, tuple[LastReadPage, Sequence[Sighting]]]:
    """Return what is stored of each query's last page, and which findings it showed."""
    sightings = defaultdict(list)
    try:
        asked = app.db.queries.list_queries_of_person(person_id)
        for sighting in app.db.sightings.list_sightings_of_person(person_id) if asked else ():
            sightings[sighting.query].append(sighting)
    except DatabaseError:
        if app.db.consents.find_latest_consent(person_id) is None:
            return {}  # erased since they were planned, and their key with them
        raise
    lacking = list_findings_lacking_pages(app, person_id)
    if asks_for_pictures(app, person_id):
        # A page that has not changed leads to no picture, and this consent may be a new one.
        pictured = (entry for seen in sightings.values() for entry in seen if entry.trace.picture)
        lacking |= {sighting.finding_id for sighting in pictured}
    return {
        query.key: (query.remembered, sightings[query.key])
        for query in asked
        if query.remembered and not any(seen.finding_id in lacking for seen in sightings[query.key])
    }


def _open_sweep(app: App, job: SweepJob) -> Sweep:
    with app.db.begin_transaction():
        if job.person_id:
            # Who was erased since they asked for a check has no row to hang it on.
            app.db.people.load_person(job.person_id)
        # Close sweeps that were interrupted too long ago: their answers are too old to settle.
        for old in app.db.sweeps.list_open_sweeps():
            alike = (old.kind, old.person_id) == (job.kind, job.person_id)
            if alike and app.clock.now() - old.started_at >= SWEEP_ABANDONED_AFTER:
                app.db.staged_answers.delete_answers_of_sweep(old.id)
                app.db.sweeps.close_sweep(old.id, app.clock.now())
                delete_thumbnails_of_sweep(app, old.id)
        return app.db.sweeps.open_or_resume(
            Sweep(
                id=app.ids.new_id(),
                week=job.week,
                kind=job.kind,
                nonce=app.ids.draw_nonce(),
                started_at=app.clock.now(),
                person_id=job.person_id,
            )
        )


def _close_sweep(app: App, sweep: Sweep, on_close: CloseListener) -> Sweep:
    with app.db.begin_transaction():
        if is_sweep_erased(app.db, sweep):
            return replace(sweep, closed_at=app.clock.now())
        app.db.sweeps.close_sweep(sweep.id, app.clock.now())
        keep_evidence_pages(app, sweep.id)
        delete_thumbnails_of_sweep(app, sweep.id)
        app.db.staged_answers.delete_answers_of_sweep(sweep.id)
        app.db.api_costs.delete_api_costs_before(sweep.week)
        audit_contact_checks(app)
        closed = app.db.sweeps.load_sweep(sweep.id)
        on_close(closed)
    return closed


def close_stopped_check(app: App, sweep: Sweep, job: SweepJob) -> Sweep:
    """Settle and close a check that was stopped and will not resume; name what it left unasked."""
    choice = _choose_sweep_queries(app, job, app.db.staged_answers.list_answered_keys(sweep.id))
    unasked = {query.source for query in list_open_queries(app, sweep, job, choice)}
    settle_sources(app, sweep, _list_queried_sources(app, job))
    for run in app.db.sweeps.list_source_runs(sweep.id):
        if run.source in unasked and run.outcome.is_conclusive:
            outcome = Outcome.PARTIAL if run.answered else Outcome.SKIPPED
            stopped = replace(run, outcome=outcome, note=STOPPED_EARLY, since=run.at)
            app.db.sweeps.save_source_run(sweep.id, stopped)
    return _close_sweep(app, sweep, ignore_close)


def _list_queried_sources(app: App, job: SweepJob) -> tuple[Source, ...]:
    if job.query_keys is None:
        return tuple(app.sources.values())
    names = {query.source for query in list_planned_queries(app, job)}
    return tuple(source for name, source in app.sources.items() if name in names)


def _list_due_canaries(app: App, sweep: Sweep, job: SweepJob) -> Iterator[Canary]:
    due = (
        source
        for source in _list_queried_sources(app, job)
        if job.kind is SweepKind.SWEEP or not _is_recently_proven(app, source)
    )
    yield from _list_canaries(app, due, sweep.nonce)


def _list_canaries(app: App, sources: Iterable[Source], nonce: str) -> Iterator[Canary]:
    """Yield those of the methods in use: without a student list, no contacts are asked for."""
    for canary in interleave_canaries(sources, nonce):
        if canary.method is not Method.CONTACTS or app.matcher.is_enabled:
            yield canary


def _is_recently_proven(app: App, source: Source) -> bool:
    health = app.db.source_health.find_source_health(source.name)
    if health is None or health.proven_at is None or not health.outcome.is_conclusive:
        return False
    return app.clock.now() - health.proven_at < CANARY_VALID_FOR


def _stage_visit(app: App, sweep: Sweep, visit: CrawlResult) -> None:
    checked, verdict = check_contacts(app, drop_strangers(visit))
    with app.db.begin_transaction(SyncMode.NORMAL):
        record_visit_cost(app, sweep.week, visit)
        source = app.sources.get(visit.query.source)
        checked = drop_unwanted_copy(app, checked)
        bare = keep_pages(app, sweep.id, source, redact_pages(app, checked))
        redacted = map(partial(redact_visit, app), _split_visit(app, bare))
        staged = (StagedAnswer(visit=result, verdict=verdict) for result in redacted)
        app.db.staged_answers.stage_answers(sweep.id, staged)


def run_canaries(
    app: App, source_name: str = "", on_progress: ProgressListener = ignore_progress
) -> tuple[CanaryCheck, ...]:
    """Ask the canaries of one source, or of all, and store the results.

    Unfinished tests and unknown sources are left out.
    """
    sources = [source for name, source in app.sources.items() if source_name in {"", name}]
    expected = {
        canary.query.key: canary for canary in _list_canaries(app, sources, app.ids.new_id())
    }
    awaited = Counter(canary.query.source for canary in expected.values())
    probes: dict[str, list[CanaryProbe]] = defaultdict(list)
    queries = [canary.query for canary in expected.values()]
    app.crawler.forget_proofs(source.name for source in sources)
    with closing(app.crawler.crawl(queries, watch=on_progress)) as visits:
        for visit in visits:
            app.beat()
            probe = CanaryProbe(canary=expected[visit.query.key], result=visit.result)
            probes[visit.query.source].append(probe)
    now = app.clock.now()
    checks = tuple(
        CanaryCheck(source=source.name, at=now, trust=assess_trust(probes[source.name], ()))
        for source in sources
        if len(probes[source.name]) == awaited[source.name]
    )
    # Store the answers. A proof counts from now on; only a sweep can disprove.
    with app.db.begin_transaction():
        for check in checks:
            app.db.canary_checks.save_canary_check(check)
            if check.trust.status is SourceTrust.PROVEN:
                health = app.db.source_health.find_source_health(check.source)
                fresh = SourceHealth(
                    source=check.source, outcome=check.trust.outcome, since=check.at
                )
                app.db.source_health.save_source_health(
                    replace(health or fresh, proven_at=check.at)
                )
    return checks


RECHECK = "recheck"
MAX_RECHECK_DELAY = max(chain.from_iterable(LOOKED_AT_AFTER.values()))


def find_next_recheck(app: App, finding: Finding) -> datetime | None:
    """Return when to check once more; None if that was done, or nothing is reported."""
    cases = app.db.cases.list_cases_of_finding(finding.id)
    due = [at for case in cases for at in list_look_times(case)]
    return min((at for at in due if at > app.clock.now()), default=None)


def find_report_time(db: Database, case: Case) -> datetime | None:
    """Return when it was last reported, or its removal asked for; None where no one did."""
    decisions = db.cases.list_decisions(case.id)
    asked = {Decision.REPORTED, Decision.REMOVAL_ASKED}
    return max((decision.at for decision in decisions if decision.decision in asked), default=None)
