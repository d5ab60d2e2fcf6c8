"""Everything about a person is erased, once their goodbye email was sent or a day has passed.

"It was not me": the owner of a mailbox undoes with one button what someone else did. The token for
"this was not me" is only in emails about a consent or an address, so it proves the mailbox.
"""

import hmac
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.app import App
from monitor.domain.consent import Consent
from monitor.domain.errors import InputError
from monitor.domain.person import Person
from monitor.domain.planning.consented_queries import list_known_handles
from monitor.domain.retention import ERASED_WITHIN
from monitor.domain.vocabulary import ConsentAction, ConsentChannel, EmailState
from monitor.services.consent_end import record_consent_end
from monitor.services.notifications import build_mailbox_token
from scrapers.retry import Retry

ERASURE_RETRY = Retry(first=timedelta(minutes=10), factor=1, longest=timedelta(minutes=10))


def erase_disowned_person(app: App, person_id: str) -> None:
    """Erase at once what the owner of the mailbox says was done by someone else."""
    with app.db.begin_transaction():
        app.db.outbox.delete_unsent_emails(person_id)
        record_consent_end(app, person_id, ConsentAction.REPORTED_NOT_ME, ConsentChannel.EMAIL)
        if not app.db.legal_holds.has_active_legal_hold(person_id):
            erase_person(app, person_id)


def release_work_address(app: App, mail: str) -> None:
    """Erase at once a person who left, when their address gets a new owner.

    Under a legal hold, only the address is removed from their data.
    """
    person_id = app.db.people.find_person_id_by_mail(mail)
    consent = None if person_id is None else app.db.consents.find_latest_consent(person_id)
    if person_id is None or consent is None or consent.withdrawn_at is None:
        return
    if app.db.legal_holds.has_active_legal_hold(person_id):
        with app.db.begin_transaction():
            app.db.outbox.delete_unsent_emails(person_id)
            app.db.people.release_address(person_id)
        return
    erase_person(app, person_id)


def erase_if_ready(app: App, person_id: str) -> bool:
    """Erase a person who left; wait, for a day at most, for the goodbye email."""
    consent = app.db.consents.find_latest_consent(person_id)
    if (
        consent is None
        or consent.withdrawn_at is None
        or app.db.legal_holds.has_active_legal_hold(person_id)
    ):
        return False
    # The next attempt would be too late for the promised day.
    last_try = (
        app.clock.now() + ERASURE_RETRY.first >= _find_erasure_start(app, consent) + ERASED_WITHIN
    )
    is_written_to = any(
        email.recipient_id == person_id and email.state is EmailState.QUEUED
        for email in app.db.outbox.list_emails()
    )
    if is_written_to and not last_try:
        return False
    erase_person(app, person_id)
    return True


def erase_person(app: App, person_id: str) -> None:
    person = app.db.people.load_person(person_id)
    if not app.db.legal_holds.has_active_legal_hold(person_id):
        # Delete emails from our outbox folder, also those to old addresses without a new owner.
        given_up = (change.old for change in app.db.address_changes.list_address_changes(person.id))
        for address in {person.mail, *given_up}:
            if app.db.people.find_person_id_by_mail(address) in {None, person.id}:
                app.mailer.delete_stored_emails(address)
    with app.db.begin_transaction():
        app.db.audit.append_entry(app.clock.now(), "namesake", "erased", person_id, {})
        handles = list_known_handles(person)
        app.db.hosts.delete_hosts_naming(handles)
        app.db.robots_files.delete_robots_files_naming(handles)
        app.db.people.erase_person(person_id)


def _find_erasure_start(app: App, consent: Consent) -> datetime:
    """Return when the erasure became possible: when the person left, or the legal hold ended."""
    lifted = (
        hold.lifted_at for hold in app.db.legal_holds.list_legal_holds_of_person(consent.person_id)
    )
    return max(at for at in (consent.withdrawn_at, *lifted) if at is not None)


# Long enough to read one's mail, and short enough that an old email erases no one.
NOT_ME_LINK_LASTS = timedelta(days=14)


def find_not_me_reporter(app: App, token: str) -> str | None:
    """Return whose email has this token; None if it no longer works."""
    person_id = token.rpartition("-")[0]
    tokens = (
        build_mailbox_token(app.db, recipient)
        for recipient in _list_recent_recipients(app, person_id)
    )
    if any(hmac.compare_digest(token.encode(), mailbox_token.encode()) for mailbox_token in tokens):
        return person_id
    return None


def _list_recent_recipients(app: App, person_id: str) -> Iterator[Person]:
    """Yield the person with each address that recently got an email about a change."""
    consent, since = (
        app.db.consents.find_latest_consent(person_id),
        app.clock.now() - NOT_ME_LINK_LASTS,
    )
    if consent is None or consent.withdrawn_at is not None:
        return
    person = app.db.people.load_person(person_id)
    if since < consent.written_at:
        yield person
    for change in app.db.address_changes.list_address_changes(person_id):
        if change.changed_at and since < change.changed_at:
            yield replace(person, mail=change.old)


def report_not_me(app: App, token: str) -> None:
    """End the consent and erase everything at once."""
    person_id = find_not_me_reporter(app, token)
    if person_id is None:
        raise InputError("This link does nothing anymore.")
    erase_disowned_person(app, person_id)
