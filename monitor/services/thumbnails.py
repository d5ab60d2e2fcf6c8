"""Small copies of profile pictures: kept while a case needs them, and no longer.

A check stores one of each picture that it fetches. When it ends, only those stay that are compared:
of accounts with an open case about who runs them, and of the person's own.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from monitor.app import App
from monitor.db.pictures import Thumbnail
from monitor.domain.retention import RETENTION_PERIODS, RetainedKind
from monitor.domain.vocabulary import Scope
from monitor.services.own_accounts import list_disputed_findings, load_own_findings
from scrapers.models import CrawlResult, QueryKind
from scrapers.parsers.profile_images import MOST_THUMBNAIL, is_picture_copy


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
    thumbnails.delete_other_thumbnails(person_id, list_compared_finding_ids(app, person_id))
    longest = RETENTION_PERIODS[RetainedKind.THUMBNAIL].open or timedelta(0)
    thumbnails.delete_thumbnails_before(person_id, app.clock.now() - longest)


def list_compared_finding_ids(app: App, person_id: str) -> frozenset[str]:
    flagged = list_disputed_findings(app.db, person_id)
    if not flagged:
        return flagged
    person = app.db.people.load_person(person_id)
    return flagged.union(load_own_findings(app.db, person))
