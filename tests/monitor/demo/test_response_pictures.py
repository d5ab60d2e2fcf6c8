"""The pictures of the made-up accounts."""

import json

import pytest

from monitor.demo import response as cdn

CARD = "http://appview.example/xrpc/app.bsky.actor.getProfile"


@pytest.fixture
def avatar(reader):
    def avatar(actor: str, week: int = 2) -> str:
        return json.loads(reader.read(CARD, week=week, actor=actor).body)["avatar"]

    return avatar


def test_one_picture_has_one_name_and_looks_the_same_whoever_shows_it(reader, avatar):
    own, copy = avatar("mariadelgado.skies.example"), avatar("mariadelgad0.skies.example")

    assert own != copy
    assert own.rpartition("/")[2] == copy.rpartition("/")[2]
    assert reader.read(own, week=2).body == reader.read(copy, week=2).body
    assert reader.read(own, week=2).get_header("content-type") == "image/png"


def test_two_pictures_differ(reader, avatar):
    one, other = avatar("mariadelgado.skies.example"), avatar("rosamarchetti.skies.example")

    assert reader.read(one, week=2).body != reader.read(other, week=2).body


def test_a_picture_that_nobody_shows_is_not_found(reader):
    address = cdn.build_avatar_url("did:plc:nobody", "nobody")

    assert reader.read(address).status == 404


def test_a_picture_can_be_opened():
    pytest.importorskip("PIL", reason="Pillow: the extra `photos` is not installed")
    from scrapers.parsers.images import read_profile_picture  # noqa: PLC0415 - Pillow may be missing

    assert read_profile_picture(cdn.draw_png("maria-with-beetle")).picture_print
