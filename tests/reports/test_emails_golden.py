"""Every email as it reads today; NAMESAKE_GOLDEN=write accepts a new wording."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from monitor.config.sections import MailConfig
from monitor.domain.email_delivery import Envelope, build_message_id
from monitor.mail.smtp import build_message
from monitor.services.outbox import find_worst_severity
from reports.emails.registry import get_email_kind
from reports.emails.render import Email
from reports.emails.views import EmailView

Golden = Callable[[str, str], str]
SETTINGS = MailConfig(
    sender="Namesake <namesake@cedarvalley.example>", reply_to="privacy@cedarvalley.example"
)
# Words that a school district does not write; `namesake emails` is a command.
STIFF = re.compile(
    r"\b((?<!namesake )letters?|nobody|somebody|anybody|whoever|whom)\b"
    r"|\b(stands?|beside|told|kept|anew)\b",
    re.IGNORECASE,
)
STOP = "https://namesake.cedarvalley.example/stop/5f0c.c2lnbmF0dXJl"


def test_the_text_reads_as_agreed(email: Email, golden: Golden) -> None:
    now = f"Subject: {email.subject}\n\n{email.text}"

    assert now == golden("txt", now)


def test_an_email_is_written_in_plain_words(email: Email) -> None:
    assert STIFF.findall(f"{email.subject} {email.text}") == []


def test_the_html_is_as_agreed(email: Email, golden: Golden) -> None:
    assert email.html == golden("html", email.html)


def test_the_headers_are_as_agreed(
    view: EmailView, email: Email, name: str, golden: Golden
) -> None:
    envelope = Envelope(
        recipient="rosa.delgado@cedarvalley.example",
        message_id=build_message_id("cedar-valley", name, domain="cedarvalley.example"),
        sent_at=datetime(2026, 11, 23, 12, 12, tzinfo=UTC),
        kind=get_email_kind(view),
        dedupe_key="2026-W48",
        severity=find_worst_severity(view),
        unsubscribe_url=STOP if get_email_kind(view).form.stoppable else "",
    )
    message = build_message(email, envelope, SETTINGS)
    message.set_boundary("=_boundary")
    now = message.as_bytes().partition(b"\r\n\r\n")[0].decode("ascii").replace("\r\n", "\n")

    assert f"{now}\n" == golden("headers", f"{now}\n")
