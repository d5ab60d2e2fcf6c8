"""What a mailbox does not give out is unread, and never taken for a report that says nothing."""

import imaplib

import pytest

from monitor.config import BouncesConfig
from monitor.domain.errors import UnavailableError
from monitor.mail import bounces as bounce_box
from monitor.mail.bounces import ImapBounceMailbox
from tests.monitor.mail.test_bounces_dsn import LETTER, report


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


@pytest.fixture
def opened(monkeypatch):
    def opened(box):
        monkeypatch.setattr(imaplib, "IMAP4_SSL", lambda *_, **__: box)
        settings = BouncesConfig(host="mail.example", user="namesake")
        return ImapBounceMailbox(settings, "", "")

    return opened


def test_a_message_that_the_server_withholds_stays_unread(opened):
    box = Box(withheld={"1"})

    heard = [bounce.local_id for bounces in opened(box).read_bounces() for bounce in bounces]

    assert (heard, box.seen) == ([LETTER], ["2"])


def nested(parts):
    opening = 'Content-Type: multipart/report; boundary="b{}"\n\n--b{}\n'
    return "".join(opening.format(number, number) for number in range(parts)).encode()


@pytest.mark.parametrize("parts", [60, 1000])
def test_a_message_that_cannot_be_read_is_set_aside_and_the_next_one_is_read(opened, parts):
    box = Box(first=nested(parts))

    first, second = opened(box).read_bounces()

    assert first is None
    assert [bounce.local_id for bounce in second] == [LETTER]
    assert box.seen == ["1", "2"]


def test_a_message_that_breaks_its_reader_is_set_aside_too(opened, monkeypatch):
    def breaks(content, _return_path):
        if content == b"broken":
            raise LookupError(content)
        return ()

    monkeypatch.setattr(bounce_box, "parse_bounces", breaks)
    box = Box(first=b"broken")

    assert list(opened(box).read_bounces()) == [None, ()]
    assert box.seen == ["1", "2"]


def test_a_search_that_the_server_refuses_is_no_empty_mailbox(opened):
    with pytest.raises(UnavailableError):
        list(opened(Box(searched="NO")).read_bounces())
