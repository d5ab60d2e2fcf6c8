"""What a mail server may do is an answer, not an error, and costs no email."""

import socket
from dataclasses import replace
from socketserver import BaseRequestHandler, TCPServer
from ssl import TLSVersion
from threading import Thread

import pytest

from monitor.config.sections import MailSecurity
from monitor.domain.email_delivery import DeliveryStatus
from monitor.mail.smtp import LONGEST_RECEIPT, SmtpTransport, build_tls_context
from scrapers.http.clock import SystemClock
from tests.monitor.emails import EMAIL, ENVELOPE, PASSWORD, ROSA, read, smtp, with_settings
from tests.monitor.post_office import LOOPBACK, Counter, only, opened
from tests.scrapers.http.certificates import issue, server_context


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return issue(tmp_path_factory.mktemp("certificate"), "localhost")


@pytest.fixture
def send(certificate):
    """Send one email to a counter by STARTTLS, and return what became of it."""

    def sent(counter, envelope=ENVELOPE, **changed):
        with opened(counter, tls_context=server_context(certificate)) as office:
            fields = {"ca_file": certificate, "port": office.port, **changed}
            return smtp(with_settings(**fields), PASSWORD).send_email(EMAIL, envelope)

    return sent


def test_an_email_goes_to_its_one_reader_encrypted(send):
    counter = Counter()

    assert send(counter).status is DeliveryStatus.ACCEPTED

    assert counter.recipients == [[ROSA]]
    assert counter.encrypted == [True]
    assert read(counter.emails[0])["Message-ID"] == ENVELOPE.message_id
    assert b"\n" not in counter.emails[0].replace(b"\r\n", b"")


def test_a_server_that_speaks_tls_from_the_first_byte_is_understood(certificate):
    counter = Counter()
    with opened(counter, implicit=server_context(certificate)) as office:
        settings = with_settings(security=MailSecurity.TLS, port=office.port, ca_file=certificate)

        assert smtp(settings, "").send_email(EMAIL, ENVELOPE).status is DeliveryStatus.ACCEPTED

    assert counter.recipients == [[ROSA]]


def test_a_relay_takes_emails_from_this_machine_without_a_password():
    counter = Counter()
    with opened(counter) as office:
        settings = with_settings(security=MailSecurity.RELAY, port=office.port)

        assert smtp(settings, "").send_email(EMAIL, ENVELOPE).status is DeliveryStatus.ACCEPTED

    assert counter.encrypted == [False]


def test_a_password_is_given_after_the_line_is_encrypted(certificate):
    counter = Counter()
    guarded = {
        "tls_context": server_context(certificate),
        "authenticator": only("namesake", PASSWORD),
        "auth_required": True,
    }
    with opened(counter, **guarded) as office:
        settings = with_settings(port=office.port, ca_file=certificate, user="namesake")

        right = smtp(settings, PASSWORD).send_email(EMAIL, ENVELOPE)
        wrong = smtp(settings, "trumpet").send_email(EMAIL, ENVELOPE)

    assert (right.status, wrong.status) == (DeliveryStatus.ACCEPTED, DeliveryStatus.DEFERRED)
    assert "user name and password" in wrong.note
    assert len(counter.emails) == 1


def test_nothing_is_said_in_the_clear_where_no_encryption_is_offered():
    counter = Counter()
    with opened(counter, authenticator=only("namesake", PASSWORD)) as office:
        settings = with_settings(port=office.port, user="namesake")

        delivery = smtp(settings, PASSWORD).send_email(EMAIL, ENVELOPE)

    assert delivery.status is DeliveryStatus.DEFERRED
    assert "no STARTTLS or no sign-in" in delivery.note
    assert counter.emails == []


def test_nothing_is_said_to_a_server_that_cannot_prove_who_it_is(send):
    counter = Counter()

    delivery = send(counter, ca_file=None)

    assert delivery.status is DeliveryStatus.DEFERRED
    assert "certificate" in delivery.note
    assert counter.emails == []


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ({"recipient": "450 4.2.1 try later"}, DeliveryStatus.DEFERRED),
        ({"recipient": "550 5.1.1 no such user"}, DeliveryStatus.REFUSED),
        ({"recipient": "550 5.4.4 unable to route"}, DeliveryStatus.DEFERRED),
        ({"recipient": "554 5.7.1 relay access denied"}, DeliveryStatus.DEFERRED),
        ({"email": "451 4.3.0 try later"}, DeliveryStatus.DEFERRED),
        ({"email": "554 5.7.1 no such letters here"}, DeliveryStatus.REFUSED),
        # What is wrong with our own account is mended by the operator; no email dies of it.
        ({"sender": "553 5.7.1 not your address"}, DeliveryStatus.DEFERRED),
        ({"sender": "530 5.7.0 authentication required"}, DeliveryStatus.DEFERRED),
        ({"sender": "552 5.3.4 too big"}, DeliveryStatus.REFUSED),
        # The email was taken; a second one would be one too many.
        ({"farewell": "421 closing"}, DeliveryStatus.ACCEPTED),
        ({"farewell": "500 what"}, DeliveryStatus.ACCEPTED),
    ],
)
def test_what_a_server_answers_decides_whether_an_email_is_tried_again(send, answers, verdict):
    delivery = send(Counter(**answers))

    assert delivery.status is verdict
    assert not delivery.in_doubt
    assert "@" not in delivery.note


@pytest.mark.parametrize(
    ("answer", "bounce"),
    [
        ("550 5.1.1 no such user", "5.1.1"),
        ("552 5.2.2 mailbox full", "5.2.2"),
        ("550 no such user", "550"),
        ("450 4.2.1 try later", ""),
        ("550 5.4.4 unable to route", ""),
        ("554 5.7.1 relay access denied", ""),
    ],
)
def test_only_what_is_wrong_with_the_address_counts_against_it(send, answer, bounce):
    assert send(Counter(recipient=answer)).bounce == bounce


def test_what_is_wrong_with_an_email_does_not_count_against_the_address(send):
    assert send(Counter(email="554 5.1.1 no such letters here")).bounce == ""


def test_a_line_older_than_tls_1_2_is_not_spoken():
    assert build_tls_context(None).minimum_version is TLSVersion.TLSv1_2


class SlowClock(SystemClock):
    """Counts the pauses, and makes none."""

    def __init__(self):
        self.passed = 0.0

    def monotonic(self):
        return self.passed

    def sleep(self, seconds):
        self.passed += seconds


def test_a_server_gets_no_more_emails_a_second_than_the_settings_say():
    clock = SlowClock()
    with opened(Counter()) as office:
        settings = with_settings(security=MailSecurity.RELAY, port=office.port, per_second=2)
        post = SmtpTransport(settings, "", clock)
        for _ in range(5):
            post.send_email(EMAIL, ENVELOPE)

    assert clock.passed == 2.0


def test_a_server_that_falls_silent_after_the_email_is_tried_again(send):
    delivery = send(Counter(silent=True), timeout_seconds=0.3)

    assert delivery.status is DeliveryStatus.DEFERRED
    assert delivery.in_doubt, "it may have taken it"


class ShutDoor(BaseRequestHandler):
    def handle(self):
        self.request.sendall(b"554 5.7.1 your network is on our list\r\n")


def test_a_server_that_lets_nobody_in_costs_no_email():
    with TCPServer((LOOPBACK, 0), ShutDoor) as server:
        port = server.server_address[1]
        asked = Thread(target=server.handle_request)
        asked.start()
        delivery = smtp(with_settings(port=port), "").send_email(EMAIL, ENVELOPE)
        asked.join()

    assert delivery.status is DeliveryStatus.DEFERRED
    assert "554" in delivery.note


def test_a_server_that_is_not_there_is_tried_again():
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]

    delivery = smtp(with_settings(port=port), "").send_email(EMAIL, ENVELOPE)

    assert delivery.status is DeliveryStatus.DEFERRED
    assert not delivery.in_doubt
    assert "cannot be reached" in delivery.note


@pytest.mark.parametrize("host", ["no such host", "a" * 70 + ".example", ".."])
def test_a_host_that_is_no_host_is_an_answer_too(host):
    delivery = smtp(with_settings(host=host), "").send_email(EMAIL, ENVELOPE)

    assert delivery.status is DeliveryStatus.DEFERRED


@pytest.mark.parametrize(
    "recipient",
    [
        "mallory@elsewhere.example, rosa.marchetti@cedarvalley.example",
        "rosa@cedarvalley.example\r\nRCPT TO:<mallory@elsewhere.example>",
        "rosa",
    ],
)
def test_a_bad_address_reaches_nobody_and_is_given_up(send, recipient):
    counter = Counter()

    delivery = send(counter, replace(ENVELOPE, recipient=recipient))

    assert delivery.status is DeliveryStatus.REFUSED
    assert counter.emails == []


def test_a_ca_file_that_is_not_there_is_named_by_its_key(send, tmp_path):
    delivery = send(Counter(), ca_file=tmp_path / "nothing.pem")

    assert delivery.status is DeliveryStatus.DEFERRED
    assert "ca_file" in delivery.note


def test_what_a_server_says_of_an_email_it_takes_is_kept_without_an_address():
    said = f"250 2.0.0 Ok: queued as 4XyZ for <{ROSA}> {'x' * 200}"
    with opened(Counter(email=said)) as office:
        settings = with_settings(security=MailSecurity.RELAY, port=office.port)

        receipt = smtp(settings, "").send_email(EMAIL, ENVELOPE).receipt

    assert receipt.startswith("250 2.0.0 Ok: queued as 4XyZ for ")
    assert "@" not in receipt
    assert len(receipt) == LONGEST_RECEIPT


def test_a_server_that_is_away_is_told_once_and_once_that_it_is_back(caplog):
    caplog.set_level("INFO")
    with opened(Counter()) as office:
        settings = with_settings(security=MailSecurity.RELAY, port=office.port)
        transport = smtp(settings, "")
        transport.send_email(EMAIL, ENVELOPE)
    for _ in range(3):
        assert transport.send_email(EMAIL, ENVELOPE).is_server_away
    away = [record.levelname for record in _list_own_records(caplog)]
    with opened(Counter(recipient="451 4.3.0 try later")) as office:
        transport.settings = with_settings(security=MailSecurity.RELAY, port=office.port)
        for _ in range(2):
            assert not transport.send_email(EMAIL, ENVELOPE).is_server_away

    assert away == ["WARNING"]
    said = [record.message for record in _list_own_records(caplog)]
    assert said == ["mail_server_away", "mail_server_back"]


def _list_own_records(caplog):
    return [record for record in caplog.records if record.name == "monitor.mail.smtp"]
