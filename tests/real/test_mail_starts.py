import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from tests.real.mail import DOMAIN, MailServer

pytestmark = pytest.mark.real

SUBJECT = "Zwölf neue Spuren für Łukasz"


@pytest.fixture
def session(mail: MailServer) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP(mail.host, mail.port, timeout=60) as session:
        yield session


def email_to(address: str) -> EmailMessage:
    email = EmailMessage()
    email["From"] = f"Namesake <namesake@{DOMAIN}>"
    email["To"] = address
    email["Subject"] = SUBJECT
    email.set_content("Nothing new.\n")
    return email


def test_an_email_sent_with_starttls_and_a_password_can_be_read(
    mail: MailServer, session: smtplib.SMTP
) -> None:
    address = f"ottoline@{DOMAIN}"
    session.starttls(context=mail.context())
    session.login(mail.username, mail.password)
    session.send_message(email_to(address))

    (received,) = mail.wait_for(address, 1)

    assert received["Subject"] == SUBJECT
    assert received.get_content().splitlines() == ["Nothing new."]


def test_nobody_may_sign_in_before_starttls(session: smtplib.SMTP) -> None:
    session.ehlo()

    assert not session.has_extn("auth")


def test_a_wrong_password_is_refused_for_good(mail: MailServer, session: smtplib.SMTP) -> None:
    session.starttls(context=mail.context())

    with pytest.raises(smtplib.SMTPAuthenticationError) as refusal:
        session.login(mail.username, "guess")

    assert refusal.value.smtp_code == 535


def test_nobody_sends_without_a_password(mail: MailServer, session: smtplib.SMTP) -> None:
    session.starttls(context=mail.context())

    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        session.send_message(email_to(f"ottoline@{DOMAIN}"))

    assert [code for code, _ in refusal.value.recipients.values()] == [554]


def test_an_address_that_is_gone_is_refused_for_good(
    mail: MailServer, session: smtplib.SMTP
) -> None:
    session.starttls(context=mail.context())
    session.login(mail.username, mail.password)

    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        session.send_message(email_to(f"gone@{DOMAIN}"))

    assert [code for code, _ in refusal.value.recipients.values()] == [550]
