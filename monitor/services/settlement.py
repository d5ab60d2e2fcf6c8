"""Close sources: decide which to trust, and settle their answers person by person.

Each answer is compared with what the same query showed before (`finding_changes.py`). All
changes for one person from one source are written or none; a commit holds several settlements.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from monitor.app import App
from monitor.db.database import Database
from monitor.db.sources import SourceHealth
from monitor.db.staged_answers import StagedAnswer
from monitor.db.sweeps import SourceRun, Sweep
from monitor.domain.case import list_watched_exposures
from monitor.domain.detection.picture_likeness import PictureResults
from monitor.domain.finding import Presence, Sighting, combine_traces
from monitor.domain.finding_events import (
    FindingUpdate,
    add_cleared_event,
    create_finding,
    is_mass_loss,
    merge_events,
    refresh_portrait,
    update_cleared_contacts,
    update_seen_finding,
    update_unseen_finding,
)
from monitor.domain.names.searchable import has_exact_name
from monitor.domain.person import Person
from monitor.domain.planning.consented_queries import get_required_scope
from monitor.domain.planning.rotation import to_week_number
from monitor.domain.source_trust import (
    MASS_LOSS,
    CanaryProbe,
    MethodAnswer,
    SourceTrust,
    TrustAssessment,
    apply_learned_canaries,
    assess_trust,
    believe_result,
    distrust_lookups,
    is_learned_canary,
)
from monitor.services.account_proofs import check_account_proofs
from monitor.services.alert_feeds import record_feed_results
from monitor.services.breaches import record_breaches
from monitor.services.case_raising import SettlementChanges, assess_changes, flag_student_links
from monitor.services.finding_changes import FindingChanges, SnapshotComparer
from monitor.services.own_accounts import include_confirmed_accounts
from monitor.services.thumbnails import store_thumbnails
from monitor.services.withheld_accounts import forget_withheld_text, list_reopened_ids
from scrapers.models import CrawlResult, Outcome, ParseResult, QueryKind
from scrapers.source import METHODS, Method, PersonalFeedSource, Source, SourceFamily

LOG = logging.getLogger(__name__)


INFORMATIVE_OUTCOMES = frozenset(
    {Outcome.FOUND, Outcome.ABSENT, Outcome.UNCHANGED, Outcome.PARTIAL}
)
SECOND_PROOF = "second-proof"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSettlement:
    """Queries first, then findings, then what they mean: events, assessments, cases."""

    app: App
    sweep: Sweep
    source: Source
    person: Person
    trust: SourceTrust
    at: datetime

    def settle_answers(self, answers: tuple[StagedAnswer, ...]) -> None:
        """Settle the person's own accounts; one that shows another name is dropped unread."""
        checked = check_account_proofs(self.app, self.person, self.source, answers)
        same = checked.person == self.person
        settlement = self if same else replace(self, person=checked.person)
        settlement.apply_answers(checked.answers)

    def apply_answers(self, answers: tuple[StagedAnswer, ...]) -> None:
        changes = self._compare_answers(answers)
        store_thumbnails(
            self.app, self.sweep.id, self.person.id, (answer.visit for answer in answers)
        )
        steps = (
            *self._process_seen_findings(changes),
            *self._process_missing_findings(changes),
            *self._process_cleared_contacts(changes),
        )
        events = tuple(merge_events(event for step in steps for event in step.events))
        for event in events:
            url = self.app.db.findings.load_finding(event.finding_id).portrait.url
            self.app.db.events.insert_event(self.sweep.id, event, url)
        settlement = SettlementChanges(
            finding_ids=changes.finding_ids,
            events=events,
            before=changes.portraits_before,
            trust_status=self.trust,
            unkept={
                finding_id: combine_traces(traces)
                for finding_id, traces in changes.unkept.items()
                if traces
            },
        )
        assess_changes(self.app, self.person, settlement)
        owner = include_confirmed_accounts(self.app.db, self.person)
        for staged in answers:
            flag_student_links(self.app, owner, staged, self.source)

    def _compare_answers(self, answers: tuple[StagedAnswer, ...]) -> FindingChanges:
        comparer = SnapshotComparer(
            db=self.app.db,
            person_id=self.person.id,
            version=self.source.version,
            at=self.at,
            week=to_week_number(self.sweep.week),
            new_id=self.app.ids.new_id,
            family=self.source.family,
            was_asked=self._was_asked_before(),
            prints=PictureResults.from_visits(staged.visit for staged in answers),
            reopened=list_reopened_ids(self.app.db, self.person),
        )
        # In an order of their own, so that the network's haste decides nothing.
        for staged in sorted(answers, key=lambda answer: answer.visit.query.key):
            visit = staged.visit
            if (
                visit.result.outcome in INFORMATIVE_OUTCOMES
                and visit.query.kind is not QueryKind.PICTURE
            ):
                comparer.compare_answer(visit.query, visit.result)
        return comparer.finding_changes

    def _was_asked_before(self) -> bool:
        """Tell whether what is asked anew was brought by the person, or by time.

        A feed is always the person's own; of other sources a version must have been settled.
        """
        queries, person_id = self.app.db.queries, self.person.id
        if isinstance(self.source, PersonalFeedSource):
            return queries.was_settled_before(person_id, self.at)
        return queries.was_settled_before(person_id, self.at, self.source.name, self.source.version)

    def _process_seen_findings(self, finding_changes: FindingChanges) -> Iterator[FindingUpdate]:
        db = self.app.db
        for finding_id, looks in finding_changes.observations.items():
            if not looks:
                continue
            if finding_id in finding_changes.new_finding_ids:
                step = create_finding(finding_id, self.person.id, looks, self.at)
            else:
                finding = db.findings.load_finding(finding_id)
                finding_changes.record_portrait(finding)
                step = update_seen_finding(finding, looks, self.at)
            shown = (
                sighting.trace
                for sighting in db.sightings.list_sightings_of_finding(finding_id)
                if not sighting.misses
            )
            refreshed = refresh_portrait(step.finding, shown)
            db.findings.update_finding(refreshed)
            forget_withheld_text(db, refreshed)
            yield step

    def _process_missing_findings(self, finding_changes: FindingChanges) -> Iterator[FindingUpdate]:
        db = self.app.db
        for finding_id, absences in finding_changes.absences.items():
            contact_kinds = self._find_flagged_contacts(finding_id)
            for absence in absences:
                finding = db.findings.load_finding(finding_id)
                finding_changes.record_portrait(finding)
                step = update_unseen_finding(finding, absence, self.at)
                step = add_cleared_event(finding, step, contact_kinds, self.at)
                db.findings.update_finding(step.finding)
                if step.second_proof_at:
                    db.jobs.ensure_job(SECOND_PROOF, finding_id, step.second_proof_at)
                if step.finding.presence is Presence.GONE:
                    for sighting in self.app.db.sightings.list_sightings_of_finding(
                        step.finding.id
                    ):
                        self.app.db.sightings.delete_sighting(sighting)
                yield step

    def _process_cleared_contacts(self, finding_changes: FindingChanges) -> Iterator[FindingUpdate]:
        """Look for reported contact details that the page no longer shows."""
        db = self.app.db
        for finding_id, looks in finding_changes.observations.items():
            contact_kinds = self._find_flagged_contacts(finding_id) if looks else ()
            if contact_kinds:
                finding, sightings = (
                    db.findings.load_finding(finding_id),
                    db.sightings.list_sightings_of_finding(finding_id),
                )
                step = update_cleared_contacts(finding, contact_kinds, sightings, self.at)
                if step.second_proof_at:
                    db.jobs.ensure_job(SECOND_PROOF, finding_id, step.second_proof_at)
                yield step

    def _find_flagged_contacts(self, finding_id: str) -> frozenset[str]:
        """Return the kinds of contact details that were reported; only proof clears them."""
        proven = self.trust is SourceTrust.PROVEN
        return (
            list_watched_exposures(self.app.db.cases.list_cases_of_finding(finding_id))
            if proven
            else frozenset()
        )


AnswersByPerson = Mapping[str, tuple[StagedAnswer, ...]]

SETTLEMENTS_PER_COMMIT = 32
"""One flush to the disk serves so many; others who write wait for no more than these."""
UNLOCKED_SECONDS = 0.005
"""How long others may write between two commits: SQLite lets them knock, but keeps no queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedCanary:
    """A person's own account that a source showed before, and what it says of it now."""

    sighting: Sighting
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReview:
    """A source that closes, what is believed of it, and the sum of its answers.

    `missed_canaries` are the learned ones for which it is not believed.
    """

    source: Source
    feed: PersonalFeedSource | None
    trust: TrustAssessment
    person_ids: tuple[str, ...]
    asked: int
    answered: int
    parked_until: datetime | None
    missed_canaries: tuple[LearnedCanary, ...]


def is_sweep_erased(db: Database, sweep: Sweep) -> bool:
    """Tell whether a sweep was about one person, and was deleted with them."""
    return bool(sweep.person_id) and db.consents.find_latest_consent(sweep.person_id) is None


def settle_to_the_end() -> bool:
    """Never stop, if what is left would not be settled later."""
    return False


def settle_sources(
    app: App,
    sweep: Sweep,
    sources: Iterable[Source],
    is_stopped: Callable[[], bool] = settle_to_the_end,
) -> None:
    """Settle the answers of some sources, or hold them; then record the result of each.

    A service that is told to stop leaves the rest, and all results, to its next start.
    """
    reviews = tuple(_review_source(app, sweep, source) for source in sources)
    settlements = _list_settlements(reviews)
    while batch := tuple(islice(settlements, SETTLEMENTS_PER_COMMIT)):
        if is_stopped():
            return
        with app.db.begin_transaction():
            for person_id, review in batch:
                _settle_person(app, sweep, review, person_id)
        if len(batch) == SETTLEMENTS_PER_COMMIT:
            app.clock.sleep(UNLOCKED_SECONDS)
    with app.db.begin_transaction():
        for one_review in reviews:
            _record_source_run(app, sweep, one_review)


def _list_settlements(reviews: Iterable[SourceReview]) -> Iterator[tuple[str, SourceReview]]:
    """Yield person by person what may be settled, so that a person's findings are read once."""
    about: dict[str, list[SourceReview]] = defaultdict(list)
    for review in reviews:
        for person_id in review.person_ids:
            about[person_id].append(review)
    for person_id in sorted(about):
        yield from ((person_id, review) for review in about[person_id])


def _review_source(app: App, sweep: Sweep, source: Source) -> SourceReview:
    answers = app.db.staged_answers.load_answers_by_subject(sweep.id, source.name)
    feed = source if isinstance(source, PersonalFeedSource) else None
    by_method = tuple(_summarize_visits(app, source, feed, answers))
    results = tuple(answer.result for answer in by_method)
    health = app.db.source_health.find_source_health(source.name)
    by_canaries = assess_trust(
        _list_probes(sweep, source, answers),
        by_method,
        was_proven=bool(feed or (health and health.proven_at)),
    )
    learned: tuple[LearnedCanary, ...] = ()
    if by_canaries.status is not SourceTrust.REFUTED:
        learned = tuple(_list_learned_canaries(app, sweep, source, answers))
    trust = apply_learned_canaries(by_canaries, (canary.outcome for canary in learned))
    parked = (result.retry_at for result in results if not result.outcome.is_conclusive)
    return SourceReview(
        source=source,
        feed=feed,
        trust=_assess_source_trust(app, sweep, source, results, trust),
        person_ids=tuple(filter(None, answers)),
        asked=len(results),
        answered=sum(1 for result in results if result.outcome.is_conclusive),
        parked_until=max(filter(None, parked), default=None),
        missed_canaries=learned if trust.status is SourceTrust.REFUTED else (),
    )


def _assess_source_trust(
    app: App, sweep: Sweep, source: Source, results: tuple[ParseResult, ...], trust: TrustAssessment
) -> TrustAssessment:
    """Finish what canaries say: by what would be lost."""
    if trust.status is SourceTrust.REFUTED:
        return trust
    shown = app.db.staged_answers.count_findings_shown_before(sweep.id, source.name, ABSENCE_KINDS)
    before = sum(count for outcome, count in shown.items() if outcome.is_conclusive)
    if is_mass_loss(before, shown.get(Outcome.ABSENT, 0)):
        return distrust_lookups(trust, MASS_LOSS)
    if isinstance(source, PersonalFeedSource):
        read = any(result.outcome.is_conclusive for result in results)
        return replace(trust, status=SourceTrust.PROVEN, probed=read, can_raise_cases=True)
    return trust


def _summarize_visits(
    app: App, source: Source, feed: PersonalFeedSource | None, answers: AnswersByPerson
) -> Iterator[MethodAnswer]:
    """Yield each outcome without its traces, which may not fit into memory.

    People who left or paused are left out, since others must not learn of that. So are pictures: an
    account is compared without a picture that cannot be fetched. A fault of an address that one
    person gave is theirs alone.
    """
    for person in filter(None, answers):
        app.beat()
        if app.db.consents.can_query_person(person, app.clock.now()):
            for staged in answers[person]:
                if staged.visit.query.kind is not QueryKind.PICTURE and not _is_own_fault(
                    feed, staged.visit
                ):
                    yield MethodAnswer(
                        method=METHODS[staged.visit.query.kind],
                        result=_summarize_result(source, staged.visit.result),
                    )


def _summarize_result(source: Source, result: ParseResult) -> ParseResult:
    """Return an outcome alone; whether anyone was in a breach is nothing for IT."""
    has_content = result.traces or result.follow or result.breaches
    bare = replace(result, traces=(), follow=(), breaches=()) if has_content else result
    if source.family is SourceFamily.BREACHES and result.outcome.is_conclusive:
        return replace(bare, outcome=Outcome.ABSENT)
    return bare


def _is_own_fault(feed: PersonalFeedSource | None, visit: CrawlResult) -> bool:
    """Tell whether an address that one person gave is at fault; the district's is everyone's."""
    if feed is None or visit.query.kind is QueryKind.DISTRICT:
        return False
    return bool(feed.find_address_fault(visit.result))


ABSENCE_KINDS = tuple(kind for kind in QueryKind if kind.proves_absence)


def _settle_person(app: App, sweep: Sweep, review: SourceReview, person_id: str) -> None:
    """Inside a transaction: consent is read again, then everything is written or nothing."""
    app.beat()
    source = review.source
    if app.db.staged_answers.is_settled(sweep.id, source.name, person_id):
        return
    staged = app.db.staged_answers.list_answers_about_subject(sweep.id, source.name, person_id)
    if not staged:  # erased since they were listed
        return
    consented = tuple(answer for answer in staged if _has_consent(app, answer, source))
    if consented:
        person, proven = app.db.people.load_person(person_id), review.trust.can_raise_cases
        believed = tuple(_list_believed_answers(consented, person, review.trust))
        PersonSettlement(
            app=app,
            sweep=sweep,
            source=source,
            person=person,
            trust=SourceTrust.PROVEN if proven else SourceTrust.UNPROVEN,
            at=app.clock.now(),
        ).settle_answers(believed)
        if review.feed is not None:
            record_feed_results(app, person_id, review.feed, (answer.visit for answer in believed))
        if source.family is SourceFamily.BREACHES:
            record_breaches(app, person_id, (answer.visit for answer in believed))
    app.db.staged_answers.mark_settled(sweep.id, source.name, person_id)


def _list_believed_answers(
    answers: Iterable[StagedAnswer], person: Person, trust: TrustAssessment
) -> Iterator[StagedAnswer]:
    for staged in answers:
        visit = staged.visit
        result = believe_result(
            trust.get_belief(visit.query.kind),
            visit.query.kind,
            visit.result,
            lambda trace: has_exact_name(trace.name, person),
        )
        if result is not None:
            yield replace(staged, visit=replace(visit, result=result))


def _has_consent(app: App, staged: StagedAnswer, source: Source) -> bool:
    query = staged.visit.query
    consent = app.db.consents.find_latest_consent(query.subject)
    scope = get_required_scope(query.kind, source.family)
    return consent is not None and consent.covers_scope(scope, app.clock.now())


def _record_source_run(app: App, sweep: Sweep, review: SourceReview) -> None:
    now, source, trust = app.clock.now(), review.source, review.trust
    before = app.db.source_health.find_source_health(source.name)
    since = _find_outcome_start(before, trust.outcome, now)
    proven = before.proven_at if before else None
    if trust.probed and trust.status is SourceTrust.PROVEN:
        proven = now
    with app.db.begin_transaction():
        if is_sweep_erased(app.db, sweep):
            return
        # Count a miss: if the account is gone and not the site broken, the next check settles it.
        with app.db.begin_transaction():
            for canary in review.missed_canaries:
                if canary.outcome is Outcome.ABSENT:
                    # Its person may have been erased, or its finding merged, since it was matched.
                    for seen in app.db.sightings.list_sightings_of_finding(
                        canary.sighting.finding_id
                    ):
                        if seen.query == canary.sighting.query:
                            app.db.sightings.save_sighting(replace(seen, misses=seen.misses + 1))
        run = SourceRun(
            source=source.name,
            outcome=trust.outcome,
            at=now,
            note=trust.note,
            since=None if trust.outcome.is_conclusive else since,
            asked=review.asked,
            answered=review.answered,
        )
        app.db.sweeps.save_source_run(sweep.id, run)
        app.db.source_health.save_source_health(
            SourceHealth(
                source=source.name,
                outcome=trust.outcome,
                since=since,
                note=trust.note,
                retry_at=review.parked_until,
                proven_at=proven,
            )
        )
    _log_trouble(sweep, source, trust, review.parked_until)


def _log_trouble(
    sweep: Sweep, source: Source, trust: TrustAssessment, parked_until: datetime | None
) -> None:
    """Log only a source that failed: "found" or "absent" would show what exists."""
    if trust.outcome.is_conclusive:
        return
    LOG.info(
        "source_parked" if parked_until else "source_failed",
        extra={"sweep": sweep.id, "source": source.name, "outcome": trust.outcome},
    )


def _list_probes(sweep: Sweep, source: Source, answers: AnswersByPerson) -> Iterator[CanaryProbe]:
    canaries = {canary.query.key: canary for canary in source.build_canaries(sweep.nonce)}
    for staged in answers.get("", ()):
        key = staged.visit.query.key
        if key in canaries:
            yield CanaryProbe(canary=canaries[key], result=staged.visit.result)


def _list_learned_canaries(
    app: App, sweep: Sweep, source: Source, answers: AnswersByPerson
) -> Iterator[LearnedCanary]:
    """Yield the own accounts that stand in for the known account of a site without one.

    Their owners' queries are asked anyway, so nothing is asked for this, and nothing is stored.
    """
    canaries = source.build_canaries(sweep.nonce)
    known = (canary for canary in canaries if canary.expects is Outcome.FOUND)
    if any(canary.method is Method.LOOKUP for canary in known):
        return
    now = app.clock.now()
    for person_id in filter(None, answers):
        if app.db.consents.can_query_person(person_id, now):
            for staged in answers[person_id]:
                yield from _match_learned_canary(app, person_id, staged.visit)


def _match_learned_canary(app: App, person_id: str, visit: CrawlResult) -> Iterator[LearnedCanary]:
    if visit.query.kind is not QueryKind.PRESENCE or not visit.result.outcome.is_conclusive:
        return
    sightings = app.db.sightings.list_sightings_of_query(person_id, visit.query.key)
    accounts = app.db.people.load_person(person_id).accounts if sightings else ()
    for sighting in sightings:
        if is_learned_canary(sighting, accounts):
            yield LearnedCanary(sighting=sighting, outcome=visit.result.outcome)


def _find_outcome_start(before: SourceHealth | None, outcome: Outcome, now: datetime) -> datetime:
    """Return when the source's present state began."""
    if before is None:
        return now
    same = before.outcome is outcome or (before.outcome.is_conclusive and outcome.is_conclusive)
    return before.since if same else now
