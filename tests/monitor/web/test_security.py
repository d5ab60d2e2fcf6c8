from datetime import UTC, datetime, timedelta

import pytest
from flask import Request

from monitor.demo.district import MARIA
from monitor.domain.errors import BusyError, CannotWriteError
from monitor.domain.vocabulary import AuthMethod
from monitor.services.enrollment import invite_person
from monitor.services.sessions import IDLE_LASTS, SESSION_LASTS, load_principal
from monitor.web.roles import ACCESS_RULES, find_access_rule
from monitor.web.security import HEADERS, RateLimit, is_bearer_token, read_bearer_token
from tests.monitor.services.world import REVIEWERS
from tests.monitor.web.portal import ADDRESS, COOKIE, HOST, OPERATOR, Portal

MINUTE = timedelta(minutes=1)


def test_each_role_sees_its_own_part_and_no_other(portal: Portal) -> None:
    staff = portal.world.joins(MARIA).mail
    parts = ("/me", "/review", "/operate")

    seen = {
        mail: [portal.signed_in(mail).get(part).status for part in parts]
        for mail in (staff, REVIEWERS[0], OPERATOR)
    }

    assert seen == {
        staff: [200, 403, 403],
        REVIEWERS[0]: [403, 200, 403],
        OPERATOR: [403, 403, 200],
    }


@pytest.mark.parametrize("part", ["/", "/me", "/review", "/operate"])
def test_who_is_not_signed_in_is_led_to_where_one_can(portal: Portal, part: str) -> None:
    assert portal.guest().get(part).leads_to == "/sign-in"


def test_what_has_no_door_is_closed(portal: Portal) -> None:
    assert find_access_rule("/secret") is None
    assert find_access_rule("/api/v1/secret") is ACCESS_RULES["api"]
    assert portal.signed_in(OPERATOR).get("/secret").status == 404


def test_the_contact_is_at_the_foot_of_each_page(portal: Portal) -> None:
    operator, guest = portal.signed_in(OPERATOR), portal.guest()
    answers = (*map(operator.get, ("/operate", "/secret", "/me")), guest.get("/sign-in"))

    for answer in answers:
        _, _, foot = answer.html.partition("<footer")
        assert f"mailto:{portal.world.app.config.district.contact}" in foot


def test_each_answer_carries_the_headers_that_keep_a_page_to_itself(portal: Portal) -> None:
    guest = portal.signed_in(OPERATOR)
    answers = [
        guest.get("/operate"),
        guest.get("/secret"),
        guest.get("/me"),
        guest.get("/static/page.css"),
        guest.send("/operate"),
        portal.guest().get("/me"),
    ]

    for answer in answers:
        assert {name: answer.headers[name] for name in HEADERS} == dict(HEADERS)
        assert answer.headers["Strict-Transport-Security"]


def test_a_page_is_kept_by_no_cache_and_a_file_of_ours_for_good(portal: Portal) -> None:
    guest = portal.guest()

    assert guest.get("/sign-in").headers["Cache-Control"] == "no-store"
    kept = guest.get("/static/page.css")
    assert "immutable" in kept.headers["Cache-Control"]
    assert "Set-Cookie" not in kept.headers


def test_another_host_name_is_refused(portal: Portal) -> None:
    answer = portal.app.test_client().get("/sign-in", base_url="https://evil.example")

    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_from_elsewhere_is_refused_even_with_the_right_token(
    portal: Portal, headers: dict[str, str]
) -> None:
    guest = portal.signed_in(OPERATOR)

    answer = guest.send("/sign-out", {"csrf": guest.csrf}, headers=headers)

    assert answer.status == 403
    assert guest.get("/operate").status == 200


@pytest.mark.parametrize(
    "headers", [{"Origin": ADDRESS}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}, {}]
)
def test_a_form_from_here_is_taken(portal: Portal, headers: dict[str, str]) -> None:
    guest = portal.signed_in(OPERATOR)

    assert guest.send("/sign-out", {"csrf": guest.csrf}, headers=headers).leads_to == "/sign-in"


@pytest.mark.parametrize("token", ["", "0" * 64, "not\u00e9ascii"])
def test_a_form_without_its_token_changes_nothing(portal: Portal, token: str) -> None:
    guest = portal.signed_in(OPERATOR)

    refused = guest.send("/sign-out", {"csrf": token})

    assert refused.status == 403
    assert "expired" in refused.title
    assert guest.get("/operate").status == 200


def test_the_token_of_one_browser_opens_nothing_in_another(portal: Portal) -> None:
    one, other = portal.signed_in(OPERATOR), portal.signed_in(OPERATOR)

    assert one.send("/sign-out", {"csrf": other.csrf}).status == 403


def test_a_form_that_is_too_large_is_refused(portal: Portal) -> None:
    guest = portal.signed_in(OPERATOR)

    assert guest.post("/sign-out", words="x" * 100_000).status == 413


def test_signing_in_and_out_renews_the_id_of_the_visit(portal: Portal) -> None:
    guest = portal.signed_in(OPERATOR)
    inside = guest.visit_id

    guest.post("/sign-out")

    assert guest.visit_id != inside
    assert guest.get("/operate").leads_to == "/sign-in"
    assert load_principal(portal.world.app, inside) is None


def test_the_cookie_is_for_this_host_alone_and_out_of_reach_of_scripts(portal: Portal) -> None:
    cookie = portal.guest().get("/sign-in").headers["Set-Cookie"]

    assert cookie.startswith(f"{COOKIE}=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_a_cookie_that_we_did_not_sign_is_nobody(portal: Portal) -> None:
    guest = portal.guest()
    guest.client.set_cookie(COOKIE, "WyJhIiwxXQ.AAAA", domain=HOST, secure=True)

    assert guest.get("/operate").leads_to == "/sign-in"


def test_who_does_nothing_for_half_an_hour_is_signed_out_and_told_why(portal: Portal) -> None:
    guest = portal.signed_in(OPERATOR)
    portal.world.clock.at += IDLE_LASTS / 2
    assert guest.get("/operate").status == 200
    portal.world.clock.at += IDLE_LASTS
    told = guest.get("/sign-in")

    assert "You were signed out" in told.text
    assert guest.get("/operate").leads_to == "/sign-in"


def test_nobody_stays_signed_in_for_longer_than_a_working_day(portal: Portal) -> None:
    guest = portal.signed_in(OPERATOR)
    for _ in range(SESSION_LASTS // (IDLE_LASTS / 2) - 1):
        portal.world.clock.at += IDLE_LASTS / 2
        assert guest.get("/operate").status == 200
    portal.world.clock.at += IDLE_LASTS / 2

    assert guest.get("/operate").leads_to == "/sign-in"


def test_what_was_done_is_said_once(portal: Portal) -> None:
    guest = portal.signed_in(OPERATOR)
    gone = guest.post("/sign-out")

    assert "You are signed out." in guest.follow(gone).text
    assert "You are signed out." not in guest.follow(gone).text


def test_an_invitation_opens_nothing_but_joining(portal: Portal) -> None:
    world = portal.world
    invitation = invite_person(world.app, REVIEWERS[0], "Ana", "Bo")
    guest = portal.entered(invitation.id, AuthMethod.INVITATION)

    assert guest.get("/review").status == 403
    assert guest.get("/").leads_to == "/join"


def test_who_is_erased_is_signed_out_at_once(portal: Portal) -> None:
    maria = portal.world.joins(MARIA)
    guest = portal.signed_in(maria.mail)
    assert guest.get("/me").status == 200

    portal.world.state.people.erase_person(maria.id)

    assert guest.get("/me").leads_to == "/sign-in"
    assert portal.world.state.sessions.list_records_of_person(maria.id) == ()


@pytest.mark.parametrize(
    ("kind", "status"), [(ValueError, 500), (CannotWriteError, 500), (BusyError, 503)]
)
def test_what_fails_is_logged_by_its_kind_alone_and_shows_no_trace(
    portal: Portal, caplog: pytest.LogCaptureFixture, kind: type[Exception], status: int
) -> None:
    guest = portal.signed_in(OPERATOR)

    def fail() -> str:
        message = "secret words"
        raise kind(message)

    portal.app.view_functions["operate.show_operator"] = fail
    answer = guest.get("/operate")

    assert answer.status == status
    assert "secret words" not in answer.html + caplog.text
    assert kind.__name__ in caplog.text


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Basic abc", ""),
        ("Bearer", ""),
        ("", ""),
        ("Bearer caf\xe9", "caf\xe9"),
    ],
)
def test_a_token_is_read_from_its_header_alone(header: str, token: str) -> None:
    sent = Request({"HTTP_AUTHORIZATION": header})

    assert read_bearer_token(sent) == token
    assert is_bearer_token(sent, token)
    assert not is_bearer_token(sent, "another")


def test_a_limit_counts_within_any_period_and_survives_a_clock_set_back() -> None:
    limit, noon = RateLimit(most=2, period=MINUTE), datetime(2026, 3, 2, 12, tzinfo=UTC)

    assert limit.find_wait(noon) is None
    assert limit.find_wait(noon + MINUTE / 2) is None
    assert limit.find_wait(noon + MINUTE / 2) == noon + MINUTE
    assert limit.find_wait(noon + MINUTE) is None
    assert limit.find_wait(noon + MINUTE) == noon + MINUTE * 1.5
    assert limit.find_wait(noon - MINUTE) is None
