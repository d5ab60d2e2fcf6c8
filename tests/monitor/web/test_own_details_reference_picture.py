"""Where a person adds a picture of themselves."""

import pytest

from monitor.app import sources
from monitor.demo import response as cdn
from monitor.demo.district import MARIA
from monitor.domain.vocabulary import Scope
from tests.monitor.web.portal import Guest, Portal, Seen

PAGE = "/me/data/picture"
PORTRAIT = cdn.draw_png("maria in the yearbook")


@pytest.fixture
def maria(portal: Portal) -> Guest:
    staff = portal.world.joins(MARIA, scopes=MARIA.scopes | {Scope.PHOTOS})
    return portal.signed_in(staff.mail)


def upload(guest: Guest, body: bytes = PORTRAIT) -> Seen:
    parts = (
        f'--e\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{guest.csrf}\r\n'.encode(),
        b'--e\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\n',
        body,
        b"\r\n--e--\r\n",
    )
    return guest.send(PAGE, b"".join(parts), content_type="multipart/form-data; boundary=e")


def test_a_picture_is_added_and_removed_and_never_shown(maria: Guest):
    pytest.importorskip("PIL", reason="Pillow: the extra `photos` is not installed")
    seen = maria.follow(upload(maria))

    assert "The picture itself is not stored." in seen.text
    assert "You have added a picture." in seen.text
    assert seen.page.find_all("img", src=lambda src: bool(src) and "picture" in src) == []
    assert "Picture of you" in maria.get("/me/data").text
    assert maria.get("/me/joined").page.find("a", href=PAGE)
    removed = maria.follow(maria.post(f"{PAGE}/remove"))
    assert "Removed." in removed.text
    assert "You have added a picture." not in removed.text


@pytest.mark.parametrize(
    ("body", "words"),
    [(b"", "Choose a file first."), (b"no picture", "We cannot open this file.")],
)
def test_what_is_no_picture_comes_back_with_a_sentence(maria: Guest, body: bytes, words: str):
    pytest.importorskip("PIL", reason="Pillow: the extra `photos` is not installed")
    seen = upload(maria, body)

    assert seen.status == 422
    assert seen.page.find(id="picture-fault")
    assert words in seen.text


def test_without_the_software_the_page_says_so_and_has_no_field(maria: Guest, monkeypatch):
    monkeypatch.setattr(sources, "can_open_pictures", lambda: False)

    seen = maria.get(PAGE)

    assert "this server has no software to open pictures" in seen.text
    assert seen.page.find_all("input", type="file") == []
    assert upload(maria).status == 422


def test_who_did_not_agree_is_led_to_the_choice(portal: Portal):
    maria = portal.signed_in(portal.world.joins(MARIA).mail)

    seen = maria.get(PAGE)

    assert seen.page.find("a", href="/me/data/scopes")
    assert seen.page.find_all("input", type="file") == []
    assert "Picture of you" not in maria.get("/me/data").text
    assert "Pictures are not compared" in maria.follow(upload(maria)).text
