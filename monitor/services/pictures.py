"""A picture that a person added of themselves, and pairs of pictures to compare.

Two pictures next to each other: that of an account we flagged, and the person's own. The person
sees both; IT sees the first with a case that is open to it, if the text agreed to says so.
"""

from dataclasses import replace
from typing import Final

from monitor.app import App
from monitor.app.sources import PictureSupport, detect_picture_support
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.person import Reviewer
from monitor.domain.vocabulary import Scope, UploadProblem
from monitor.services.case_raising import reassess_person
from monitor.services.review_access import load_opened_case
from monitor.services.thumbnails import list_compared_finding_ids
from scrapers.models import Outcome, PicturePrint


def asks_for_pictures(app: App, person_id: str) -> bool:
    """Tell whether a check fetches the pictures of the profiles that it finds."""
    consent = app.db.consents.find_latest_consent(person_id)
    agreed = consent is not None and consent.covers_scope(Scope.PHOTOS, app.clock.now())
    return agreed and detect_picture_support() is PictureSupport.OPENED


MAX_UPLOAD_BYTES: Final = 5 << 20


def can_add_reference_picture(app: App, person_id: str) -> bool:
    """Tell whether pictures are compared for a person, whose consent is in force."""
    in_force = app.db.consents.has_consent_in_force(person_id, app.clock.now())
    return in_force and app.db.consents.has_agreed(person_id, Scope.PHOTOS)


def add_reference_picture(app: App, person_id: str, body: bytes) -> UploadProblem | None:
    """Store the print of a picture that a person uploaded; return what prevented it.

    The picture itself is opened in a child process and not stored. Raises NotPermittedError without
    their consent to compare pictures.
    """
    _require_comparing_consent(app, person_id)
    if problem := find_upload_problem(body):
        return problem
    result = app.copier.print_picture(body)
    if result.outcome is not Outcome.FOUND:
        busy = result.outcome is Outcome.FAILED
        return UploadProblem.BUSY if busy else UploadProblem.UNREADABLE
    # No one trusts the child, so what it says is read again.
    seen = PicturePrint.from_text(result.traces[0].picture_print) if result.traces else None
    if seen is None:
        return UploadProblem.PLAIN
    _save_reference_picture(app, person_id, seen.to_text(), "reference-picture-added")
    return None


def _require_comparing_consent(app: App, person_id: str) -> None:
    if not can_add_reference_picture(app, person_id):
        raise NotPermittedError("Pictures are compared only for people who agreed to it.")


def find_upload_problem(body: bytes) -> UploadProblem | None:
    """Return what is wrong with an upload before anything opens it."""
    if detect_picture_support() is PictureSupport.UNOPENED:
        return UploadProblem.UNSUPPORTED
    if not body:
        return UploadProblem.MISSING
    return UploadProblem.TOO_LARGE if len(body) > MAX_UPLOAD_BYTES else None


def remove_reference_picture(app: App, person_id: str) -> None:
    if app.db.people.load_person(person_id).reference_picture:
        _save_reference_picture(app, person_id, "", "reference-picture-removed")


def _save_reference_picture(app: App, person_id: str, print_text: str, action: str) -> None:
    with app.db.begin_transaction():
        if print_text:
            _require_comparing_consent(app, person_id)
        person = replace(app.db.people.load_person(person_id), reference_picture=print_text)
        app.db.people.update_person(person)
        reassess_person(app, person)
        app.db.audit.append_entry(app.clock.now(), person_id, action, person_id, {})


def load_compared_picture(app: App, owner_id: str, finding_id: str) -> bytes:
    """Return the thumbnail of a finding that is compared now; raise InputError for any other."""
    thumbnail = app.db.thumbnails.find_thumbnail(owner_id, finding_id)
    if thumbnail is None or finding_id not in list_compared_finding_ids(app, owner_id):
        raise InputError("There is no picture of this finding to compare.")
    return thumbnail.picture


def load_reviewed_picture(app: App, reviewer: Reviewer, case_id: str) -> bytes:
    """Return the picture of an account whose case this reviewer has opened; else raise."""
    opened, case = load_opened_case(app, reviewer, case_id), app.db.cases.load_case(case_id)
    shows = opened is not None and opened.shows_picture
    thumbnail = app.db.thumbnails.find_thumbnail(case.person_id, case.finding_id) if shows else None
    if thumbnail is None:
        raise InputError("There is no picture of this account to show.")
    return thumbnail.picture
