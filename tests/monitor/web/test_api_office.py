"""What programs do for reviewers and operators: what their pages show, and no more."""

import pytest
from msgspec import structs

from monitor.demo.district import ROSA, THOMAS
from monitor.domain.person import build_operator_id
from monitor.domain.vocabulary import CaseKind, Decision, TokenScope
from monitor.services.due_jobs import schedule_jobs
from tests.monitor.services.world import REVIEWERS, Staff
from tests.monitor.web.portal import OPERATOR, Portal, Program
from tests.monitor.web.review.flagged import fake, several
from tests.monitor.web.test_api_own import read_all

ANA = REVIEWERS[0]
CLOSED_LIST = {
    *("id", "name", "school", "kind", "severity", "platform", "url", "state", "opened_at"),
    *("first_seen", "last_seen", "reasons", "reasons_against", "answer", "review_answer"),
}


@pytest.fixture
def ana(portal: Portal) -> Program:
    return portal.program(ANA, TokenScope.REVIEW_READ, TokenScope.REVIEW_OPEN)


@pytest.fixture
def operator(portal: Portal) -> Program:
    return portal.program(OPERATOR, TokenScope.OPERATE_READ, TokenScope.OPERATE_INVITE)


def test_a_case_that_was_not_shared_is_neither_listed_nor_opened(ana: Program, maria: Staff):
    case = fake(maria)

    assert ana.get("/review/cases").json["items"] == []
    assert ana.post(f"/review/cases/{case.id}/open").status_code == 404
    assert ana.post("/review/cases/none/open").status_code == 404


def test_the_list_of_cases_has_no_name(ana: Program, maria: Staff) -> None:
    maria.rules(fake(maria), Decision.SHARED)

    answer = ana.get("/review/cases")

    assert [item["id"] for item in answer.json["items"]] == [fake(maria).id]
    text = answer.get_data(as_text=True)
    for its in (maria.id, maria.mail, "Maria", "Delgado", fake(maria).finding_id):
        assert its not in text


def test_opening_a_case_shows_the_closed_list_and_is_recorded(
    ana: Program, maria: Staff, portal: Portal
) -> None:
    maria.rules(fake(maria), Decision.SHARED)

    opened = ana.post(f"/review/cases/{fake(maria).id}/open")

    assert opened.status_code == 200
    assert opened.json.keys() == CLOSED_LIST
    assert opened.json["name"] == "Maria Delgado"
    (viewed,) = (
        entry
        for entry in portal.world.state.audit.list_entries_of_subjects((fake(maria).id,))
        if entry.action == "viewed"
    )
    assert viewed.actor.startswith("reviewer-")


def test_no_one_opens_a_case_about_themselves(portal: Portal, maria: Staff) -> None:
    maria.rules(fake(maria), Decision.SHARED)
    app = portal.world.app
    district = structs.replace(app.config.district, reviewers=(maria.mail,))
    portal.world.app = app.copy_with(config=structs.replace(app.config, district=district))
    program = portal.program(maria.mail, TokenScope.REVIEW_READ, TokenScope.REVIEW_OPEN)

    assert program.get("/review/cases").json["items"] == []
    assert program.post(f"/review/cases/{fake(maria).id}/open").status_code == 404


def test_pages_of_the_queue_have_each_case_once(ana: Program, maria: Staff, portal: Portal) -> None:
    maria.rules(fake(maria), Decision.SHARED)
    cases = {fake(maria).id, *several(portal, maria, 4)}

    assert sorted(read_all(ana, "/review/cases", 2)) == sorted(cases)


def test_the_queue_is_narrowed_as_on_the_page(ana: Program, maria: Staff) -> None:
    maria.rules(fake(maria), Decision.SHARED)
    kind = CaseKind.IMPERSONATION

    assert ana.get(f"/review/cases?kind={kind}").json["items"]
    assert ana.get("/review/cases?kind=student-link").json["items"] == []
    assert ana.get("/review/cases?bin=done").json["items"] == []


def test_an_operator_reads_health_jobs_and_sources_and_nothing_of_anyone(
    operator: Program, maria: Staff, portal: Portal
) -> None:
    schedule_jobs(portal.world.app)
    answers = [operator.get(f"/operate/{word}") for word in ("health", "jobs", "sources")]

    health, jobs, sources = (one_answer.json for one_answer in answers)

    assert health["checks"]
    assert health["last_sweep_at"]
    assert {item["name"] for item in jobs["items"]} >= {"sweep", "digest"}
    assert "chalkboard" in {item["id"] for item in sources["items"]}
    for answer in answers:
        for its in (maria.id, maria.mail, "Maria", "Delgado", "mariadelgado"):
            assert its not in answer.get_data(as_text=True)


def test_an_invitation_is_sent_and_enrolls_no_one(operator: Program, portal: Portal) -> None:
    body = {"email": ROSA.person.mail, "given_name": "Rosa", "family_name": "Marchetti"}

    invited = operator.post("/operate/invitations", body)

    assert (invited.status_code, invited.json["status"]) == (202, "accepted")
    (invitation,) = portal.world.state.invitations.list_invitations()
    assert (invitation.mail, invitation.given) == (ROSA.person.mail, "Rosa")
    assert portal.world.state.people.list_person_ids() == ()
    assert portal.rung


def test_the_operator_whose_token_invites_answers_for_it(operator: Program, portal: Portal) -> None:
    operator.post("/operate/invitations", {"email": ROSA.person.mail})

    entry = portal.world.state.audit.find_last_entry_of_action("invited")
    assert entry
    assert entry.actor == build_operator_id(OPERATOR)


def test_the_answer_does_not_tell_who_has_joined(
    operator: Program, maria: Staff, portal: Portal
) -> None:
    known = operator.post("/operate/invitations", {"email": maria.mail})
    other = operator.post("/operate/invitations", {"email": THOMAS.person.mail})

    assert known.status_code == other.status_code == 202
    assert known.json == {**other.json, "email": maria.mail}
    assert portal.world.state.invitations.find_open_invitation_by_mail(
        THOMAS.person.mail, portal.world.clock.now()
    )
    assert not portal.world.state.invitations.find_open_invitation_by_mail(
        maria.mail, portal.world.clock.now()
    )


def test_an_address_of_a_former_domain_is_refused_whoever_has_joined(
    portal: Portal, maria: Staff
) -> None:
    app = portal.world.app
    district = structs.replace(app.config.district, domains=("rowan.example",))
    portal.world.app = app.copy_with(config=structs.replace(app.config, district=district))
    operator = portal.program(OPERATOR, TokenScope.OPERATE_INVITE)

    known = operator.post("/operate/invitations", {"email": maria.mail})
    other = operator.post("/operate/invitations", {"email": THOMAS.person.mail})

    assert known.status_code == other.status_code == 422
    assert known.json == other.json


@pytest.mark.parametrize(
    "email", ["", "x", "someone@elsewhere.example", "a@cedarvalley.example, b@cedarvalley.example"]
)
def test_an_address_that_is_not_of_the_district_is_not_invited(
    operator: Program, portal: Portal, email: str
) -> None:
    refused = operator.post("/operate/invitations", {"email": email})

    assert refused.status_code == 422
    assert refused.json["detail"].endswith(".")
    assert portal.world.state.invitations.list_invitations() == ()
