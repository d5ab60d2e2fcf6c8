"""The pages of the take-down kit: everything at hand, and nobody else's."""

import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup

from monitor.demo.district import ROSA
from monitor.domain.case_progress import find_review_turn, find_time_of_more
from monitor.domain.reason import Reason
from monitor.domain.takedown_facts import FactBook
from monitor.domain.vocabulary import CaseKind, ConsentChannel, Decision, TakedownHarm
from monitor.services.consent_renewal import pause_checks
from monitor.services.preferences import stop_digest
from reports.dates import format_day, format_local_time, format_near_day
from tests.monitor.services.world import REVIEWERS, Staff
from tests.monitor.web.portal import OPERATOR, Portal


@pytest.fixture
def place(maria: Staff) -> str:
    return f"/me/takedown/{maria.case(CaseKind.IMPERSONATION).id}"


def test_the_kit_stands_on_one_page(portal: Portal, maria: Staff, place: str):
    seen = portal.signed_in(maria.mail).get(place)

    assert seen.status == 200
    assert seen.title == "Report this account"
    for words in ("Bluesky", "Report account", "It pretends to be me", "and is not mine"):
        assert words in seen.text
    assert "History Nothing yet." in seen.text


MOST_WORDS = 250


def count_visible_words(page: BeautifulSoup) -> int:
    """Count what is read without a press: not what is folded, nor what a screen reader adds."""
    main = page.find("main")
    folded = "details:not([open]) > :not(summary)"
    for hidden in main.select(f"{folded}, .unseen, textarea, option, [type=hidden]"):
        hidden.extract()
    return len(main.get_text(" ").split())


@pytest.mark.parametrize("platform", ["bluesky", "nook"])
@pytest.mark.parametrize("done", [(), ("reported",), ("reported", "refused")])
def test_the_plan_shows_one_step_at_a_time_in_few_words(
    portal: Portal, maria: Staff, place: str, done: tuple[str, ...], platform: str
):
    finding = portal.world.state.findings.load_finding(
        maria.case(CaseKind.IMPERSONATION).finding_id
    )
    if platform == "nook":
        moved = replace(finding.portrait, url="https://nook.example/rosa", account="nook:@rosa")
        portal.world.state.findings.update_finding(replace(finding, portrait=moved))
    guest = portal.signed_in(maria.mail)
    for one in done:
        guest.post(place, done=one)

    page = guest.get(place).page

    assert len(page.select(".plan > .now")) == 1
    assert count_visible_words(page) <= MOST_WORDS
    main_buttons = page.select(".button:not(.button-second)")
    assert len([button for button in main_buttons if not button.find_parent("details")]) == 1


def test_of_what_others_made_the_plan_says_whom_to_call_and_offers_it_to_it(
    portal: Portal, maria: Staff, place: str
):
    guest, case = portal.signed_in(maria.mail), maria.case(CaseKind.IMPERSONATION)
    guest.post(f"/me/cases/{case.id}", decision="mock")

    plan = guest.get(place)

    assert count_visible_words(guest.get(place).page) <= MOST_WORDS
    assert "If it threatens you, call the police now." in plan.text
    assert "Only you see this, until you share it" in plan.text
    share = plan.page.find("a", string="Share with IT")
    assert not share.find_parent("details")
    guest.post(share["href"])
    assert "IT has it" in guest.get(place).text


def test_the_hours_that_the_law_leaves_are_shown_while_it_waits(
    portal: Portal, maria: Staff, place: str
):
    case = maria.case(CaseKind.IMPERSONATION)
    portal.world.state.cases.update_case(replace(case, reasons=(Reason("lewd"),)))
    guest = portal.signed_in(maria.mail)
    before = guest.get(place)
    assert count_visible_words(before.page) <= MOST_WORDS
    assert before.text.index("What to do first") < before.text.index("Note its address")

    guest.post(place, done="reported", lever="law")

    assert "By law it has until" in guest.get(place).text


def test_the_note_for_the_principal_is_the_persons_to_send(
    portal: Portal, maria: Staff, place: str
):
    findings, case = portal.world.state.findings, maria.case(CaseKind.IMPERSONATION)
    first_seen = case.opened_at - timedelta(days=14)
    findings.update_finding(replace(findings.load_finding(case.finding_id), first_seen=first_seen))
    page = portal.signed_in(maria.mail).get(place).page
    note = " ".join(page.find(id="principal").get_text().split())
    found = format_day(first_seen, "America/Chicago")

    assert note.startswith(f"An account on Bluesky pretends to be me. It was found on {found}.")
    assert f"Seen since {found}" in page.get_text()
    assert "Please do not search for it, write to it, or share it." in note
    # Nothing sends it: it is copied.
    assert page.find(id="principal").find_parent("form") is None


def test_whom_one_knows_is_warned_in_both_languages_once_it_is_said_to_be_fake(
    portal: Portal, maria: Staff, place: str
):
    guest = portal.signed_in(maria.mail)
    assert guest.get(place).page.find(id="contacts-en") is None
    maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.IMPERSONATION)

    page = guest.get(place).page

    assert "It is not mine." in page.find(id="contacts-en").get_text()
    assert "No es mía." in page.find(id="contacts-es").get_text()
    assert page.find(id="contacts-en").find_parent("form") is None


def test_after_a_refusal_the_next_way_comes_first(portal: Portal, maria: Staff, place: str):
    guest = portal.signed_in(maria.mail)
    guest.post(place, done="reported", lever="form")
    assert "penalty of perjury" not in guest.get(place).text

    guest.post(place, done="refused")
    text = guest.get(place).text

    again = text.index("Report it again to Bluesky, and show more")
    assert again < text.index("Show what was copied") < text.index("Ask IT to report it, too")
    assert text.index("Ask IT to report it, too") < text.index("Your union, or a lawyer")
    assert text.index("Your union, or a lawyer") < text.index("penalty of perjury")
    assert text.count("Did you take a photo that it shows?") == 1
    assert "I reported it before, and it is still there." in text


def test_who_leaves_a_refused_account_as_it_is_ends_the_alert(
    portal: Portal, maria: Staff, place: str
):
    guest = portal.signed_in(maria.mail)
    guest.post(place, done="reported")
    guest.post(place, done="refused")
    for page in ("/me", place):
        text = guest.get(page).text
        then = "You report it again, or leave it as it is. We email you again on "
        assert then in text

    seen = guest.follow(guest.post(place, done="harmless"))

    assert "Saved: you leave it as it is. If it changes, we ask you again." in seen.text
    assert "You report it again" not in seen.text
    assert maria.case(CaseKind.IMPERSONATION).is_dismissed
    finding = maria.case(CaseKind.IMPERSONATION).finding_id
    left = guest.get(f"/me/findings/{finding}").text
    assert "You said: I leave it as it is ." in left
    assert "Undo “I leave it as it is”" in left
    assert left.count("You said: I leave it as it is") == 2
    assert "it is fine" not in left


def test_a_plan_says_whose_turn_it_is_if_a_report_has_no_effect(
    portal: Portal, maria: Staff, place: str
):
    guest = portal.signed_in(maria.mail)
    guest.post(place, done="reported")
    case = maria.case(CaseKind.IMPERSONATION)
    since = find_time_of_more(case, case.last_lever)
    day = format_near_day(since, portal.world.config.district.zone)

    told = guest.get(place).text
    waits = "The platform or site should answer. If it does not, we show what else helps."
    then = f"If it is still there on {day}, it is your turn again"
    assert f"{waits} {then}, and our next email says so." in told
    stop_digest(portal.world.app, maria.id)
    assert f"{then}." in guest.get(place).text

    portal.world.clock.at = since
    late = portal.signed_in(maria.mail).get(place).text
    assert "You report it again, or leave it as it is." in late
    assert "it is your turn again" not in late


def test_while_checks_are_paused_the_plan_says_that_nobody_looks(
    portal: Portal, maria: Staff, place: str
):
    guest = portal.signed_in(maria.mail)
    guest.post(place, done="reported")
    until = portal.world.app.clock.now() + timedelta(days=7)
    pause_checks(portal.world.app, maria.id, until, ConsentChannel.PORTAL)

    seen = guest.get(place).text

    assert "Your checks are paused until" in seen
    assert "We cannot open this account ourselves" not in seen


@pytest.mark.parametrize("said", ["mine", "namesake", "unrelated"])
def test_who_reported_by_mistake_says_so_on_the_plan_and_gets_the_text(
    portal: Portal, maria: Staff, place: str, said: str
):
    guest = portal.signed_in(maria.mail)
    assert "Was the report a mistake?" not in guest.get(place).text

    guest.post(place, done="reported", lever="form")
    plan = guest.get(place)
    case = maria.case(CaseKind.IMPERSONATION)
    press = plan.page.find("input", {"name": "decision", "value": said})
    assert press.find_parent("form")["action"] == f"/me/cases/{case.id}"

    assert "Was the report a mistake?" in plan.text
    text = guest.follow(guest.post(f"/me/cases/{case.id}", decision=said)).text
    assert "Take the report back" in text
    assert "Send it where you reported it" in text

    home = guest.get("/me").text
    assert "You reported an account that you say is no fake." in home
    assert "All quiet" not in home
    done = guest.follow(guest.post(f"{place}/withdraw", by="person")).text
    assert "Saved: you took it back." in done
    assert "Take the report back" not in done
    assert "you say is no fake" not in guest.get("/me").text
    assert guest.post(f"{place}/withdraw", by="it").status == 404


def test_who_undid_that_they_reported_it_still_gets_the_text(
    portal: Portal, maria: Staff, place: str
):
    guest, case = portal.signed_in(maria.mail), maria.case(CaseKind.IMPERSONATION)
    guest.post(place, done="reported")
    for _ in range(2):
        guest.post(f"/me/cases/{case.id}/undo")

    seen = guest.follow(guest.post(f"/me/cases/{case.id}", decision="namesake")).text

    assert "Send it where you reported it" in seen
    assert "Take the report back" in guest.get(f"/me/findings/{case.finding_id}").text


def test_where_there_is_no_form_the_way_within_the_site_stands_open(
    portal: Portal, maria: Staff, place: str
):
    page = portal.signed_in(maria.mail).get(place).page
    way = next(part for part in page.find_all("p") if "three dots" in part.get_text())

    assert way.find_parent("details") is None


def test_the_text_comes_first_then_the_way_there_and_last_that_it_was_sent(
    portal: Portal, maria: Staff, place: str
):
    page = portal.signed_in(maria.mail).get(place).page
    way = next(part for part in page.find_all("p") if "three dots" in part.get_text())

    button = way.find_next_sibling("div").select_one("a.button:not(.button-second)")
    assert button["href"] == "https://bsky.app/profile/mariadelgad0.skies.example"
    assert page.find("button", attrs={"data-copies": "text"}) in button.find_all_previous("button")
    assert page.find("button", id="done") in button.find_all_next("button")
    assert "button-second" in page.find("button", id="done")["class"]


def test_the_way_of_a_report_is_noted_and_shown(portal: Portal, maria: Staff, place: str):
    guest = portal.signed_in(maria.mail)
    ways = [option["value"] for option in guest.get(place).page.find(id="lever").find_all("option")]
    assert ways[0] == "form"
    assert "copyright" in ways

    seen = guest.follow(guest.post(place, done="reported", lever="copyright"))

    assert "You reported it to the platform (a copyright notice)." in seen.text
    # What is no way of it is not noted.
    guest.post(place, done="refused")
    guest.post(place, done="reported", lever="brokers")
    assert maria.case(CaseKind.IMPERSONATION).last_lever.lever is None


def test_the_only_field_for_a_file_is_for_screenshots_and_the_page_says_so(
    portal: Portal, maria: Staff, place: str
):
    seen = portal.signed_in(maria.mail).get(place)

    assert len(seen.page.find_all("input", type="file")) <= 1
    assert "Never add an ID or another document." in seen.text


def test_a_platform_that_wants_a_document_gets_it_from_its_person(portal: Portal, maria: Staff):
    instagram = dict(FactBook().takedown_guides[TakedownHarm.IMPERSONATION])["instagram"]
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

    assert text.count("We do not know how this platform takes such reports.") == 1
    assert "We cannot open this account ourselves." in text
    saved = guest.follow(guest.post(f"/me/takedown/{case.id}", done="reported"))
    assert "Please look at it again in three days." in saved.text
    assert "We will look at the account again in three days." not in saved.text
    # One page does not say that we cannot look, and when we do.
    assert "We will look again on" not in saved.text
    assert "We look again on" not in saved.text


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


def test_no_press_of_its_person_says_that_it_was_seen(portal: Portal, maria: Staff, place: str):
    portal.world.later(hours=5)
    guest = portal.signed_in(maria.mail)

    def read_last_seen() -> str:
        term = guest.get(f"{place}/report").page.find("dt", string="Last seen")
        return term.find_next_sibling("dd").get_text()

    before = read_last_seen()
    for done in ("reported", "refused", "reported", "reopened"):
        guest.post(place, done=done)
        assert read_last_seen() == before


def test_the_evidence_is_one_page_of_words_on_a_phone(portal: Portal, maria: Staff, place: str):
    guest = portal.signed_in(maria.mail)
    link = guest.get(place).page.find("a", href=f"{place}/report")
    seen = guest.get(link["href"])
    report = seen.page

    assert "It copies display name (the same), username (made to look the same)" in seen.text
    assert "It is not theirs" in seen.text
    assert "not compared" in seen.text
    # The web's own files stay in the pack.
    for word in ("warc", "sha256", "MANIFEST"):
        assert word not in seen.text
    assert [way["href"] for way in report.find_all("a")] == [place]
    assert not report.find_all(["img", "script", "link", "form"])
    assert "script-src" not in seen.headers["Content-Security-Policy"]
    assert seen.headers["Content-Security-Policy"].startswith("default-src 'none'")
    # A minute, at 238 words a minute.
    assert len(seen.text.split()) <= 238

    spanish = portal.signed_in(maria.mail)
    spanish.post("/language", language="es", back="/me")
    same = spanish.get(f"{place}/report").text
    assert same.removeprefix("Volver ") == seen.text.removeprefix("Back ")


def test_of_what_may_be_sexual_the_evidence_is_its_address_and_the_times_alone(
    portal: Portal, maria: Staff, place: str
):
    case = maria.case(CaseKind.IMPERSONATION)
    portal.world.state.cases.update_case(replace(case, reasons=(Reason("lewd"),)))
    account = portal.world.state.findings.load_finding(case.finding_id).portrait
    guest = portal.signed_in(maria.mail)

    shown = guest.get(f"{place}/report").text
    with ZipFile(BytesIO(guest.get(f"{place}/pack").response.data)) as zipped:
        packed = b"".join(map(zipped.read, zipped.namelist())).decode()

    assert account.bio
    for told in (shown, packed, guest.get(place).html):
        assert account.bio not in told
    assert account.url in shown
    assert "nothing of its content was kept" in shown


@pytest.mark.parametrize("end", ["", "/pack", "/report"])
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


def test_before_a_report_the_page_says_what_makes_a_false_one(
    portal: Portal, maria: Staff, place: str
) -> None:
    page = portal.signed_in(maria.mail).get(place).page
    warning = page.find(id="false-report")
    form = page.find("textarea", id="text")

    assert "A report is false if it is someone else with your name" in warning.get_text()
    assert warning.find("a")["href"].startswith("/me/findings/")
    assert form in warning.find_all_next("textarea")

    portal.signed_in(maria.mail).post(place, done=Decision.REPORTED)
    assert portal.signed_in(maria.mail).get(place).page.find(id="false-report") is None


def test_a_namesake_who_was_reported_is_unreported_from_their_page(
    portal: Portal, maria: Staff, place: str
) -> None:
    person, case = portal.signed_in(maria.mail), maria.case(CaseKind.IMPERSONATION)
    person.post(place, done=Decision.REPORTED)
    assert person.get(f"{place}/withdraw?by=person").status == 404

    maria.rules(case, Decision.NAMESAKE)

    seen = person.get(f"/me/findings/{case.finding_id}")
    assert seen.page.find("a", href=f"{place}/withdraw?by=person")
    assert "That report was a mistake." in person.get(f"{place}/withdraw?by=person").text


QUESTION = "Can you give us the evidence?"


@pytest.mark.parametrize("page", ["finding", "plan"])
def test_who_is_asked_by_it_reads_the_question_and_gives_the_evidence_where_the_email_leads(
    portal: Portal, maria: Staff, place: str, page: str
) -> None:
    case, guest = maria.case(CaseKind.IMPERSONATION), portal.signed_in(maria.mail)
    here = place if page == "plan" else f"/me/findings/{case.finding_id}"
    maria.rules(case, Decision.IMPERSONATION)
    assert "IT asks you" not in guest.get(here).text
    maria.world.later(minutes=1)
    ana = portal.signed_in(REVIEWERS[0])
    ana.post("/review/open", one=case.id)
    ana.post(f"/review/cases/{case.id}/ask", question=QUESTION)

    seen = guest.get(here)

    assert f"IT asks you {QUESTION} Asked by {REVIEWERS[0]} on " in seen.text
    assert seen.page.find("a", href=f"mailto:{REVIEWERS[0]}", string="Answer by email")
    assert "IT asks you something about this." in guest.get("/me").text
    form = guest.get(seen.page.find("a", string="Give IT the evidence")["href"])
    assert form.title == "Give IT the evidence?"
    guest.post(f"/me/cases/{case.id}/share")
    assert ana.post(f"/review/cases/{case.id}/pack").headers["Content-Type"] == "application/zip"
    assert guest.get(here).page.find("a", string="Give IT the evidence") is None
    answered = guest.get(here).text
    assert QUESTION in answered
    assert "IT asked you" in answered
    assert "You gave IT the evidence on " in answered
    assert "IT asks you" not in answered + guest.get("/me").text
    assert re.search(r"Question sent on [^,]+, \d+, evidence given on ", ana.get("/review").text)


@pytest.mark.parametrize("said", [Decision.IMPERSONATION, Decision.REPORTED])
def test_any_word_since_it_asked_ends_the_question(
    portal: Portal, maria: Staff, place: str, said: Decision
) -> None:
    case, guest = maria.case(CaseKind.IMPERSONATION), portal.signed_in(maria.mail)
    ana = portal.signed_in(REVIEWERS[0])
    maria.rules(case, Decision.IMPERSONATION)
    maria.world.later(minutes=1)
    ana.post("/review/open", one=case.id)
    ana.post(f"/review/cases/{case.id}/ask", question=QUESTION)
    assert "IT asks you something" in guest.get("/me").text

    maria.world.later(minutes=1)
    maria.rules(case, said)

    assert "IT asks you" not in guest.get("/me").text + guest.get(place).text
    maria.rules(case, Decision.REOPENED)
    assert "IT asks you something" in guest.get("/me").text


def test_what_it_does_and_by_when_reads_the_same_for_both_sides(
    portal: Portal, maria: Staff, place: str
) -> None:
    maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.IMPERSONATION)
    case, guest = maria.case(CaseKind.IMPERSONATION), portal.signed_in(maria.mail)
    ana = portal.signed_in(REVIEWERS[0])
    ana.post("/review/open", one=case.id)
    turn = find_review_turn(case)
    since, due = (
        format_near_day(at, portal.world.config.district.zone)
        for at in (turn.since, turn.since + turn.within)
    )
    then = f"If you have not reported it by {since}, IT reports it, by {due}."
    desk = f"If the staff member has not, IT reports it, from {since} and by {due}."
    written = "About this alert, write to"
    assert written not in guest.get(place).text
    ana.post(f"/review/cases/{case.id}/take", seen="")

    for page in ("/me", f"/me/findings/{case.finding_id}", place):
        assert then in guest.get(page).text
        assert f"{written} {REVIEWERS[0]}" in guest.get(page).text
    assert desk in ana.get(f"/review/cases/{case.id}").text

    portal.world.clock.at = turn.since
    late = portal.signed_in(maria.mail).get(place)
    assert f"Next, by {due}: IT reports it to the platform." in late.text
    assert then not in late.text


def test_once_it_was_reported_the_result_says_what_waits_and_asks_for_no_report(
    portal: Portal, maria: Staff, place: str
) -> None:
    guest, finding = portal.signed_in(maria.mail), maria.case(CaseKind.IMPERSONATION).finding_id
    maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.IMPERSONATION)
    here = f"/me/findings/{finding}"
    assert guest.get(here).page.find("a", class_="button", href=place).string == "Report it"

    guest.post(place, done="reported")
    reported = guest.get(here)
    guest.post(place, done="removed")
    removed = guest.get(here)

    for seen in (reported, removed):
        link = seen.page.find("a", class_="button", href=place)
        assert (link.string, "button-second" in link["class"]) == ("See how it goes", True)
        assert "Report the account to" not in seen.text
        assert "If you want evidence, save it first" not in seen.text
    assert guest.get(place).title == "How the report is going"
    assert "penalty of perjury" not in guest.get(place).text


def test_what_was_said_to_be_gone_and_was_still_seen_is_one_sentence_with_the_next_look(
    portal: Portal, maria: Staff, place: str
) -> None:
    guest, case = portal.signed_in(maria.mail), maria.case(CaseKind.IMPERSONATION)
    guest.post(place, done="reported")
    guest.post(place, done="removed")
    seen_at = format_local_time(portal.world.clock.now(), "America/Chicago")
    look = format_near_day(portal.world.clock.now() + timedelta(days=3), "America/Chicago")
    said = f"We still saw it on {seen_at}. We look again on {look}."

    for page in ("/me", f"/me/findings/{case.finding_id}", place):
        assert said in guest.get(page).text
    plan = guest.get(place)
    assert "You say that it was removed" in plan.text
    assert (
        "You noted that the platform removed it."
        in guest.get(f"/me/findings/{case.finding_id}").text
    )
    button = plan.page.find("button", string="It is still there")
    guest.post(
        place, done=button.find_parent("form").find("input", attrs={"name": "done"})["value"]
    )
    assert maria.case(CaseKind.IMPERSONATION).last_lever.decision is Decision.REPORTED


def test_a_look_before_the_removal_does_not_say_that_it_is_still_there(
    portal: Portal, maria: Staff, place: str
) -> None:
    case, seen_at = (
        maria.case(CaseKind.IMPERSONATION),
        format_local_time(portal.world.clock.now(), "America/Chicago"),
    )
    portal.world.later(hours=5)
    guest = portal.signed_in(maria.mail)
    guest.post(place, done="reported")
    guest.post(place, done="removed")

    for page in ("/me", f"/me/findings/{case.finding_id}", place):
        text = guest.get(page).text
        assert f"We last saw it on {seen_at}, before that. We look again on " in text
        assert "We still saw it" not in text


def test_a_joke_may_be_left_before_anything_and_a_false_report_is_warned_of(
    portal: Portal, maria: Staff, place: str
) -> None:
    guest = portal.signed_in(maria.mail)
    maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.MOCK)

    page = guest.get(place).page

    now = page.select_one(".plan > .now")
    first = now.find("button")
    assert first.string == "I leave it as it is"
    assert "A false report can cost an innocent person their account." in now.get_text()
    assert page.find(id="false-report")
    form = first.find_parent("form")
    guest.post(form["action"], done=form.find("input", attrs={"name": "done"})["value"])
    assert maria.case(CaseKind.IMPERSONATION).is_dismissed


def test_how_we_know_the_way_is_said_once_outside_of_what_is_folded(
    portal: Portal, maria: Staff
) -> None:
    case = maria.case(CaseKind.IMPERSONATION)
    finding = portal.world.state.findings.load_finding(case.finding_id)
    moved = replace(finding.portrait, url="https://t.me/rosa", account="telegram:rosa")
    portal.world.state.findings.update_finding(replace(finding, portrait=moved))

    page = portal.signed_in(maria.mail).get(f"/me/takedown/{case.id}").page

    (told,) = (part for part in page.find_all("p") if "From memory:" in part.get_text())
    assert told.find_parent("details") is None
    assert "Unconfirmed" not in page.get_text()


LONG = "x" * 60


@pytest.mark.parametrize("nature", [Decision.IMPERSONATION, Decision.MOCK])
@pytest.mark.parametrize("handle", ["rosa", LONG])
def test_the_text_fits_the_shortest_field_that_we_know_and_begins_with_what_is_wrong(
    portal: Portal, maria: Staff, place: str, nature: Decision, handle: str
) -> None:
    case = maria.case(CaseKind.IMPERSONATION)
    finding = portal.world.state.findings.load_finding(case.finding_id)
    moved = replace(finding.portrait, url=f"https://bsky.app/profile/{handle}.skies.example")
    portal.world.state.findings.update_finding(replace(finding, portrait=moved))
    maria.rules(case, nature)

    text = portal.signed_in(maria.mail).get(place).page.find(id="text").get_text().strip()

    assert len(text) <= 300
    wrong, where = text.splitlines()[:2]
    assert "Maria Delgado" in wrong
    assert where == f"https://bsky.app/profile/{handle}.skies.example"
