"""One email, its envelope and the settings it is sent by."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

import msgspec

from monitor.config.sections import MailConfig
from monitor.domain.email_delivery import Envelope, build_message_id
from monitor.mail.smtp import SmtpTransport
from reports.emails.render import Email
from scrapers.http.clock import SystemClock

ROSA = "rosa.marchetti@cedarvalley.example"
PASSWORD = "trombone"
EMAIL = Email(
    subject="2 new, 1 open: week 48",
    text="Grüße.\nAll that is to say.\n",
    html="<p>Grüße. All that is to say.</p>",
)
ENVELOPE = Envelope(
    recipient=ROSA,
    message_id=build_message_id(
        "cedar-valley", "p1", "digest", "2026-W48", domain="cedarvalley.example"
    ),
    sent_at=datetime(2026, 11, 23, 13, 5, tzinfo=UTC),
    kind="digest",
    dedupe_key="2026-W48",
)
SETTINGS = MailConfig(
    sender="Namesake <namesake@cedarvalley.example>",
    reply_to="privacy@cedarvalley.example",
    host="localhost",
    timeout_seconds=5,
)


def with_settings(**changed):
    return msgspec.structs.replace(SETTINGS, **changed)


def smtp(settings, password=""):
    """Post as fast as the server takes it."""
    return SmtpTransport(
        msgspec.structs.replace(settings, per_second=1000), password, SystemClock()
    )


def read(content):
    return message_from_bytes(content, policy=policy.default)
