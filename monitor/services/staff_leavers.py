"""People whom the staff file no longer lists: proposed to an operator, who says of each.

A file ends nothing: it may be half a file, or one of another school. The list does not say who is
enrolled and who is only invited, and a person sees in their own log that they were on it.
"""

from dataclasses import dataclass
from datetime import datetime

from monitor.app import App
from monitor.db.accounts import UnlistedAddress
from monitor.db.database import Database
from monitor.domain.errors import InputError
from monitor.services.erasure import record_departure
from monitor.services.notifications import build_operator_id


def is_leaver(db: Database, unlisted: UnlistedAddress, now: datetime) -> bool:
    """Tell whether someone is enrolled or invited under an address that no file lists anymore."""
    if unlisted.person_id is not None:
        return is_enrolled(db, unlisted.person_id)
    if unlisted.invitation_id is None:
        return False
    return db.invitations.load_invitation(unlisted.invitation_id).is_open(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaver:
    """Who may have left. It does not say whether they are enrolled or invited."""

    id: str
    mail: str
    missing_since: datetime


def count_leavers(db: Database, now: datetime) -> int:
    return sum(1 for each in db.staff_listings.list_missing() if is_leaver(db, each, now))


def list_leavers(db: Database, now: datetime) -> tuple[Leaver, ...]:
    """Return whom the last file no longer listed, the longest missing first."""
    return tuple(
        Leaver(id=each.mark.hex(), mail=_load_mail(db, each), missing_since=each.missing_since)
        for each in db.staff_listings.list_missing()
        if each.missing_since and is_leaver(db, each, now)
    )


def _load_mail(db: Database, unlisted: UnlistedAddress) -> str:
    if unlisted.person_id is not None:
        return db.people.load_person(unlisted.person_id).mail
    return db.invitations.load_invitation(unlisted.invitation_id or "").mail


def confirm_leaver(app: App, leaver_id: str, operator: str) -> None:
    """Record that someone left: end their consent, or take their invitation back."""
    leaver = _find_leaver(app, leaver_id)
    with app.db.begin_transaction():
        if leaver.person_id is not None:
            record_departure(app, leaver.person_id)
        elif leaver.invitation_id is not None:
            app.db.invitations.delete_invitation(leaver.invitation_id)
        app.db.staff_listings.delete_listing(leaver.mark)
        _audit_leaver(app, leaver, "leaver-confirmed", operator)


def dismiss_leaver(app: App, leaver_id: str, operator: str) -> None:
    """Record that someone is still here: no later file proposes them, unless one lists them."""
    leaver = _find_leaver(app, leaver_id)
    with app.db.begin_transaction():
        app.db.staff_listings.delete_listing(leaver.mark)
        _audit_leaver(app, leaver, "leaver-dismissed", operator)


def _find_leaver(app: App, leaver_id: str) -> UnlistedAddress:
    missing = app.db.staff_listings.list_missing()
    found = next((each for each in missing if each.mark.hex() == leaver_id), None)
    if found is None or not is_leaver(app.db, found, app.clock.now()):
        reason = (
            "This was decided already, or a newer file lists the address. Check the list again."
        )
        raise InputError(reason)
    return found


def _audit_leaver(app: App, leaver: UnlistedAddress, action: str, operator: str) -> None:
    subject = leaver.person_id or leaver.invitation_id or ""
    app.db.audit.append_entry(app.clock.now(), build_operator_id(operator), action, subject, {})


def is_enrolled(db: Database, person_id: str) -> bool:
    consent = db.consents.find_latest_consent(person_id)
    return consent is not None and consent.withdrawn_at is None
