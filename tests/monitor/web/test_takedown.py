"""The pages of the take-down kit: everything at hand, and nobody else's."""

from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pytest

from monitor.demo.district import ROSA
from monitor.domain.takedown import FactBook
from monitor.domain.vocabulary import CaseKind, Decision, Harm
from tests.monitor.services.world import REVIEWERS, Staff
from tests.monitor.web.portal import OPERATOR, Portal


@pytest.fixture
def place(maria: Staff) -> str:
    return f"/me/takedown/{maria.case(CaseKind.IMPERSONATION).id}"


def test_the_kit_stands_on_one_page(portal: Portal, maria: Staff, place: str):
    seen = portal.signed_in(maria.mail).get(place)

    assert seen.status == 200
    assert seen.title == "Report this account"
    for words in ("Bluesky", "choose Report", "Unconfirmed", "The account below is not mine"):
        assert words in seen.text
    assert "History Nothing yet." in seen.text


def test_the_note_for_the_principal_is_the_persons_to_send(
    portal: Portal, maria: Staff, place: str
):
    page = portal.signed_in(maria.mail).get(place).page
    note = " ".join(page.find(id="principal").get_text().split())

    assert note.startswith("An account on Bluesky pretends to be me. It was found on ")
    assert "Please do not search for it, write to it, or share it." in note
    # Nothing sends it: it is copied.
    assert page.find(id="principal").find_parent("form") is None


def test_the_only_field_for_a_file_is_for_screenshots_and_the_page_says_so(
    portal: Portal, maria: Staff, place: str
):
    seen = portal.signed_in(maria.mail).get(place)

    assert len(seen.page.find_all("input", type="file")) <= 1
    assert "Never add an ID or another document." in seen.text


def test_a_platform_that_wants_a_document_gets_it_from_its_person(portal: Portal, maria: Staff):
    instagram = dict(FactBook().takedown_guides[Harm.IMPERSONATION])["instagram"]
    case = maria.case(CaseKind.IMPERSONATION)
    finding = portal.world.state.findings.load_finding(case.finding_id)
    moved = replace(finding.portrait, url="https://instagram.com/rosa", account="instagram:@rosa")
    portal.world.state.findings.update_finding(replace(finding, portrait=moved))

    text = portal.signed_in(maria.mail).get(f"/me/takedown/{case.id}").text

    assert instagram.name in text
    assert "Namesake never asks for a document and keeps none." in text


def test_an_unknown_platform_gets_honest_advice(portal: Portal, maria: Staff):
    case = maria.case(CaseKind.IMPERSONATION)
    finding = portal.world.state.findings.load_finding(case.finding_id)
    moved = replace(finding.portrait, url="https://nook.example/rosa", account="nook:@rosa")
    portal.world.state.findings.update_finding(replace(finding, portrait=moved))

    guest = portal.signed_in(maria.mail)
    text = guest.get(f"/me/takedown/{case.id}").text

    assert "We do not know how this platform takes such reports." in text
    assert "We cannot open this account ourselves." in text
    saved = guest.follow(guest.post(f"/me/takedown/{case.id}", done="reported"))
    assert "Please look at it again in three days." in saved.text
    assert "We will look at the account again in three days." not in saved.text


def test_what_was_done_is_noted_with_its_day_and_shown(portal: Portal, maria: Staff, place: str):
    guest = portal.signed_in(maria.mail)

    answer = guest.post(place, done="reported", note="Number 17")

    assert answer.leads_to == place
    seen = guest.follow(answer)
    assert "Saved: you reported it." in seen.text
    assert "You reported it to the platform. Number 17" in seen.text
    assert "It was removed" in seen.text


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({}, "Choose what happened."),
        ({"done": "removed"}, "Choose what happened."),
        ({"done": "nonsense"}, "Choose what happened."),
        ({"done": "reported", "note": "x" * 1001}, "Use at most"),
    ],
)
def test_a_form_that_does_not_fit_comes_back_with_what_was_typed(
    portal: Portal, maria: Staff, place: str, fields, fault
):
    seen = portal.signed_in(maria.mail).post(place, **{"note": "Number 17", **fields})

    assert seen.status == 422
    assert fault in seen.text
    assert fields.get("note", "Number 17") in seen.text
    assert maria.case(CaseKind.IMPERSONATION).is_undecided


def test_the_evidence_is_a_file_that_no_browser_opens(portal: Portal, maria: Staff, place: str):
    seen = portal.signed_in(maria.mail).get(f"{place}/pack")

    assert seen.status == 200
    assert seen.headers["Content-Type"] == "application/zip"
    assert seen.headers["Content-Disposition"].startswith("attachment; filename=")
    with ZipFile(BytesIO(seen.response.data)) as zipped:
        assert "report.html" in zipped.namelist()


@pytest.mark.parametrize("end", ["", "/pack"])
def test_to_anybody_else_a_kit_is_not_there(portal: Portal, maria: Staff, place: str, end: str):
    rosa = portal.world.joins(ROSA)

    assert portal.signed_in(rosa.mail).get(place + end).status == 404
    assert portal.signed_in(rosa.mail).post(place, done="reported").status == 404
    for other in (REVIEWERS[0], OPERATOR):
        assert portal.signed_in(other).get(place + end).status == 403
    assert portal.guest().get(place + end).leads_to == "/sign-in"
    assert maria.case(CaseKind.IMPERSONATION).is_undecided


def test_what_cannot_be_reported_has_no_kit(portal: Portal, maria: Staff, place: str):
    maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.MINE)

    assert portal.signed_in(maria.mail).get(place).status == 404
    assert portal.signed_in(maria.mail).get("/me/takedown/none").status == 404


def test_looking_at_a_kit_and_taking_the_evidence_changes_nothing(
    portal: Portal, maria: Staff, place: str
):
    guest = portal.signed_in(maria.mail)
    before = tuple(portal.world.state.audit.list_entries())

    guest.get(place)
    guest.get(f"{place}/pack")

    assert tuple(portal.world.state.audit.list_entries()) == before
