"""What a program does for a person, through the same services as their pages."""

from dataclasses import replace
from typing import get_args

import pytest

from monitor.domain.feedback import FINDING_DECISIONS
from monitor.domain.vocabulary import CaseKind, CaseState, ConsentChannel, Decision, TokenScope
from monitor.services.answers import record_feedback
from monitor.services.consent_renewal import pause_checks
from monitor.services.due_jobs import run_requested_checks
from monitor.web.api_own import CaseAnswer, FindingAnswer
from reports.answer_choices import CASE_ANSWERS
from scrapers.models import TraceKind
from tests.monitor.services.world import Staff
from tests.monitor.web.portal import ADDRESS, Portal, Program

OWN = (TokenScope.OWN_READ, TokenScope.OWN_ANSWER, TokenScope.OWN_CHECK)


@pytest.fixture
def program(portal: Portal, maria: Staff) -> Program:
    return portal.program(maria.mail, *OWN)


def read_all(program: Program, path: str, limit: int, **query: str) -> list[str]:
    """Follow the cursors, and return the IDs of all pages."""
    ids: list[str] = []
    cursor = ""
    while True:
        page = program.get(path, query_string={"limit": limit, "cursor": cursor, **query}).json
        assert len(page["items"]) <= limit
        ids += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            return ids


def test_a_person_reads_what_they_gave(program: Program, maria: Staff) -> None:
    profile = program.get("/me").json

    assert profile["id"] == maria.id
    assert profile["email"] == maria.mail
    assert (profile["given_name"], profile["family_name"]) == ("Maria", "Delgado")
    assert profile["consent"] == "enrolled"


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_the_pages_of_a_list_have_each_finding_once(
    program: Program, portal: Portal, maria: Staff, limit: int
) -> None:
    found = read_all(program, "/me/findings", limit)

    assert len(found) > 2
    assert sorted(found) == sorted(portal.world.state.findings.list_finding_ids_of_person(maria.id))


def test_the_list_is_narrowed_as_on_the_page(program: Program) -> None:
    waiting = program.get("/me/findings?group=needs-you").json["items"]

    assert waiting
    assert {item["group"] for item in waiting} == {"needs-you"}
    assert program.get("/me/findings?words=nowhere-at-all").json["items"] == []


def test_one_finding_has_its_reasons_and_cases(program: Program, maria: Staff) -> None:
    case = maria.case(CaseKind.IMPERSONATION)

    found = program.get(f"/me/findings/{case.finding_id}").json

    assert found["case_ids"] == [case.id]
    assert found["answer"] is None
    assert all(reason["sentence"].endswith(".") for reason in found["reasons_for"])
    assert "handle-like" in {reason["rule"] for reason in found["reasons_for"]}


def test_an_answer_counts_as_on_the_page_and_can_be_undone(
    program: Program, maria: Staff, portal: Portal
) -> None:
    finding_id = maria.case(CaseKind.IMPERSONATION).finding_id
    path = f"/me/findings/{finding_id}/answer"

    answered = program.post(path, {"answer": "namesake"})

    assert (answered.status_code, answered.json["answer"]) == (200, "namesake")
    assert maria.case(CaseKind.IMPERSONATION).state is CaseState.NAMESAKE
    undone = program.ask("DELETE", f"/api/v1{path}")
    assert (undone.status_code, undone.json["answer"]) == (200, None)
    assert maria.case(CaseKind.IMPERSONATION).is_undecided
    assert program.ask("DELETE", f"/api/v1{path}").status_code == 409


def test_what_a_token_answered_is_told_apart_and_taken_back(
    program: Program, maria: Staff, portal: Portal
) -> None:
    first, second, *_ = sorted(item["id"] for item in program.get("/me/findings").json["items"])
    for finding in (first, second):
        program.post(f"/me/findings/{finding}/answer", {"answer": "namesake"})
    guest = portal.signed_in(maria.mail)
    (token,) = portal.world.state.access_tokens.list_tokens_of_account(
        maria.id, portal.world.clock.now()
    )
    assert "with an access token" in guest.get("/me/data/seen").text
    record_feedback(portal.world.app, maria.id, {second: Decision.UNRELATED})

    guest.post("/me/data/tokens", revoke=token.id, answers="yes")

    state = portal.world.state.findings
    assert state.find_finding_feedback(first) is None
    assert state.find_finding_feedback(second) is Decision.UNRELATED
    assert program.get("/me").status_code == 401
    rows = portal.world.state.audit.list_entries()
    assert {row.means for row in rows if row.action in {"answered", "decided"}} >= {
        f"token:{token.id}"
    }


def test_answers_wake_the_service(program: Program, maria: Staff, portal: Portal) -> None:
    finding_id = maria.case(CaseKind.IMPERSONATION).finding_id

    program.post(f"/me/findings/{finding_id}/answer", {"answer": "namesake"})

    assert portal.rung


def test_a_page_takes_only_the_answers_that_its_card_offers(
    program: Program, portal: Portal, maria: Staff
) -> None:
    findings = portal.world.app.db.findings
    found = findings.list_findings_of_person(maria.id)[0]
    page = replace(found, portrait=replace(found.portrait, kind=TraceKind.PAGE))
    findings.update_finding(page)

    refused = program.post(f"/me/findings/{page.id}/answer", {"answer": "mock"})

    assert refused.status_code == 409
    assert refused.json["detail"] == (
        "Answer this finding with one of mine, namesake, impersonation, unrelated."
    )
    assert program.get(f"/me/findings/{page.id}").json["answer"] is None


@pytest.mark.parametrize("body", [{}, {"answer": "shared"}, {"answer": "mine", "by": "x"}, [], 1])
def test_a_wrong_answer_changes_nothing(program: Program, maria: Staff, body: object) -> None:
    case = maria.case(CaseKind.IMPERSONATION)

    for path in (f"/me/findings/{case.finding_id}/answer", f"/me/cases/{case.id}/answer"):
        assert program.post(path, body).status_code == 422
    assert maria.case(CaseKind.IMPERSONATION).is_undecided


def test_a_case_says_what_can_be_done_about_it(program: Program, maria: Staff) -> None:
    case = maria.case(CaseKind.IMPERSONATION)

    (listed,) = (item for item in program.get("/me/cases").json["items"] if item["id"] == case.id)

    assert listed == program.get(f"/me/cases/{case.id}").json
    assert listed["finding_id"] == case.finding_id
    assert listed["it_sees_since"] is None
    assert listed["next_steps"]
    assert any(step["url"].startswith(f"{ADDRESS}/me/") for step in listed["next_steps"])


def test_a_case_is_answered_and_leaves_the_open_ones(program: Program, maria: Staff) -> None:
    case = maria.case(CaseKind.IMPERSONATION)

    answered = program.post(f"/me/cases/{case.id}/answer", {"answer": "harmless", "days": 30})

    assert (answered.status_code, answered.json["state"]) == (200, "harmless")
    assert maria.case(CaseKind.IMPERSONATION).harmless_until
    assert case.id not in read_all(program, "/me/cases", 1)
    assert case.id in read_all(program, "/me/cases", 1, state="all")


def test_an_answer_that_does_not_fit_the_case_is_refused_with_those_that_do(
    program: Program, maria: Staff
) -> None:
    case = maria.case(CaseKind.IMPERSONATION)

    refused = program.post(f"/me/cases/{case.id}/answer", {"answer": "family"})

    assert refused.status_code == 409
    assert "one of mine, namesake" in refused.json["detail"]
    assert maria.case(CaseKind.IMPERSONATION).is_undecided


def test_the_answers_are_those_of_the_pages() -> None:
    assert set(get_args(FindingAnswer)) == FINDING_DECISIONS
    assert set(get_args(CaseAnswer)) == set[Decision]().union(*CASE_ANSWERS.values())


def test_a_check_is_asked_for_once_an_hour(program: Program, portal: Portal) -> None:
    asked = program.post("/me/checks")
    assert (asked.status_code, asked.json["state"]) == (202, "waiting")
    run_requested_checks(portal.world.app)

    page = program.get("/me/checks").json
    again = program.post("/me/checks")

    assert [item["kind"] for item in page["items"]] == ["requested", "weekly"]
    assert page["items"][0]["ended_at"]
    assert page["requested"]["state"] == "ended"
    assert page["next_weekly_at"] > page["items"][0]["ended_at"]
    assert again.status_code == 429
    assert 0 < int(again.headers["Retry-After"]) <= 3600


def test_during_a_pause_no_check_is_promised_or_made(
    program: Program, maria: Staff, portal: Portal
) -> None:
    until = portal.world.clock.now().replace(year=portal.world.clock.now().year + 1)
    pause_checks(portal.world.app, maria.id, until.replace(month=1), ConsentChannel.PORTAL)

    assert program.post("/me/checks").status_code == 409
    assert program.get("/me/checks").json["next_weekly_at"] is None
