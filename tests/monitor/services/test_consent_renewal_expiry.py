"""A consent ends by itself: its person is reminded, and what nobody renews is erased."""

import re
from datetime import UTC, datetime

import pytest

from monitor.demo.district import MARIA
from monitor.domain.vocabulary import ConsentChannel, ConsentPhase, Scope
from monitor.services.consent_renewal import ConsentAnswer, load_consent_status, renew_consent
from monitor.services.consent_terms import hash_district_terms
from tests.monitor.services.fakes import REFUSED
from tests.monitor.services.held import places_hold
from tests.monitor.services.world import Staff, World


@pytest.fixture
def maria(world_of) -> Staff:
    world = world_of("chalkboard")
    maria = world.joins(MARIA)
    world.sweep()
    return maria


@pytest.fixture
def world(maria: Staff) -> World:
    return maria.world


def reminders(maria: Staff) -> int:
    return len(maria.emails_of("consent-ending"))


def until(world: World, maria: Staff, days: int) -> None:
    """Go on to so many days after the consent was given, four weeks at a time."""
    given = world.state.consents.find_latest_consent(maria.id).given_at
    while (world.clock.at - given).days < days:
        world.later(days=min(28, days - (world.clock.at - given).days))
        world.writes()


def renews(world: World, maria: Staff) -> None:
    scopes = frozenset({Scope.SEARCH, Scope.PROFILES})
    answer = ConsentAnswer(
        scopes=scopes,
        seen_text_hash=hash_district_terms(world.app),
        channel=ConsentChannel.PORTAL,
    )
    renew_consent(world.app, maria.id, answer)


def test_whoever_joined_is_reminded_twice_before_the_end(world: World, maria: Staff):
    until(world, maria, 334)
    assert reminders(maria) == 0

    until(world, maria, 335)
    assert reminders(maria) == 1

    until(world, maria, 364)
    assert reminders(maria) == 2
    last = maria.emails_of("consent-ending")[-1].text
    assert "It does not renew automatically" in last
    assert "/me/data/renew" in last


def test_a_reminder_that_comes_after_the_end_says_that_it_has_ended(world: World, maria: Staff):
    """The service had not run for weeks."""
    until(world, maria, 300)
    world.later(days=72)
    world.writes()

    (late,) = maria.emails_of("consent-ending")
    assert "consent has ended" in late.email.subject
    assert "Until then, you can renew" in " ".join(late.text.split())
    assert "lasts until" not in late.text


def test_a_late_reminder_names_no_day_of_erasure_that_is_over(world: World, maria: Staff):
    until(world, maria, 300)
    world.later(days=120)
    world.writes()

    (late,) = maria.emails_of("consent-ending")
    day = re.search(r"erased by \w+, (\w+ \d+, \d{4})", " ".join(late.text.split()))
    assert day
    assert datetime.strptime(day[1], "%b %d, %Y").replace(tzinfo=UTC) > world.clock.at


def test_under_a_legal_hold_a_reminder_promises_no_day_of_erasure(world: World, maria: Staff):
    until(world, maria, 330)
    places_hold(world.app, maria.id, "A lawsuit.")
    until(world, maria, 336)

    (first,) = maria.emails_of("consent-ending")
    assert "erased once the hold is lifted" in " ".join(first.text.split())
    assert "erased by" not in first.text


def test_when_it_has_run_out_nothing_is_asked_and_nothing_is_gone_yet(world: World, maria: Staff):
    until(world, maria, 366)
    world.forgets_visits()

    assert world.sweep() == []
    assert world.asked_about("maria") == []
    assert maria.findings
    assert load_consent_status(world.app, maria.id).phase is ConsentPhase.EXPIRED


def test_whoever_renews_in_time_goes_on_as_if_nothing_had_been(world: World, maria: Staff):
    before = set(maria.findings)
    until(world, maria, 390)
    renews(world, maria)

    assert world.sweep() == []
    assert set(maria.findings) == before
    until(world, maria, 40)
    assert maria.id in world.state.people.list_person_ids()


def test_what_nobody_renewed_is_erased_with_a_farewell_when_the_email_said(
    world: World, maria: Staff
):
    until(world, maria, 394)
    assert maria.id in world.state.people.list_person_ids()

    world.later(days=1, minutes=1)
    world.writes()

    assert maria.id not in world.state.people.list_person_ids()
    assert "It was not renewed." in maria.emails_of("withdrawn")[-1].text


def test_a_clock_that_jumps_years_ahead_erases_nobody(world: World, maria: Staff):
    true = world.clock.at
    world.later(days=2000)
    world.writes()
    # Reminders are written in the morning.
    world.later(days=1)
    world.writes()
    assert maria.id in world.state.people.list_person_ids()
    assert reminders(maria) == 1

    world.clock.at = true
    world.later(days=7)
    world.writes()

    assert world.state.consents.can_query_person(maria.id, world.clock.at)
    assert maria.id in world.state.people.list_person_ids()


def test_an_address_that_takes_no_emails_keeps_nobody_here_for_ever(world: World, maria: Staff):
    world.post.answer = REFUSED
    until(world, maria, 400)

    assert maria.id not in world.state.people.list_person_ids()


def test_who_has_left_is_not_reminded(world: World, maria: Staff):
    places_hold(world.app, maria.id, "a case")
    maria.withdraws()
    until(world, maria, 364)

    assert reminders(maria) == 0
