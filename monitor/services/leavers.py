"""People who may have left: neither a staff file nor the staff directory lists them anymore.

Nothing ends by itself. What an operator reads follows from the district's own files: how many
addresses are no longer listed, whoever joined, declined or never answered. Which ones, the files
say, and an operator types each; a person sees in their own log what was said.
"""

from monitor.app import App
from monitor.db.database import Database
from monitor.db.staff_imports import UnlistedAddress
from monitor.domain.email_delivery import is_single_address
from monitor.domain.errors import InputError
from monitor.services.consent_end import record_departure


def record_left_address(app: App, mail: str, actor: str = "operator") -> None:
    """End what the owner of an address has here: a consent, or an invitation not yet answered.

    It does the same to the eye for who joined and who did not. An address that never was invited
    or listed is refused, since it is most likely mistyped.
    """
    now, person_id = app.clock.now(), app.db.people.find_person_id_by_mail(mail)
    mails, missing = app.db.invitation_mails, _find_missing(app.db, mail)
    if person_id is None and missing is None and not mails.list_mails(mail):
        raise InputError("No one was invited at this address. Check its spelling.")
    with app.db.begin_transaction():
        if person_id is not None and is_enrolled(app.db, person_id):
            record_departure(app, person_id)
        mails.take_back_mails(mail, now)
        invitation = app.db.invitations.find_open_invitation_by_mail(mail, now)
        if invitation is not None:
            app.db.invitations.delete_invitation(invitation.id)
        if missing is not None:
            app.db.staff_listings.delete_listing(missing.mark)
        subject = person_id or (invitation.id if invitation else "")
        app.db.audit.append_entry(now, actor, "leaver-confirmed", subject, {})


def record_present_address(app: App, mail: str, actor: str) -> None:
    """Record that someone is still here: no later file proposes them, unless one lists them."""
    missing = _find_missing(app.db, mail)
    if missing is None:
        raise InputError(
            "No file that was imported before the last one listed this address, or you have "
            "decided on it already. Check its spelling."
        )
    with app.db.begin_transaction():
        app.db.staff_listings.delete_listing(missing.mark)
        subject = missing.person_id or missing.invitation_id or ""
        app.db.audit.append_entry(app.clock.now(), actor, "leaver-dismissed", subject, {})


def _find_missing(db: Database, mail: str) -> UnlistedAddress | None:
    """Find an address that the last file did not list anymore. Raises InputError for other text."""
    if not is_single_address(mail):
        raise InputError("Write one email address.")
    listing = db.staff_listings.find_listing(db.staff_listings.hash_address(mail))
    return listing if listing and listing.missing_since else None


def is_enrolled(db: Database, person_id: str) -> bool:
    consent = db.consents.find_latest_consent(person_id)
    return consent is not None and consent.withdrawn_at is None


def unlist_address(app: App, unlisted: UnlistedAddress, actor: str) -> None:
    """Note that an address is no longer listed; who joined reads so in their own log."""
    now = app.clock.now()
    app.db.staff_listings.mark_missing(unlisted.mark, now)
    if unlisted.person_id and unlisted.missing_since is None:
        app.db.audit.append_entry(now, actor, "proposed-as-left", unlisted.person_id, {})
