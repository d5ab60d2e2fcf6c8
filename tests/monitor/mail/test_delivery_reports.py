"""A report of delivery names one email of ours by its id, and nothing else in it is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.email_delivery import Bounce
from monitor.mail.delivery_reports import MAX_BYTES, parse_bounces, read_report
from tests.rows import over_rows

EMAIL, OTHER = "0123456789abcdef" * 2, "f" * 32
RETURN_PATH = "bounces+{id}@cedarvalley.example"
REPORT = """\
Return-Path: <>
From: MAILER-DAEMON@mail.cedarvalley.example
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.cedarvalley.example
X-Postfix-Sender: rfc822; namesake@cedarvalley.example

{recipients}
--b
Content-Type: {copy}

From: Namesake <namesake@cedarvalley.example>
Message-ID: <{email}@cedarvalley.example>
Subject: Namesake

--b--
"""
FAILED = """\
Final-Recipient: rfc822; rosa@cedarvalley.example
Action: failed
Status: {status}
Diagnostic-Code: smtp; 550 no such user

"""


def report(status="5.1.1", action="failed", **told):
    recipients = FAILED.format(status=status).replace("failed", action)
    facts = {
        "to": "namesake@cedarvalley.example",
        "copy": "message/rfc822",
        "email": EMAIL,
        "recipients": recipients,
        **told,
    }
    return REPORT.format(**facts).encode()


@pytest.mark.parametrize("copy", ["message/rfc822", "text/rfc822-headers"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_report_names_its_email_by_what_it_sends_back_of_it(copy, ends):
    content = report(copy=copy).replace(b"\n", ends.encode())

    assert parse_bounces(content, "") == (Bounce(local_id=EMAIL, status="5.1.1"),)


@pytest.mark.parametrize("copy", ["message/rfc822", "text/plain"])
def test_a_report_names_its_email_by_the_address_it_goes_to(copy):
    content = report(to=f"<bounces+{OTHER.upper()}@CedarValley.example>", copy=copy)

    assert parse_bounces(content, RETURN_PATH) == (Bounce(local_id=OTHER, status="5.1.1"),)


def test_the_address_may_stand_in_another_header():
    content = report(copy="text/plain")
    content = f"Delivered-To: bounces+{OTHER}@cedarvalley.example\n".encode() + content

    assert parse_bounces(content, RETURN_PATH) == (Bounce(local_id=OTHER, status="5.1.1"),)


@pytest.mark.parametrize(
    ("status", "lasting"),
    [("5.1.1", True), ("5.7.509", True), ("4.2.2", False), ("5.4.4", False)],
)
def test_a_status_tells_whether_it_lasts(status, lasting):
    (bounce,) = parse_bounces(report(status), "")

    assert bounce.is_permanent is lasting


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_only_a_failure_is_a_bounce(action):
    assert parse_bounces(report(action=action), "") == ()


@over_rows(
    "content",
    [
        b"",
        b"Subject: I am on holiday\n\nBack in March.\n",
        report(email="not an id of ours"),
        report(status="2.1.5"),
        report(status="five"),
        report(recipients=""),
        report().replace(b"multipart/report", b"multipart/mixed"),
        report().replace(b"message/delivery-status", b"text/plain"),
        report() + b"x" * MAX_BYTES,
        b"Content-Type: multipart/report; boundary=b\n\n" + b"--b\n" * 5000,
    ],
)
def test_whatever_else_lies_in_the_mailbox_is_no_bounce(content):
    assert parse_bounces(content, RETURN_PATH) == ()


def test_a_report_about_everybody_counts_to_ten():
    content = report(recipients=FAILED.format(status="5.1.1") * 20)

    assert len(parse_bounces(content, "")) == 10


@given(st.binary(), st.integers(0, 2000), st.integers(0, 100))
def test_a_damaged_report_raises_nothing_and_blames_no_other_email(planted, at, length):
    whole = report()

    found = parse_bounces(whole[:at] + planted + whole[at + length :], RETURN_PATH)

    assert {bounce.local_id for bounce in found} <= {EMAIL}


def test_a_message_that_breaks_its_reader_is_named_by_the_error_alone():
    nested = "".join(
        f'Content-Type: multipart/report; boundary="b{number}"\n\n--b{number}\n'
        for number in range(60)
    )

    reading = read_report(nested.encode(), "")

    assert (reading.bounces, reading.fault) == ((), "ValueError")
