"""A consent ends: queries stop at once, and the erasure follows (`erasure.py`)."""

from dataclasses import replace

from monitor.app import App
from monitor.domain.consent import apply_end
from monitor.domain.errors import InputError
from monitor.domain.retention import BACKUPS_ROTATE, ERASED_WITHIN
from monitor.domain.vocabulary import ConsentAction, ConsentChannel
from monitor.services.notifications import EmailPlan, build_farewell_greeting, queue_email
from reports.emails.account import WithdrawnView

ERASURE = "erase"


def withdraw_consent(
    app: App, person_id: str, channel: ConsentChannel = ConsentChannel.OPERATOR
) -> None:
    """End a consent and send a goodbye email; the erasure follows when it was sent."""
    record_consent_end(app, person_id, ConsentAction.WITHDRAWN, channel)


def record_departure(app: App, person_id: str) -> None:
    """End the consent of a person who left the district, and whose mailbox may have a new owner.

    We try to send one goodbye email, for a day at most; all other queued emails are dropped.
    """
    with app.db.begin_transaction():
        app.db.outbox.delete_unsent_emails(person_id)
        mail = app.db.people.load_person(person_id).mail
        app.db.invitation_mails.take_back_mails(mail, app.clock.now())
        record_consent_end(app, person_id, ConsentAction.LEFT, ConsentChannel.OPERATOR)


def end_lapsed_consent(app: App, person_id: str) -> None:
    """End a consent that expired and was not renewed in time."""
    record_consent_end(app, person_id, ConsentAction.EXPIRED, ConsentChannel.AUTOMATIC)


def record_consent_end(
    app: App, person_id: str, act: ConsentAction, channel: ConsentChannel
) -> None:
    now, person = app.clock.now(), app.db.people.load_person(person_id)
    consent = app.db.consents.find_latest_consent(person_id)
    if consent is None or consent.withdrawn_at is not None:
        reason = "This person has already withdrawn. Their data is being deleted."
        raise InputError(reason)
    held = app.db.legal_holds.has_active_legal_hold(person_id)
    with app.db.begin_transaction():
        app.db.consents.insert_consent(replace(apply_end(consent, act, now), channel=channel))
        app.db.jobs.ensure_job(ERASURE, person_id, now)
        app.db.access_tokens.delete_tokens_of_accounts((person_id,))
        plan = EmailPlan(recipient_id=person_id, dedupe_key=now.date().isoformat())
        view = WithdrawnView(
            **build_farewell_greeting(app, person),
            ending=act,
            at=now,
            erased_by=None if held else now + ERASED_WITHIN,
            backups_by=None if held else now + BACKUPS_ROTATE,
        )
        queue_email(app, plan, view)
        app.db.audit.append_entry(
            now, resolve_actor(person_id, channel), f"consent-{act}", person_id, {}
        )


def resolve_actor(person_id: str, channel: ConsentChannel) -> str:
    """Return who acted, for the audit log: the person, or who acted for them."""
    return {ConsentChannel.OPERATOR: "operator", ConsentChannel.AUTOMATIC: "namesake"}.get(
        channel, person_id
    )
