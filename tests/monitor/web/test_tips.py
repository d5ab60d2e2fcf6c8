"""The page on which a colleague tells of a fake account: for staff, off at first, always alike."""

import re

import pytest

from monitor.demo.district import MARIA
from monitor.services.outbox import send_due
from tests.monitor.services.watched import stored, turn_on_telling
from tests.monitor.services.world import REVIEWERS, Staff
from tests.monitor.web.portal import ADDRESS, OPERATOR, Guest, Portal

PATH = "/me/tell"
ADA = "ada.lind@cedarvalley.example"
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

    guest = portal.signed_in(maria.mail)
    for path in (PATH, "/tell", "/tell/1.x"):
        assert (guest.get(path).status, guest.post(path).status) == (404, 404)
    assert "Tell IT of a fake account" not in portal.signed_in(maria.mail).get("/me").text


def test_where_it_is_off_results_and_look_alikes_say_so(portal: Portal):
    maria = portal.world.joins(MARIA)

    assert "We cannot take its address." in portal.signed_in(maria.mail).get("/me/findings").text
    reviewer = portal.signed_in(REVIEWERS[0])
    assert "That is turned off here" in reviewer.get(LOOKALIKES).text
    assert reviewer.post(LOOKALIKES, address=FAKE).status == 404


def test_where_it_is_on_results_lead_there_and_a_reviewer_adds_one(portal: Portal, guest: Guest):
    link = guest.get("/me/findings").page.find("main").find("a", href=PATH)
    assert link.get_text() == "Tell IT of a fake account"
    reviewer = portal.signed_in(REVIEWERS[0])

    assert reviewer.post(LOOKALIKES, address="no address").status == 422
    assert "It is listed here" in reviewer.follow(reviewer.post(LOOKALIKES, address=FAKE)).text
    assert [one.trace.key for one in stored(portal.world)] == ["instagram:@mariadelgad0"]


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
    front = portal.guest().get("/sign-in")
    assert "of a fake account, tell the school." in front.html
    assert front.page.find("a", href="/tell") is not None
    assert stored(portal.world) == ()


def test_who_has_not_joined_tells_by_a_link_to_their_mailbox(portal: Portal):
    world = turn_on_telling(portal.world)
    world.state.staff_listings.save_listings((ADA,))
    guest = portal.guest()

    answers = {
        guest.post("/tell", address=mail).text for mail in (ADA, "no.one@cedarvalley.example")
    }
    assert len(answers) == 1
    assert guest.post("/tell", address="ada").status == 422

    send_due(world.app)
    (email,) = [one for one in world.post.to(ADA) if one.envelope.kind == "tell-link"]
    link = re.search(rf"{ADDRESS}(/tell/\S+)", email.email.text)[1]
    reader = portal.guest()
    assert reader.get(link).page.find("form", action=link) is not None
    assert stored(world) == ()
    assert THANKS in reader.follow(reader.post(link, address=FAKE)).text
    assert reader.post(link, address="<b>").status == 422
    (finding,) = stored(world)
    assert (finding.trace.address, "ada.lind" in str(finding)) == (FAKE, False)
    assert reader.get("/me").leads_to == "/sign-in"


def test_a_link_that_is_over_tells_nothing(portal: Portal):
    world = turn_on_telling(portal.world)
    for path in ("/tell/1.x", "/tell/x"):
        assert (portal.guest().get(path).status, portal.guest().post(path).status) == (410, 410)
    assert stored(world) == ()


def test_the_audit_log_says_which_reviewer_added_an_address_and_of_no_one_who_told(portal: Portal):
    world = turn_on_telling(portal.world)
    teller, ana = portal.signed_in(world.joins(MARIA).mail), portal.signed_in(REVIEWERS[0])
    teller.post(PATH, address="https://nook.example/other")
    ana.post(LOOKALIKES, address=FAKE)
    ana.post(LOOKALIKES, address=FAKE)

    assert len(stored(world)) == 2
    added = next(one for one in stored(world) if one.trace.address == FAKE)
    entries = [one for one in world.state.audit.list_entries() if one.action == "look-alike-added"]
    assert [one.subject for one in entries] == [added.id]
    text = ana.get("/review/audit?action=look-alike-added").text
    assert "Added an address that imitates the district" in text
    assert REVIEWERS[0] in text
