"""What reviewers do with a case: taken, noted, asked about, ruled, and taken back."""

from io import BytesIO
from zipfile import ZipFile

from monitor.domain.vocabulary import CaseState, Decision
from tests.monitor.decisions import decide_case
from tests.monitor.services.world import Staff
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
    ana.post("/review/rule", seen=f"{fake(maria).id} open", decision="harmless")
    assert "Help with the report" not in ana.get(here).text


def test_a_ruling_is_kept_shown_and_taken_back(maria: Staff, ana: Guest, here: str):
    ref = fake(maria).id
    ruled = ana.follow(
        ana.post("/review/rule", seen=f"{ref} open", decision="harmless", note="Known fan page.")
    )
    assert "Saved." in ruled.text
    assert f"{ANA} said that it is harmless. Known fan page." in ruled.text
    assert fake(maria).state is CaseState.HARMLESS

    assert "Undone." in ana.follow(ana.post("/review/undo", case=ref)).text
    assert fake(maria).state is CaseState.OPEN


def test_a_decision_that_was_not_chosen_changes_nothing(maria: Staff, ana: Guest, here: str):
    for decision in ("", "shared", "mine", "nonsense"):
        seen = ana.post(
            "/review/rule", seen=f"{fake(maria).id} open", decision=decision, note="My reason."
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

    told = [f"{ref} open" for ref in refs[:2]]
    ruled = ana.send("/review/rule", {"csrf": ana.csrf, "seen": told, "decision": "impersonation"})

    states = lambda: [portal.world.state.cases.load_case(ref).state for ref in refs]  # noqa: E731 - short
    assert "Decision saved for 2 cases" in ruled.title
    assert states() == ["impersonation", "impersonation", "open"]
    ana.send("/review/undo", {"csrf": ana.csrf, "case": refs[:2]})
    assert states() == ["open", "open", "open"]


def test_of_several_cases_all_are_ruled_or_none(portal: Portal, maria: Staff, ana: Guest):
    refs = several(portal, maria, 2)
    ana.send("/review/open", {"csrf": ana.csrf, "case": refs})
    told = [f"{refs[0]} open", f"{refs[1]} harmless"]

    seen = ana.send("/review/rule", {"csrf": ana.csrf, "seen": told, "decision": "impersonation"})

    assert "This changed" in ana.follow(seen).text
    assert [portal.world.state.cases.load_case(ref).state for ref in refs] == ["open", "open"]


def test_what_closed_meanwhile_is_left_out_of_several(portal: Portal, maria: Staff, ana: Guest):
    refs = several(portal, maria, 2)
    place = ana.send("/review/open", {"csrf": ana.csrf, "case": refs}).leads_to
    maria.rules(portal.world.state.cases.load_case(refs[0]), Decision.REOPENED)

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
    maria.rules(fake(maria), Decision.REOPENED)
    maria.rules(fake(maria), Decision.IMPERSONATION)

    assert "The staff member has not shared the evidence." in ana.get(here).text
    assert ana.post(f"{here}/pack").status == 404
