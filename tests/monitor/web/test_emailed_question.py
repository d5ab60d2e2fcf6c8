"""A link in an email answers one finding: by its button alone, and nothing else."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from msgspec import structs

from monitor.demo.district import MARIA
from monitor.domain.case import restart_case
from monitor.domain.feedback import Feedback
from monitor.domain.reason import Count, Reason
from monitor.domain.vocabulary import CaseKind, Decision
from monitor.services.answer_links import ANSWER_LINK_LASTS, AnswerLink, build_answer_token
from monitor.services.answers import undo_feedback
from monitor.services.digests import build_digest_view
from monitor.services.outbox import send_due
from monitor.services.sign_in import CODE_LASTS, MAX_LINKS_PER_HOUR
from reports.emails.registry import render_email
from tests.monitor.services.world import IMPOSTOR, Staff
from tests.monitor.web.portal import ADDRESS, Guest, Portal

ANSWER = re.compile(rf"{re.escape(ADDRESS)}(/answer/\S+)")


@pytest.fixture
def maria(portal: Portal) -> Staff:
    """Maria, who was just written to about somebody who poses as her."""
    world = portal.world
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    send_due(world.app)
    return maria


@pytest.fixture
def link(maria: Staff) -> str:
    (alert,) = maria.emails_of("alert")
    found = ANSWER.findall(alert.email.text)
    assert len(found) == 1
    assert found[0] in alert.email.html
    return str(found[0])


def answers(portal: Portal, maria: Staff) -> list[str]:
    entries = portal.world.state.audit.list_entries()
    return [entry.action for entry in entries if entry.action == "decided"]


def test_whoever_has_the_email_answers_without_signing_in(portal, maria, link):
    guest = portal.guest()
    page = guest.get(link)
    assert page.status == 200
    assert "Someone pretending to be me IT sees it. If you do not report it by " in page.text

    seen = guest.post(link, decision="namesake")

    assert seen.title == "Saved"
    assert "You said: Someone else with my name" in seen.text
    finding = maria.case(CaseKind.IMPERSONATION).finding_id
    assert portal.world.state.findings.find_finding_feedback(finding) is Decision.NAMESAKE
    assert answers(portal, maria) == ["decided"]
    assert guest.get("/me").leads_to == "/sign-in"


def test_where_it_has_no_reviewer_no_answer_is_said_to_open_the_alert(portal, maria, link):
    config = portal.world.app.config
    district = structs.replace(config.district, reviewers=())
    portal.world.restarts(structs.replace(config, district=district))
    guest = portal.guest()

    asked = guest.get(link)
    said = guest.post(link, decision="impersonation")

    assert "IT has no reviewer left who may" in asked.text
    for seen in (asked, said):
        assert not any(claim in seen.text for claim in ("IT sees it", "IT can see"))


def test_an_impersonation_leads_to_the_steps_after_signing_in(portal, maria, link):
    guest = portal.guest()
    case = maria.case(CaseKind.IMPERSONATION)

    kit = f"/me/takedown/{case.id}"
    seen = guest.post(link, decision="impersonation")
    assert seen.page.find("form", action="/sign-in/link")
    assert guest.get(kit).leads_to == "/sign-in"

    send_due(portal.world.app)
    text = maria.emails_of("sign-in-link")[-1].email.text
    code = re.search(rf"{ADDRESS}/sign-in/(\S+)", text)[1]
    # It signs in the browser that asked, and no other.
    assert "another browser" in portal.guest().post("/sign-in/link", code=code).text
    assert guest.post("/sign-in/link", code=code).leads_to == kit
    again = guest.get(link)
    assert again.status == 410
    assert again.page.find("form", action=f"{link}/sign-in") is None


def test_an_answer_after_which_nothing_is_to_do_emails_no_code_unasked(portal, maria, link):
    seen = portal.guest().post(link, decision="namesake")

    assert seen.page.find("form", action="/sign-in/link") is None
    assert seen.page.find("form", action=f"{link}/sign-in")
    send_due(portal.world.app)
    assert maria.emails_of("sign-in-link") == []


def test_answers_by_mail_leave_codes_to_who_asks_for_one(portal, maria, link):
    """One code of a browser serves all it answers while the code lasts."""
    case, guests = maria.case(CaseKind.IMPERSONATION), [portal.guest() for _ in range(4)]
    emailed = []
    for guest in (guests[0], *guests):
        seen = guest.post(link, decision="impersonation")
        send_due(portal.world.app)
        undo_feedback(portal.world.app, maria.id, (case.finding_id,))
        emailed.append(len(maria.emails_of("sign-in-link")))
    assert emailed == [1, 1, 2, 3, 3]
    assert seen.page.find("form", action="/sign-in/link") is None

    # The last one presses for it, as anybody may who wants to sign in.
    assert guests[-1].post(f"{link}/sign-in").leads_to == "/sign-in/link"
    portal.guest().post("/sign-in", address=maria.mail)
    send_due(portal.world.app)
    assert len(maria.emails_of("sign-in-link")) == MAX_LINKS_PER_HOUR


def test_an_answer_emails_a_new_code_once_the_one_before_is_half_over(portal, maria, link):
    case, guest = maria.case(CaseKind.IMPERSONATION), portal.guest()
    for _ in range(2):
        guest.post(link, decision="impersonation")
        undo_feedback(portal.world.app, maria.id, (case.finding_id,))
        portal.world.clock.at += CODE_LASTS / 2
    send_due(portal.world.app)

    assert len(maria.emails_of("sign-in-link")) == 2


def test_an_answered_link_still_emails_its_person_a_code_and_leads_to_what_is_next(
    portal, maria, link
):
    portal.guest().post(link, decision="namesake")
    guest = portal.guest()

    form = guest.get(link).page.find("form", action=f"{link}/sign-in")
    assert guest.post(form["action"]).leads_to == "/sign-in/link"

    send_due(portal.world.app)
    assert len(maria.emails_of("sign-in-link")) == 1
    forged = link.replace("/answer/i", "/answer/f")
    assert guest.post(f"{forged}/sign-in").status == 410
    assert guest.get(f"{link}/sign-in").status == 405


def test_whoever_is_signed_in_gets_on_without_a_code(portal, maria, link):
    case, guest = maria.case(CaseKind.IMPERSONATION), portal.signed_in(maria.mail)

    seen = guest.post(link, decision="impersonation")

    assert seen.page.find("a", string="Open the steps")["href"] == f"/me/takedown/{case.id}"


def test_of_what_others_made_it_says_at_once_whom_to_call_and_who_sees_it(portal, link):
    seen = portal.guest().post(link, decision="mock")

    assert "If it threatens you, call the police now." in seen.text
    assert "Only you see this, unless you share it" in seen.text


_STOPS = "We stop asking. If it changes, we ask you again."


@pytest.mark.parametrize(
    ("kind", "decision", "said"),
    [
        (CaseKind.OWN_ACCOUNT_CHANGED, Decision.MINE, _STOPS),
        (CaseKind.OWN_ACCOUNT_CHANGED, Decision.HARMLESS, _STOPS),
        (CaseKind.OWN_ACCOUNT_CHANGED, Decision.IMPERSONATION, "Sign in once you have it back"),
        (CaseKind.OWN_ACCOUNT_CHANGED, Decision.IMPERSONATION, "Only you see this, unless you"),
        (CaseKind.EXPOSED_CONTACT, Decision.NAMESAKE, _STOPS),
        (CaseKind.EXPOSED_CONTACT, Decision.HARMLESS, _STOPS),
        (CaseKind.STUDENT_LINK, Decision.EXPLAINED, "We stop asking."),
        (CaseKind.STUDENT_LINK, Decision.HARMLESS, "We stop asking."),
        (CaseKind.STUDENT_LINK, Decision.UNLINKED, "We close it, if it is not seen again."),
    ],
)
def test_an_answer_ends_in_what_happens_now(portal, maria, kind, decision, said):
    asked = replace(maria.case(CaseKind.IMPERSONATION), id="f" * 32, kind=kind, relation="")
    portal.world.state.cases.insert_case(asked)
    link = AnswerLink(
        person_id=maria.id,
        card_id=asked.id,
        finding_id=asked.finding_id,
        is_case=True,
        expires_at=portal.world.clock.at + ANSWER_LINK_LASTS,
    )

    token = build_answer_token(portal.world.app, link)
    seen = portal.guest().post(f"/answer/{token}", decision=decision)

    assert said in seen.text
    assert "Sign in to see what you can do" not in seen.text
    assert ("We close it in 30 days" in seen.text) is (decision is Decision.UNLINKED)


def test_of_a_link_to_students_it_says_what_cannot_be_told_and_how_to_find_out(portal, maria):
    reasons = (Reason("student-link-follows", {"count": Count(2)}), Reason("student-link-hashed"))
    asked = replace(
        maria.case(CaseKind.IMPERSONATION),
        id="f" * 32,
        kind=CaseKind.STUDENT_LINK,
        relation="follows",
        reasons=reasons,
    )
    portal.world.state.cases.insert_case(asked)
    link = AnswerLink(
        person_id=maria.id,
        card_id=asked.id,
        finding_id=asked.finding_id,
        is_case=True,
        expires_at=portal.world.clock.at + ANSWER_LINK_LASTS,
    )

    page = portal.guest().get(f"/answer/{build_answer_token(portal.world.app, link)}")

    answers = page.text.index("I removed the link")
    assert page.text.index("neither we nor IT can tell which accounts they are") < answers
    assert "What to do first: Look through the accounts" in page.text


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_scanner_that_opens_the_link_answers_nothing(portal, maria, link, method):
    client = portal.guest().client

    for _ in range(3):
        assert client.open(link, method=method, base_url=ADDRESS).status_code == 200

    assert answers(portal, maria) == []
    assert portal.guest().get(link).status == 200


def test_a_form_of_another_page_answers_nothing(portal, maria, link):
    seen = portal.guest().send(link, {"decision": "namesake", "csrf": "forged"})

    assert seen.status == 403
    assert answers(portal, maria) == []


@pytest.mark.parametrize("decision", ["", "shared", "reported", "student-link", "nonsense"])
def test_only_the_answers_on_the_page_are_taken(portal, maria, link, decision):
    assert portal.guest().post(link, decision=decision).status == 400
    assert answers(portal, maria) == []


def test_a_link_is_over_once_the_finding_is_answered_and_open_again_when_that_is_undone(
    portal, maria, link
):
    guest = portal.guest()
    guest.post(link, decision="namesake")

    other = portal.guest()
    again = other.post(link, decision="mine")
    assert (again.status, again.title) == (410, "This link no longer works")
    assert "Someone else" not in other.get(link).text

    undo_feedback(portal.world.app, maria.id, (maria.case(CaseKind.IMPERSONATION).finding_id,))
    assert guest.get(link).status == 200


def test_an_answer_is_taken_back_without_signing_in_by_the_browser_that_gave_it(
    portal, maria, link
):
    guest, finding = portal.guest(), maria.case(CaseKind.IMPERSONATION).finding_id
    seen = guest.post(link, decision="impersonation")
    assert "Next, by" in seen.text
    form = seen.page.find("form", action=f"{link}/undo")
    assert form

    assert portal.guest().post(f"{link}/undo").status == 410
    assert portal.world.state.findings.find_finding_feedback(finding) is Decision.IMPERSONATION

    assert "If you undo it, IT no longer sees it. If you undo it and do not answer by" in seen.text
    undone = guest.post(f"{link}/undo")
    assert undone.leads_to == link
    told = guest.follow(undone)
    assert "Your answer is undone." in told.text
    assert "in an emergency. If you do not answer, IT sees it from" in told.text
    assert portal.world.state.findings.find_finding_feedback(finding) is None
    assert guest.get(link).status == 200
    assert guest.post(f"{link}/undo").status == 410


def test_who_presses_twice_or_goes_back_still_finds_what_they_answered(portal, maria, link):
    guest = portal.guest()
    first = guest.post(link, decision="impersonation")
    twice = guest.post(link, decision="impersonation")
    another, opened = guest.post(link, decision="mine"), guest.get(link)

    assert answers(portal, maria) == ["decided"]
    assert (twice.status, twice.title, twice.text) == (200, "Saved", first.text)
    for seen in (another, opened):
        assert seen.title == "You answered this"
        assert "You said: Someone pretending to be me" in seen.text
        assert "Next, by" in seen.text
        assert seen.page.find("form", action=f"{link}/undo")
    send_due(portal.world.app)
    assert len(maria.emails_of("sign-in-link")) == 1
    assert guest.post(f"{link}/undo").leads_to == link
    assert guest.get(link).page.find("button", value="mine")


def test_an_undo_of_what_began_again_since_says_that_the_link_is_over(portal, maria, link):
    guest, case = portal.guest(), maria.case(CaseKind.IMPERSONATION)
    form = guest.post(link, decision="impersonation").page.find("form", action=f"{link}/undo")
    cases = portal.world.state.cases
    portal.world.state.feedback.insert_feedback(
        Feedback(finding_id=case.finding_id, decision=Decision.REOPENED, at=portal.world.clock.at)
    )
    cases.update_case(restart_case(cases.load_case(case.id), portal.world.clock.at))

    assert form
    assert guest.post(f"{link}/undo").status == 410


def test_of_those_who_answer_at_once_by_one_link_one_is_heard(portal, maria, link):
    decisions = ("mine", "namesake", "impersonation", "unrelated")
    guests = [portal.guest() for _ in decisions]
    forms = [
        {"csrf": guest.csrf, "decision": decision}
        for guest, decision in zip(guests, decisions, strict=True)
    ]
    ready = Barrier(len(guests))

    def answer(guest: Guest, form: dict[str, str]) -> int:
        ready.wait()
        return guest.send(link, form).status

    with ThreadPoolExecutor(len(guests)) as pool:
        seen = sorted(pool.map(answer, guests, forms))

    assert seen == [200, 410, 410, 410]
    assert answers(portal, maria) == ["decided"]


def test_a_link_is_over_after_14_days(portal, maria, link):
    portal.world.clock.at += ANSWER_LINK_LASTS - timedelta(minutes=1)
    assert portal.guest().get(link).status == 200

    portal.world.clock.at += timedelta(minutes=1)
    assert portal.guest().get(link).status == 410
    assert portal.guest().post(link, decision="mine").status == 410


def test_leaving_ends_every_link(portal, maria, link):
    maria.withdraws()

    assert portal.guest().get(link).status == 410
    assert portal.guest().post(link, decision="mine").status == 410


def test_signing_out_everywhere_ends_every_link_and_later_ones_work(portal, maria, link):
    portal.signed_in(maria.mail).post("/me/data/sign-out")

    assert portal.guest().get(link).status == 410
    assert portal.guest().post(link, decision="mine").status == 410
    assert answers(portal, maria) == []
    case, app = maria.case(CaseKind.IMPERSONATION), portal.world.app
    later = AnswerLink(
        person_id=maria.id,
        card_id=case.finding_id,
        finding_id=case.finding_id,
        is_case=False,
        expires_at=portal.world.clock.at + ANSWER_LINK_LASTS,
    )
    assert portal.guest().get(f"/answer/{build_answer_token(app, later)}").status == 200


def test_what_a_link_answered_says_so(portal, maria, link):
    portal.guest().post(link, decision="namesake")

    means = {entry.action: entry.means for entry in portal.world.state.audit.list_entries()}
    assert means["decided"].startswith("link:")
    told = portal.signed_in(maria.mail).get("/me/data/seen").text
    said = "You said that it is someone else with your name with a link from an email"
    assert told.count(said) == 1


def test_a_link_of_the_old_mailbox_is_over_after_a_change_of_address(portal, maria, link):
    people = portal.world.state.people
    person = people.load_person(maria.id)
    people.update_person(replace(person, mail="maria.new@cedarvalley.example"))

    assert portal.guest().get(link).status == 410


@pytest.mark.parametrize(
    "spoil",
    [
        lambda link: link[:-1],
        lambda link: f"{link}x",
        lambda link: re.sub(r"\.\d+\.", ".9999999999.", link),
        lambda link: link.replace("/answer/i", "/answer/f"),
        lambda _link: "/answer/x",
        lambda _link: "/answer/i.99999999999999999999.x",
        lambda _link: "/answer/é.\u0661.x",
    ],
)
def test_a_changed_link_opens_nothing(portal, maria, link, spoil):
    assert portal.guest().get(spoil(link)).status == 410
    assert portal.guest().post(spoil(link), decision="mine").status == 410
    assert answers(portal, maria) == []


def test_the_page_shows_no_more_than_the_email(portal, maria, link):
    (alert,) = maria.emails_of("alert")
    page = portal.guest().get(link)

    for element in page.page.find("main").find_all("li"):
        assert " ".join(element.get_text().split()) in alert.text
    assert "/me/" not in page.html.replace("/me/findings/", "")
    assert maria.mail not in page.html


def test_each_finding_of_a_digest_has_its_own_link(portal, maria):
    portal.world.on_monday()
    (digest,) = maria.emails_of("digest")
    text = digest.email.text

    found = ANSWER.findall(text)

    asked = text.count("Answer this:")
    assert asked == len(set(found)) > 0
    assert all(portal.guest().get(found_part).status == 200 for found_part in found)


def test_a_preview_for_an_operator_holds_no_link_that_answers(portal, maria):
    email = render_email(build_digest_view(portal.world.app, maria.id))

    assert "/answer/" not in email.text + email.html


def test_a_case_with_answers_of_its_own_takes_those_and_says_what_comes_next(portal, maria):
    world = portal.world
    base = maria.case(CaseKind.IMPERSONATION)
    other = replace(
        base, id="5" * 32, kind=CaseKind.EXPOSED_CONTACT, reasons=(Reason("contact.phone"),)
    )
    world.state.cases.insert_case(other)
    link = AnswerLink(
        person_id=maria.id,
        card_id=other.id,
        finding_id=other.finding_id,
        is_case=True,
        expires_at=world.clock.at + ANSWER_LINK_LASTS,
    )
    path = f"/answer/{build_answer_token(world.app, link)}"

    page = portal.guest().get(path)
    assert "I leave it as it is" in page.text
    assert "shows this alert to IT" not in page.text
    seen = portal.signed_in(maria.mail).post(path, decision="harmless")

    assert "You said: I leave it as it is" in seen.text
    assert (
        seen.page.find("a", string="Open this result")["href"] == f"/me/findings/{other.finding_id}"
    )
    assert not world.state.cases.load_case(other.id).is_undecided
    assert world.state.cases.load_case(base.id).is_undecided
