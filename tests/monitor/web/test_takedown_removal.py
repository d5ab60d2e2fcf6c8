"""The page about taking contact details off a site: from the answer to the request, in order."""

import re
from dataclasses import replace

import pytest

from monitor.demo.data import DemoPage
from monitor.demo.district import MARIA, ROSA
from monitor.domain.vocabulary import CaseKind, CaseState, Decision
from tests.monitor.services.world import REVIEWERS, Staff
from tests.monitor.web.portal import OPERATOR, Portal, with_portal

PAGE = DemoPage(
    url="https://www.whitepages.com/maria-delgado",
    title="Maria Delgado, teacher in Cedar Valley",
    text="Maria Delgado lives at 14 Elm Street, Cedar Valley. Home: 319-555-0134.",
)


@pytest.fixture
def portal(world_of) -> Portal:
    """A portal in front of a district that asks a search engine."""
    world = world_of(families=("searxng",))
    world.restarts(with_portal(world.config))
    return Portal(world)


@pytest.fixture
def maria(portal: Portal) -> Staff:
    """Somebody whose street and phone number a people-search site shows."""
    world = portal.world
    world.internet = world.internet.add_entry(PAGE)
    maria = world.joins(MARIA)
    world.sweep()
    return maria


@pytest.fixture
def place(maria: Staff) -> str:
    return f"/me/removal/{maria.case(CaseKind.EXPOSED_CONTACT).id}"


def test_each_of_several_pages_with_contact_details_says_its_day_on_home(
    portal: Portal, maria: Staff
):
    world = portal.world
    for site in ("locator", "lookup"):
        other = replace(PAGE, url=f"http://{site}.example/maria-delgado")
        world.internet = world.internet.add_entry(other)
    world.a_week_later()
    world.sweep()

    home = portal.signed_in(maria.mail).get("/me").page
    places = home.find(id="exposures").find_parent("section").select(".where")

    assert len(places) == 3
    for place in places:
        said = place.find_next_sibling("p").get_text()
        assert re.search(r"\b[A-Z][a-z]{2} \d", said)


@pytest.mark.parametrize("back", ["", "sort"])
def test_the_answer_that_they_are_mine_leads_to_removal(
    portal: Portal, maria: Staff, place: str, back: str
):
    case = maria.case(CaseKind.EXPOSED_CONTACT)
    guest = portal.signed_in(maria.mail)

    seen = guest.post(f"/me/cases/{case.id}", decision="mine", back=back)

    assert seen.leads_to == place
    page = guest.follow(seen)
    text = page.text
    assert page.page.find("a", href="https://www.whitepages.com/privacy/ccpa")
    assert "You said that the details are yours." in text
    assert "a street address and a phone number next to your name" in text
    assert "the address of the page about you; a phone number" in text
    assert "Reportedly up to 45 days" in text
    assert "Results about you" in text


def test_who_asked_in_vain_finds_the_form_again_and_what_else_helps(
    portal: Portal, maria: Staff, place: str
):
    portal.signed_in(maria.mail).post(place, done="removal-asked")
    assert "If that does not help" not in portal.signed_in(maria.mail).get(place).text

    portal.world.later(days=31)
    page = portal.signed_in(maria.mail).get(place)

    assert page.page.find("a", href="https://www.whitepages.com/privacy/ccpa")
    ways = page.page.find("h3", string="If that does not help").find_next("ol")
    assert ways.find("a", href="https://myactivity.google.com/results-about-you")
    assert ways.find("a", href="https://lookup.icann.org")
    assert [heading.name for heading in page.page.select("main :is(h1, h2, h3)")] == [
        "h1",
        "h2",
        "h3",
    ]


def test_it_is_a_part_of_results_and_as_urgent_as_its_alert(
    portal: Portal, maria: Staff, place: str
):
    guest = portal.signed_in(maria.mail)
    finding = maria.case(CaseKind.EXPOSED_CONTACT).finding_id

    here = guest.get(place).page.select("nav [aria-current]")
    pages = (guest.get(path).text for path in (place, f"/me/findings/{finding}", "/me"))

    assert [link.get_text() for link in here] == ["Results"]
    assert not any("High" in text for text in pages)


def test_asking_for_removal_is_recorded_with_its_date_and_can_be_undone(
    portal: Portal, maria: Staff, place: str
):
    guest = portal.signed_in(maria.mail)

    seen = guest.follow(guest.post(place, done="removal-asked"))

    assert "Saved, with the date." in seen.text
    assert "Removal requested" in seen.text
    assert "Not checked since you asked" in seen.text
    # Of a page that only its person opens, nobody else finds out.
    assert "A search last listed it on" in seen.text
    assert "only you can see whether it is still there" in seen.text
    assert "If you still see it on Mon, Oct 12, it is your turn again." in seen.text
    assert "If it is still there on" not in seen.text
    assert "Give the site only what it asks for." in seen.text
    assert "Ask Google to hide it" in seen.text
    assert "You asked the site to remove the details." in seen.text
    assert maria.case(CaseKind.EXPOSED_CONTACT).state is CaseState.REMOVAL_ASKED
    guest.post(place, done="reopened")
    assert maria.case(CaseKind.EXPOSED_CONTACT).state is CaseState.OPEN


def test_what_is_still_there_is_asked_for_again_and_gone_means_proven(
    portal: Portal, maria: Staff, place: str
):
    guest = portal.signed_in(maria.mail)
    guest.post(place, done="removal-asked")
    portal.world.later(days=8)
    guest = portal.signed_in(maria.mail)
    page = guest.get(place).page
    buttons = [button.get_text() for button in page.select(".deeds button")]
    assert buttons[:2] == ["I no longer see it", "It is still there: I asked again"]
    assert len(page.select(".card a[target=_blank]")) == 2

    assert "Nothing needs you now." not in guest.get("/me").text
    again = guest.follow(guest.post(place, done="removal-asked")).text
    assert "You said that it was still there" in again
    assert "Not checked since you asked" not in again
    assert "Ask Google to hide it" in again
    home = guest.get("/me").text
    assert "Nothing needs you now." in home
    next_look = "Sun, Sep 27"
    assert f"Next, on {next_look}: You look at it yourself." in again
    assert f"Next, on {next_look}: You look at it yourself." in home
    assert f"Next by {next_look}." in read_list(portal, maria)

    said = guest.follow(guest.post(place, done="removal-done"))
    assert "Saved: you no longer see it." in said.text
    assert "It is gone" not in said.text
    assert said.page.find("button", string="It is still there")
    assert "You no longer see it" in read_list(portal, maria)
    assert "0 of 1 site has removed you." in read_list(portal, maria)


def test_details_may_stay_up_after_a_request_as_well(portal: Portal, maria: Staff, place: str):
    guest = portal.signed_in(maria.mail)
    case = maria.case(CaseKind.EXPOSED_CONTACT)
    guest.post(f"/me/cases/{case.id}", decision="mine")
    assert guest.get(place).page.find("button", string="I leave it as it is")
    guest.post(place, done="removal-asked")
    assert guest.get(place).page.find("button", string="I leave it as it is")

    left = guest.follow(guest.post(place, done="harmless"))

    assert "Saved: you leave it as it is. If it changes, we ask you again." in left.text
    assert "You said: I leave it as it is" in left.text
    guest.post(f"/me/cases/{case.id}/undo")
    assert "You left it as it is." in guest.get(place).text
    assert "nothing more is needed" not in guest.get("/me/data").text
    assert maria.case(CaseKind.EXPOSED_CONTACT).state is CaseState.REMOVAL_ASKED


@pytest.mark.parametrize("done", ["", "removal-done", "harmless", "nonsense"])
def test_a_step_that_does_not_fit_is_refused(portal: Portal, maria: Staff, place: str, done: str):
    assert portal.signed_in(maria.mail).post(place, done=done).status == 400
    assert maria.case(CaseKind.EXPOSED_CONTACT).is_undecided


def read_list(portal: Portal, maria: Staff) -> str:
    return portal.signed_in(maria.mail).get("/me/findings/removals").text


def test_the_list_of_removals_tells_of_each_site_how_far_it_is(
    portal: Portal, maria: Staff, place: str
):
    asked = read_list(portal, maria)
    assert "0 of 1 site has removed you. One needs you." in asked
    assert "Whitepages : a street address and a phone number" in asked
    assert "Found on Sep 12" in asked

    portal.signed_in(maria.mail).post(place, done="removal-asked")
    waits = read_list(portal, maria)
    assert "needs you" not in waits
    assert "Asked on Sep 12" in waits
    assert "Next by Sat, Sep 19." in waits

    portal.signed_in(maria.mail).post(place, done="removal-done")
    portal.world.later(days=31)
    gone = read_list(portal, maria)
    assert "1 of 1 site has removed you." in gone
    assert "Ended on Oct 12" in gone


def test_what_is_not_theirs_or_may_stay_is_not_in_that_list(portal: Portal, maria: Staff):
    maria.rules(maria.case(CaseKind.EXPOSED_CONTACT), Decision.HARMLESS)

    assert "No site that we know shows your address" in read_list(portal, maria)


def test_to_anybody_else_the_page_is_not_there(portal: Portal, maria: Staff, place: str):
    rosa = portal.world.joins(ROSA)

    assert portal.signed_in(rosa.mail).get(place).status == 404
    assert portal.signed_in(rosa.mail).post(place, done="removal-asked").status == 404
    for other in (REVIEWERS[0], OPERATOR):
        assert portal.signed_in(other).get(place).status == 403
    assert portal.guest().get(place).leads_to == "/sign-in"


def test_what_may_stay_has_no_page(portal: Portal, maria: Staff, place: str):
    maria.rules(maria.case(CaseKind.EXPOSED_CONTACT), Decision.HARMLESS)

    assert portal.signed_in(maria.mail).get(place).status == 404
    assert portal.signed_in(maria.mail).get("/me/removal/none").status == 404
