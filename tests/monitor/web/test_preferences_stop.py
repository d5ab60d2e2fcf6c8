"""One click stops the weekly email, and nothing but a click does."""

import re

import pytest

from monitor.demo.district import BETH, MARIA
from monitor.domain.reason import Reason
from monitor.services.break_glass import record_break_glass
from monitor.services.outbox import send_due
from tests.monitor.web.portal import ADDRESS, Portal

ONE_CLICK = {"List-Unsubscribe": "One-Click"}

CADENCE = "/me/data/preferences/cadence"


@pytest.fixture
def maria(portal: Portal):
    maria = portal.world.joins(MARIA)
    portal.world.on_monday()
    return maria


@pytest.fixture
def link(maria) -> str:
    """The address in the header of Maria's digest."""
    (digest,) = maria.emails_of("digest")
    url = digest.envelope.unsubscribe_url
    assert re.fullmatch(rf"{re.escape(ADDRESS)}/stop/[\w.-]+", url)
    return url.removeprefix(ADDRESS)


def digests(portal: Portal, person) -> int:
    before = len(person.emails_of("digest"))
    portal.world.on_monday()
    return len(person.emails_of("digest")) - before


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_at_the_page_stops_nothing(portal: Portal, maria, link, method):
    client = portal.guest().client
    before = [
        entry.action for entry in portal.world.state.audit.list_entries_of_subjects((maria.id,))
    ]

    for _ in range(3):
        assert client.open(link, method=method.upper(), base_url=ADDRESS).status_code == 200

    assert [
        entry.action for entry in portal.world.state.audit.list_entries_of_subjects((maria.id,))
    ] == before
    assert digests(portal, maria) == 1


def test_the_button_of_a_mail_program_stops_it_without_a_cookie_and_without_a_redirect(
    portal: Portal, maria, link
):
    seen = portal.guest().send(link, ONE_CLICK)

    assert seen.status == 200
    assert seen.title == "You stopped the regular email"
    assert digests(portal, maria) == 0


def test_a_second_click_stops_it_no_more_than_once(portal: Portal, maria, link):
    for _ in range(3):
        assert portal.guest().send(link, ONE_CLICK).status == 200

    actions = [
        entry.action for entry in portal.world.state.audit.list_entries_of_subjects((maria.id,))
    ]
    assert actions.count("unsubscribed") == 1


def test_the_page_stops_it_and_gets_it_going_again(portal: Portal, maria, link):
    guest = portal.guest()
    assert guest.get(link).title == "Stop the regular email?"

    assert guest.post(link, action="stop").title == "You stopped the regular email"
    assert digests(portal, maria) == 0

    assert guest.post(link, action="go-on").title == "Stop the regular email?"
    assert digests(portal, maria) == 1


def test_what_was_noticed_meanwhile_is_told_afterwards(portal: Portal, maria, link):
    portal.guest().send(link, ONE_CLICK)
    portal.world.on_monday()
    portal.guest().post(link, action="go-on")
    portal.world.on_monday()

    assert len(maria.emails_of("digest")) == 2


def test_stopping_an_email_ends_no_consent_and_says_how_to(portal: Portal, maria, link):
    seen = portal.guest().send(link, ONE_CLICK)

    assert portal.world.state.consents.has_consent_in_force(maria.id, portal.world.clock.at)
    assert "does not end your consent" in seen.text
    assert seen.page.find("a", href="/me/data/leave")


def test_one_persons_link_stops_nobody_elses_email(portal: Portal, maria, link):
    beth = portal.world.joins(BETH)
    portal.guest().send(link, ONE_CLICK)

    assert digests(portal, beth) == 1
    assert digests(portal, maria) == 0


def test_what_cannot_wait_is_written_all_the_same(portal: Portal, maria, link):
    portal.guest().send(link, ONE_CLICK)
    record_break_glass(portal.world.app, maria.id, Reason("seen.digest"), "a call from the police")
    send_due(portal.world.app)

    (email,) = maria.emails_of("break-glass")
    assert "/me/data/seen" in email.text


def test_only_the_email_that_can_be_stopped_offers_it(portal: Portal, maria):
    send_due(portal.world.app)

    offered = {email.envelope.kind for email in maria.emails if email.envelope.unsubscribe_url}
    assert offered == {"digest"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda link: link[:-1],
        lambda link: f"{link}x",
        lambda _link: "/stop/nobody.nothing",
        lambda _link: "/stop/%00",
        lambda _link: "/stop/<script>alert(1)</script>.x",
    ],
)
def test_a_link_that_is_none_says_so_and_stops_nothing(portal: Portal, maria, link, spoil):
    guest = portal.guest()

    assert guest.send(spoil(link), ONE_CLICK).status == 404
    seen = guest.get(spoil(link))
    assert (seen.status, seen.page.find("main").find("form", action=True)) == (404, None)
    assert digests(portal, maria) == 1


def test_a_link_is_nobodys_once_its_person_is_erased(portal: Portal, maria, link):
    portal.world.state.people.erase_person(maria.id)

    assert portal.guest().send(link, ONE_CLICK).title == "This link no longer works"


def test_who_is_signed_in_finds_the_same_among_their_data(portal: Portal, maria):
    guest = portal.signed_in(maria.mail)
    assert "Stop the regular email" in guest.get("/me/data").text

    assert guest.post("/me/data/weekly-email", action="stop").leads_to == "/me/data#weekly-email"
    assert "Get the regular email again" in guest.get("/me/data").text
    assert digests(portal, maria) == 0

    portal.signed_in(maria.mail).post("/me/data/weekly-email", action="go-on")
    assert digests(portal, maria) == 1


def test_people_choose_how_often_among_their_data_and_home_says_when(portal: Portal, maria):
    guest = portal.signed_in(maria.mail)
    chosen = guest.get("/me/data").page.find("input", attrs={"name": "cadence", "checked": True})
    assert chosen["value"] == "weekly"

    assert guest.post(CADENCE, cadence="on-news").leads_to == "/me/data#weekly-email"
    chosen = guest.get("/me/data").page.find("input", attrs={"name": "cadence", "checked": True})
    assert chosen["value"] == "on-news"
    assert "if something is new" in guest.get("/me").text

    guest.post(CADENCE, cadence="monthly")
    assert "Oct 12" in guest.get("/me").text
    guest.post("/me/data/weekly-email", action="stop")
    assert "You stopped it" in guest.get("/me").text


def test_there_is_no_choice_but_those_that_have_words(portal: Portal, maria):
    guest = portal.signed_in(maria.mail)
    assert guest.post("/me/data/preferences/language", language="es").status == 404


@pytest.mark.parametrize("cadence", ["", "daily"])
def test_no_other_cadence_is_taken(portal: Portal, maria, cadence):
    assert portal.signed_in(maria.mail).post(CADENCE, cadence=cadence).status == 400
