"""What reviewers do with a case: taken, noted, asked about, ruled, and taken back."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from monitor.db.review_notes import ReviewNote, ReviewNoteKind
from monitor.demo.district import MARIA
from monitor.domain.case import Case
from monitor.domain.person import build_reviewer_id
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import CaseKind, CaseState, Decision, LeverKind, Side
from monitor.services.disclosure import disclose_own
from monitor.services.outbox import send_due
from reports.reason_rendering import Others, render_reason
from tests.cases import forget
from tests.monitor.decisions import decide_case
from tests.monitor.services.world import IMPOSTOR, Staff
from tests.monitor.web.portal import Guest, Portal
from tests.monitor.web.review.flagged import ANA, BO, fake, several

LETTERS = ("parents-en", "parents-es", "staff-en", "staff-es")
MOST_WORDS = 75


def test_a_case_is_taken_and_given_back(maria: Staff, ana: Guest, here: str):
    taken = ana.follow(ana.post(f"{here}/take", seen=""))
    assert "Assigned to you." in taken.text
    assert f"Assigned to {ANA}" in ana.get("/review").text
    assert "1 case matches" in ana.get("/review?taken=me").text

    assert "You are no longer assigned." in ana.follow(ana.post(f"{here}/give-back")).text
    assert "No cases match" in ana.get("/review?taken=me").text


def test_who_looked_before_another_took_it_is_told(portal: Portal, maria: Staff, ana: Guest, here):
    bo = portal.signed_in(BO)
    bo.post("/review/open", one=fake(maria).id)
    ana.post(f"{here}/take", seen="")

    seen = bo.follow(bo.post(f"{here}/take", seen=""))

    assert "This changed after you opened it" in seen.text
    assert f"Assigned to {ANA}." in seen.text


def test_notes_and_questions_are_shown_with_who_wrote_them(maria: Staff, ana: Guest, here: str):
    ana.post(f"{here}/note", remark="Called the <b>platform</b>.")
    seen = ana.follow(ana.post(f"{here}/ask", question="Is it yours?"))

    assert f"{ANA} noted: Called the platform." in seen.text
    assert f"{ANA} asked the person: Is it yours?" in seen.text
    assert "You can ask again after" in seen.text
    assert "Question sent on" in ana.get("/review").text
    again = ana.post(f"{here}/note", remark=" ")
    assert (again.status, "Write something first." in again.text) == (422, True)


def test_what_was_decided_and_noted_stands_in_the_order_of_time(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    portal.world.later(minutes=1)
    ana.post(f"{here}/note", remark="Called the platform.")
    portal.world.later(minutes=1)
    seen = f"{fake(maria).id} {fake(maria).revision}"
    ana.post("/review/rule", decision="impersonation", seen=seen)

    text = ana.get(here).text

    assert text.index("noted: Called") < text.index(f"{ANA} confirmed that")


def test_a_person_reads_who_looked_and_what_was_noted_and_asked(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    ana.post(f"{here}/note", remark="Called the platform.")
    portal.world.later(minutes=1)
    ana.post(f"{here}/ask", question="Is it yours?")
    ana.post(f"{here}/pack")

    text = portal.signed_in(maria.mail).get("/me/data/seen").text

    for words in (
        "A reviewer viewed this alert",
        "Called the platform.",
        "A reviewer asked a question about this alert",
        "Is it yours?",
        "A reviewer downloaded the evidence of this alert",
    ):
        assert words in text
    assert text.count("Called the platform.") == 1


def test_the_page_shows_the_steps_of_the_report_and_no_word_of_the_account(
    maria: Staff, ana: Guest, here: str
):
    seen = ana.get(here)
    help_text = seen.text.partition("Help with the report")[2].partition("History and notes")[0]

    assert "Inside the site or app" in help_text
    assert "your" not in help_text
    assert "Volcanoes" not in seen.text
    maria.rules(fake(maria), Decision.NAMESAKE)
    assert "Help with the report" not in ana.get(here).text


def test_a_report_is_offered_only_once_a_word_says_that_it_is_real(
    maria: Staff, ana: Guest, here: str
):
    case, offered = fake(maria), "Reported to the platform"

    assert offered not in ana.get(here).text
    decide_case(maria.world.app, case.id, Decision.NAMESAKE, build_reviewer_id(ANA))
    assert offered not in ana.get(here).text
    decide_case(maria.world.app, case.id, Decision.IMPERSONATION, build_reviewer_id(ANA))
    assert offered in ana.get(here).text


def test_who_was_overruled_by_a_colleague_is_offered_no_undo_of_it(
    maria: Staff, ana: Guest, here: str
):
    case, undo = fake(maria), "Undo “Someone else with that name”"

    decide_case(maria.world.app, case.id, Decision.NAMESAKE, build_reviewer_id(ANA))
    (button,) = (one for one in ana.get(here).page("button") if one.get_text() == undo)
    assert not button.find_parent("details"), "each undo stands where the others do"
    decide_case(maria.world.app, case.id, Decision.IMPERSONATION, build_reviewer_id(BO))
    assert undo not in ana.get(here).text


def test_a_complete_report_is_copied_with_one_press_and_says_what_it_sees(
    maria: Staff, ana: Guest, here: str
):
    assert ana.get(here).page.find(id="report") is None
    maria.rules(fake(maria), Decision.IMPERSONATION)

    page = ana.get(here).page
    report = page.find(id="report").get_text()
    finding = maria.world.state.findings.load_finding(fake(maria).finding_id).portrait

    assert page.find("button", attrs={"data-copies": "report"}).get_text() == "Copy the report"
    assert "with its address alone" not in page.get_text()
    for words in (
        "is not theirs.",
        "Maria Delgado",
        finding.url,
        "Seen since",
        "Maria's",
        ANA,
    ):
        assert words in report
    assert "UTC" not in report
    # Whoever sends it reads it first.
    assert len(report.split()) <= MOST_WORDS
    # No word of the account's own, and nobody else.
    assert finding.bio not in report
    assert "Namesake" not in report


def test_the_report_claims_only_ways_that_exist_and_has_the_address_beside_it(
    maria: Staff, ana: Guest, here: str
):
    maria.rules(fake(maria), Decision.IMPERSONATION)
    finding = maria.world.state.findings.load_finding(fake(maria).finding_id).portrait

    page = ana.get(here).page
    text = page.get_text()
    links = [link["href"] for link in page.select(".copying + p a")]

    assert "channel of its own" not in text
    assert "This text speaks for the district." in text
    assert links == [finding.url]


def test_what_speaks_against_it_is_read_by_all_before_any_button(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    world, case = portal.world, fake(maria)
    own = disclose_own(world.app, case).speaks_against
    told = [render_reason(reason, Others("Maria")) for reason in own]
    guest = portal.signed_in(maria.mail)
    assert told

    def list_told(text: str) -> list[str]:
        return [words for words in told if words in text]

    assert list_told(ana.get(here).text.partition("Save decision")[0]) == told
    finding = guest.get(f"/me/findings/{case.finding_id}").text
    before = finding.partition("Someone pretending to be me")[0]
    assert f"What speaks against it: {render_reason(own[0])}" in before
    assert list_told(finding.partition("What IT would see")[2] or finding) == told

    maria.rules(case, Decision.IMPERSONATION)
    page = ana.get(here).text
    assert list_told(page.partition("Reported to the platform")[0]) == told
    letters = page.partition("Messages to families and staff")[2]
    assert list_told(letters.partition("Copy the message")[0]) == told
    assert render_reason(own[0]) in guest.get(f"/me/takedown/{case.id}").text.partition("Copy")[0]


def test_a_copy_that_it_downloaded_is_never_said_to_be_called_back(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    case, guest = fake(maria), portal.signed_in(maria.mail)
    page = f"/me/findings/{case.finding_id}"
    assert "downloaded the evidence" not in guest.get(page).text
    ana.post(f"{here}/pack")

    assert "That copy stays with IT. Stop sharing" in guest.get(page).text
    told = guest.follow(guest.post(f"/me/cases/{case.id}/unshare")).text

    assert "IT downloaded the evidence on" in told
    assert "no longer has" not in told


def test_it_reads_what_its_person_says_and_never_what_they_took_back(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    case, guest = fake(maria), portal.signed_in(maria.mail)
    for word in (Decision.MOCK, Decision.REOPENED, Decision.NAMESAKE, Decision.REOPENED):
        portal.world.later(minutes=1)
        maria.rules(fake(maria), word)
    maria.rules(fake(maria), Decision.IMPERSONATION)
    decide_case(maria.world.app, case.id, Decision.IMPERSONATION, build_reviewer_id(ANA))

    seen = ana.get(here)
    history = seen.page.select_one(".pane-log .log").get_text(" ", strip=True)
    assert history.count("The staff member") == 2
    assert "shared it with IT" in history
    assert "took the last answer back" not in history

    shown = guest.get(f"/me/findings/{case.finding_id}").page.select(".summary-row")
    listed = {row.dt.get_text(strip=True): row.dd.get_text() for row in shown}
    rows = {row.get_text(strip=True) for row in seen.page.select(".pane-case dt")}
    assert rows <= SHOWN_AS.keys()
    for row in rows | {"Next", "History and notes"}:
        assert listed[SHOWN_AS[row]]


# What the person's own list calls the rows of a reviewer's page.
SHOWN_AS = {
    "Why it was flagged": "Why this alert",
    "What speaks against it": "What speaks against it",
    "Where": "Address",
    "Its picture": "Picture",
    "Found": "First seen",
    "The person's answer": "Your answer",
    "What IT says": "What IT says",
    "Done about it": "Done about it",
    "Why you may see it": "Why IT may see it",
    "Next": "What comes next",
    "History and notes": "History",
}


def test_the_reasons_stand_before_the_form(maria: Staff, ana: Guest, here: str):
    page = ana.get(here).page
    parts = page.select(".pane-case dl.summary, .pane-case [name=decision]")

    assert parts[0].dt.get_text() == "Why it was flagged"
    assert parts[0].find_parent("details") is None
    assert parts[1]["name"] == "decision"
    # Who has decided has read them, and sends the report next.
    ana.post(
        "/review/rule", decision="impersonation", seen=f"{fake(maria).id} {fake(maria).revision}"
    )
    assert ana.get(here).page.select(".pane-case details dl.summary")


def test_a_report_claims_no_word_of_a_person_who_has_said_none(maria: Staff, ana: Guest, here: str):
    seen = f"{fake(maria).id} {fake(maria).revision}"
    ana.post("/review/rule", decision="impersonation", seen=seen)

    report = ana.get(here).page.find(id="report").get_text()

    assert "seems not to be theirs" in report
    assert not any(claim in report for claim in ("agree", "can prove"))

    maria.rules(fake(maria), Decision.MOCK)
    report = ana.get(here).page.find(id="report").get_text()

    assert "Others made it.\n" in report
    assert "agree" not in report


def test_who_reports_for_a_silent_person_reads_first_what_a_false_report_costs(
    maria: Staff, ana: Guest, here: str
):
    seen = f"{fake(maria).id} {fake(maria).revision}"
    ana.post("/review/rule", decision="impersonation", seen=seen)

    warning = ana.get(here).page.find(id="false-report")
    assert "ask the person" in warning.get_text()
    assert warning.find_next(id="report")

    maria.rules(fake(maria), Decision.IMPERSONATION)
    assert "ask the person" not in ana.get(here).page.find(id="false-report").get_text()


def test_the_report_comes_before_the_decision_where_it_is_the_next_step(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    def find_order(reviewer: Guest) -> list[str]:
        parts = reviewer.get(here).page.select("#report, [name=decision]")
        return ["report" if part.get("id") == "report" else "decision" for part in parts]

    maria.rules(fake(maria), Decision.IMPERSONATION)
    assert find_order(ana)[-1] == "report"
    portal.world.later(days=4)
    again = portal.signed_in(ANA)
    again.post("/review/open", one=fake(maria).id)
    assert find_order(again)[0] == "report"


def test_what_looks_alike_in_the_list_is_told_apart_by_its_reference(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    findings = portal.world.state.findings
    finding = findings.load_finding(fake(maria).finding_id)
    findings.update_finding(replace(finding, first_seen=finding.first_seen - timedelta(days=14)))
    assert f"14 days old · Reference {fake(maria).id[:8]}" in ana.get("/review").text


def test_of_what_may_be_sexual_there_is_neither_a_report_nor_a_message(
    maria: Staff, ana: Guest, here: str
):
    maria.rules(fake(maria), Decision.IMPERSONATION)
    lewd = replace(fake(maria), reasons=(Reason("lewd"),))
    maria.world.state.cases.update_case(lewd)

    page = ana.get(here).page

    assert page.find(id="report") is None
    assert page.find(id="parents-en") is None


def test_families_and_staff_are_told_in_both_languages_and_the_log_says_by_whom(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    # Before its person has said so, nobody is told of them.
    assert ana.get(here).page.find(id="parents-en") is None
    assert "no such message" in ana.follow(ana.post(f"{here}/told", letter="parents")).text
    maria.rules(fake(maria), Decision.IMPERSONATION)

    page = ana.get(here).page
    texts = {name: page.find(id=name).get_text() for name in LETTERS}
    for text in texts.values():
        assert "Maria Delgado" in text
        assert ANA in text
        assert "bsky[.]app" in text or "bsky" in text
    assert "Dear families" in texts["parents-en"]
    assert "Estimados colegas" in texts["staff-es"]

    seen = ana.follow(ana.post(f"{here}/told", letter="parents"))
    assert f"{ANA} told families." in seen.text
    assert "told families or staff of it" not in seen.text, "it is logged once"
    assert ana.post(f"{here}/told", letter="contacts").leads_to
    assert f"{ANA} told the staff." not in ana.get(here).text
    told = portal.signed_in(maria.mail).get("/me/data/seen").text
    assert "A reviewer told families of this account" in told
    assert "Told families of this account" in ana.get("/review/audit").text
    # Nothing was sent.
    assert not [
        email for email in portal.world.post.accepted if "Dear families" in email.email.text
    ]


def test_the_log_names_the_way_that_it_took(maria: Staff, ana: Guest, here: str):
    maria.rules(fake(maria), Decision.IMPERSONATION)
    seen = f"{fake(maria).id} {fake(maria).revision}"

    ana.post("/review/rule", decision="reported", seen=seen, lever="form")

    assert fake(maria).last_lever.lever is LeverKind.FORM
    assert "reported it to the platform (the platform's form or app)." in ana.get(here).text


def test_a_ruling_is_kept_shown_and_taken_back(maria: Staff, ana: Guest, here: str):
    ref = fake(maria).id
    ruled = ana.follow(
        ana.post(
            "/review/rule",
            seen=f"{ref} {fake(maria).revision}",
            decision="harmless",
            note="Known fan page.",
        )
    )
    assert "Saved." in ruled.text
    assert f"{ANA} said that nothing more is needed. Known fan page." in ruled.text
    assert "What IT says Harmless" in ruled.text
    assert fake(maria).get_verdict(Side.IT) is Decision.HARMLESS
    assert fake(maria).is_undecided

    assert (
        "Undone: “Harmless”. IT says nothing now. Next, by"
        in ana.follow(ana.post("/review/undo", case=ref)).text
    )
    assert fake(maria).state is CaseState.OPEN


def test_both_sides_read_the_same_of_what_it_did_about_an_unanswered_case(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    ref = fake(maria).id
    ana.post("/review/rule", seen=f"{ref} {fake(maria).revision}", decision="reported")

    page = ana.get(here).page
    person = page.select(".track li")[1]
    assert (person.get("class"), person.get_text(" ")) == (None, "Person no answer yet")
    assert "Reported , done" in page.select_one(".track").get_text(" ")
    found = page.select_one(".track li small").get_text()
    assert f"Found {found}" in ana.get(here).text

    home = portal.signed_in(maria.mail).get("/me")
    assert "IT said: It pretends to be you" in home.text
    assert "Your answer overrules that." in home.text
    assert "IT reported it to the platform." in home.text
    history = portal.signed_in(maria.mail).get(f"/me/findings/{fake(maria).finding_id}").text
    assert "IT reported it to the platform." in history.partition("What happened")[2]
    own = home.page.select(".track li")
    assert own[1]["class"] == ["now"]
    assert own[2]["class"] == ["done"]


def test_after_a_decision_it_reads_what_follows_and_whose_word_it_replaced(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    def decide(reviewer: Guest, decision: str) -> str:
        seen = f"{fake(maria).id} {fake(maria).revision}"
        return reviewer.follow(reviewer.post("/review/rule", seen=seen, decision=decision)).text

    saved = decide(ana, "harmless")
    assert "Saved. The staff member's own answer still decides." in saved
    assert "Next: The staff member says what it is, or it closes on " in saved
    assert "replaces what" not in saved

    bo = portal.signed_in(BO)
    opened = bo.follow(bo.post("/review/open", one=fake(maria).id)).text
    assert f"IT so far: Harmless , by {ANA} on " in opened
    seen = f"{fake(maria).id} {fake(maria).revision}"
    asked = bo.post("/review/rule", seen=seen, decision="impersonation", note="A copied bio.")
    assert asked.title == "Another reviewer says something else"
    assert f"Harmless {ANA}, " in asked.text
    assert "You say: Impersonation ." in asked.text
    assert fake(maria).get_verdict(Side.IT) is Decision.HARMLESS
    hidden = asked.page.select("form[action='/review/rule'] input")
    fields = {field["name"]: field["value"] for field in hidden}
    saved = bo.follow(bo.send("/review/rule", fields)).text
    assert "It replaces what another reviewer said: Harmless." in saved
    assert "Next: IT reports it to the platform, by " in saved
    said = [(entry.decision, entry.note) for entry in fake(maria).log[-2:]]
    assert said == [(Decision.HARMLESS, ""), (Decision.IMPERSONATION, "A copied bio.")]


def test_what_another_reviewer_says_is_not_read_without_a_recorded_look(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    seen = f"{fake(maria).id} {fake(maria).revision}"
    ana.post("/review/rule", seen=seen, decision="harmless", note="Her cousin runs it.")
    seen = f"{fake(maria).id} {fake(maria).revision}"

    asked = portal.signed_in(BO).post("/review/rule", seen=seen, decision="impersonation")

    assert "Her cousin" not in asked.text
    assert asked.leads_to
    assert fake(maria).get_verdict(Side.IT) is Decision.HARMLESS


def test_who_says_the_same_as_another_reviewer_is_not_asked(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    bo = portal.signed_in(BO)
    ana.post(
        "/review/rule", seen=f"{fake(maria).id} {fake(maria).revision}", decision="impersonation"
    )
    bo.post("/review/open", one=fake(maria).id)
    for decision in ("impersonation", "reported"):
        seen = f"{fake(maria).id} {fake(maria).revision}"
        assert bo.post("/review/rule", seen=seen, decision=decision).leads_to

    assert fake(maria).log[-1].decision is Decision.REPORTED


def test_silence_after_a_harmless_word_of_its_has_an_end_that_is_named(
    portal: Portal, maria: Staff, ana: Guest, here: str
):
    told = replace(fake(maria), notified_at=portal.world.clock.now())
    maria.world.state.cases.update_case(told)
    seen = f"{told.id} {told.revision}"

    saved = ana.follow(ana.post("/review/rule", seen=seen, decision="harmless")).text

    assert "Without an answer, it ends on " in saved


def test_what_a_choice_means_and_that_it_may_stay_open_is_said(maria: Staff, ana: Guest, here: str):
    text = ana.get(here).text

    for words in ("Found by mistake.", "Nothing needs to be done."):
        assert words in text
    assert "Not sure? Leave it open" in text


@pytest.mark.parametrize("said", [Decision.IMPERSONATION, Decision.HARMLESS])
def test_what_is_decided_or_has_ended_is_not_asked_again_but_in_a_fold(
    maria: Staff, ana: Guest, here: str, said: Decision
):
    maria.rules(fake(maria), said)
    seen = ana.get(here)

    assert "Not sure?" not in seen.text
    fold = seen.page.find("button", string="Save decision").find_parent("details")
    assert fold.summary.get_text() == "Say what it is"
    assert not fold.has_attr("open")
    assert len(seen.page.select("main button.button:not(.button-second)")) <= 1


def test_of_an_own_account_it_reads_how_its_person_gets_back_in(
    maria: Staff, ana: Guest, here: str
):
    own = replace(fake(maria), kind=CaseKind.OWN_ACCOUNT_CHANGED)
    maria.world.state.cases.update_case(own)
    seen = f"{own.id} {own.revision}"

    page = ana.get(here).page
    choices = [label.get_text() for label in page.select(".choice label")]
    assert choices == [
        "The owner changed it, or it does no harm",
        "Someone else has taken it over",
    ]
    ana.post("/review/rule", seen=seen, decision="impersonation")

    seen_again = ana.get(here)
    assert "What IT says Someone else has taken it over" in seen_again.text
    assert "Help to get back in" in seen_again.text
    assert "turn on two-step verification" in seen_again.text
    assert "Help with the report" not in seen_again.text
    report = seen_again.page.find(id="report").get_text()
    assert "belongs to Maria Delgado, who works for us. Someone else has taken it over." in report
    done = "I have helped them"
    pressed = seen_again.page.find("button", string=done).find_parent("form")
    ana.post(
        "/review/rule", seen=pressed.find("input", {"name": "seen"})["value"], decision="reported"
    )
    assert ana.get(here).page.find("button", string=done) is None


def test_a_decision_that_was_not_chosen_changes_nothing(maria: Staff, ana: Guest, here: str):
    for decision in ("", "shared", "mine", "nonsense"):
        seen = ana.post(
            "/review/rule",
            seen=f"{fake(maria).id} {fake(maria).revision}",
            decision=decision,
            note="My reason.",
        )
        assert seen.status == 422
        assert "Choose what it is." in seen.text
        assert "My reason." in seen.text
    assert "Nothing was saved" in ana.follow(ana.post("/review/rule")).text
    assert fake(maria).state is CaseState.OPEN


def test_the_persons_own_word_stands_beside(maria: Staff, ana: Guest, here: str):
    maria.rules(fake(maria), Decision.NAMESAKE)

    assert "The person's answer Someone else with that name" in ana.get(here).text
    assert "Staff member says: Someone else with that name." in ana.get("/review").text


def test_a_note_that_a_person_wrote_for_themselves_is_not_shown(maria: Staff, ana: Guest, here):
    reviewing = maria.world.app
    decide_case(reviewing, fake(maria).id, Decision.IMPERSONATION, maria.id, "privatenotezq")

    assert "privatenotezq" not in ana.get(here).html


def test_several_cases_are_opened_ruled_and_taken_back_together(
    portal: Portal, maria: Staff, ana: Guest
):
    refs = several(portal, maria, 3)
    opened = ana.send("/review/open", {"csrf": ana.csrf, "several": "yes", "case": refs})
    assert "3 cases together" in ana.follow(opened).title

    cases = portal.world.state.cases
    told = [f"{ref} {cases.load_case(ref).revision}" for ref in refs[:2]]
    ruled = ana.send("/review/rule", {"csrf": ana.csrf, "seen": told, "decision": "impersonation"})

    words = lambda: [cases.load_case(ref).get_verdict(Side.IT) for ref in refs]  # noqa: E731 - short
    assert "Decision saved for 2 cases" in ruled.title
    assert words() == ["impersonation", "impersonation", None]
    ana.send("/review/undo", {"csrf": ana.csrf, "case": refs[:2]})
    assert words() == [None, None, None]


def test_of_several_cases_all_are_ruled_or_none(portal: Portal, maria: Staff, ana: Guest):
    refs = several(portal, maria, 2)
    ana.send("/review/open", {"csrf": ana.csrf, "case": refs})
    first = portal.world.state.cases.load_case(refs[0])
    told = [f"{first.id} {first.revision}", f"{refs[1]} harmless.1"]

    seen = ana.send("/review/rule", {"csrf": ana.csrf, "seen": told, "decision": "impersonation"})

    assert "This changed" in ana.follow(seen).text
    assert [portal.world.state.cases.load_case(ref).state for ref in refs] == ["open", "open"]


def test_what_closed_meanwhile_is_left_out_of_several(portal: Portal, maria: Staff, ana: Guest):
    refs = several(portal, maria, 2)
    place = ana.send("/review/open", {"csrf": ana.csrf, "case": refs}).leads_to
    maria.rules(portal.world.state.cases.load_case(refs[0]), Decision.UNSHARED)

    assert "1 case together" in ana.get(place).title


def test_the_evidence_is_handed_out_where_it_was_shared_and_written_down(
    maria: Staff, ana: Guest, here: str
):
    answer = ana.post(f"{here}/pack")

    with ZipFile(BytesIO(answer.response.data)) as zipped:
        assert "report.html" in zipped.namelist()
    assert (
        maria.world.state.audit.list_entries_of_subjects((fake(maria).id,))[-1].action
        == "downloaded-evidence"
    )


def test_what_is_open_for_another_reason_brings_no_evidence(maria: Staff, ana: Guest, here: str):
    maria.rules(fake(maria), Decision.UNSHARED)
    maria.rules(fake(maria), Decision.IMPERSONATION)

    assert "The staff member has not shared the evidence." in ana.get(here).text
    assert ana.post(f"{here}/pack").status == 404


@pytest.fixture
def unanswered(portal: Portal) -> Staff:
    """Somebody who is impersonated and has not answered for a week."""
    world = portal.world
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    send_due(world.app)
    world.later(days=8)
    return maria


def decides(ana: Guest, maria: Staff, decision: Decision):
    ref = fake(maria).id
    ana.post("/review/open", one=ref)
    seen = f"{ref} {fake(maria).revision}"
    return ana.follow(ana.post("/review/rule", seen=seen, decision=decision.value))


@pytest.mark.parametrize("decision", [Decision.HARMLESS, Decision.NAMESAKE, Decision.REPORTED])
def test_who_decides_on_an_unanswered_case_still_has_it(portal, unanswered, ana, decision):
    saved = decides(ana, unanswered, decision)

    assert saved.status == 200
    assert "Saved." in saved.text
    portal.world.later(days=1)
    assert "1 case is open to you" in portal.signed_in(ANA).get("/review").text
    assert "1 case is open to you" in portal.signed_in(BO).get("/review").text


def test_what_it_said_against_it_stays_in_view_and_it_does_not_report_it(portal, unanswered, ana):
    decides(ana, unanswered, Decision.NAMESAKE)
    case, guest = fake(unanswered), portal.signed_in(unanswered.mail)
    assert "so only you report it" in guest.get(f"/me/findings/{case.finding_id}").text

    guest.post(f"/me/cases/{case.id}", decision="impersonation")
    portal.world.later(days=5)
    guest, ana = portal.signed_in(unanswered.mail), portal.signed_in(ANA)

    for path in ("/me", f"/me/takedown/{case.id}", f"/me/findings/{case.finding_id}"):
        seen = guest.get(path).text
        assert "IT said: It is someone else with your name" in seen
        assert "IT reports it" not in seen
    opened = ana.follow(ana.post("/review/open", one=case.id))
    assert "What IT says Someone else" in opened.text
    assert "IT reports it" not in opened.text
    assert opened.page.find("button", value="reported") is None
    assert "so you can too" not in opened.text
    seen = f"{case.id} {fake(unanswered).revision}"
    sent = ana.post("/review/rule", seen=seen, decision="reported")
    assert "IT says otherwise: change that decision first." in ana.follow(sent).text
    assert fake(unanswered).get_verdict(Side.IT) is Decision.NAMESAKE


def test_the_word_of_it_is_never_shown_as_the_persons(portal, unanswered, ana):
    decides(ana, unanswered, Decision.HARMLESS)
    case, guest = fake(unanswered), portal.signed_in(unanswered.mail)

    page = guest.get(f"/me/findings/{case.finding_id}")

    assert "IT said: It is harmless" in page.text
    assert "You said" not in page.text
    assert "Only you." not in page.text
    assert page.page.find("button", value="namesake")
    assert not page.page.find("form", action=f"/me/cases/{case.id}/undo")
    guest.post(f"/me/cases/{case.id}/undo")
    assert fake(unanswered).get_verdict(Side.IT) is Decision.HARMLESS


def test_its_person_reads_on_the_page_of_a_result_what_it_noted_and_sent(portal, unanswered):
    case, app = fake(unanswered), portal.world.app
    for kind, text in ((ReviewNoteKind.NOTE, "Called them."), (ReviewNoteKind.PARENTS_TOLD, "")):
        note = ReviewNote(
            case_id=case.id, kind=kind, by="ana@x.example", at=app.clock.now(), text=text
        )
        app.db.review_notes.insert_review_note(note)

    page = portal.signed_in(unanswered.mail).get(f"/me/findings/{case.finding_id}").text

    assert "IT noted: Called them. ana@x.example, " in page
    assert "IT told families of this account. ana@x.example, " in page


def test_an_answer_says_what_becomes_of_what_it_sees_already(portal, unanswered, ana):
    case, guest = fake(unanswered), portal.signed_in(unanswered.mail)
    assert "1 case is open to you" in ana.get("/review").text

    for place in (f"/me/findings/{case.finding_id}", "/me/sort"):
        shown = guest.get(place).text
        assert "IT can no longer see it." in shown
        assert "IT does not see it." not in shown
        for answer in ("shares your name", "to do with you", "a fan page, or worse"):
            assert f"{answer}. IT can no longer see it." in shown
    guest.post(f"/me/cases/{case.id}", decision="mine")

    assert "1 case is open to you" not in ana.get("/review").text


def test_what_its_person_shared_is_not_said_to_be_closed_by_an_answer(portal, unanswered):
    unanswered.rules(fake(unanswered), Decision.SHARED)
    case, guest = fake(unanswered), portal.signed_in(unanswered.mail)

    shown = guest.get(f"/me/findings/{case.finding_id}").text

    assert "We keep an eye on it." in shown
    assert "A joke, a fan page, or worse. IT still sees it." in shown
    assert "IT can no longer see it." not in shown
    assert "IT does not see it." not in shown


def test_who_stops_sharing_leaves_it_as_if_they_never_had(portal, unanswered, ana):
    case, guest = fake(unanswered), portal.signed_in(unanswered.mail)
    page, path = f"/me/findings/{case.finding_id}", f"/me/cases/{case.id}"
    guest.post(f"{path}/share", given="1")
    assert "Take the evidence back" in guest.get(page).text

    guest.post(f"{path}/unshare")

    assert "IT has been able to see this since" in guest.get(page).text
    assert "1 case is open to you" in ana.get("/review").text


def test_why_it_sees_a_case_is_the_same_before_and_after_an_answer(portal, unanswered):
    case, guest = fake(unanswered), portal.signed_in(unanswered.mail)
    here = f"/me/findings/{case.finding_id}"
    why = "because it is serious and you had not answered for 7 days"
    assert why in guest.get(here).text

    guest.post(f"/me/cases/{case.id}/share", given="1")
    shared = guest.get(here).text
    assert "Take the evidence back" in shared
    guest.post(f"/me/cases/{case.id}", decision="impersonation")
    answered = guest.get(here).text

    assert why in shared
    assert why in answered
    assert "you said that someone is pretending" not in answered
    # What they said keeps it open without what they shared.
    assert "Take the evidence back" in answered


def test_who_stops_sharing_reads_before_and_after_who_still_sees_it(portal, maria, ana):
    case, guest = fake(maria), portal.signed_in(maria.mail)
    page, share = f"/me/findings/{case.finding_id}", f"/me/cases/{case.id}/share"
    decides(ana, maria, Decision.IMPERSONATION)
    kept = f"{ANA} has decided on it, and sees it until a week after its end"
    kept = f"{kept}, unless you answer: This is me."
    assert f"If you stop: {kept}" in guest.get(page).text
    guest.post(f"/me/cases/{case.id}/unshare")
    assert kept in guest.get(page).text
    assert kept in guest.get(share).text
    here = f"/review/cases/{case.id}"
    assert "If you undo it, you no longer see this case." in ana.get(here).text

    after = ana.follow(ana.post("/review/undo", case=case.id)).text

    assert "You no longer see this case" in after
    assert "No cases are open to you." in after
    assert "Only you see this" in guest.get(page).text


def test_an_undo_leaves_both_sides_what_they_read_before_the_press(portal, unanswered, ana):
    case, guest = fake(unanswered), portal.signed_in(unanswered.mail)
    page, undo = f"/me/findings/{case.finding_id}", f"/me/cases/{case.id}/undo"
    before, queue = guest.get(page).page.select_one(".ask-case"), ana.get("/review").text
    seen = before.select_one(".sees").get_text()
    assert "IT has been able to see this since" in seen
    assert "IT decides what it is. Your answer overrules that." in before.get_text()

    for answer, note in (("impersonation", ""), ("namesake", "If you undo it, IT sees it again.")):
        guest.post(f"/me/cases/{case.id}", decision=answer)
        told = guest.get(page).page.select_one(".ask-case").get_text()
        assert note in told
        assert note or "If you undo it" not in told
        guest.post(undo)

        after = guest.get(page).page.select_one(".ask-case")
        assert after.select_one(".sees").get_text() == seen
        assert after.get_text() == before.get_text()
        assert ana.get("/review").text == queue


def test_who_undoes_a_second_answer_reads_that_the_first_one_opens_it_again(portal, maria, ana):
    case, guest = fake(maria), portal.signed_in(maria.mail)
    guest.post(f"/me/cases/{case.id}/unshare")
    page = f"/me/findings/{case.finding_id}"
    guest.post(f"/me/cases/{case.id}", decision="impersonation")
    opened = guest.get(page).page.select_one(".sees").get_text()
    guest.post(f"/me/cases/{case.id}", decision="namesake")
    portal.world.later(days=1)
    guest = portal.signed_in(maria.mail)
    assert "Only you see this" in guest.get(page).text
    assert "If you undo it, IT sees it again." in guest.get(page).text

    guest.post(f"/me/cases/{case.id}/undo")

    then = guest.get(page).page.select_one(".sees").get_text()
    # The day on which something else stood does not count.
    assert then.partition("If you have not")[0] == opened.partition("If you have not")[0]
    assert "IT reports it, by Sat, Sep 19." in then


def test_once_both_undid_what_they_said_nobody_in_it_sees_it_but_by_silence(portal, unanswered):
    case, guest, ana = fake(unanswered), portal.signed_in(unanswered.mail), portal.signed_in(ANA)
    before = guest.get(f"/me/findings/{case.finding_id}").page.select_one(".sees").get_text()
    guest.post(f"/me/cases/{case.id}", decision="impersonation")
    decides(ana, unanswered, Decision.REPORTED)
    guest.post(f"/me/cases/{case.id}/undo")
    assert "What IT says" in ana.get(f"/review/cases/{case.id}").text

    ana.post("/review/undo", case=case.id)

    after = guest.get(f"/me/findings/{case.finding_id}").page.select_one(".sees").get_text()
    assert after == before
    assert "You have decided on it" not in ana.get(f"/review/cases/{case.id}").text


def test_what_time_opened_stays_open_without_the_evidence(portal, unanswered):
    case, guest = fake(unanswered), portal.signed_in(unanswered.mail)
    share = f"/me/cases/{case.id}/share"
    assert "IT sees the alert without it, too." in guest.get(share).text

    guest.post(f"/me/cases/{case.id}", decision="impersonation")

    assert "IT sees the alert without it, too." in guest.get(share).text


def test_under_an_older_consent_text_a_decided_case_is_its_persons_alone(portal, unanswered, ana):
    world = portal.world
    consent = world.state.consents.find_latest_consent(unanswered.id)
    world.state.consents.insert_consent(replace(consent, text_hash="an older text"))

    saved = decides(ana, unanswered, Decision.HARMLESS)

    assert saved.status == 200
    assert "You no longer see this case" in saved.text
    assert "No cases are open to you." in saved.text


def test_the_evidence_of_it_has_no_note_that_its_person_wrote(maria: Staff, ana: Guest, here: str):
    decide_case(maria.world.app, fake(maria).id, Decision.IMPERSONATION, maria.id, "privatenotezq")

    pack = ana.post(f"{here}/pack")

    with ZipFile(BytesIO(pack.response.data)) as files:
        held = b"".join(files.read(name) for name in files.namelist())
    assert b"privatenotezq" not in held
    assert b"confirmed that it is an impersonation" in held


def test_it_does_not_say_what_a_link_to_students_is_but_that_it_has_done_its_part(
    portal: Portal, maria: Staff, ana: Guest
):
    world, ref = portal.world, "b" * 32
    link = replace(forget(fake(maria)), id=ref, kind=CaseKind.STUDENT_LINK, relation="follows")
    with world.state.begin_transaction():
        world.state.cases.insert_case(link)
    maria.rules(world.state.cases.load_case(ref), Decision.SHARED)
    seen = f"{ref} {world.state.cases.load_case(ref).revision}"
    page = ana.follow(ana.post("/review/open", one=ref))

    assert "What is it?" not in page.text
    assert "Only the person can say what it is" in page.text
    form = page.page.find("button", string="Nothing more is needed").find_parent("form")
    assert not form.find("input", {"type": "radio"})
    for said in ("student-link", "unlinked", "explained", "namesake"):
        ana.post("/review/rule", decision=said, seen=seen)
        assert world.state.cases.load_case(ref).get_word(Side.IT) is None
    done = ana.follow(ana.post("/review/rule", decision="harmless", seen=seen))

    assert "Without an answer, it ends on" in done.text
    assert not done.page.find("button", string="Nothing more is needed")
    own = portal.signed_in(maria.mail).get(f"/me/findings/{link.finding_id}")
    assert "IT said: Nothing more is needed" in own.text
    assert own.page.find("button", value="unlinked")


def test_who_is_locked_out_is_helped_and_their_account_reported_again_if_that_did_not_help(
    portal: Portal, maria: Staff, ana: Guest
):
    world, ref = portal.world, "a" * 32
    lost = replace(forget(fake(maria)), id=ref, kind=CaseKind.OWN_ACCOUNT_CHANGED)
    with world.state.begin_transaction():
        world.state.cases.insert_case(lost)

    def load() -> Case:
        return world.state.cases.load_case(ref)

    def look():
        guest = portal.signed_in(ANA)
        page = guest.follow(guest.post("/review/open", one=ref)).page
        return page.find("button", value="reported"), page.get_text(" ", strip=True)

    for said in (Decision.IMPERSONATION, Decision.LOCKED_OUT, Decision.SHARED):
        maria.rules(load(), said)
    button, text = look()
    assert button
    assert "Staff member says: They cannot get in." in ana.get("/review").text
    assert "go through it with them" in text[: text.index("Why it was flagged")]
    assert "and its owner cannot get in. Please secure it" in text[: text.index(button.get_text())]
    ana.post(f"/review/cases/{ref}/take", seen="")
    own = portal.signed_in(maria.mail).get(f"/me/findings/{lost.finding_id}").text
    assert f"Ask IT to help you get it back: {ANA}" in own
    assert f"About this alert, write to {ANA}" in own
    ana.post("/review/rule", decision="reported", seen=f"{ref} {load().revision}")

    button, text = look()
    assert button is None, "it was pressed, and an answer is waited for"
    assert "They cannot get in. IT helped" in text
    assert "Undo “I have helped them”" in text
    assert "The staff member says whether they are in again" in text
    assert "What IT says" not in text, "who helped said no more than its owner"
    own = portal.signed_in(maria.mail).get(f"/me/findings/{lost.finding_id}").text
    assert "IT gave help with the account." in own
    assert ": You say whether you are in again." in own
    assert "If what IT did has not helped by" in own
    assert "The platform or site" not in own
    assert "IT reported it to the platform." not in own
    assert "IT said: Someone else has taken it over" not in own
    world.later(days=8)
    button, text = look()
    assert "Next: IT tries again, or asks the staff member" in text
    assert button
