"""A consent ends: queries stop at once, and the erasure follows (`erasure.py`)."""

from dataclasses import replace
from datetime import datetime

from monitor.app import App
from monitor.domain.consent import Consent, apply_end
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
    record_consent_end(app, person_id, ConsentAction.LEFT, ConsentChannel.OPERATOR)


def end_lapsed_consent(app: App, person_id: str) -> None:
    """End a consent that expired and was not renewed in time."""
    record_consent_end(app, person_id, ConsentAction.EXPIRED, ConsentChannel.AUTOMATIC)


def record_consent_end(
    app: App, person_id: str, act: ConsentAction, channel: ConsentChannel
) -> None:
    now, consent = app.clock.now(), app.db.consents.find_latest_consent(person_id)
    if consent is None or consent.withdrawn_at is not None:
        raise InputError("This person has already withdrawn. Their data is being deleted.")
    ended = replace(apply_end(consent, act, now), channel=channel)
    with app.db.begin_transaction():
        app.db.consents.insert_consent(ended)
        follow_consent_end(app, ended, now)
        audit_consent(app, ended, channel, now)


def follow_consent_end(app: App, consent: Consent, at: datetime) -> None:
    """Do what follows from a consent that ended then; done again, it sends the same one email."""
    person_id, person = consent.person_id, app.db.people.load_person(consent.person_id)
    held = app.db.legal_holds.has_active_legal_hold(person_id)
    if consent.act is ConsentAction.LEFT:
        app.db.outbox.delete_unsent_emails(person_id)
        app.db.invitation_mails.take_back_mails(person.mail, at)
    app.db.jobs.ensure_job(ERASURE, person_id, app.clock.now())
    app.db.access_tokens.delete_tokens_of_accounts((person_id,))
    plan = EmailPlan(recipient_id=person_id, dedupe_key=at.date().isoformat())
    view = WithdrawnView(
        **build_farewell_greeting(app, person),
        ending=consent.act,
        at=at,
        erased_by=None if held else at + ERASED_WITHIN,
        backups_by=None if held else at + BACKUPS_ROTATE,
    )
    queue_email(app, plan, view)


def audit_consent(app: App, consent: Consent, channel: ConsentChannel, at: datetime) -> None:
    """Say in the audit log what was written then, and who wrote it: the person, or who for them."""
    actors = {ConsentChannel.OPERATOR: "operator", ConsentChannel.AUTOMATIC: "namesake"}
    actor, action = actors.get(channel, consent.person_id), f"consent-{consent.act}"
    app.db.audit.append_entry(at, actor, action, consent.person_id, {})
