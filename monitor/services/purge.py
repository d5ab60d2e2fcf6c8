"""The daily purge: delete what the tables declare to be past its period (`db/tables.py`).

Findings that only a dropped query showed are deleted with it. Two things stay: what the person
called their own, and what they shared or reported, since others act on that. A finding keeps its
address and its keys, or the next sweep would take it for new. Under a legal hold nothing is
deleted, but dropped queries are still not asked.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from monitor.annexes import load_annex_parts
from monitor.app import App
from monitor.domain.finding import Finding, Presence, keep_address
from monitor.domain.finding_events import refresh_portrait
from monitor.domain.retention import RETENTION_PERIODS, RetainedKind, RetentionStage, is_expired
from monitor.domain.vocabulary import CaseKind, CaseState, DistrictFindingState
from monitor.services.annex_services import AnnexServices, list_active_staff
from monitor.services.case_raising import close_vanished_cases, reopen_lapsed_cases
from monitor.services.evidence_pages import (
    delete_old_pages,
    keep_evidence_pages,
    list_text_retention,
)
from monitor.services.narrowed_consent import FORGOTTEN_REASONS
from monitor.services.thumbnails import delete_unneeded_thumbnails


def delete_expired_sightings(app: App, person_id: str) -> None:
    """Delete texts past their source's time limit, and what one query long shows no more.

    Of the first, also those that a later answer replaced. Of the second, only what another query
    still shows: else the whole finding is gone, and goes in its own time.
    """
    now, shown = app.clock.now(), app.db.sightings.list_sources(person_id)
    limits = {name: span for name, span in list_text_retention(app).items() if name in shown}
    longest = RETENTION_PERIODS[RetainedKind.SIGHTING].closed
    if not limits and not (
        longest and app.db.sightings.has_sighting_before(person_id, now - longest)
    ):
        return
    for finding in app.db.findings.list_findings_of_person(person_id):
        sightings = app.db.sightings.list_sightings_of_finding(finding.id)
        is_shown = not all(sighting.misses for sighting in sightings)
        over = []
        for sighting in sightings:
            limit = limits.get(sighting.source)
            if limit:
                app.db.versions.delete_replaced_versions(finding.id, sighting.query, now - limit)
            if limit and now - sighting.last >= limit:
                app.db.versions.delete_versions_of_query(finding.id, sighting.query)
                over.append(sighting)
            elif is_shown and sighting.misses:
                last = sighting.last
                if is_expired(RetainedKind.SIGHTING, RetentionStage.CLOSED, last, now):
                    over.append(sighting)
        for sighting in over:
            app.db.sightings.delete_sighting(sighting)
        if over:
            _rebuild_portrait(app, finding)


def _rebuild_portrait(app: App, finding: Finding) -> None:
    left = [sighting.trace for sighting in app.db.sightings.list_sightings_of_finding(finding.id)]
    bare = replace(finding, portrait=keep_address(finding.portrait))
    app.db.findings.update_finding(refresh_portrait(finding, left) if left else bare)
    assessment = app.db.findings.find_assessment(finding.id)
    if assessment:
        app.db.findings.set_assessment(finding.id, assessment.without_quotes)


def purge_expired_data(app: App) -> None:
    """Delete what the tables declare to be over, then what more than a statement has to find."""
    with app.db.begin_transaction():
        app.db.delete_expired_rows(app.clock.now())
    for step in dict.fromkeys(DISTRICT_STEPS.values()):
        with app.db.begin_transaction():
            step(app)
    for person_id in app.db.people.list_person_ids():
        app.beat()
        with app.db.begin_transaction():
            reopen_lapsed_cases(app, person_id)
            close_vanished_cases(app, person_id)
        if app.db.legal_holds.has_active_legal_hold(person_id):
            continue
        with app.db.begin_transaction():
            for delete_expired in PERSON_STEPS.values():
                delete_expired(app, person_id)
    app.db.truncate_logs()


def _delete_spent_invitations(app: App) -> None:
    for invitation in app.db.invitations.list_invitations():
        stage = RetentionStage.CLOSED if invitation.spent_at else RetentionStage.OPEN
        last_at = invitation.spent_at or invitation.reminded_at or invitation.invited_at
        if _is_past_retention(app, RetainedKind.INVITATION, stage, last_at):
            app.db.invitations.delete_invitation(invitation.id)


def _delete_old_staff_listings(app: App) -> None:
    """Forget who was listed when no one imports anymore, or a year after they were not."""
    for listing in app.db.staff_listings.list_missing():
        if listing.missing_since and _is_past_retention(
            app, RetainedKind.STAFF_LISTING, RetentionStage.CLOSED, listing.missing_since
        ):
            app.db.staff_listings.delete_listing(listing.mark)
    last = app.db.staff_listings.find_last_import()
    if last and _is_past_retention(
        app, RetainedKind.STAFF_LISTING, RetentionStage.OPEN, last.imported_at or last.at
    ):
        app.db.staff_listings.delete_listings(list_active_staff(app.db))
        app.db.staff_listings.delete_import()


def _delete_unused_of_annexes(app: App) -> None:
    for part in load_annex_parts(AnnexServices):
        part.delete_unused(app)


def _delete_old_lookalikes(app: App) -> None:
    for trace in app.db.district_findings.list_district_findings():
        stage = RetentionStage.OPEN if trace.is_open else RetentionStage.CLOSED
        is_old = _is_past_retention(app, RetainedKind.LOOKALIKE, stage, trace.last_seen)
        if is_old and trace.state is not DistrictFindingState.OURS:
            app.db.district_findings.delete_district_finding(trace.id)


def _close_abandoned_sweeps(app: App) -> None:
    """Close sweeps that were never finished; their answers are too old to settle."""
    for sweep in app.db.sweeps.list_open_sweeps():
        if _is_past_retention(
            app, RetainedKind.STAGED_ANSWERS, RetentionStage.OPEN, sweep.started_at
        ):
            keep_evidence_pages(app, sweep.id)
            app.db.staged_answers.delete_answers_of_sweep(sweep.id)
            app.db.sweeps.close_sweep(sweep.id, app.clock.now())


def _delete_mistimed_robots_files(app: App) -> None:
    """Forget what a clock that was ahead would keep for longer than a day."""
    if longest := RETENTION_PERIODS[RetainedKind.ROBOTS_FILE].open:
        app.db.robots_files.delete_robots_files_after(app.clock.now() + longest)


def _delete_rested_hosts(app: App) -> None:
    now, host = app.clock.now(), RETENTION_PERIODS[RetainedKind.HOST]
    if host.open and host.closed:
        app.db.hosts.delete_rested_hosts(now - host.open, now - host.closed)


def _delete_gone_findings(app: App, person_id: str) -> None:
    for finding in app.db.findings.list_findings_of_person(person_id):
        if finding.presence is Presence.GONE and _is_past_retention(
            app, RetainedKind.FINDING, RetentionStage.CLOSED, finding.last_seen
        ):
            app.db.findings.delete_finding(finding.id)


def _delete_student_evidence(app: App, person_id: str) -> None:
    """Delete evidence about students: at once when the case is decided, else in time.

    A case that was neither answered nor shared is deleted; if the link still exists, it is raised
    again.
    """
    for case in app.db.cases.list_cases_of_person(person_id):
        if case.kind is not CaseKind.STUDENT_LINK:
            continue
        open_still = case.is_undecided or case.state is CaseState.STUDENT_LINK
        stage = RetentionStage.OPEN if open_still else RetentionStage.CLOSED
        if not _is_past_retention(
            app, RetainedKind.STUDENT_EVIDENCE, stage, case.ruled_at or case.opened_at
        ):
            continue
        if case.is_undecided and not case.shared_at:
            app.db.cases.delete_case(case.id)
        elif case.reasons != FORGOTTEN_REASONS:
            app.db.cases.update_case(replace(case, reasons=FORGOTTEN_REASONS, lowered_by=()))


def _delete_old_screenshots(app: App, person_id: str) -> None:
    """Delete the screenshots of cases that the person dismissed, once they have not undone that."""
    if not app.db.screenshots.count_screenshots_of_person(person_id):
        return
    for case in app.db.cases.list_cases_of_person(person_id):
        if not (case.is_undecided or case.is_pursued) and _is_past_retention(
            app, RetainedKind.SCREENSHOT, RetentionStage.CLOSED, case.ruled_at or case.opened_at
        ):
            app.db.screenshots.delete_screenshots_of_case(case.id)


# What takes more than a statement, by what a table declares; a test compares both.
DISTRICT_STEPS: Mapping[RetainedKind, Callable[[App], None]] = {
    RetainedKind.INVITATION: _delete_spent_invitations,
    RetainedKind.STAFF_LISTING: _delete_old_staff_listings,
    RetainedKind.DIRECTORY_ENTRY: _delete_unused_of_annexes,
    RetainedKind.LOOKALIKE: _delete_old_lookalikes,
    RetainedKind.STAGED_ANSWERS: _close_abandoned_sweeps,
    RetainedKind.ROBOTS_FILE: _delete_mistimed_robots_files,
    RetainedKind.HOST: _delete_rested_hosts,
    RetainedKind.PAGE_BODY: delete_old_pages,
    RetainedKind.EVIDENCE: delete_old_pages,
}
PERSON_STEPS: Mapping[RetainedKind, Callable[[App, str], None]] = {
    RetainedKind.FINDING: _delete_gone_findings,
    RetainedKind.STUDENT_EVIDENCE: _delete_student_evidence,
    RetainedKind.SCREENSHOT: _delete_old_screenshots,
    RetainedKind.THUMBNAIL: delete_unneeded_thumbnails,
    RetainedKind.SIGHTING: delete_expired_sightings,
}


def _is_past_retention(app: App, what: RetainedKind, stage: RetentionStage, at: datetime) -> bool:
    return is_expired(what, stage, at, app.clock.now())
