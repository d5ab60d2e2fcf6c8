"""A new consent text is asked about once, on one page, and no answer changes anything."""

from dataclasses import replace

import pytest

from monitor.demo.district import MARIA
from monitor.domain.consent_text import TEXT_VERSION
from tests.monitor.services.world import Staff
from tests.monitor.web.portal import Guest, Portal

OLDER_TEXT = "2026-11-30.4"
CHANGED = "The consent text has changed"


@pytest.fixture
def maria(portal: Portal) -> Staff:
    return portal.world.joins(MARIA)


@pytest.fixture
def guest(portal: Portal, maria: Staff) -> Guest:
    return portal.signed_in(maria.mail)


def test_who_agreed_to_the_text_of_today_is_asked_nothing(guest: Guest):
    assert CHANGED not in guest.get("/me").text


def test_who_agreed_to_an_older_text_is_asked_until_they_say_that_they_keep_it(
    guest: Guest, maria: Staff
):
    consents = maria.world.state.consents
    older = replace(consents.find_latest_consent(maria.id), text_version=OLDER_TEXT)
    consents.insert_consent(older)
    before = guest.get("/me")
    assert CHANGED in before.text
    assert before.page.find("a", href="/me/data/renew")

    kept = guest.post("/me/data/text")

    assert "Nothing changes for you" in guest.follow(kept).text
    assert CHANGED not in guest.get("/me").text
    assert consents.find_latest_consent(maria.id).text_version == OLDER_TEXT < TEXT_VERSION
