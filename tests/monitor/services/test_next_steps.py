"""What a person can do about each case, and what home lists until an address proves gone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from monitor.app import App
from monitor.config.sections import PageSourcesConfig
from monitor.demo.data import DemoPage
from monitor.demo.district import MARIA
from monitor.domain.case import Case
from monitor.domain.case_progress import LOOKED_AT_AFTER
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import (
    CaseBin,
    CaseKind,
    CaseState,
    CaseStep,
    Decision,
    Language,
    Severity,
    Side,
    StepActor,
)
from monitor.services.answers import DecisionInput
from monitor.services.due_jobs import run_due_sweeps
from monitor.services.findings import build_home_view
from monitor.services.next_steps import build_advice_lines, build_next_ways, build_school_line
from monitor.services.takedown import build_removal_view, record_removal_step, record_takedown_step
from reports.reason_rendering import load_words, render_reason
from tests.cases import say
from tests.monitor.services.world import IMPOSTOR, Staff, World

PAGE = DemoPage(
    url="http://people-finder.example/maria-delgado",
    title="Maria Delgado, teacher in Cedar Valley",
    text="Maria Delgado lives at 14 Elm Street, Cedar Valley. Home: 319-555-0134.",
)
OTHERS = (
    replace(PAGE, url="http://locator.example/maria-delgado"),
    replace(PAGE, url="http://lookup.example/maria-delgado", text="Maria Delgado, 319-555-0134."),
)


@pytest.fixture
def maria(world: World) -> Staff:
    """Somebody who is impersonated, and whose phone number a page shows."""
    world.internet = world.internet.add_entry(IMPOSTOR).add_entry(PAGE)
    maria = world.joins(MARIA)
    world.sweep()
    return maria


def home(maria: Staff):
    return build_home_view(maria.world.app, maria.id)


def progress(maria: Staff) -> list[tuple[StepActor | None, CaseStep | None]]:
    """Return who acts next in what somebody else has to do."""
    return [(case.next_by, case.next_step) for case in home(maria).progress]


def advice(maria: Staff, case: Case) -> list[str]:
    return [
        line.path or line.url or render_reason(line.words)
        for line in build_advice_lines(maria.world.app, case)
    ]


def test_nothing_is_in_progress_before_an_answer(maria: Staff):
    assert progress(maria) == []


def test_a_report_is_in_progress_until_its_account_is_gone(maria: Staff):
    world, case = maria.world, maria.case(CaseKind.IMPERSONATION)
    case_id = case.id
    maria.rules(case, Decision.IMPERSONATION)
    # To report it is the person's own turn, and so are the contact details.
    assert progress(maria) == []
    assert home(maria).needs_you == 2
    reported = next(case for case in home(maria).cases if case.id == case_id)
    assert (reported.next_step, reported.plan_path) == (
        CaseStep.REPORT,
        f"/me/takedown/{case_id}",
    )

    record_takedown_step(world.app, case.id, DecisionInput(decision=Decision.REPORTED, by=maria.id))
    assert progress(maria) == [(StepActor.PLATFORM, CaseStep.WAIT_FOR_ANSWER)]
    (going,) = home(maria).progress
    assert (going.acted_at, going.bin) == (world.clock.now(), CaseBin.IN_PROGRESS)
    assert (going.place, going.plan_path) == (3, f"/me/takedown/{case.id}")

    run_due_sweeps(world.app)
    world.internet = world.internet.remove_entry(IMPOSTOR)
    for hours in (72, 49):
        world.clock.at += timedelta(hours=hours)
        run_due_sweeps(world.app)
    assert progress(maria) == []


def test_who_cannot_get_in_reads_whom_to_write_to_and_who_helps(maria: Staff):
    app, known = maria.world.app, maria.case(CaseKind.IMPERSONATION)
    lost = replace(known, id="f" * 32, kind=CaseKind.OWN_ACCOUNT_CHANGED, severity=Severity.HIGH)
    reviewer = app.config.district.reviewers[0]

    before = build_advice_lines(app, say(lost, Decision.IMPERSONATION))
    after = build_advice_lines(app, say(lost, Decision.IMPERSONATION, Decision.LOCKED_OUT))

    told = [line for line in before if "Share it" in render_reason(line.words)]
    assert [(line.mail, line.path) for line in told] == [(reviewer, f"/me/cases/{lost.id}/share")]
    shared = build_advice_lines(app, say(lost, Decision.IMPERSONATION, Decision.SHARED))
    assert shared == tuple(line for line in before if line not in told)
    write, ask, warn, _ = after
    assert "that the account was taken over" in render_reason(write.words)
    assert write.mail == "support@bsky.app"
    assert "Ask IT to help you" in render_reason(ask.words)
    assert ask.mail == reviewer
    assert "by phone or from another account" in render_reason(warn.words)

    # What IT does since takes none of it away, and IT is not told to ask IT.
    shut_out = say(lost, Decision.IMPERSONATION, Decision.LOCKED_OUT)
    reported = say(shut_out, Decision.REPORTED, by="it")
    assert build_advice_lines(app, reported) == after
    assert build_advice_lines(app, reported, Side.IT) == (write, warn, after[-1])


@pytest.mark.parametrize("then", [(), (Decision.LOCKED_OUT,)])
def test_where_each_server_has_an_address_of_its_own_one_is_told_where_to_find_it(
    maria: Staff, then: tuple[Decision, ...]
):
    world, known = maria.world, maria.case(CaseKind.IMPERSONATION)
    finding = world.state.findings.load_finding(known.finding_id)
    moved = replace(
        finding.portrait, url="https://m.example/@rosa", account="mastodon:@rosa@m.example"
    )
    world.state.findings.update_finding(replace(finding, portrait=moved))
    lost = replace(known, id="f" * 32, kind=CaseKind.OWN_ACCOUNT_CHANGED, severity=Severity.HIGH)

    back, *_ = build_advice_lines(world.app, say(lost, Decision.IMPERSONATION, *then))

    assert "its page About has the address" in render_reason(back.words)
    assert (back.url, back.mail) == ("", "")


def test_a_removal_is_in_progress_until_it_is_done_and_looks_only_where_it_can(maria: Staff):
    world, case = maria.world, maria.case(CaseKind.EXPOSED_CONTACT)
    maria.rules(case, Decision.MINE)
    assert progress(maria) == []
    assert home(maria).cases[-1].plan_path == f"/me/removal/{case.id}"

    record_removal_step(world.app, maria.id, case.id, Decision.REMOVAL_ASKED)
    assert progress(maria) == [(StepActor.PLATFORM, CaseStep.WAIT_FOR_ANSWER)]
    assert build_removal_view(world.app, maria.id, case.id).can_look is False
    sources = structs.replace(world.config.sources, pages=PageSourcesConfig())
    world.restarts(structs.replace(world.config, sources=sources))
    view = build_removal_view(world.app, maria.id, case.id)
    assert view.can_look
    assert view.looks_at[0] == world.clock.now() + LOOKED_AT_AFTER[CaseState.REMOVAL_ASKED][0]

    record_removal_step(world.app, maria.id, case.id, Decision.REMOVAL_DONE)
    (going,) = home(maria).progress
    assert going.due
    assert (going.next_by, going.bin) == (StepActor.SERVICE, CaseBin.IN_PROGRESS)


def test_what_may_stay_is_not_in_progress(maria: Staff):
    maria.rules(maria.case(CaseKind.EXPOSED_CONTACT), Decision.HARMLESS)

    assert progress(maria) == []


def test_one_page_is_listed_by_itself_and_several_as_one_line(maria: Staff):
    assert home(maria).exposures == ()
    world = maria.world
    for other in OTHERS:
        world.internet = world.internet.add_entry(other)
    world.a_week_later()
    world.sweep()

    shown = "3 sites seem to show your street address and phone number."
    assert render_reason(home(maria).folded_sentence) == shown
    assert home(maria).exposures[0].severity is Severity.HIGH
    assert [case.kind for case in home(maria).cases] == [CaseKind.IMPERSONATION]
    assert home(maria).needs_you == 4


def test_of_many_cases_home_builds_those_that_it_shows(maria: Staff, monkeypatch):
    world = maria.world
    for number in range(8):
        page = replace(PAGE, url=f"http://locator{number}.example/maria-delgado")
        world.internet = world.internet.add_entry(page)
    world.a_week_later()
    world.sweep()
    built: list[str] = []

    def count(app: App, case: Case):
        built.append(case.id)
        return build_advice_lines(app, case)

    monkeypatch.setattr("monitor.services.disclosure.build_advice_lines", count)
    view = home(maria)

    assert view.exposure_count == 9
    assert view.needs_you == 10
    assert len(view.exposures) == 5
    assert len(built) == len(view.cases) + len(view.exposures) == 6


def test_an_impersonation_leads_to_the_kit_and_to_people(maria: Staff):
    case = maria.case(CaseKind.IMPERSONATION)

    kit, principal, contacts = advice(maria, case)
    assert kit == f"/me/takedown/{case.id}"
    assert "principal" in principal
    assert "contacts" in contacts


@pytest.mark.parametrize(
    ("role", "office"),
    [
        ("Superintendent", True),
        ("Principal, Maple Street", True),
        ("Assistant principal", False),
        ("Secretary to the principal", False),
        ("Band director", False),
    ],
)
def test_who_leads_a_school_is_not_told_to_tell_their_principal(
    maria: Staff, role: str, *, office: bool
):
    people = maria.world.state.people
    people.update_person(replace(people.load_person(maria.id), role=role))

    _, told, _ = advice(maria, maria.case(CaseKind.IMPERSONATION))

    assert ("office and board" in told) is office
    assert ("your principal" in told) is not office


def test_only_that_sentence_sends_anyone_to_a_principal() -> None:
    told = load_words(Language.ENGLISH).messages

    assert [rule for rule in told if "principal" in str(told[rule])] == ["advice.tell-principal"]


def test_a_confirmed_imitation_takes_one_way_after_the_other(maria: Staff):
    world = maria.world
    maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.IMPERSONATION)
    case = maria.case(CaseKind.IMPERSONATION)

    evidence, kit, *warnings, then = advice(maria, case)
    assert evidence == f"/me/takedown/{case.id}/pack"
    assert kit == f"/me/takedown/{case.id}"
    assert "principal" in warnings[0]
    assert "a second report" in then

    for decision in (Decision.REPORTED, Decision.REFUSED):
        record_takedown_step(world.app, case.id, DecisionInput(decision=decision, by=maria.id))
    case = maria.case(CaseKind.IMPERSONATION)
    _, again, *_, then = build_advice_lines(world.app, case)
    assert again.path == f"/me/takedown/{case.id}"
    assert "your union or a lawyer" in render_reason(then.words)
    *_, last = build_next_ways(world.app, case)
    assert "penalty of perjury" in render_reason(last.words)
    assert "which the other side gets to read" in render_reason(last.terms)


def test_a_reviewer_reads_of_the_school_channel_where_there_is_one(maria: Staff):
    app, findings = maria.world.app, maria.world.state.findings
    case = maria.case(CaseKind.IMPERSONATION)
    assert build_school_line(app, case) is None
    finding = findings.load_finding(case.finding_id)
    moved = replace(finding.portrait, account="instagram:@maria", url="https://instagram.com/maria")
    findings.update_finding(replace(finding, portrait=moved))

    line = build_school_line(app, case)
    assert "from your school's own account" in render_reason(line.words)
    assert "It takes up to 48 hours." in render_reason(line.terms)
    assert build_school_line(app, replace(case, reasons=(Reason("lewd"),))) is None


def test_of_what_may_be_sexual_nothing_is_saved_and_the_law_is_named(maria: Staff):
    cases = maria.world.state.cases
    lewd = replace(maria.case(CaseKind.IMPERSONATION), reasons=(Reason("lewd"),))
    cases.update_case(say(lewd, Decision.IMPERSONATION))

    lines = build_advice_lines(maria.world.app, cases.load_case(lewd.id))
    said = " ".join(render_reason(line.words) for line in lines)
    assert "Save no picture" in said
    assert "If you want evidence, save it first" not in said
    assert "TAKE IT DOWN Act" in said
    assert "https://cybertipline.org" in [line.url for line in lines]
    (law,) = (line for line in lines if "48 hours" in render_reason(line.terms or line.words))
    assert "It takes up to 48 hours." in render_reason(law.terms)


def test_of_threats_the_evidence_is_saved_and_the_police_come_first(maria: Staff):
    cases, findings = maria.world.state.cases, maria.world.state.findings
    threat = replace(maria.case(CaseKind.IMPERSONATION), reasons=(Reason("mock-harm"),))
    cases.update_case(say(threat, Decision.IMPERSONATION))
    finding = findings.load_finding(threat.finding_id)
    findings.update_finding(
        replace(finding, portrait=replace(finding.portrait, bio="kill her, kill her"))
    )

    lines = build_advice_lines(maria.world.app, cases.load_case(threat.id))
    saving, police, kit, *_ = (render_reason(line.words) for line in lines)
    assert "If you want evidence, save it first" in saving
    assert "call the police now" in police
    assert "Report the account" in kit


def test_contact_details_lead_to_removal_until_they_may_stay(maria: Staff):
    case = maria.case(CaseKind.EXPOSED_CONTACT)
    first, *others = advice(maria, case)
    assert first == f"/me/removal/{case.id}"
    assert others == [
        "https://myactivity.google.com/results-about-you",
        "https://privacy.ca.gov/drop/",
    ]

    maria.rules(case, Decision.HARMLESS)
    assert advice(maria, maria.case(CaseKind.EXPOSED_CONTACT)) == []


def test_an_account_that_was_taken_over_leads_to_its_platform_and_is_never_reported(maria: Staff):
    cases = maria.world.state.cases
    own = replace(maria.case(CaseKind.IMPERSONATION), kind=CaseKind.OWN_ACCOUNT_CHANGED)
    cases.update_case(say(own, Decision.IMPERSONATION))
    finding = maria.world.state.findings.load_finding(own.finding_id)
    moved = replace(finding.portrait, account="instagram:@maria", url="https://instagram.com/maria")
    maria.world.state.findings.update_finding(replace(finding, portrait=moved))

    first, *_ = build_advice_lines(maria.world.app, cases.load_case(own.id))
    assert first.url == "https://www.instagram.com/hacked/"
    assert first.unconfirmed
    (taken,) = (case for case in home(maria).cases if case.id == own.id)
    assert taken.next_step is CaseStep.REPORT
    assert taken.plan_path == f"/me/findings/{own.finding_id}"
