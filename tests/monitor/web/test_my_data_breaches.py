"""The page of data breaches: for its person alone, and honest about what was not checked."""

from dataclasses import replace
from datetime import date

import pytest

from monitor.db.sources import SourceHealth
from monitor.demo.district import BETH, MARIA
from monitor.domain.breach import BreachRecord
from monitor.domain.vocabulary import Scope
from scrapers.models import Breach, Outcome
from tests.monitor.services.breach_service import SOURCE, with_breaches
from tests.monitor.services.world import Staff
from tests.monitor.web.portal import Guest, Portal

PRESS = Breach(
    name="QuillPress",
    title='Quill Press <a href="https://evil.example/">',
    happened_on=date(2021, 3, 14),
    data=("Email addresses", "Passwords"),
    verified=False,
)


@pytest.fixture
def maria(portal: Portal) -> Staff:
    maria = portal.world.joins(MARIA, scopes=frozenset({Scope.PROFILES, Scope.BREACHES}))
    now = portal.world.clock.at
    record = BreachRecord(breach=PRESS, first_seen=now, last_seen=now)
    maria.world.state.breaches.save_breach(maria.id, record)
    gone = replace(record, breach=replace(PRESS, name="Old", title="Old Forum"), gone_at=now)
    maria.world.state.breaches.save_breach(maria.id, gone)
    return maria


@pytest.fixture
def guest(portal: Portal, maria: Staff) -> Guest:
    return portal.signed_in(maria.mail)


def test_the_page_says_what_leaked_when_and_what_to_do(guest):
    seen = guest.get("/me/data/breaches")

    assert "Mar 14, 2021 · not confirmed" in seen.text
    assert "What leaked: email addresses, passwords." in seen.text
    assert "turn on two-step sign-in" in seen.text
    assert "licensed under CC BY 4.0" in seen.text
    assert seen.page.find("a", href="https://haveibeenpwned.com/")
    assert "Old Forum" not in seen.text
    assert not seen.page.find_all("a", href=lambda to: to and "evil" in to)


def test_the_first_page_and_the_count_of_data_lead_there(guest):
    assert "1 known breach" in guest.get("/me").text
    assert "Data breaches 2" in guest.get("/me/data").text


def test_a_source_that_could_not_be_asked_is_told(portal, maria):
    portal.world.restarts(with_breaches(portal.world.config))
    health = SourceHealth(
        source=SOURCE, outcome=Outcome.BLOCKED, since=portal.world.clock.at, note="no key"
    )
    portal.world.state.source_health.save_source_health(health)

    shown = portal.signed_in(maria.mail).get("/me/data/breaches").text

    assert "Have I Been Pwned has been blocking us (no key)" in shown
    assert "“Not checked” does not mean that nothing is there." in shown
    assert "We have not checked your address yet." in shown


def test_who_did_not_agree_is_told_so_and_has_no_count(portal):
    beth = portal.world.joins(BETH, scopes=frozenset({Scope.PROFILES}))
    guest = portal.signed_in(beth.mail)

    assert "You have not agreed to this" in guest.get("/me/data/breaches").text
    assert "known breach" not in guest.get("/me").text


def test_no_reviewer_and_no_operator_sees_any_of_it(portal, maria):
    for who in (*portal.world.config.district.reviewers, *portal.world.config.district.operators):
        guest = portal.signed_in(who)
        for path in ("/review", "/operate", "/me/data/breaches"):
            assert "Quill Press" not in guest.get(path).text
