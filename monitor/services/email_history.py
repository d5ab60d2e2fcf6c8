"""A list of our emails for someone who gets none: sent only to their own address."""

from dataclasses import replace
from datetime import timedelta

from monitor.app import App
from monitor.db.outbox import OutboxEmail
from reports.emails.account import EmailHistoryView, SentEmailLine

LOOKS_BACK = timedelta(days=90)
MOST_LISTED = 40


def complete_email_history(
    app: App, email: OutboxEmail, view: EmailHistoryView
) -> EmailHistoryView:
    """Put in what is known as it is sent; the email itself is left out."""
    db, now, person_id = app.db, app.clock.now(), email.recipient_id
    known = [
        earlier
        for earlier in db.outbox.list_records_of_person(person_id)
        if earlier.id != email.id and now - earlier.queued_at < LOOKS_BACK
    ]
    latest = known[: -MOST_LISTED - 1 : -1]
    paused = db.suppression_list.find_suppression(person_id, db.people.load_person(person_id).mail)
    consent = db.consents.find_latest_consent(person_id)
    return replace(
        view,
        emails=tuple(
            SentEmailLine(
                queued_at=one_email.queued_at,
                kind=one_email.kind,
                state=one_email.state,
                sent_at=one_email.sent_at,
            )
            for one_email in latest
        ),
        more=len(known) - len(latest),
        refused_since=paused.since if paused else None,
        stopped_at=db.preferences.load_preferences(person_id).unsubscribed_at,
        paused_until=consent.find_pause_end(now) if consent else None,
    )
