"""Who may have left: whom neither a staff file nor the staff directory lists anymore.

Nothing ends by itself. An operator says of each one whether they left, without seeing who is
enrolled and who is only invited; a person sees in their own log that they were on that list.
"""

from dataclasses import dataclass
from datetime import datetime

from monitor.app import App
from monitor.db.accounts import UnlistedAddress
from monitor.db.database import Database
from monitor.domain.errors import InputError
from monitor.domain.person import build_operator_id
from monitor.services.erasure import record_departure


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
    return sum(1 for address in db.staff_listings.list_missing() if is_leaver(db, address, now))


def list_leavers(db: Database, now: datetime) -> tuple[Leaver, ...]:
    """Return whom the last file no longer listed, the longest missing first."""
    return tuple(
        Leaver(
            id=address.mark.hex(), mail=_load_mail(db, address), missing_since=address.missing_since
        )
        for address in db.staff_listings.list_missing()
        if address.missing_since and is_leaver(db, address, now)
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


def record_left_address(app: App, mail: str) -> None:
    """End what the owner of an address has here: a consent, or an invitation not yet answered.

    It does the same to the eye for who joined and who did not. An address that never was invited
    is refused, since it is most likely mistyped.
    """
    now, person_id = app.clock.now(), app.db.people.find_person_id_by_mail(mail)
    if person_id is None and not app.db.invitations.has_invitation(mail):
        reason = "No one was invited at this address. Check its spelling."
        raise InputError(reason)
    with app.db.begin_transaction():
        if person_id is not None and is_enrolled(app.db, person_id):
            record_departure(app, person_id)
        invitation = app.db.invitations.find_open_invitation_by_mail(mail, now)
        if invitation is not None:
            app.db.invitations.delete_invitation(invitation.id)
            app.db.audit.append_entry(now, "operator", "leaver-confirmed", invitation.id, {})


def dismiss_leaver(app: App, leaver_id: str, operator: str) -> None:
    """Record that someone is still here: no later file proposes them, unless one lists them."""
    leaver = _find_leaver(app, leaver_id)
    with app.db.begin_transaction():
        app.db.staff_listings.delete_listing(leaver.mark)
        _audit_leaver(app, leaver, "leaver-dismissed", operator)


def _find_leaver(app: App, leaver_id: str) -> UnlistedAddress:
    missing = app.db.staff_listings.list_missing()
    found = next((address for address in missing if address.mark.hex() == leaver_id), None)
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


def unlist_address(app: App, unlisted: UnlistedAddress, actor: str) -> None:
    """Propose whoever is invited or enrolled as a leaver; forget any other address."""
    now = app.clock.now()
    if not is_leaver(app.db, unlisted, now):
        app.db.staff_listings.delete_listing(unlisted.mark)
        return
    app.db.staff_listings.mark_missing(unlisted.mark, now)
    if unlisted.person_id and unlisted.missing_since is None:
        app.db.audit.append_entry(now, actor, "proposed-as-left", unlisted.person_id, {})
