"""Uploading a screenshot: one form takes files, and every other body stays as small as it was."""

from io import BytesIO
from random import Random

import pytest

from monitor.app import sources
from monitor.demo import response as cdn
from monitor.demo.district import ROSA
from monitor.domain.vocabulary import CaseKind
from monitor.services.pictures import MAX_UPLOAD_BYTES
from monitor.web.app import MAX_FORM_BYTES
from monitor.web.server import MAX_UPLOAD_FORM_BYTES
from tests.monitor.services.world import REVIEWERS, Staff
from tests.monitor.web.portal import OPERATOR, Guest, Portal, Seen

SHOT = cdn.draw_png("what maria saw")


@pytest.fixture
def place(maria: Staff) -> str:
    return f"/me/takedown/{maria.case(CaseKind.IMPERSONATION).id}"


def upload(guest: Guest, place: str, body: bytes = SHOT) -> Seen:
    """Send the form as a browser does; the test client would write a large file to disk."""
    parts = (
        f'--e\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{guest.csrf}\r\n'.encode(),
        b'--e\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\n',
        body,
        b"\r\n--e--\r\n",
    )
    content_type = "multipart/form-data; boundary=e"
    return guest.send(f"{place}/screenshots", b"".join(parts), content_type=content_type)


def count(portal: Portal) -> int:
    return portal.world.state.count_rows()["screenshots"]


def test_a_screenshot_is_added_shown_and_removed(portal: Portal, maria: Staff, place: str):
    pytest.importorskip("PIL", reason="Pillow: the extra `photos` is not installed")
    guest = portal.signed_in(maria.mail)

    added = upload(guest, place)

    assert added.leads_to == f"{place}#screenshots"
    seen = guest.follow(added)
    assert "Screenshot added." in seen.html
    shown = seen.page.find("img", alt="Your screenshot 1")
    assert shown
    picture = guest.get(str(shown["src"]))
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert picture.headers["Cache-Control"] == "no-store"
    assert picture.response.data.startswith(b"\xff\xd8\xff")
    removed = guest.post(f"{shown['src']}/remove")
    assert "Screenshot removed." in guest.follow(removed).html
    assert guest.get(str(shown["src"])).status == 404
    assert count(portal) == 0


@pytest.mark.parametrize(
    ("body", "words"),
    [(b"", "Choose a file first."), (b"no picture", "We cannot open this file.")],
)
def test_what_is_no_screenshot_comes_back_with_a_sentence(
    portal: Portal, maria: Staff, place: str, body: bytes, words: str
):
    pytest.importorskip("PIL", reason="Pillow: the extra `photos` is not installed")
    seen = upload(portal.signed_in(maria.mail), place, body)

    assert seen.status == 422
    assert seen.page.find(id="picture-fault")
    assert words in seen.text
    assert count(portal) == 0


def test_without_the_software_the_page_says_so_and_has_no_field(
    portal: Portal, maria: Staff, place: str, monkeypatch
):
    monkeypatch.setattr(sources, "can_open_pictures", lambda: False)
    guest = portal.signed_in(maria.mail)

    seen = guest.get(place)

    assert "this server has no software to open pictures" in seen.text
    assert seen.page.find_all("input", type="file") == []
    assert upload(guest, place).status == 422
    assert count(portal) == 0


def test_a_file_without_the_forms_token_is_refused(portal: Portal, maria: Staff, place: str):
    guest = portal.signed_in(maria.mail)

    sent = guest.send(f"{place}/screenshots", {"picture": (BytesIO(SHOT), "shot.png")})

    assert sent.status == 403
    assert count(portal) == 0


def test_only_this_form_takes_more_than_a_form(portal: Portal, maria: Staff, place: str):
    guest, large = portal.signed_in(maria.mail), b"x" * (MAX_FORM_BYTES + 1)
    noise = Random(8).randbytes(MAX_UPLOAD_BYTES)  # noqa: S311 - the same noise every time

    for body in (large, noise, b"\n" + b"x" * MAX_UPLOAD_BYTES):
        assert upload(guest, place, body).status == 422
    for other in (place, "/me/sort", f"{place}/screenshots/x/remove"):
        sent = guest.post(other, picture=(BytesIO(large), "shot.png"))
        assert sent.status == 413
    assert guest.post(f"{place}/screenshots", note=large).status == 413
    assert upload(guest, place, b"x" * MAX_UPLOAD_FORM_BYTES).status == 413


def test_to_anybody_else_there_is_nothing(portal: Portal, maria: Staff, place: str):
    pytest.importorskip("PIL", reason="Pillow: the extra `photos` is not installed")
    owner = portal.signed_in(maria.mail)
    shown = owner.follow(upload(owner, place)).page.find("img", alt="Your screenshot 1")
    assert shown
    picture = str(shown["src"])
    rosa = portal.signed_in(portal.world.joins(ROSA).mail)

    assert rosa.get(picture).status == 404
    assert upload(rosa, place).status == 404
    assert rosa.post(f"{picture}/remove").status == 404
    for other in (REVIEWERS[0], OPERATOR):
        assert portal.signed_in(other).get(picture).status == 403
        assert upload(portal.signed_in(other), place).status == 403
    assert portal.guest().get(picture).leads_to == "/sign-in"
    assert count(portal) == 1
