"""Each answer leads somewhere: what to do is shown before it and after it, and what it opens."""

from dataclasses import replace

import pytest

from monitor.demo.district import THOMAS
from monitor.domain.case import Case
from monitor.domain.case_drafts import build_account_change_draft, build_harm_draft
from monitor.domain.finding_events import Event
from monitor.domain.vocabulary import CaseKind, Decision, EventKind, OwnershipLabel, Severity
from monitor.services.answers import record_feedback, undo_feedback
from scrapers.models import TraceKind
from tests.monitor.services.world import Staff
from tests.monitor.web.portal import Guest, Portal

OPENS = "Someone pretending to be me IT sees it. If you do not report it by "


@pytest.fixture
def guest(portal: Portal, maria: Staff) -> Guest:
    return portal.signed_in(maria.mail)


def test_a_page_says_next_to_its_buttons_which_one_shows_it_to_it(maria: Staff, guest: Guest):
    case = maria.case(CaseKind.IMPERSONATION)

    assert OPENS in guest.get("/me/sort").text
    assert OPENS in guest.get(f"/me/findings/{case.finding_id}").text
    assert "then IT can see this alert" in guest.get(f"/me/takedown/{case.id}").text
    maria.rules(case, Decision.IMPERSONATION)
    assert OPENS not in guest.get(f"/me/findings/{case.finding_id}").text
    assert "then IT can see this alert" not in guest.get(f"/me/takedown/{case.id}").text


def test_what_to_do_is_on_the_card_and_on_the_page_and_in_the_kit(maria: Staff, guest: Guest):
    case = maria.case(CaseKind.IMPERSONATION)

    for path in ("/me/sort", f"/me/findings/{case.finding_id}", f"/me/takedown/{case.id}"):
        text = guest.get(path).text
        assert "Tell your principal" in text
        assert "Warn your contacts" in text
    assert guest.get("/me/sort").page.find("a", href=f"/me/takedown/{case.id}")


def raise_harmful_page(maria: Staff) -> Case:
    """Raise an alert about a page that threatens, as a sweep does."""
    app, finding = maria.world.app, next(iter(maria.findings.values()))
    portrait = replace(finding.portrait, kind=TraceKind.PAGE, account="", harms=("threat",))
    app.db.findings.update_finding(replace(finding, portrait=portrait))
    draft = build_harm_draft(portrait)
    case = Case(
        id="c" * 32,
        person_id=maria.id,
        finding_id=finding.id,
        kind=draft.kind,
        severity=draft.severity,
        opened_at=maria.world.clock.at,
        reasons=draft.reasons,
        lowered_by=draft.lowered_by,
    )
    app.db.cases.insert_case(case)
    return case


def test_a_harmful_page_has_its_own_guide_on_each_page(maria: Staff, guest: Guest):
    case = raise_harmful_page(maria)

    kit = f"/me/takedown/{case.id}"
    for path in ("/me", "/me/sort", f"/me/findings/{case.finding_id}", kit):
        assert guest.get(path).status == 200, path
    assert "Is this page about you?" in guest.get("/me/sort").text
    assert "Ask your union or a lawyer" in guest.get(kit).text


def test_what_was_said_of_a_harmful_page_is_asked_and_undone_in_one_place(
    maria: Staff, guest: Guest
):
    case = raise_harmful_page(maria)
    page = f"/me/findings/{case.finding_id}"
    assert guest.get(page).page.find(id="whose") is None

    seen = guest.post(f"/me/cases/{case.id}", decision="mock", back="sort")

    assert "Saved: It is about me." in guest.get(seen.leads_to).text
    assert guest.get(page).page.find("form", action="/me/sort/undo") is None
    undo_feedback(maria.world.app, maria.id, (case.finding_id,))
    assert maria.world.app.db.cases.load_case(case.id).is_undecided


def test_a_page_about_them_says_what_helps_if_it_hurts(maria: Staff, guest: Guest):
    app, other = maria.world.app, next(iter(maria.findings.values()))
    found = app.db.findings.load_finding(maria.case(CaseKind.IMPERSONATION).finding_id)
    page = replace(found, portrait=replace(found.portrait, kind=TraceKind.PAGE, account=""))
    app.db.findings.update_finding(page)
    assessment = app.db.findings.find_assessment(page.id)
    assert assessment
    asked = replace(assessment, label=OwnershipLabel.UNKNOWN)
    app.db.findings.set_assessment(page.id, asked)
    assert "If it accuses or insults you" in guest.get(f"/me/findings/{page.id}").text
    record_feedback(app, maria.id, {page.id: Decision.MINE})

    assert "If it accuses or insults you" in guest.get(f"/me/findings/{page.id}").text
    contact = replace(
        maria.case(CaseKind.IMPERSONATION), id="5" * 32, kind=CaseKind.EXPOSED_CONTACT
    )
    app.db.cases.insert_case(contact)
    assert "If it accuses or insults you" not in guest.get(f"/me/findings/{page.id}").text
    assert "If it accuses or insults you" not in guest.get(f"/me/findings/{other.id}").text


def test_what_was_answered_is_said_once_on_its_page_and_can_be_taken_back_there(
    maria: Staff, guest: Guest
):
    case = maria.case(CaseKind.IMPERSONATION)
    guest.post("/me/sort", finding=case.finding_id, decision="impersonation")
    seen = guest.get(f"/me/findings/{case.finding_id}")

    assert seen.page.find(id="whose") is None
    assert len(seen.page.find_all("form", action="/me/sort/undo")) == 0
    assert seen.page.find("form", action=f"/me/cases/{case.id}/undo")


def test_home_lists_what_is_in_progress(maria: Staff, guest: Guest):
    case = maria.case(CaseKind.IMPERSONATION)
    assert "In progress" not in guest.get("/me").text
    maria.rules(case, Decision.IMPERSONATION)

    home = guest.get("/me")
    assert "Next, by Tue, Sep 15: You report it." in home.text
    assert "Nothing needs you now" not in home.text
    guest.post(f"/me/takedown/{case.id}", done="reported")
    home = guest.get("/me")
    assert "Reported , done Sep 12" in home.text
    assert "Next, by Sat, Sep 19:" in home.text
    assert home.page.find("a", href=f"/me/takedown/{case.id}")


def test_nothing_needs_attention_only_where_that_is_true(maria: Staff, guest: Guest):
    calm = "Nothing needs you now."
    case = maria.case(CaseKind.IMPERSONATION)
    assert calm not in guest.get("/me").text
    guest.post("/me/sort", finding=case.finding_id, decision="impersonation")
    assert calm not in guest.get("/me").text
    guest.post(f"/me/takedown/{case.id}", done="reported")

    assert calm in guest.get("/me").text


def test_who_lost_an_account_is_led_to_get_it_back_and_never_to_a_take_down(portal: Portal):
    thomas = portal.world.joins(THOMAS)
    portal.world.sweep()
    finding = next(iter(thomas.findings.values()))
    changed = build_account_change_draft(
        Event(
            person_id=thomas.id,
            finding_id=finding.id,
            kind=EventKind.VANISHED,
            at=finding.last_seen,
        ),
        Severity.HIGH,
    )
    case = Case(
        id="f" * 32,
        person_id=thomas.id,
        finding_id=finding.id,
        kind=changed.kind,
        severity=changed.severity,
        opened_at=finding.last_seen,
        reasons=changed.reasons,
    )
    portal.world.state.cases.insert_case(case)
    guest = portal.signed_in(thomas.mail)

    seen = guest.post(f"/me/cases/{case.id}", decision="impersonation", back="sort")

    assert seen.leads_to == f"/me/findings/{case.finding_id}#case-{case.id}"
    page = guest.get(seen.leads_to.partition("#")[0])
    assert "What to do now" in page.text
    assert "Set a new password, sign out everywhere" in page.text
    assert page.page.find("a", href=f"/me/takedown/{case.id}") is None
    assert guest.get(f"/me/takedown/{case.id}").status == 404
    assert "You try to get it back" in guest.get("/me").text

    ended = guest.follow(guest.post(f"/me/cases/{case.id}", decision="given-up"))

    assert "You said: I have given it up" in ended.text
    assert "It has ended. We no longer expect it back, and stop asking." in ended.text
    assert "If it changes or comes back, we ask you again." in ended.text
    assert ended.page.find("button", string="Undo “I have given it up”")
    assert "You try to get it back" not in guest.get("/me").text


def test_a_link_that_was_removed_by_its_persons_word_is_not_yet_said_to_be_gone(
    portal: Portal, maria: Staff, guest: Guest
):
    case = Case(
        id="d" * 32,
        person_id=maria.id,
        finding_id=maria.case(CaseKind.IMPERSONATION).finding_id,
        kind=CaseKind.STUDENT_LINK,
        severity=Severity.MEDIUM,
        opened_at=portal.world.clock.at,
        reasons=(),
        relation="follows",
    )
    portal.world.app.db.cases.insert_case(case)
    guest.post(f"/me/cases/{case.id}", decision="unlinked")

    seen = (
        guest.get(f"/me/findings/{case.finding_id}").page.find(id=f"case-{case.id}").get_text(" ")
    )

    assert "You say that you removed it. We look each week." in seen
    assert "Look through the accounts that you follow" in seen
    assert "Said to be removed" in seen
