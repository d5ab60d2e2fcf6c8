"""The page on which a colleague tells of a fake account: for staff, off at first, always alike."""

import pytest

from monitor.demo.district import MARIA
from tests.monitor.services.watched import stored, turn_on_telling
from tests.monitor.services.world import REVIEWERS, Staff
from tests.monitor.web.portal import OPERATOR, Guest, Portal

PATH = "/me/tell"
LOOKALIKES = "/review/look-alikes"
FAKE = "https://www.instagram.com/mariadelgad0/"
THANKS = "Thank you. A reviewer reads it. You get no answer about it."


@pytest.fixture
def maria(portal: Portal) -> Staff:
    return turn_on_telling(portal.world).joins(MARIA)


@pytest.fixture
def guest(portal: Portal, maria: Staff) -> Guest:
    return portal.signed_in(maria.mail)


def test_where_it_is_off_there_is_no_such_page(portal: Portal):
    maria = portal.world.joins(MARIA)

    for found in (portal.signed_in(maria.mail).get(PATH), portal.signed_in(maria.mail).post(PATH)):
        assert found.status == 404
    assert "Tell IT of a fake account" not in portal.signed_in(maria.mail).get("/me").text


def test_the_sites_own_report_comes_first(guest: Guest):
    text = guest.get(PATH).text

    assert guest.get("/me").page.find("a", href=PATH) is not None
    assert text.index("First report it where it is") < text.index("Then tell IT its address")
    assert "Students and parents call the school instead." in text


def test_every_answer_is_the_same_and_a_reviewer_reads_it(portal: Portal, guest: Guest):
    for address in (FAKE, FAKE, "https://nook.example/nobody"):
        assert THANKS in guest.follow(guest.post(PATH, address=address)).text

    page = portal.signed_in(REVIEWERS[0]).get(LOOKALIKES)
    assert "A colleague reported this address. Namesake has not opened it." in page.text
    assert "One may imitate a person: then tell them yourself, in private." in page.text
    assert page.page.find("a", href=FAKE) is None
    assert "Web server (A)" not in page.text


def test_what_a_reviewer_decides_leads_to_what_to_do(portal: Portal, guest: Guest):
    guest.post(PATH, address=FAKE)
    (finding,) = stored(portal.world)
    ana = portal.signed_in(REVIEWERS[0])

    ana.post(f"{LOOKALIKES}/{finding.id}", decision="impersonation", seen="open")

    assert "Tell them in private" in ana.get(LOOKALIKES).text


def test_what_is_no_address_comes_back(guest: Guest):
    seen = guest.post(PATH, address="<b>her account</b>")

    assert seen.status == 422
    assert "This is no address of the web." in seen.text


def test_nobody_but_staff_tells_and_others_are_told_whom_to_call(portal: Portal, guest: Guest):
    for other in (REVIEWERS[0], OPERATOR):
        office = portal.signed_in(other)
        assert office.post(PATH, address=FAKE).status == 403
        assert office.follow(office.get("/")).page.find("a", href=PATH) is None
    assert portal.guest().get(PATH).leads_to == "/sign-in"
    assert "of a fake account, tell the school." in portal.guest().get("/sign-in").html
    assert stored(portal.world) == ()
