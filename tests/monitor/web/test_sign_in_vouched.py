"""Where the district's proxy says who somebody is, in a header that it alone can send."""

import pytest

from monitor.config.sections import SignInMethod
from monitor.demo.district import MARIA, ROSA
from monitor.domain.vocabulary import AuthMethod
from monitor.services.due_jobs import run_requested_checks
from monitor.services.enrollment import invite_person
from monitor.services.outbox import send_due
from monitor.services.sessions import find_account_id, find_vouched_principal
from monitor.web.session_cookie import BrowserSession
from tests.monitor.services.world import REVIEWERS
from tests.monitor.web.portal import OPERATOR, Guest, Portal, named
from tests.monitor.web.test_enrollment import joined


@pytest.fixture
def sign_in() -> SignInMethod:
    return SignInMethod.HEADER


@pytest.fixture
def invited(portal: Portal) -> Guest:
    """Rosa, whom the proxy knows and we do not, with her invitation opened."""
    invite_person(portal.world.app, ROSA.person.mail, "Rosa", "Marchetti")
    send_due(portal.world.app)
    guest = portal.vouched(ROSA.person.mail)
    guest.post("/join/code", code=portal.world.code(ROSA.person.mail))
    return guest


def test_whoever_the_proxy_names_is_in_with_their_own_role(portal: Portal):
    portal.world.joins(MARIA)
    starts = {MARIA.person.mail: "/me", REVIEWERS[0]: "/review", OPERATOR: "/operate"}

    for mail, start in starts.items():
        guest = portal.vouched(mail)
        assert guest.get("/").leads_to == start
        seen = {part: guest.get(part).status for part in starts.values()}
        assert seen == {part: 200 if part == start else 403 for part in starts.values()}


@pytest.mark.parametrize(
    "told", ["", "nobody@cedarvalley.example", f"{OPERATOR}, {REVIEWERS[0]}", "\u202e", "x" * 5000]
)
def test_whoever_it_does_not_name_plainly_is_nobody(portal: Portal, told: str):
    guest = portal.vouched(told.encode().decode("latin-1"))

    assert guest.get("/operate").leads_to == "/sign-in"
    assert guest.get("/sign-in").title in {"Sign in", "You have not joined"}


def test_a_session_of_another_way_lets_nobody_in(portal: Portal):
    """Only an invitation is proved by its own code; all else by the proxy, with each request."""
    guest = portal.entered(find_account_id(portal.visits.app, OPERATOR), AuthMethod.LINK)
    assert guest.get("/operate").leads_to == "/sign-in"

    named(guest, REVIEWERS[0])

    assert (guest.get("/operate").status, guest.get("/review").status) == (403, 200)


@pytest.mark.parametrize("sign_in", [SignInMethod.LINK, SignInMethod.OIDC])
def test_in_any_other_way_of_signing_in_the_header_says_nothing(
    portal: Portal, sign_in: SignInMethod
):
    assert portal.vouched(OPERATOR).get("/operate").leads_to == "/sign-in"


def test_who_is_invited_can_join(portal: Portal, invited: Guest):
    assert invited.get("/").leads_to == "/join"
    assert invited.get("/join/read").title == "Join Namesake"

    joined(invited)

    assert invited.get("/me").status == 200


def test_who_has_not_joined_is_told_so_and_led_to_the_code(portal: Portal):
    told = portal.vouched(ROSA.person.mail).get("/sign-in")

    assert (told.status, told.title) == (403, "You have not joined")
    assert told.page.find("a", href="/join")


def test_a_check_is_watched_as_it_runs(portal: Portal):
    guest = portal.vouched(portal.world.joins(MARIA).mail)
    guest.post("/me/check")
    run_requested_checks(portal.world.app)

    assert guest.get("/me/check/stream").html.startswith("data: ")


def test_a_visit_ends_with_what_lets_somebody_in(portal: Portal):
    maria = portal.world.joins(MARIA)
    visit = BrowserSession(id="x", principal=find_vouched_principal(portal.world.app, maria.mail))
    assert portal.visits.is_still_valid(visit)

    maria.withdraws()
    portal.world.later(days=1)
    portal.world.writes()

    assert not portal.visits.is_still_valid(visit)


def test_who_is_in_is_not_offered_to_sign_out_of_what_is_not_ours(portal: Portal):
    guest = portal.vouched(portal.world.joins(MARIA).mail)

    for place in ("/me", "/me/data"):
        assert "Sign out" not in guest.get(place).page.find("body").get_text()
    said = guest.post("/sign-out")
    assert guest.follow(said).leads_to == "/me"
    assert "Sign out there." in guest.get("/me").text
    assert guest.get("/sign-in").leads_to == "/"
