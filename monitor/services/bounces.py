"""Bounced emails: the address is paused, operators are notified, and time limits stop.

A bounce pauses the address, not the person, who may get another one.
"""

import logging
from dataclasses import replace
from datetime import datetime

from monitor.app import App
from monitor.db.outbox import OutboxEmail, SuppressedAddress
from monitor.domain.case import mark_notice_bounced
from monitor.domain.email_delivery import Bounce
from monitor.domain.errors import BusyError, CannotWriteError, DatabaseError, InputError
from monitor.domain.vocabulary import EmailState
from monitor.services.notifications import EmailGreeting, queue_operator_emails
from reports.emails.office import AddressSuppressedView
from reports.emails.registry import EmailRecipient, list_email_kinds

SET_ASIDE = "bounces-set-aside"
LOG = logging.getLogger(__name__)


def collect_bounces(app: App) -> None:
    """Read what came back since the last time; what one message breaks holds up no other.

    Raises UnavailableError.
    """
    aside = 0
    try:
        for bounces in app.mailer.bounces.read_bounces():
            app.beat()
            aside += bounces is None or not _process_bounces(app, bounces)
    finally:
        if aside:
            details = {"messages": str(aside)}
            app.db.audit.append_entry(app.clock.now(), "namesake", SET_ASIDE, "", details)


def _process_bounces(app: App, bounces: tuple[Bounce, ...]) -> bool:
    """Return False where the message is at fault; where the folder is, it is read again."""
    try:
        for bounce in bounces:
            process_bounce(app, bounce)
    except (BusyError, CannotWriteError, DatabaseError):
        raise
    except Exception as error:  # noqa: BLE001 - it would be read again, and hold up all others
        LOG.warning("bounce_skipped", extra={"error": type(error).__name__})
        return False
    return True


def process_bounce(app: App, bounce: Bounce) -> None:
    """Believe only what names an email that went out; one that bounced is news but once."""
    with app.db.begin_transaction():
        # Found by itself: the email of an invitation that was answered is forgotten sooner.
        mail = app.db.invitation_mails.find_mail(bounce.local_id)
        if bounce.is_permanent and mail and mail.bounced_at is None:
            returned = replace(mail, bounced_at=app.clock.now(), bounce=bounce.status)
            app.db.invitation_mails.update_mail(returned)
        email = app.db.outbox.find_email_by_message_key(bounce.local_id)
        if not bounce.is_permanent or email is None or email.state is not EmailState.SENT:
            return
        # Undo the notification: a bounced email was not read.
        for case in app.db.cases.list_cases_of_person(email.person_id):
            if case.notified_at and case.notified_at == email.sent_at:
                app.db.cases.update_case(mark_notice_bounced(case, app.clock.now()))
        app.db.outbox.mark_email_dead(email.id, f"it bounced with {bounce.status}")
        pause_address(app, email, bounce.status, email.tried_at or email.queued_at)


def pause_address(app: App, email: OutboxEmail, status: str, tried_at: datetime) -> None:
    """Write no more to an address that a mail server refuses for good.

    `tried_at` is when the email was tried, and so tells at which of their addresses.
    """
    if not email.person_id or email.kind not in list_email_kinds(EmailRecipient.STAFF):
        return
    moved_at = app.db.address_changes.find_last_change_time(email.recipient_id)
    if moved_at and tried_at < moved_at:
        return
    paused = SuppressedAddress(person_id=email.recipient_id, since=app.clock.now(), status=status)
    app.db.suppression_list.suppress_address(
        app.db.people.load_person(paused.person_id).mail, paused
    )
    app.db.audit.append_entry(
        app.clock.now(), "namesake", "address-suppressed", paused.person_id, {}
    )

    def build_paused_view(greeting: EmailGreeting) -> AddressSuppressedView:
        return AddressSuppressedView(
            **greeting, id=paused.person_id, status=status, since=paused.since
        )

    queue_operator_emails(app, f"{paused.person_id} {paused.since.isoformat()}", build_paused_view)


def resume_address(app: App, person_id: str) -> None:
    """Write to them again, because the operator says that the address works."""
    with app.db.begin_transaction():
        if not app.db.suppression_list.delete_suppression(person_id):
            reason = f"Email to {person_id} is not paused. See `namesake mail list --paused`."
            raise InputError(reason)
        app.db.audit.append_entry(app.clock.now(), "operator", "address-resumed", person_id, {})
        app.db.outbox.expedite_queued_emails(person_id, app.clock.now())
