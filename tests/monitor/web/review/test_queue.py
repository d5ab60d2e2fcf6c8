"""The pages of IT review: nobody is named until a case is opened, and then the closed list only."""

import re
from dataclasses import replace

import pytest
from msgspec import structs

from monitor.demo.district import JOHN, MARIA, ROSA
from monitor.domain.detection.waves import list_wave_marks
from monitor.domain.person import build_reviewer_id
from monitor.domain.vocabulary import Decision
from monitor.services.outbox import send_due
from monitor.services.review_access import VIEW_LASTS
from monitor.web.review import MOST_BESIDE
from tests.monitor.services.world import REVIEWERS, Staff
from tests.monitor.web.portal import OPERATOR, Guest, Portal
from tests.monitor.web.review.flagged import ANA, BO, fake, several

PARTS = ("/review", "/review/early", "/review/district", "/review/audit", "/review/public-records")
FITTING = (
    "kind=impersonation",
    "severity=high",
    "state=needs-you",
    "school=Maple Street Elementary School",
    "taken=nobody",
    "kind=nonsense&severity=x&state=x&taken=x&age=x",
)
CODE = re.compile(r"^ {4}(\d{3} \d{3})$", re.MULTILINE)
UNFIT = ("kind=student-link", "severity=low", "state=done", "school=x", "taken=me", "age=7")


def test_the_queue_names_nobody(maria: Staff, ana: Guest):
    seen = ana.get("/review")

    assert "1 case is open to you" in seen.text
    assert MARIA.person.school in seen.text
    for word in ("Delgado", "delgad0", "Volcanoes", "it looks", maria.mail):
        assert word not in seen.html


def test_a_list_with_nothing_in_it_says_what_that_means(portal: Portal, ana: Guest):
    seen = ana.get("/review")

    assert "No cases are open to you." in seen.text
    assert "You see a case here while the staff member shares it" in seen.text
    assert "unless they say that it is theirs." in seen.text
    assert "An empty list does not mean that nothing was found." in seen.text
    assert "No cases match your filters." in ana.get("/review?severity=low").text


def test_what_waits_for_others_is_counted_so_and_is_nobodys_to_take_yet(maria: Staff, ana: Guest):
    assert "Needs IT 1 Not assigned 1 Mine 0 Waiting for others 0" in ana.get("/review").text

    maria.rules(fake(maria), Decision.IMPERSONATION)

    seen = ana.get("/review")
    assert "Needs IT 0 Not assigned 0 Mine 0 Waiting for others 1" in seen.text
    assert "Not assigned" not in seen.page.find(class_="queue").get_text()


def test_a_case_is_opened_by_a_form_and_never_by_a_link(maria: Staff, ana: Guest):
    place = f"/review/cases/{fake(maria).id}"
    before = maria.world.state.audit.list_entries()

    seen = ana.get(place)

    assert "You will see who it is about." in seen.text
    assert "Delgado" not in seen.html
    assert maria.world.state.audit.list_entries() == before
    assert ana.post("/review/open", case=fake(maria).id).leads_to == place
    assert "Maria Delgado" in ana.get(place).text


def test_an_opened_case_shows_the_closed_list_and_no_word_from_the_web(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    finding = portal.world.state.findings.load_finding(fake(maria).finding_id)
    planted = {
        name: f"planted{name}zq"
        for name in ("title", "snippet", "name", "handle", "bio", "location")
    }
    links = ("https://plantedlinkzq.example",)
    portrait = replace(finding.portrait, **planted, links=links)
    portal.world.state.findings.update_finding(replace(finding, portrait=portrait))

    seen = ana.get(here)

    assert "planted" not in seen.html
    for words in (
        "Maria Delgado",
        MARIA.person.school,
        "delgad0",
        "The staff member shared it with IT.",
    ):
        assert words in seen.text
    assert maria.mail not in seen.html


def test_nobody_else_reads_what_one_reviewer_opened(portal: Portal, maria: Staff, here: str):
    assert "Delgado" not in portal.signed_in(BO).get(here).html


def test_after_a_while_a_case_has_to_be_opened_again(portal: Portal, maria: Staff, here: str):
    portal.world.clock.at += VIEW_LASTS

    seen = portal.signed_in(ANA).get(here)

    assert seen.title == "Open this case"
    assert "Delgado" not in seen.html


@pytest.mark.parametrize("ends", ["sharing", "consent"])
def test_what_has_closed_is_not_there_any_more(maria: Staff, ana: Guest, here: str, ends: str):
    if ends == "consent":
        maria.withdraws()
    else:
        maria.rules(fake(maria), Decision.UNSHARED)

    assert ana.get(here).status == 404
    for deed in ("take", "give-back", "note", "ask", "pack"):
        assert ana.post(f"{here}/{deed}").status == 404
    assert (
        ana.post(
            "/review/rule", seen=f"{fake(maria).id} {fake(maria).revision}", decision="harmless"
        ).status
        == 404
    )
    assert ana.post("/review/undo", case=fake(maria).id).status == 404
    assert "No cases are open to you." in ana.get("/review").text


def test_what_was_never_there_looks_like_what_has_closed(maria: Staff, ana: Guest):
    assert ana.get("/review/cases/none").status == 404
    assert ana.post("/review/open", one="none").status == 404


def test_the_pages_of_review_are_for_reviewers(portal: Portal, maria: Staff):
    guests = [portal.signed_in(entry) for entry in (ANA, maria.mail, OPERATOR)]

    for part in PARTS:
        assert [guest.get(part).status for guest in guests] == [200, 403, 403]
        assert portal.guest().get(part).leads_to == "/sign-in"


def test_a_reviewer_who_is_staff_does_not_review_what_is_about_them(portal: Portal, maria: Staff):
    district = portal.world.config.district
    config = portal.world.config
    told = structs.replace(district, reviewers=(*REVIEWERS, maria.mail))
    portal.world.restarts(structs.replace(config, district=told))
    guest = Portal(portal.world).signed_in(maria.mail)

    assert "No cases are open to you." in guest.get("/review").text
    assert guest.post("/review/open", one=fake(maria).id).status == 404
    assert guest.get(f"/review/cases/{fake(maria).id}").status == 404


def test_the_queue_has_pages_and_keeps_the_choice_from_one_to_the_next(
    portal: Portal, maria: Staff, ana: Guest
):
    several(portal, maria, 30)

    first, last = (
        ana.get("/review?kind=impersonation"),
        ana.get("/review?kind=impersonation&page=2"),
    )

    assert "Page 1 of 2" in first.text
    assert len(first.page.select("[data-row]")) == 25
    assert len(last.page.select("[data-row]")) == 6
    (following,) = first.page.select("nav.pages a[rel=next]")
    assert following["href"] == "/review?kind=impersonation&page=2"
    assert ana.get("/review?page=99").text.count("Page 2 of 2") == 1
    assert ana.get("/review?page=x").status == 200


def test_the_choice_narrows_the_queue(maria: Staff, ana: Guest):
    shown = [
        choice
        for choice in (*FITTING, *UNFIT)
        if ana.get(f"/review?{choice}").page.select("[data-row]")
    ]

    assert shown == list(FITTING)


def test_no_school_is_named_of_which_nothing_is_open(portal: Portal, maria: Staff, ana: Guest):
    portal.world.joins(ROSA)

    assert ROSA.person.school not in ana.get("/review").html


def test_looking_at_the_pages_writes_nothing(portal: Portal, maria: Staff, ana: Guest, here: str):
    before = portal.world.state.audit.list_entries()

    for place in ("/review", here, f"/review/several?case={fake(maria).id}", "/review/early"):
        assert ana.get(place).status == 200

    assert portal.world.state.audit.list_entries() == before


def joins_wave(portal: Portal, someone: Staff, number: int, maria: Staff) -> None:
    """Give someone a new account like Maria's, at her school."""
    state = portal.world.state
    finding = replace(
        state.findings.load_finding(fake(maria).finding_id),
        id=f"wave{number:028}",
        person_id=someone.id,
    )
    state.findings.insert_finding(finding, [f"alias{number}"])
    marks = list_wave_marks(finding.portrait, MARIA.person)
    state.new_accounts.save_new_account(finding, marks, portal.world.clock.at)


def test_a_wave_stands_above_the_queue_with_its_number_and_nobodys_name(
    portal: Portal, maria: Staff, ana: Guest
):
    assert "staff of one school" not in ana.get("/review").text

    for number, member in enumerate((JOHN, ROSA)):
        joins_wave(portal, portal.world.joins(member), number, maria)
    finding = portal.world.state.findings.load_finding(fake(maria).finding_id)
    portal.world.state.new_accounts.save_new_account(
        finding, list_wave_marks(finding.portrait, MARIA.person), portal.world.clock.at
    )
    seen = ana.get("/review")

    assert "3 staff of one school, Bluesky, this week" in seen.text
    for word in ("Delgado", "Smith", "Marchetti"):
        assert word not in seen.html

    portal.world.later(weeks=2)
    later = portal.signed_in(ANA).get("/review")
    assert "3 staff of one school, Bluesky, up to" in later.text


def test_a_link_that_names_its_reader_sends_a_code_and_tells_nothing_of_who_reviews(
    portal: Portal, maria: Staff
):
    where = f"/review/cases/{fake(maria).id}"
    texts = set()
    for reader in (build_reviewer_id(ANA), "reviewer-0000000000000000"):
        guest = portal.guest()
        page = guest.follow(guest.get(f"{where}?to={reader}"))
        assert page.page.find("input", attrs={"name": "address"}) is None
        texts |= {page.text, guest.follow(guest.post("/sign-in", to=reader)).text}
    send_due(portal.world.app)

    assert len(texts) == 2
    assert [email.envelope.kind for email in portal.world.post.to(ANA)] == ["sign-in-link"]


def test_signing_in_opens_a_case_by_that_press_and_only_to_a_reviewer(portal: Portal, maria: Staff):
    case = fake(maria)

    for address, opens, seen in ((maria.mail, case.id, 403), (ANA, "", 200), (ANA, case.id, 200)):
        guest = portal.guest()
        guest.get(f"/review/cases/{case.id}")
        guest.post("/sign-in", address=address)
        send_due(portal.world.app)
        sent = [message.email.text for message in portal.world.post.to(address)]
        digits = next(found[0] for text in reversed(sent) if (found := CODE.search(text)))
        page = guest.follow(guest.post("/sign-in/link", code=digits, opens=opens))
        assert page.status == seen
        assert ("Possible impersonation" in page.title) is (address == ANA and bool(opens))


def test_the_press_that_signs_in_opens_and_shows_the_case_that_it_names(
    portal: Portal, maria: Staff
):
    case, (other,) = fake(maria), several(portal, maria, 1)
    guest, state = portal.guest(), portal.world.state
    guest.get(f"/review/cases/{case.id}")
    guest.post("/sign-in", address=ANA)
    guest.get(f"/review/cases/{other}")  # in another tab
    send_due(portal.world.app)
    digits = CODE.search(portal.world.post.to(ANA)[-1].email.text)[0]

    done = guest.post("/sign-in/link", code=digits, opens=case.id)

    assert done.leads_to == f"/review/cases/{case.id}"
    seen = [
        one
        for one in (case.id, other)
        if state.access_log.has_access(build_reviewer_id(ANA), one, portal.world.clock.at)
    ]
    assert seen == [case.id]


def test_beside_a_case_stand_it_and_its_neighbors_alone(portal: Portal, maria: Staff, ana: Guest):
    several(portal, maria, 12)
    rows = [row["value"] for row in ana.get("/review").page.select(".queue [name=one]")]
    assert len(rows) > 2 * MOST_BESIDE

    for number, place in ((0, 0), (6, MOST_BESIDE // 2), (len(rows) - 1, MOST_BESIDE - 1)):
        opened = ana.follow(ana.post("/review/open", one=rows[number])).page
        beside = opened.select(".pane-list .row")
        assert [row["value"] for row in opened.select(".pane-list [name=one]")] == (
            rows[number - place : number - place + MOST_BESIDE]
        )
        assert ["row-here" in row["class"] for row in beside].index(True) == place
