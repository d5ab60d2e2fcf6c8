"""Emails reach one mailbox, protected, once; what a server may do is an answer, not an error."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.email_delivery import DeliveryStatus, build_message_id, is_single_address
from monitor.mail.smtp import FolderTransport, build_message, build_return_address
from tests.hostile_strings import HEADERS
from tests.monitor.emails import EMAIL, ENVELOPE, ROSA, SETTINGS, read, with_settings
from tests.rows import over_rows


def test_an_email_says_who_writes_to_whom_about_what_and_that_a_machine_wrote_it():
    message = build_message(EMAIL, replace(ENVELOPE, severity="high"), SETTINGS)

    assert dict(message.items()) == {
        "From": "Namesake <namesake@cedarvalley.example>",
        "To": ROSA,
        "Subject": "2 new, 1 open: week 48",
        "Date": "Mon, 23 Nov 2026 13:05:00 +0000",
        "Message-ID": ENVELOPE.message_id,
        "Reply-To": "privacy@cedarvalley.example",
        "List-ID": "Namesake <namesake.cedarvalley.example>",
        "Feedback-ID": "digest:2026w48:cedarvalley.example:namesake",
        "List-Unsubscribe": "<mailto:privacy@cedarvalley.example?subject=stop>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "X-Monitor-Severity": "high",
        "MIME-Version": "1.0",
        "Content-Type": message["Content-Type"],
    }


@pytest.mark.parametrize("name", ["Dana Ortiz", "Đặng Thị Hà", "Ortiz, Dana (IT)"])
def test_an_email_from_a_named_person_keeps_the_address_of_the_sender(name):
    written = build_message(EMAIL, replace(ENVELOPE, from_name=name), SETTINGS)

    (sender,) = read(written.as_bytes())["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (name, "namesake@cedarvalley.example")


def test_an_email_with_a_page_to_stop_it_offers_the_button_of_rfc_8058():
    url = f"https://namesake.cedarvalley.example/stop/{'a' * 76}"
    written = build_message(EMAIL, replace(ENVELOPE, unsubscribe_url=url), SETTINGS).as_bytes()
    message = read(written)

    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].split(", ")[0] == f"<{url}>"
    assert f"List-Unsubscribe: <{url}>, <mailto:".encode() in written


def test_a_bounce_finds_its_way_back_to_its_email():
    settings = with_settings(return_path="bounces+{id}@cedarvalley.example")
    part = ENVELOPE.message_id[1:33]

    assert build_return_address(ENVELOPE, SETTINGS) == "namesake@cedarvalley.example"
    assert build_return_address(ENVELOPE, settings) == f"bounces+{part}@cedarvalley.example"


def test_an_email_is_plain_text_first_and_html_second_and_nothing_else():
    message = read(build_message(EMAIL, ENVELOPE, SETTINGS).as_bytes())

    assert message.get_content_type() == "multipart/alternative"
    plain, rich = message.iter_parts()
    assert (plain.get_content_type(), rich.get_content_type()) == ("text/plain", "text/html")
    assert plain.get_content().splitlines() == EMAIL.text.splitlines()
    assert rich.get_content().splitlines() == EMAIL.html.splitlines()


def test_no_line_of_an_email_is_taken_for_the_beginning_of_another():
    text = "Still open\nFrom earlier letters.\n"
    message = build_message(replace(EMAIL, text=text), ENVELOPE, SETTINGS)

    assert b"\nFrom " not in message.as_bytes().replace(b"\r", b"").partition(b"\n\n")[2]
    plain = read(message.as_bytes()).get_body(("plain",))
    assert plain.get_content().splitlines() == text.splitlines()


def test_the_lines_of_a_body_are_as_short_as_mail_wants_them():
    email = replace(EMAIL, html=f"<p>{'word ' * 400}</p>")
    body = build_message(email, ENVELOPE, SETTINGS).as_bytes().partition(b"\r\n\r\n")[2]

    assert max(map(len, body.split(b"\r\n"))) <= 76


def test_the_id_of_an_email_is_the_same_whenever_it_is_sent():
    name = ("cedar-valley", "p1", "digest")

    assert ENVELOPE.message_id == build_message_id(*name, "2026-W48", domain="cedarvalley.example")
    assert ENVELOPE.message_id != build_message_id(*name, "2026-W49", domain="cedarvalley.example")
    assert re.fullmatch(r"<[0-9a-f]{32}@cedarvalley\.example>", ENVELOPE.message_id)


@over_rows("planted", HEADERS)
def test_a_subject_makes_no_other_header(planted):
    written = build_message(replace(EMAIL, subject=planted), ENVELOPE, SETTINGS).as_bytes()

    assert read(written).keys() == build_message(EMAIL, ENVELOPE, SETTINGS).keys()
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", written)
    assert len(re.findall(rb"(?m)^Subject:", written)) == 1


@over_rows("field", ["sender", "reply_to"])
@over_rows("planted", HEADERS)
def test_a_configured_address_makes_no_other_header_either(field, planted):
    settings = with_settings(**{field: f"it@cedarvalley.example{planted}"})

    written = build_message(EMAIL, ENVELOPE, settings).as_bytes()

    assert read(written).keys() == build_message(EMAIL, ENVELOPE, SETTINGS).keys()
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", written)


@given(st.text())
def test_whatever_a_subject_says_the_headers_stay_the_same_few(subject):
    message = build_message(replace(EMAIL, subject=subject), ENVELOPE, SETTINGS)

    assert read(message.as_bytes()).keys() == build_message(EMAIL, ENVELOPE, SETTINGS).keys()


@given(recipient=st.text())
def test_an_email_to_no_one_address_is_written_nowhere(tmp_path_factory, recipient):
    folder = tmp_path_factory.mktemp("outbox")

    delivery = FolderTransport(SETTINGS, folder).send_email(
        EMAIL, replace(ENVELOPE, recipient=recipient)
    )

    assert (delivery.status is DeliveryStatus.ACCEPTED) is is_single_address(recipient)
    assert len(list(folder.iterdir())) == is_single_address(recipient)


@pytest.fixture
def folder(tmp_path):
    return FolderTransport(SETTINGS, tmp_path / "outbox")


def test_an_email_in_the_folder_is_whole_private_and_tells_nothing_by_its_name(folder):
    assert folder.send_email(EMAIL, ENVELOPE).status is DeliveryStatus.ACCEPTED

    (path,) = folder.folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert folder.folder.stat().st_mode & 0o777 == 0o700
    assert re.fullmatch(r"[0-9a-f]{32}\.eml", path.name)
    assert read(path.read_bytes())["To"] == ROSA


def test_a_repeated_email_replaces_itself_byte_for_byte(folder):
    folder.send_email(EMAIL, ENVELOPE)
    (path,) = folder.folder.iterdir()
    before = path.read_bytes()

    folder.send_email(EMAIL, ENVELOPE)

    assert list(folder.folder.iterdir()) == [path]
    assert path.read_bytes() == before


def test_what_a_crash_left_half_written_neither_stays_nor_lends_its_rights(folder):
    draft = folder.build_path(ENVELOPE).with_suffix(".part")
    draft.parent.mkdir()
    draft.write_bytes(b"half a lett")
    draft.chmod(0o644)

    folder.send_email(EMAIL, ENVELOPE)

    (path,) = folder.folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert read(path.read_bytes())["Subject"] == EMAIL.subject


def test_a_folder_that_cannot_be_written_to_holds_the_email_back(folder):
    folder.folder.write_text("a file in the place of the folder")

    delivery = folder.send_email(EMAIL, ENVELOPE)

    assert delivery.status is DeliveryStatus.DEFERRED
    assert "outbox folder" in delivery.note
