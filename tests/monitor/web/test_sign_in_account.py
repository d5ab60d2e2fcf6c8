"""The routes by which the district's own accounts sign in, before a provider that asks nothing."""

from contextlib import closing

import pytest

from monitor.config.sections import SignInMethod
from monitor.demo.district import MARIA
from monitor.domain.errors import UnavailableError
from monitor.web.sign_in import CALLBACK_PATH
from tests.monitor.web.portal import ADDRESS, CLAIMED, ISSUER, OPERATOR, Accounts, Guest, Portal
from tests.monitor.web.test_app_routes import Watched


@pytest.fixture
def sign_in() -> SignInMethod:
    return SignInMethod.OIDC


def goes_out(guest: Guest) -> str:
    """Leave for the provider, and return the state it was given."""
    return guest.get("/sign-in/account").leads_to.partition("state=")[2]


def answer(state: str, mail: str = OPERATOR) -> dict[str, str]:
    return {"state": state, "code": f"{CLAIMED}{mail}"}


def test_the_way_out_leads_to_the_provider_and_the_way_back_to_ones_own_page(portal: Portal):
    guest = portal.guest()
    assert guest.get("/sign-in").page.find("a", href="/sign-in/account")

    state = goes_out(guest)
    back = guest.get(f"{CALLBACK_PATH}?state={state}&code={CLAIMED}{OPERATOR}")

    assert back.title == "One more step"
    sent = {element["name"]: element["value"] for element in back.page.select("form.deed input")}
    assert guest.send(CALLBACK_PATH, sent).leads_to == "/"
    assert guest.get("/operate").status == 200


def test_coming_back_is_a_reading_and_changes_no_row(portal: Portal):
    guest = portal.guest()
    with closing(Watched(portal)) as watched:
        before = watched.hash()
        state = goes_out(guest)
        for _ in range(3):
            assert (
                guest.get(f"{CALLBACK_PATH}?state={state}&code={CLAIMED}{OPERATOR}").status == 200
            )
            guest.client.head(f"{CALLBACK_PATH}?state={state}&code=x", base_url=ADDRESS)
        assert watched.hash() == before

    assert guest.get("/operate").leads_to == "/sign-in"
    assert guest.post(CALLBACK_PATH, **answer(state)).leads_to == "/operate"


@pytest.mark.parametrize("state", ["", "of another attempt", "é"])
def test_an_answer_to_another_attempt_opens_nothing(portal: Portal, state: str):
    guest = portal.guest()
    goes_out(guest)

    assert guest.get(CALLBACK_PATH, query_string={"state": state, "code": "x"}).status == 410
    assert guest.post(CALLBACK_PATH, **answer(state)).status == 410


def test_an_answer_opens_nothing_in_a_browser_that_did_not_ask(portal: Portal):
    guest, thief = portal.guest(), portal.guest()
    state = goes_out(guest)
    goes_out(thief)

    assert thief.post(CALLBACK_PATH, **answer(state)).status == 410
    assert guest.post(CALLBACK_PATH, **answer(state)).leads_to == "/"


def test_an_answer_that_was_used_opens_nothing_again(portal: Portal):
    guest = portal.guest()
    state = goes_out(guest)
    guest.post(CALLBACK_PATH, **answer(state))
    guest.post("/sign-out")

    assert guest.post(CALLBACK_PATH, **answer(state)).status == 410


def test_an_answer_without_the_token_of_its_form_opens_nothing(portal: Portal):
    guest = portal.guest()
    state = goes_out(guest)

    assert guest.send(CALLBACK_PATH, answer(state)).status == 403


def test_a_code_that_the_provider_does_not_know_opens_nothing(portal: Portal):
    guest = portal.guest()

    refused = guest.post(CALLBACK_PATH, state=goes_out(guest), code="forged")

    assert (refused.status, refused.title) == (403, "We could not sign you in")
    assert guest.get("/operate").leads_to == "/sign-in"


def test_whoever_has_an_account_and_has_not_joined_is_told_how_to(portal: Portal):
    guest = portal.guest()

    told = guest.post(CALLBACK_PATH, **answer(goes_out(guest), MARIA.person.mail))

    assert (told.status, told.title) == (403, "You have not joined")
    assert told.page.find("a", href="/join")


def test_signing_in_renews_the_id_of_the_visit(portal: Portal):
    guest = portal.guest()
    state, outside = goes_out(guest), guest.visit_id

    guest.post(CALLBACK_PATH, **answer(state))

    assert guest.visit_id != outside


def test_a_provider_that_is_down_is_no_fault_of_the_reader(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
):
    refused = UnavailableError(f"{ISSUER} cannot be reached.")

    def down(*_told: object) -> str:
        raise refused

    monkeypatch.setattr(Accounts, "build_authorization_url", down)

    told = portal.guest().get("/sign-in/account")

    assert (told.status, told.title) == (503, "Namesake is busy or under maintenance")
    assert ISSUER not in told.text
