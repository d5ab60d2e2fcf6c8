"""Who may ask the API for what: the token decides, and nothing else does."""

from datetime import timedelta

import pytest

from monitor.demo.district import THOMAS
from monitor.domain.vocabulary import CaseKind, Role, TokenScope
from monitor.services.access_tokens import list_access_tokens, revoke_access_token
from monitor.web.app import API_OPERATIONS
from monitor.web.security import MAX_WRONG_TOKENS, WRONG_TOKENS_PERIOD
from tests.monitor.services.test_access_tokens import principal_of
from tests.monitor.services.world import REVIEWERS, Staff
from tests.monitor.web.portal import ADDRESS, OPERATOR, Portal, Program

OWNERS = {Role.REVIEWER: REVIEWERS[0], Role.OPERATOR: OPERATOR}


@pytest.fixture
def programs(portal: Portal, maria: Staff) -> dict[TokenScope, Program]:
    """One program for each scope, with a token of that scope alone."""
    days = {True: 365, False: 30}
    return {
        scope: Program(
            portal.app.test_client(),
            portal.token(OWNERS.get(scope.role, maria.mail), scope, days=days[scope.is_in_address]),
        )
        for scope in TokenScope
    }


def address(path: str, maria: Staff) -> str:
    case = maria.case(CaseKind.IMPERSONATION)
    return path.replace("{id}", case.finding_id if "/findings/" in path else case.id)


@pytest.mark.parametrize("operation", API_OPERATIONS, ids=lambda character: character.id)
def test_each_operation_takes_its_own_scope_and_no_other(programs, maria, operation) -> None:
    refused = {
        scope: program.ask(operation.method, f"/api/v1{address(operation.path, maria)}", json={})
        for scope, program in programs.items()
        if scope is not operation.scope
    }

    assert {value.status_code for value in refused.values()} == {403}
    for answer in refused.values():
        assert f'scope="{operation.scope}"' in answer.headers["WWW-Authenticate"]
    allowed = programs[operation.scope].ask(
        operation.method, f"/api/v1{address(operation.path, maria)}"
    )
    assert allowed.status_code not in {401, 403}


@pytest.mark.parametrize("operation", API_OPERATIONS, ids=lambda character: character.id)
def test_a_cookie_opens_nothing(portal: Portal, maria: Staff, operation) -> None:
    mail = OWNERS.get(operation.scope.role, maria.mail)
    guest = portal.signed_in(mail)
    headers = {"X-CSRF-Token": guest.csrf, "Origin": ADDRESS}

    answer = guest.client.open(
        f"/api/v1{address(operation.path, maria)}",
        method=operation.method,
        base_url=ADDRESS,
        headers=headers,
        json={},
    )

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic bmFtZTpwYXNz",
        "namesake_x",
        "Bearer namesake_é",
        "Bearer x y",
    ],
)
def test_what_is_no_token_is_refused(portal: Portal, maria: Staff, header: str) -> None:
    answer = portal.app.test_client().get(
        "/api/v1/me", base_url=ADDRESS, headers={"Authorization": header}
    )

    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"


def test_a_token_in_the_address_opens_nothing_here(portal: Portal, maria: Staff) -> None:
    secret = portal.token(maria.mail, TokenScope.OWN_READ)

    answer = portal.app.test_client().get(f"/api/v1/me?access_token={secret}", base_url=ADDRESS)

    assert answer.status_code == 401


def test_expired_and_revoked_tokens_open_nothing(portal: Portal, maria: Staff) -> None:
    app = portal.world.app
    revoked, expired = (portal.program(maria.mail, TokenScope.OWN_READ) for _ in range(2))
    assert revoked.get("/me").status_code == expired.get("/me").status_code == 200
    asks = principal_of(app, maria.mail)
    first, _ = list_access_tokens(app, asks, Role.STAFF)
    revoke_access_token(app, asks, Role.STAFF, first.id)
    assert revoked.get("/me").status_code == 401
    assert expired.get("/me").status_code == 200

    portal.world.clock.at += timedelta(days=30)

    answer = expired.get("/me")
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_the_ids_of_someone_else_are_not_found(portal: Portal, maria: Staff) -> None:
    thomas = portal.world.joins(THOMAS)
    theirs = portal.program(thomas.mail, TokenScope.OWN_READ, TokenScope.OWN_ANSWER)
    case = maria.case(CaseKind.IMPERSONATION)
    asked = [
        theirs.get(f"/me/findings/{case.finding_id}"),
        theirs.get(f"/me/cases/{case.id}"),
        theirs.post(f"/me/findings/{case.finding_id}/answer", {"answer": "mine"}),
        theirs.post(f"/me/cases/{case.id}/answer", {"answer": "mine"}),
        theirs.ask("DELETE", f"/api/v1/me/findings/{case.finding_id}/answer"),
        theirs.get("/me/findings/none"),
    ]

    assert {entry.status_code for entry in asked} == {404}
    assert len({entry.get_data() for entry in asked}) == 1
    assert maria.case(CaseKind.IMPERSONATION).is_undecided


def test_no_answer_is_kept_by_a_cache_or_read_by_another_site(portal: Portal, maria: Staff) -> None:
    program = portal.program(maria.mail, TokenScope.OWN_READ)
    elsewhere = {"Origin": "https://evil.example"}
    answers = [
        program.get("/me", headers=elsewhere),
        program.get("/me/findings/none", headers=elsewhere),
        program.get("/nothing", headers=elsewhere),
        program.ask("OPTIONS", "/api/v1/me", headers=elsewhere),
        portal.app.test_client().get("/api/v1/openapi.json", base_url=ADDRESS, headers=elsewhere),
    ]

    assert [entry.status_code for entry in answers] == [200, 404, 404, 405, 200]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
        assert "Set-Cookie" not in answer.headers


def test_another_host_name_is_refused(portal: Portal, maria: Staff) -> None:
    secret = portal.token(maria.mail, TokenScope.OWN_READ)

    answer = portal.app.test_client().get(
        "/api/v1/me", base_url="https://evil.example", headers={"Authorization": f"Bearer {secret}"}
    )

    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_refusals_are_problems_with_one_clear_sentence(portal: Portal, maria: Staff) -> None:
    program = portal.program(maria.mail, TokenScope.OWN_READ, TokenScope.OWN_ANSWER)
    path = f"/me/findings/{maria.case(CaseKind.IMPERSONATION).finding_id}/answer"
    answers = {
        404: program.get("/nothing"),
        405: program.post("/me"),
        415: program.post(path, data="answer=mine"),
        400: program.post(path, data="{", content_type="application/json"),
        413: program.post(path, {"answer": "x" * 70_000}),
        422: program.post(path, {"answer": "x"}),
        403: program.post("/me/checks"),
    }

    for status, answer in answers.items():
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
        problem = answer.json
        assert problem.keys() == {"type", "title", "status", "detail"}
        assert problem["status"] == status
        assert problem["detail"].endswith(".")
    assert answers[405].headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("limit=", "limit"),
        ("limit=1&limit=2", "limit"),
        ("group=x", "group"),
        ("page=2", "page"),
        (f"cursor={'x' * 201}", "cursor"),
    ],
)
def test_a_wrong_parameter_is_named(portal: Portal, maria: Staff, query: str, names: str) -> None:
    answer = portal.program(maria.mail, TokenScope.OWN_READ).get(f"/me/findings?{query}")

    assert answer.status_code == 422
    assert names in answer.json["detail"]


def test_many_wrong_tokens_are_told_to_wait_while_right_ones_work(
    portal: Portal, maria: Staff, caplog
) -> None:
    right = portal.program(maria.mail, TokenScope.OWN_READ)
    wrong = Program(portal.app.test_client(), "namesake_" + "A" * 43)
    assert {wrong.get("/me").status_code for _ in range(MAX_WRONG_TOKENS)} == {401}

    refused = wrong.get("/me")

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) == WRONG_TOKENS_PERIOD.total_seconds()
    assert right.get("/me").status_code == 200
    assert caplog.text.count("access_tokens_refused") == 1
    portal.world.clock.at += WRONG_TOKENS_PERIOD
    assert wrong.get("/me").status_code == 401


def test_what_fails_shows_no_trace(portal: Portal, maria: Staff, monkeypatch) -> None:
    program = portal.program(maria.mail, TokenScope.OWN_READ)
    monkeypatch.setattr(type(portal.world.state.people), "load_person", None)

    answer = program.get("/me")

    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert "NoneType" not in answer.get_data(as_text=True)
