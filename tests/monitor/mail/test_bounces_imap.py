"""What a mailbox does not give out is unread, and never taken for a report that says nothing."""

import imaplib
from contextlib import nullcontext

import pytest

from monitor.config.sections import BouncesConfig
from monitor.domain.email_delivery import Bounce
from monitor.domain.errors import UnavailableError
from monitor.mail import bounces as bounce_box
from monitor.mail.bounces import ImapBounceMailbox, cut_headers
from monitor.mail.delivery_reports import ReportReading, parse_bounces
from scrapers.sandbox.client import ParserLostError, SandboxParser
from tests.monitor.mail.test_delivery_reports import EMAIL, report


class Box:
    """An IMAP server's side; `withheld` are messages that it does not give out now."""

    def __init__(self, searched="OK", withheld=(), first=None):
        self.searched, self.withheld = searched, withheld
        self.held = {"1": first} if first else {}
        self.seen = []

    def login(self, *_told):
        return "OK", []

    select = login

    def logout(self):
        return "BYE", []

    def uid(self, command, *told):
        if command == "SEARCH":
            return self.searched, [b"1 2" if self.searched == "OK" else b"Try later"]
        if command == "FETCH":
            given = told[0] not in self.withheld
            content = self.held.get(told[0], report())
            return ("OK", [(b"", content), b")"]) if given else ("NO", [b"Try later"])
        self.seen.append(told[0])
        return "OK", []


@pytest.fixture(scope="module")
def reader():
    """A child for all messages; one that is lost is started again."""
    with SandboxParser(children=1) as parser:
        yield parser


@pytest.fixture
def shared(monkeypatch, reader):
    monkeypatch.setattr(bounce_box, "SandboxParser", lambda **_: nullcontext(reader))


@pytest.fixture
def opened(monkeypatch):
    def opened(box):
        monkeypatch.setattr(imaplib, "IMAP4_SSL", lambda *_, **__: box)
        settings = BouncesConfig(host="mail.example", user="namesake")
        return ImapBounceMailbox(settings, "", "")

    return opened


def test_a_message_that_the_server_withholds_stays_unread(shared, opened):
    box = Box(withheld={"1"})

    heard = [bounce.local_id for bounces in opened(box).read_bounces() for bounce in bounces]

    assert (heard, box.seen) == ([EMAIL], ["2"])


def nested(parts):
    opening = 'Content-Type: multipart/report; boundary="b{}"\n\n--b{}\n'
    return "".join(opening.format(number, number) for number in range(parts)).encode()


@pytest.mark.parametrize("parts", [60, 1000])
def test_a_message_that_cannot_be_read_is_set_aside_and_the_next_one_is_read(shared, opened, parts):
    box = Box(first=nested(parts))

    first, second = opened(box).read_bounces()

    assert first is None
    assert [bounce.local_id for bounce in second] == [EMAIL]
    assert box.seen == ["1", "2"]


def costly(size=900_000):
    """Parameters that the parser of a part's headers goes through in quadratic time."""
    part = "Content-Type: multipart/mixed" + ";" * size + " boundary=c"
    return f'Content-Type: multipart/report; boundary="b"\n\n--b\n{part}\n\n--b--\n'.encode()


def test_a_message_that_takes_its_reader_too_long_is_ended_and_the_next_one_is_read(shared, opened):
    box = Box(first=costly())

    first, second = opened(box).read_bounces()

    assert first is None
    assert [bounce.local_id for bounce in second] == [EMAIL]
    assert box.seen == ["1", "2"]


def test_a_round_ends_after_few_messages_that_had_to_be_ended(opened, monkeypatch):
    def lose(*_, **__):
        raise ParserLostError

    monkeypatch.setattr(bounce_box, "MAX_LOST_MESSAGES", 1)
    monkeypatch.setattr(SandboxParser, "call", lose)
    box = Box()

    assert list(opened(box).read_bounces()) == [None]
    assert box.seen == ["1"]


def test_where_no_reader_can_be_started_the_message_stays_unread(opened, monkeypatch):
    monkeypatch.setattr("sys.executable", "/bin/false")
    box = Box()

    with pytest.raises(UnavailableError):
        list(opened(box).read_bounces())

    assert box.seen == []


def test_what_a_reader_says_of_emails_is_looked_at_again(opened, monkeypatch):
    foreign = ReportReading(bounces=(Bounce(local_id="../keys", status="5.1.1"),), fault="")
    monkeypatch.setattr(SandboxParser, "call", lambda *_, **__: foreign)

    assert list(opened(Box()).read_bounces()) == [(), ()]


@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_of_headers_only_64_kb_are_read(ends):
    long = b"X-Long: " + b";" * 1_000_000
    message = ends.join((b"Subject: A", long, b"", b"Body", b"", b"End"))

    cut = cut_headers(message)

    assert cut.startswith(b"Subject: A")
    assert cut.endswith(ends.join((b"", b"", b"Body", b"", b"End")))
    assert len(cut) == 64_000 + len(ends.join((b"", b"", b"Body", b"", b"End")))
    assert cut_headers(long) == long[:64_000]


@pytest.mark.parametrize("encoding", ["7bit", "base64", "quoted-printable", "x-uuencode"])
def test_a_report_is_read_as_it_would_be_here(shared, opened, encoding):
    content = report().replace(
        b"Content-Type: text/plain",
        b"Content-Type: text/plain; charset=iso-2022-jp\nContent-Transfer-Encoding: "
        + encoding.encode(),
    )
    headers = report(copy="text/rfc822-headers").replace(
        b"Content-Type: text/rfc822-headers",
        b"Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: " + encoding.encode(),
    )

    for message in (content, headers):
        first, _ = opened(Box(first=message)).read_bounces()
        assert first == parse_bounces(message, "")


def test_a_search_that_the_server_refuses_is_no_empty_mailbox(opened):
    with pytest.raises(UnavailableError):
        list(opened(Box(searched="NO")).read_bounces())
