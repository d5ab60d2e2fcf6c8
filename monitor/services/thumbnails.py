"""Small copies of profile pictures: kept while a case needs them, and no longer.

A check stores one of each picture that it fetches. When it ends, only those stay that are compared:
of accounts with an open case about who runs them, and of the person's own. Of an account that may
be sexual or a student's, none stays; of what is someone else's, none is even stored until then, and
screenshots of it go at once.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from monitor.app import App
from monitor.db.pictures import Thumbnail
from monitor.domain.case import OWNERSHIP_CASES, Case
from monitor.domain.case_end import find_end
from monitor.domain.finding import Finding, Presence
from monitor.domain.retention import RETENTION_PERIODS, RetainedKind
from monitor.domain.students.cues import may_be_a_students
from monitor.domain.vocabulary import Decision, Scope, Side
from monitor.domain.withheld_accounts import keeps_address_alone
from monitor.services.own_accounts import load_own_findings
from scrapers.models import CrawlResult, QueryKind
from scrapers.parsers.profile_images import MOST_THUMBNAIL, is_picture_copy

_SOMEONE_ELSES = frozenset({Decision.NAMESAKE, Decision.UNRELATED})


def drop_unwanted_copy(app: App, visit: CrawlResult) -> CrawlResult:
    """Return an answer without the copy of its picture, unless the person agreed to copies."""
    copy = visit.result.picture_copy
    if not copy or (is_picture_copy(copy, MOST_THUMBNAIL) and _may_store_copies(app, visit)):
        return visit
    return replace(visit, result=replace(visit.result, picture_copy=b""))


def _may_store_copies(app: App, visit: CrawlResult) -> bool:
    person_id = visit.query.subject
    if not app.db.consents.has_agreed(person_id, Scope.PHOTOS):
        return False
    # What a hold preserves stays as it is, so it takes nothing that could not be deleted.
    return not app.db.legal_holds.has_active_legal_hold(person_id)


def store_thumbnails(
    app: App, sweep_id: str, person_id: str, visits: Iterable[CrawlResult]
) -> None:
    """Store the thumbnails of one source's answers until the check ends."""
    for visit in visits:
        if visit.query.kind is not QueryKind.PICTURE:
            continue
        copy = drop_unwanted_copy(app, visit).result.picture_copy
        profile = visit.query.terms[:1]
        for finding in app.db.findings.find_findings_by_aliases(person_id, profile) if copy else ():
            said = app.db.findings.find_finding_feedback(finding.id)
            if said in _SOMEONE_ELSES or finding.portrait.withheld:
                continue
            app.db.thumbnails.save_thumbnail(
                person_id, sweep_id, Thumbnail(finding_id=finding.id, at=visit.at, picture=copy)
            )


def delete_thumbnails_of_sweep(app: App, sweep_id: str) -> None:
    """Delete what a check stored and no comparison needs, now that it is closed."""
    for person_id in app.db.thumbnails.list_people_of_sweep(sweep_id):
        delete_unneeded_thumbnails(app, person_id)


def delete_unneeded_thumbnails(app: App, person_id: str) -> None:
    """Delete a person's thumbnails that are not compared now; what a legal hold keeps stays."""
    thumbnails = app.db.thumbnails
    if not thumbnails.count_thumbnails(person_id):
        return
    if app.db.legal_holds.has_active_legal_hold(person_id):
        return
    needed = list_compared_finding_ids(app, person_id)
    answered = app.db.findings.list_findings_with_feedback(person_id)
    unwanted = {finding.id for finding, decision in answered if decision in _SOMEONE_ELSES}
    thumbnails.delete_other_thumbnails(person_id, needed, unwanted)
    longest = RETENTION_PERIODS[RetainedKind.THUMBNAIL].open or timedelta(0)
    thumbnails.delete_thumbnails_before(person_id, app.clock.now() - longest)


def delete_screenshots_of_others(app: App, case: Case) -> None:
    """Delete a person's own screenshots of what they say is someone else's: it shows them."""
    theirs = case.is_dismissed and case.get_verdict(Side.PERSON) in _SOMEONE_ELSES
    if theirs and not app.db.legal_holds.has_active_legal_hold(case.person_id):
        app.db.screenshots.delete_screenshots_of_case(case.id)


def list_compared_finding_ids(app: App, person_id: str) -> frozenset[str]:
    cases = app.db.cases.list_cases_of_person(person_id)
    flagged = frozenset(case.finding_id for case in cases if may_show_picture(app, case))
    if not flagged:
        return flagged
    person = app.db.people.load_person(person_id)
    return flagged.union(load_own_findings(app.db, person))


def is_disputed(app: App, finding: Finding) -> bool:
    """Tell whether its picture may be shown next to one of the person's own."""
    cases = app.db.cases.list_cases_of_finding(finding.id)
    return any(may_show_picture(app, case) for case in cases)


def may_show_picture(app: App, case: Case) -> bool:
    """Tell whether a case is open about who runs an account whose picture its person may see.

    Under an older text that is so until they answer.
    """
    consent = app.db.consents.find_latest_consent(case.person_id)
    if consent is None or Scope.PHOTOS not in consent.scopes or case.kind not in OWNERSHIP_CASES:
        return False
    now, end = app.clock.now(), find_end(case, consent)
    if end and end.at <= now:
        return False
    if not (case.is_undecided or (case.is_pursued and consent.tells_of_pictures)):
        return False
    finding = app.db.findings.load_finding(case.finding_id)
    if finding.presence is Presence.GONE or keeps_address_alone(case, finding.portrait):
        return False
    return not may_be_a_students(finding.portrait, now.year)


def may_review_picture(app: App, case: Case) -> bool:
    """Tell whether IT sees the picture of an account with its case: never the person's own."""
    consent = app.db.consents.find_latest_consent(case.person_id)
    told = consent is not None and consent.tells_of_pictures
    stored = app.db.thumbnails.find_thumbnail_time(case.person_id, case.finding_id)
    return told and stored is not None and may_show_picture(app, case)
