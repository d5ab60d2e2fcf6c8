"""Emails of ours through a real Postfix, signed by OpenDKIM, read back from Dovecot."""

import time
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import dkim
import pytest

from monitor.config.sections import BouncesConfig, MailConfig, MailSecurity
from monitor.domain.email_delivery import Bounce, DeliveryStatus, Envelope, build_message_id
from monitor.domain.errors import UnavailableError
from monitor.mail.bounces import ImapBounceMailbox
from monitor.mail.smtp import SmtpTransport
from reports.emails.registry import get_email_kind, render_email
from scrapers.http.clock import SystemClock
from tests.real.mail import DOMAIN, PATIENCE, SELECTOR, MailServer
from tests.reports.samples import EMAILS

pytestmark = pytest.mark.real

STOP = f"https://namesake.{DOMAIN}/stop/{'a' * 32}.{'b' * 43}"
RETURN_PATH = f"bounces+{{id}}@{DOMAIN}"
SIGNED = {b"from", b"subject", b"list-unsubscribe", b"list-unsubscribe-post"}


def settings(mail: MailServer, **changed: object) -> MailConfig:
    told = {
        "sender": f"Namesake <namesake@{DOMAIN}>",
        "reply_to": f"privacy@{DOMAIN}",
        "host": mail.host,
        "port": mail.port,
        "user": mail.username,
        "ca_file": mail.authority,
        "return_path": RETURN_PATH,
        "per_second": 1000.0,
        **changed,
    }
    return MailConfig(**told)  # type: ignore[arg-type]  # the settings of one test


def envelope(name: str, recipient: str) -> Envelope:
    return Envelope(
        recipient=f"{recipient}@{DOMAIN}",
        message_id=build_message_id("cedar-valley", recipient, name, domain=DOMAIN),
        sent_at=datetime.now(UTC),
        kind=get_email_kind(EMAILS[name]),
        dedupe_key="2026-W48",
        unsubscribe_url=STOP,
    )


def send(mail: MailServer, name: str, recipient: str) -> Envelope:
    post = SmtpTransport(settings(mail), mail.password, SystemClock())
    sent = envelope(name, recipient)
    assert post.send_email(render_email(EMAILS[name]), sent).status is DeliveryStatus.ACCEPTED
    return sent


@pytest.mark.parametrize("name", ["digest", "alert", "review", "invitation"])
def test_an_email_arrives_as_it_was_written_and_its_signature_holds(
    mail: MailServer, name: str
) -> None:
    sent = send(mail, name, f"rosa.{name}")
    (received,) = mail.wait_for(sent.recipient, 1)
    (content,) = mail.contents(sent.recipient)

    plain, html = received.get_body(("plain",)), received.get_body(("html",))
    assert plain
    assert html
    email = render_email(EMAILS[name])
    assert plain.get_content().replace("\r\n", "\n") == email.text
    assert html.get_content().replace("\r\n", "\n").rstrip("\n") == email.html.rstrip("\n")
    assert received["Message-ID"] == sent.message_id
    assert received["List-Unsubscribe"].split(", ")[0] == f"<{STOP}>"

    record = b"v=DKIM1; k=rsa; p=" + b64encode(mail.dkim)
    checked = dkim.DKIM(content)
    assert checked.verify(dnsfunc=lambda _name, timeout: record)
    assert checked.domain == DOMAIN.encode()
    assert checked.selector == SELECTOR.encode()
    assert {name.lower() for name, _ in checked.signed_headers} >= SIGNED


def box(mail: MailServer, **changed: object) -> ImapBounceMailbox:
    told = {
        "host": mail.host,
        "port": mail.imap,
        "security": MailSecurity.STARTTLS,
        "user": f"bounces@{DOMAIN}",
        "ca_file": mail.authority,
        **changed,
    }
    return ImapBounceMailbox(
        BouncesConfig(**told),  # type: ignore[arg-type]  # the settings of one test
        mail.password,
        RETURN_PATH,
    )


def test_an_email_that_comes_back_is_known_by_its_report_and_heard_once(mail: MailServer) -> None:
    sent = send(mail, "digest", "left")

    end = time.monotonic() + PATIENCE
    heard: list[Bounce] = []
    while not heard:
        assert time.monotonic() < end, "nothing came back"
        heard = [bounce for bounces in box(mail).read_bounces() for bounce in bounces]
    assert heard == [Bounce(local_id=sent.local_id, status="5.1.1")]
    assert [bounce for bounces in box(mail).read_bounces() for bounce in bounces] == []


def test_the_report_names_its_email_without_the_address_too(mail: MailServer) -> None:
    """As on a server that does not know addresses with a plus."""
    post = SmtpTransport(
        settings(mail, return_path=f"plain@{DOMAIN}"), mail.password, SystemClock()
    )
    sent = replace(envelope("digest", "left"), message_id=build_message_id("other", domain=DOMAIN))
    assert post.send_email(render_email(EMAILS["digest"]), sent).status is DeliveryStatus.ACCEPTED

    mail.wait_for(f"plain@{DOMAIN}", 1)
    heard = [
        bounce for bounces in box(mail, user=f"plain@{DOMAIN}").read_bounces() for bounce in bounces
    ]
    assert heard == [Bounce(local_id=sent.local_id, status="5.1.1")]


@pytest.mark.parametrize(
    "wrong", [{"port": 1}, {"mailbox": "nothing"}, {"ca_file": None}, {"token_file": Path("none")}]
)
def test_a_mailbox_that_cannot_be_read_is_said_in_a_sentence(
    mail: MailServer, wrong: dict[str, object]
) -> None:
    with pytest.raises(UnavailableError, match=r"\[bounces\]"):
        list(box(mail, **wrong).read_bounces())
