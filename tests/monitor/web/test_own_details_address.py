"""A new work address, in the browser of whoever says that it is theirs now."""

import re

import pytest
from msgspec import structs

from monitor.config.sections import Config, SignInMethod
from monitor.demo.district import JOHN, MARIA
from monitor.services.outbox import send_due
from monitor.services.sessions import find_account_id
from monitor.services.sign_in import MAX_LINKS_PER_HOUR
from tests.monitor.services.world import Staff
from tests.monitor.web.portal import ADDRESS, Guest, Portal, Seen, named

NEW = "maria.rivers@cedarvalley.example"
LINK = re.compile(rf"{ADDRESS}(/me/data/address/\S+)")
NOT_ME = re.compile(rf"{ADDRESS}(/join/not-me/\S+)")


@pytest.fixture
def maria(portal: Portal) -> Staff:
    return portal.world.joins(MARIA)


@pytest.fixture
def guest(portal: Portal, maria: Staff) -> Guest:
    return portal.signed_in(maria.mail)


def asks(guest: Guest, address: str = NEW) -> Seen:
    return guest.post("/me/data/address", address=address)


def link(portal: Portal, address: str = NEW) -> str:
    send_due(portal.world.app)
    found = LINK.search(portal.world.post.to(address)[-1].email.text)
    assert found
    return found[1]


def presses(guest: Guest, path: str) -> Seen:
    """Open the link, and press its button."""
    code = guest.get(path).page.find("input", {"name": "code"})["value"]
    return guest.post("/me/data/address/code", code=code)


def mail(maria: Staff) -> str:
    return maria.world.state.people.load_person(maria.id).mail


def test_the_way_from_my_data_to_a_new_address(portal: Portal, maria: Staff, guest: Guest):
    assert guest.get("/me/data").page.find("a", href="/me/data/address")
    written = guest.follow(asks(guest))
    assert written.title == "Check your new inbox"
    assert f"to change your email address to {NEW}" in guest.get("/me/data").text

    told = guest.follow(presses(guest, link(portal)))

    assert "Your email address was changed." in told.text
    assert f"Work email {NEW}" in told.text
    assert f"Before, it was {maria.mail}" in guest.get("/me/data/address").text
    assert "changed the work email" in guest.get("/me/data/seen").text


def test_a_scanner_that_opens_every_link_changes_nothing_and_spends_nothing(
    portal: Portal, maria: Staff, guest: Guest
):
    asks(guest)
    path = link(portal)
    for entry in (portal.guest(), guest):
        entry.client.head(path, base_url=ADDRESS)
        entry.get(path)
    assert mail(maria) == maria.mail

    assert presses(guest, path).leads_to == "/me/data"


def test_a_link_opens_nothing_in_another_session_of_the_same_person(
    portal: Portal, maria: Staff, guest: Guest
):
    other = portal.signed_in(maria.mail)
    asks(guest)
    path = link(portal)

    refused = presses(other, path)

    assert (refused.status, mail(maria)) == (422, maria.mail)
    assert "another browser" in refused.text
    assert refused.page.select_one(".faults a")["href"] == "#code"


def test_a_link_opens_nothing_for_anybody_else(portal: Portal, maria: Staff, guest: Guest):
    john = portal.signed_in(portal.world.joins(JOHN).mail)
    asks(guest)
    path = link(portal)

    assert portal.guest().get(path).leads_to == "/sign-in"
    assert presses(john, path).status == 410
    assert mail(maria) == maria.mail


def test_every_other_browser_is_signed_out_and_this_one_goes_on(
    portal: Portal, maria: Staff, guest: Guest
):
    other = portal.signed_in(maria.mail)
    asks(guest)
    presses(guest, link(portal))

    assert other.get("/me").leads_to == "/sign-in"
    assert guest.get("/me").status == 200


def test_a_code_may_be_pasted_as_it_comes(portal: Portal, maria: Staff, guest: Guest):
    asks(guest)
    path = link(portal)
    pasted = f" {ADDRESS}{path[:30]}\r\n{path[30:]} "

    assert guest.post("/me/data/address/code", code=pasted).leads_to == "/me/data"
    assert mail(maria) == NEW


def test_what_is_wrong_with_an_address_is_said_at_its_field(guest: Guest, maria: Staff):
    for typed, words in (("maria", "Enter one address of your district"), (maria.mail, "already")):
        told = asks(guest, typed)

        assert told.status == 422
        assert words in told.page.find(id="address-fault").get_text()
        assert told.page.find(id="address")["value"] == typed


def test_the_sixth_email_within_an_hour_is_refused_in_words(guest: Guest):
    for number in range(MAX_LINKS_PER_HOUR):
        assert asks(guest, f"maria.{number}@cedarvalley.example").status == 303

    told = asks(guest)

    assert told.status == 429
    assert told.headers["Retry-After"] == "3600"
    assert "five times within an hour" in told.text


def test_the_answer_is_the_same_whether_or_not_the_address_is_somebodys(
    portal: Portal, guest: Guest
):
    john = portal.world.joins(JOHN)
    pages = []
    for address in (NEW, john.mail):
        answer = asks(guest, address)
        page = guest.follow(answer).text
        pages.append((answer.status, answer.leads_to, page))

    assert pages[0] == pages[1]
    refused = presses(guest, link(portal, john.mail))
    assert "Someone is already enrolled under this address" in refused.text


def test_who_asked_for_nothing_is_led_to_the_form(guest: Guest):
    assert guest.get("/me/data/address/code").leads_to == "/me/data/address"
    assert guest.post("/me/data/address/code", code="").status == 410


def test_a_code_that_was_mistyped_may_be_typed_again(portal: Portal, maria: Staff, guest: Guest):
    asks(guest)

    assert guest.post("/me/data/address/code", code="x").status == 422
    assert presses(guest, link(portal)).leads_to == "/me/data"


def test_who_has_no_consent_any_more_is_told_so(portal: Portal, maria: Staff, guest: Guest):
    asks(guest)
    path = link(portal)
    maria.withdraws()

    assert asks(guest, "maria.r@cedarvalley.example").leads_to == "/me/data"
    assert presses(guest, path).leads_to == "/me/data"
    assert "Your consent has ended" in guest.get("/me/data").text


def test_a_move_that_was_not_their_own_is_undone_from_the_old_mailbox_alone(
    portal: Portal, maria: Staff, guest: Guest
):
    portal.world.later(days=20)  # the links of earlier emails are over
    thief = portal.signed_in(maria.mail)
    asks(thief)
    presses(thief, link(portal))
    send_due(portal.world.app)
    found = NOT_ME.search(portal.world.post.to(maria.mail)[-1].email.text)
    assert found

    assert "Was this not you?" in portal.guest().get(found[1]).title
    assert portal.guest().post(found[1]).title == "Undone"
    assert maria.id not in portal.world.state.people.list_person_ids()
    assert thief.get("/me").leads_to == "/sign-in"


def test_emails_in_the_old_mailbox_undo_nothing_that_is_done_later(portal: Portal, maria: Staff):
    """Whoever has that mailbox by then could end what is no longer theirs to end."""
    send_due(portal.world.app)
    old = NOT_ME.search(portal.world.post.to(maria.mail)[-1].email.text)
    guest = portal.signed_in(maria.mail)
    asks(guest)
    presses(guest, link(portal))
    portal.world.later(days=15)
    guest = portal.signed_in(NEW)
    guest.post("/me/data/pause", days="7")

    assert old
    assert portal.guest().post(old[1]).status == 410
    assert maria.id in portal.world.state.people.list_person_ids()


def test_who_is_listed_by_the_old_address_is_told_what_the_move_costs(portal: Portal):
    portal.world.restarts(listing(portal, MARIA.person.mail))
    guest = portal.signed_in(portal.world.joins(MARIA).mail)

    assert "lists it for reviewing" in guest.get("/me/data/address").text


def listing(portal: Portal, reviewer: str) -> Config:
    district = portal.world.config.district
    listed = structs.replace(district, reviewers=(reviewer, *district.reviewers))
    return structs.replace(portal.world.config, district=listed)


@pytest.mark.parametrize("sign_in", [SignInMethod.OIDC])
def test_who_signs_in_with_an_account_is_told_that_it_must_name_the_new_address(
    portal: Portal, maria: Staff, guest: Guest
):
    assert "You sign in with your school account" in asks(guest, "maria").text

    asks(guest)
    presses(guest, link(portal))

    assert guest.get("/me").status == 200
    assert find_account_id(portal.world.app, maria.mail) == ""
    assert find_account_id(portal.world.app, NEW) == maria.id


@pytest.mark.parametrize("sign_in", [SignInMethod.HEADER])
def test_whom_a_proxy_names_by_the_old_address_reads_once_that_it_is_done(
    portal: Portal, maria: Staff, guest: Guest
):
    asks(guest)

    told = presses(guest, link(portal))

    assert (told.status, told.title) == (200, "Your email address was changed")
    assert "Until then, you cannot sign in here" in told.text
    assert guest.get("/me").leads_to == "/sign-in"
    named(guest, NEW)
    assert guest.get("/me").status == 200
