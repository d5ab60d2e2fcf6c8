"""What reviewers do with a case: taken, noted, asked about, ruled, and taken back."""

from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pytest

from monitor.demo.district import MARIA
from monitor.domain.vocabulary import CaseState, Decision, Side
from monitor.services.outbox import send_due
from tests.monitor.decisions import decide_case
from tests.monitor.services.world import IMPOSTOR, Staff
from tests.monitor.web.portal import Guest, Portal
from tests.monitor.web.review.flagged import ANA, BO, fake, several


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
    assert f"{ANA} said that it is harmless. Known fan page." in ruled.text
    assert "What IT says Harmless" in ruled.text
    assert fake(maria).get_verdict(Side.IT) is Decision.HARMLESS
    assert fake(maria).is_undecided

    assert "Undone." in ana.follow(ana.post("/review/undo", case=ref)).text
    assert fake(maria).state is CaseState.OPEN


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


def test_under_an_older_consent_text_a_decided_case_is_its_persons_alone(portal, unanswered, ana):
    world = portal.world
    consent = world.state.consents.find_latest_consent(unanswered.id)
    world.state.consents.insert_consent(replace(consent, text_hash="an older text"))

    saved = decides(ana, unanswered, Decision.HARMLESS)

    assert saved.status == 200
    assert "You cannot see this case anymore" in saved.text
    assert "No cases are open to you." in saved.text


def test_the_evidence_of_it_has_no_note_that_its_person_wrote(maria: Staff, ana: Guest, here: str):
    decide_case(maria.world.app, fake(maria).id, Decision.IMPERSONATION, maria.id, "privatenotezq")

    pack = ana.post(f"{here}/pack")

    with ZipFile(BytesIO(pack.response.data)) as files:
        held = b"".join(files.read(name) for name in files.namelist())
    assert b"privatenotezq" not in held
    assert b"confirmed that it is an impersonation" in held
