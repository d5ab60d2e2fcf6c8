"""A stranger's link slows no sweep, and no secret number in it is kept, whoever reads it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from msgspec import msgpack

from monitor.demo.district import MARIA
from tests.monitor.services.world import IMPOSTOR, Staff, World, profile

# The first one held a whole service still for minutes: a word that names a number, and blanks.
SLOW_LINK = f"https://e.example/?q=123456+card{'+' * 1_900}"
TELLING_LINK = "https://e.example/give?name=rosa&card=123456789"
BIO = f"Fifth grade. My license number is 987654321. {SLOW_LINK} {TELLING_LINK}"
SECRETS = ("123456789", "987654321")


def keeps_no_secret(person: Staff) -> bool:
    """Look through what is decrypted of findings, and through every page that is kept."""
    state = person.world.state
    written = [repr(finding) for finding in state.findings.list_findings_of_person(person.id)]
    kept = [msgpack.encode(page).decode("latin-1") for page in state.pages.list_records()]
    assert written
    return not any(secret in text for secret in SECRETS for text in (*written, *kept))


def test_an_answer_of_an_api_is_masked(world: World):
    world.internet = world.internet.add_entry(replace(IMPOSTOR, bio=BIO))
    maria = world.joins(MARIA)
    world.sweep()

    (shown,) = (
        finding.portrait for finding in maria.findings.values() if "[number" in finding.portrait.bio
    )
    assert "My license number is [number removed]." in shown.bio
    assert keeps_no_secret(maria)


def test_a_page_that_a_child_parses_is_masked(world_of: Callable[..., World]):
    world = world_of("chalkboard")
    hers = profile("chalkboard", "mariadelgado")
    links = (SLOW_LINK, TELLING_LINK)
    world.internet = world.internet.remove_entry(hers).add_entry(
        replace(hers, bio=BIO, links=links)
    )
    maria = world.joins(MARIA)
    world.sweep()

    shown = maria.findings["http://chalkboard.example/t/mariadelgado"].portrait
    assert "My license number is [number removed]." in shown.bio
    assert keeps_no_secret(maria)


def test_a_page_whose_numbers_cannot_be_looked_for_is_not_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("scrapers.sandbox.client.SandboxParser.mask_page", lambda *_: None)
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()

    assert maria.findings
    assert world.state.pages.list_records() == ()
