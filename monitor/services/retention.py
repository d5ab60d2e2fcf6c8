"""The daily purge: apply the retention table to all stored data.

Findings that only a dropped question showed are deleted with it. Two things stay: what the person
called their own, and what they shared or reported, since others act on that. An item keeps its
address and its keys, or the next sweep would take it for new. Under a legal hold nothing is
deleted, but dropped questions are still not asked.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from monitor.app import App
from monitor.db.database import Database
from monitor.db.journal import QuestionRecord
from monitor.domain.consent import Consent
from monitor.domain.events import refresh_portrait
from monitor.domain.item import Item, Presence, combine_findings
from monitor.domain.person import Person
from monitor.domain.planning.queries import get_required_scope
from monitor.domain.reason import Reason
from monitor.domain.retention import RETENTION_PERIODS, RetainedKind, RetentionStage, is_expired
from monitor.domain.students.roster import Roster
from monitor.domain.vocabulary import (
    Decision,
    DistrictFindingState,
    FlagKind,
    FlagState,
    Scope,
)
from monitor.services.flagging import (
    close_vanished_flags,
    reassess_person,
    reopen_lapsed_flags,
)
from monitor.services.pictures import delete_unneeded_thumbnails
from monitor.services.query_planning import list_person_query_keys
from monitor.services.staging import (
    delete_old_pages,
    keep_evidence_pages,
    list_text_retention,
)
from scrapers.models import Finding


def delete_expired_text(app: App, person_id: str, now: datetime) -> None:
    """Delete texts past their source's time limit, also those that a later answer replaced."""
    limits = list_text_retention(app)
    if not limits:
        return
    for item in app.db.items.list_items_of_person(person_id):
        lent = [
            each
            for each in app.db.sightings.list_sightings_of_item(item.id)
            if each.source in limits
        ]
        for each in lent:
            cutoff = now - limits[each.source]
            app.db.versions.delete_replaced_versions(item.id, each.query, cutoff)
        over = [each for each in lent if now - each.last >= limits[each.source]]
        for each in over:
            app.db.versions.delete_versions_of_question(item.id, each.query)
            app.db.sightings.delete_sighting(each)
        if over:
            _rebuild_portrait(app, item)


def _rebuild_portrait(app: App, item: Item) -> None:
    left = [each.finding for each in app.db.sightings.list_sightings_of_item(item.id)]
    portrait = combine_findings(left) if left else strip_portrait_text(item.portrait)
    app.db.items.update_item(replace(item, portrait=portrait))
    assessment = app.db.items.find_assessment(item.id)
    if assessment:
        app.db.items.set_assessment(item.id, assessment.without_quotes)


def strip_portrait_text(portrait: Finding) -> Finding:
    """Return the account with its names only, without its texts."""
    return Finding(
        key=portrait.key,
        kind=portrait.kind,
        url=portrait.url,
        account=portrait.account,
        account_aliases=portrait.account_aliases,
        handle=portrait.handle,
    )


FORGOTTEN_REASONS = (Reason("forgotten"),)


class _PreviewRollback(Exception):  # noqa: N818 - nothing went wrong
    """Rolls back what a preview has done."""


def purge_expired_data(app: App) -> None:
    _delete_all_expired(app)
    app.db.truncate_logs()


def preview_purge(app: App) -> Mapping[str, int]:
    """Count the rows of each table that a purge would delete now; delete none.

    It runs the real purge and rolls it back, so the count is exact.
    """
    gone: dict[str, int] = {}
    with suppress(_PreviewRollback), app.db.begin_transaction():
        before = app.db.count_rows()
        _delete_all_expired(app)
        after = app.db.count_rows()
        gone = {table: count - after[table] for table, count in before.items()}
        raise _PreviewRollback
    return gone


def _delete_all_expired(app: App) -> None:
    _delete_spent_invitations(app)
    _delete_unfinished_enrollments(app)
    _delete_old_staff_listings(app)
    _delete_old_directory_users(app)
    _delete_served_requests(app)
    _close_abandoned_sweeps(app)
    _delete_stale_robots_files(app)
    _delete_dead_emails(app)
    _delete_old_records(app)
    _delete_old_access_records(app)
    _delete_old_lookalikes(app)
    delete_old_pages(app, app.clock.now())
    for person in app.db.people.list_person_ids():
        app.beat()
        with app.db.begin_transaction():
            reopen_lapsed_flags(app, person)
            close_vanished_flags(app, person)
            delete_unneeded_thumbnails(app, person)
        if app.db.legal_holds.has_active_legal_hold(person):
            continue
        with app.db.begin_transaction():
            _delete_old_person_data(app, person)
            delete_expired_text(app, person, app.clock.now())


def _delete_spent_invitations(app: App) -> None:
    with app.db.begin_transaction():
        for each in app.db.invitations.list_invitations():
            stage = RetentionStage.CLOSED if each.spent_at else RetentionStage.OPEN
            last_at = each.spent_at or each.reminded_at or each.invited_at
            if _is_past_retention(app, RetainedKind.INVITATION, stage, last_at):
                app.db.invitations.delete_invitation(each.id)


def _delete_unfinished_enrollments(app: App) -> None:
    period = RETENTION_PERIODS[RetainedKind.ENROLLMENT_DRAFT].open
    if period is not None:
        app.db.enrollment_drafts.delete_drafts_before(app.clock.now() - period)


def _delete_old_staff_listings(app: App) -> None:
    """Forget who was listed when no one imports anymore, or when no one is known by it."""
    last = app.db.staff_listings.find_last_import()
    with app.db.begin_transaction():
        for each in app.db.staff_listings.list_missing():
            if not each.person_id and not each.invitation_id:
                app.db.staff_listings.delete_listing(each.mark)
        if last and _is_past_retention(
            app, RetainedKind.STAFF_LISTING, RetentionStage.OPEN, last.imported_at or last.at
        ):
            app.db.staff_listings.delete_listings()
            app.db.staff_listings.delete_import()


def _delete_old_directory_users(app: App) -> None:
    """Forget accounts that are long inactive; without SCIM, everything that a directory wrote."""
    period = RETENTION_PERIODS[RetainedKind.DIRECTORY_ENTRY].closed
    with app.db.begin_transaction():
        if app.config.staff.scim is None:
            _delete_directory(app)
        elif period is not None:
            app.db.directory_users.delete_inactive_before(app.clock.now() - period)


def _delete_directory(app: App) -> None:
    if app.db.directory_users.find_last_write() is None:
        return
    app.db.directory_users.delete_all()
    if app.db.staff_listings.find_last_import() is None:
        app.db.staff_listings.delete_listings()


def _delete_old_access_records(app: App) -> None:
    period, now = RETENTION_PERIODS[RetainedKind.BREAK_GLASS].closed, app.clock.now()
    if period is not None:
        app.db.break_glass.delete_break_glass_before(now - period)
        app.db.hold_proposals.delete_hold_proposals_before(now - period)
    app.db.access_log.delete_access_before(now)


def _delete_old_lookalikes(app: App) -> None:
    with app.db.begin_transaction():
        for each in app.db.district_findings.list_district_findings():
            stage = RetentionStage.OPEN if each.is_open else RetentionStage.CLOSED
            is_ours = each.state is DistrictFindingState.OURS
            is_old = _is_past_retention(app, RetainedKind.LOOKALIKE, stage, each.last_seen)
            if is_old and not is_ours:
                app.db.district_findings.delete_district_finding(each.id)
        if period := RETENTION_PERIODS[RetainedKind.LOOKALIKE].closed:
            app.db.district_checks.delete_district_checks_before(app.clock.now() - period)


def _delete_served_requests(app: App) -> None:
    with app.db.begin_transaction():
        for each in app.db.run_requests.list_run_requests():
            stage = RetentionStage.CLOSED if each.done_at else RetentionStage.OPEN
            if _is_past_retention(
                app, RetainedKind.RUN_REQUEST, stage, each.done_at or each.asked_at
            ):
                app.db.run_requests.delete_run_request(each.id)


def _close_abandoned_sweeps(app: App) -> None:
    """Close sweeps that were never finished; their answers are too old to settle."""
    with app.db.begin_transaction():
        for each in app.db.sweeps.list_open_sweeps():
            if _is_past_retention(app, RetainedKind.JOURNAL, RetentionStage.OPEN, each.started_at):
                keep_evidence_pages(app, each.id)
                app.db.journal.delete_answers_of_sweep(each.id)
                app.db.sweeps.close_sweep(each.id, app.clock.now())


def _delete_dead_emails(app: App) -> None:
    period = RETENTION_PERIODS[RetainedKind.EMAIL].open
    if period is not None:
        app.db.outbox.delete_dead_email_views(app.clock.now() - period)


def _delete_stale_robots_files(app: App) -> None:
    periods, now = RETENTION_PERIODS[RetainedKind.ROBOTS_FILE], app.clock.now()
    if periods.open is not None and periods.closed is not None:
        app.db.robots_files.delete_robots_files_outside(now - periods.closed, now + periods.open)


def _delete_old_records(app: App) -> None:
    """Delete old sweep results, records of sent emails, and hosts without restrictions."""
    now, host = app.clock.now(), RETENTION_PERIODS[RetainedKind.HOST]
    with app.db.begin_transaction():
        if host.open and host.closed:
            app.db.hosts.delete_rested_hosts(now - host.open, now - host.closed)
        app.db.sessions.delete_expired_sessions(now)
        app.db.access_tokens.delete_expired_tokens(now)
        if session := RETENTION_PERIODS[RetainedKind.SESSION].open:
            app.db.sign_in_links.delete_sign_in_links_before(now - session)
        if unconfirmed := RETENTION_PERIODS[RetainedKind.ADDRESS_CHANGE].closed:
            app.db.address_changes.delete_unconfirmed_before(now - unconfirmed)
        emails, sweeps = (
            RETENTION_PERIODS[RetainedKind.EMAIL_RECORD].closed,
            RETENTION_PERIODS[RetainedKind.SWEEP].closed,
        )
        if emails:
            app.db.outbox.delete_emails_before(now - emails)
        if sweeps:
            app.db.sweeps.delete_sweeps_before(now - sweeps)


def _delete_old_person_data(app: App, person_id: str) -> None:
    now = app.clock.now()
    for item in tuple(_list_expired_items(app, person_id)):
        app.db.items.delete_item(item.id)
    _delete_student_evidence(app, person_id)
    _delete_old_screenshots(app, person_id)
    events, versions = (
        RETENTION_PERIODS[RetainedKind.EVENT].closed,
        RETENTION_PERIODS[RetainedKind.VERSION].closed,
    )
    if breaches := RETENTION_PERIODS[RetainedKind.BREACH].closed:
        app.db.breaches.delete_gone_breaches_before(person_id, now - breaches)
    if changed := RETENTION_PERIODS[RetainedKind.ADDRESS_CHANGE].open:
        app.db.address_changes.delete_confirmed_before(person_id, now - changed)
    if events:
        app.db.events.delete_events_before(person_id, now - events)
    if versions:
        for item in app.db.items.list_items_of_person(person_id):
            app.db.versions.delete_versions_before(item.id, now - versions)


def _delete_student_evidence(app: App, person_id: str) -> None:
    """Delete evidence about students: at once when the flag is decided, else in time.

    A flag that was neither answered nor shared is deleted; if the link still exists, it is raised
    again.
    """
    for flag in app.db.flags.list_flags_of_person(person_id):
        if flag.kind is not FlagKind.STUDENT_LINK:
            continue
        open_still = flag.is_undecided or flag.state is FlagState.STUDENT_LINK
        stage = RetentionStage.OPEN if open_still else RetentionStage.CLOSED
        if not _is_past_retention(
            app, RetainedKind.STUDENT_EVIDENCE, stage, flag.ruled_at or flag.opened_at
        ):
            continue
        if flag.is_undecided and not flag.shared_at:
            app.db.flags.delete_flag(flag.id)
        elif flag.reasons != FORGOTTEN_REASONS:
            app.db.flags.update_flag(replace(flag, reasons=FORGOTTEN_REASONS, lowered_by=()))


def _delete_old_screenshots(app: App, person_id: str) -> None:
    """Delete the screenshots of flags that the person dismissed, once they have not undone that."""
    if not app.db.screenshots.count_screenshots_of_person(person_id):
        return
    for flag in app.db.flags.list_flags_of_person(person_id):
        if not (flag.is_undecided or flag.is_pursued) and _is_past_retention(
            app, RetainedKind.SCREENSHOT, RetentionStage.CLOSED, flag.ruled_at or flag.opened_at
        ):
            app.db.screenshots.delete_screenshots_of_flag(flag.id)


def _list_expired_items(app: App, person_id: str) -> Iterator[Item]:
    for item in app.db.items.list_items_of_person(person_id):
        gone = item.presence is Presence.GONE
        if gone and _is_past_retention(
            app, RetainedKind.ITEM, RetentionStage.CLOSED, item.last_seen
        ):
            yield item


def _is_past_retention(app: App, what: RetainedKind, stage: RetentionStage, at: datetime) -> bool:
    return is_expired(what, stage, at, app.clock.now())


def delete_unconsented_results(app: App, consent: Consent) -> None:
    """Delete what a consent no longer covers, given the person's latest consent."""
    person = app.db.people.load_person(consent.person_id)
    if app.db.legal_holds.has_active_legal_hold(person.id):
        return
    asked = app.db.questions.list_questions_of_person(person.id)
    _retire_questions(
        app, person, {each.key for each in asked if not _is_covered(app, each, consent)}
    )
    if Scope.SEARCH not in consent.scopes and person.alert_feeds:
        person = replace(person, alert_feeds=())
        app.db.people.update_person(person)
    if Scope.PHOTOS not in consent.scopes:
        _remove_picture_prints(app, person.id)
        if person.reference_picture:
            person = replace(person, reference_picture="")
            app.db.people.update_person(person)
    if Scope.STUDENT_LINKS not in consent.scopes:
        _delete_student_links(app, person.id)
    if Scope.BREACHES not in consent.scopes:
        app.db.breaches.delete_breaches_of_person(person.id)
    reassess_person(app, person)


def forget_removed_terms(app: App, before: Person, after: Person) -> None:
    """Delete findings that only removed names found. This creates no events.

    The questions that come in their place are new ones, so their first answers are silent.
    """
    old, new = (
        list_person_query_keys(app, before),
        list_person_query_keys(app, after),
    )
    if not app.db.legal_holds.has_active_legal_hold(after.id):
        _retire_questions(app, after, old - new)
        if before.mail.casefold() != after.mail.casefold():
            app.db.breaches.delete_breaches_of_person(after.id)
    reassess_person(app, after)


def _is_covered(app: App, question: QuestionRecord, consent: Consent) -> bool:
    source = app.sources.get(question.source)
    return source is None or get_required_scope(question.kind, source.family) in consent.scopes


def _retire_questions(app: App, person: Person, keys: Collection[str]) -> None:
    touched = {
        sighting.item_id
        for key in keys
        for sighting in app.db.sightings.list_sightings_of_question(person.id, key)
    }
    for key in keys:
        app.db.questions.retire_question(person.id, key)
    active_keys = list_person_query_keys(app, person)
    for item in sorted(touched):
        _release_item(app, person.id, item, active_keys)


def _release_item(app: App, person_id: str, item_id: str, active_keys: Collection[str]) -> None:
    """Delete an item that no first question shows, or rebuild it from what is left.

    What only a follow-up question showed is never asked again.
    """
    left = app.db.sightings.list_sightings_of_item(item_id)
    if any(each.query in active_keys for each in left):
        shown = (each.finding for each in left if not each.misses)
        app.db.items.update_item(refresh_portrait(app.db.items.load_item(item_id), shown))
        return
    for each in left:
        app.db.questions.retire_question(person_id, each.query)
    if not _is_kept_for_person(app, item_id):
        app.db.items.delete_item(item_id)


def _is_kept_for_person(app: App, item_id: str) -> bool:
    flags = app.db.flags.list_flags_of_item(item_id)
    acted_on = any(
        flag.shared_at or flag.is_pursued or flag.state is FlagState.REMOVAL_ASKED for flag in flags
    )
    return acted_on or app.db.items.find_item_feedback(item_id) is Decision.MINE


def _delete_student_links(app: App, person_id: str) -> None:
    for flag in app.db.flags.list_flags_of_person(person_id):
        if flag.kind is FlagKind.STUDENT_LINK and not flag.shared_at:
            app.db.flags.delete_flag(flag.id)


def _remove_picture_prints(app: App, person_id: str) -> None:
    for sighting in app.db.sightings.list_sightings_of_person(person_id):
        if sighting.finding.picture_print:
            app.db.sightings.save_sighting(
                replace(sighting, finding=_strip_picture_print(sighting.finding))
            )
    for item in app.db.items.list_items_of_person(person_id):
        app.db.versions.rewrite_versions(item.id, _strip_picture_print)
        bare = replace(item, portrait=_strip_picture_print(item.portrait))
        if bare != item:
            app.db.items.update_item(bare)
        app.db.pictures.save_picture(bare)
    app.db.thumbnails.delete_thumbnails_of_person(person_id)


def _strip_picture_print(finding: Finding) -> Finding:
    return replace(finding, picture_print="")


def record_roster_import(db: Database, roster: Roster, now: datetime) -> None:
    """Record that a roster was imported, under which key, and of what size about."""
    details = {"key": roster.key_id, "size": str(roster.size)}
    db.audit.append_entry(now, "operator", "roster-imported", "", details)


def erase_student_links(db: Database, now: datetime) -> int:
    """Delete every student link with its decisions, and return how many there were."""
    with db.begin_transaction():
        flags = db.flags.list_flags_of_kind(FlagKind.STUDENT_LINK)
        for flag in flags:
            db.flags.delete_flag(flag.id)
        details = {"flags": str(len(flags))}
        db.audit.append_entry(now, "operator", "roster-erased", "", details)
    return len(flags)
