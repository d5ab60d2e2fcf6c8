"""What a person's narrower consent or removed name no longer covers is deleted."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace

from monitor.app import App
from monitor.domain.consent import Consent
from monitor.domain.finding_events import refresh_portrait
from monitor.domain.person import Person
from monitor.domain.planning.consented_queries import get_required_scope
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import CaseKind, CaseState, Decision, Scope, WaveMark
from monitor.services.case_raising import reassess_person
from monitor.services.disclosure import list_own_cases
from monitor.services.query_planning import list_person_query_keys
from reports.pages.data import NarrowingView
from scrapers.models import Trace

FORGOTTEN_REASONS = (Reason("forgotten"),)


def delete_unconsented_results(app: App, consent: Consent) -> None:
    """Delete what a person's latest consent no longer covers, unless a legal hold keeps it."""
    if not app.db.legal_holds.has_active_legal_hold(consent.person_id):
        _delete_uncovered(app, consent)


def _delete_uncovered(app: App, consent: Consent) -> None:
    person = app.db.people.load_person(consent.person_id)
    asked = app.db.queries.list_queries_of_person(person.id)
    # A name that was removed under a legal hold may have been given again since.
    named = list_person_query_keys(app, person)
    uncovered = {query.key for query in asked if query.is_dropped and query.key not in named}
    uncovered |= {
        query.key
        for query in asked
        if (source := app.sources.get(query.source)) is not None
        and get_required_scope(query.kind, source.family) not in consent.scopes
    }
    _retire_queries(app, person, uncovered)
    if Scope.SEARCH not in consent.scopes and person.alert_feeds:
        person = replace(person, alert_feeds=())
        app.db.people.update_person(person)
    if Scope.PHOTOS not in consent.scopes:
        _remove_picture_prints(app, person.id)
        if person.reference_picture:
            person = replace(person, reference_picture="")
            app.db.people.update_person(person)
    if Scope.STUDENT_LINKS not in consent.scopes:
        for case in app.db.cases.list_cases_of_person(person.id):
            if case.kind is CaseKind.STUDENT_LINK and not case.shared_at:
                app.db.cases.delete_case(case.id)
    if Scope.BREACHES not in consent.scopes:
        app.db.breaches.delete_breaches_of_person(person.id)
    reassess_person(app, person)


class _TakenBackError(Exception):
    """Ends a rehearsal, so that nothing of it stays."""


def preview_narrowing(app: App, consent: Consent) -> NarrowingView:
    """Count what a narrower consent would delete, by deleting it and taking that back.

    Under a legal hold, it is what goes once that is lifted.
    """
    person_id = consent.person_id
    before, after = _count_stored(app, person_id), NarrowingView()
    with suppress(_TakenBackError), app.db.begin_transaction():
        app.db.consents.insert_consent(consent)
        _delete_uncovered(app, consent)
        after = _count_stored(app, person_id)
        raise _TakenBackError
    return NarrowingView(
        results=before.results - after.results,
        alerts=before.alerts - after.alerts,
        feeds=before.feeds - after.feeds,
        breaches=before.breaches - after.breaches,
        pictures=before.pictures and not after.pictures,
        held=app.db.legal_holds.has_active_legal_hold(person_id),
    )


def _count_stored(app: App, person_id: str) -> NarrowingView:
    person, findings = app.db.people.load_person(person_id), app.db.findings
    own = list_own_cases(app, person)
    return NarrowingView(
        results=len(findings.list_finding_ids_of_person(person_id)),
        alerts=sum(case.summary.next_step is not None for case in own),
        feeds=len(person.alert_feeds),
        breaches=len(app.db.breaches.list_records_of_person(person_id)),
        pictures=bool(person.reference_picture)
        or any(one.portrait.picture_print for one in findings.list_findings_of_person(person_id)),
    )


def forget_removed_terms(app: App, before: Person, after: Person) -> None:
    """Delete findings that only removed names found, under a legal hold once that is lifted.

    This creates no events. The queries that come in their place are new ones, so their first
    answers are silent.
    """
    old, new = (list_person_query_keys(app, before), list_person_query_keys(app, after))
    if app.db.legal_holds.has_active_legal_hold(after.id):
        for query in app.db.queries.list_queries_of_person(after.id):
            if query.key in old - new:
                app.db.queries.save_query(replace(query, is_dropped=True))
    else:
        _retire_queries(app, after, old - new)
        if before.mail.casefold() != after.mail.casefold():
            app.db.breaches.delete_breaches_of_person(after.id)
    reassess_person(app, after)


def _retire_queries(app: App, person: Person, keys: Collection[str]) -> None:
    touched = {
        sighting.finding_id
        for key in keys
        for sighting in app.db.sightings.list_sightings_of_query(person.id, key)
    }
    for key in keys:
        app.db.queries.retire_query(person.id, key)
    active_keys = list_person_query_keys(app, person)
    for finding in sorted(touched):
        _release_finding(app, person.id, finding, active_keys)


def _release_finding(
    app: App, person_id: str, finding_id: str, active_keys: Collection[str]
) -> None:
    """Delete a finding that no first query shows, or rebuild it from what is left.

    What only a follow-up query showed is never asked again.
    """
    left = app.db.sightings.list_sightings_of_finding(finding_id)
    if any(sighting.query in active_keys for sighting in left):
        shown = (sighting.trace for sighting in left if not sighting.misses)
        app.db.findings.update_finding(
            refresh_portrait(app.db.findings.load_finding(finding_id), shown)
        )
        return
    for sighting in left:
        app.db.queries.retire_query(person_id, sighting.query)
    cases = app.db.cases.list_cases_of_finding(finding_id)
    acted_on = any(
        case.shared_at or case.is_pursued or case.state is CaseState.REMOVAL_ASKED for case in cases
    )
    if not (acted_on or app.db.findings.find_finding_feedback(finding_id) is Decision.MINE):
        app.db.findings.delete_finding(finding_id)


def _remove_picture_prints(app: App, person_id: str) -> None:
    for sighting in app.db.sightings.list_sightings_of_person(person_id):
        if sighting.trace.picture_print:
            app.db.sightings.save_sighting(
                replace(sighting, trace=_strip_picture_print(sighting.trace))
            )
    for finding in app.db.findings.list_findings_of_person(person_id):
        app.db.versions.rewrite_versions(finding.id, _strip_picture_print)
        bare = replace(finding, portrait=_strip_picture_print(finding.portrait))
        if bare != finding:
            app.db.findings.update_finding(bare)
        app.db.pictures.save_picture(bare)
    app.db.new_accounts.delete_marks(person_id, WaveMark.PICTURE)
    app.db.thumbnails.delete_thumbnails_of_person(person_id)


def _strip_picture_print(trace: Trace) -> Trace:
    return replace(trace, picture_print="")
