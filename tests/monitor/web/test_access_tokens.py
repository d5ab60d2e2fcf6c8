import pytest

from monitor.demo.district import MARIA
from monitor.domain.vocabulary import CaseKind, TokenScope
from monitor.services.access_tokens import find_token_holder
from monitor.web.access_tokens import FEED_PATHS, PATHS
from tests.monitor.services.world import IMPOSTOR, REVIEWERS, Staff
from tests.monitor.web.portal import ADDRESS, OPERATOR, Guest, Portal, Seen

ASKED = {"name": "My notebook", "days": "30"}
SCOPES = {
    "/me/data/tokens": "own:read",
    "/review/tokens": "review:open",
    "/operate/tokens": "operate:invite",
}


@pytest.fixture
def maria(portal: Portal) -> Staff:
    return portal.world.joins(MARIA)


@pytest.fixture
def guests(portal: Portal, maria: Staff) -> dict[str, Guest]:
    mails = (maria.mail, REVIEWERS[0], OPERATOR)
    return dict(zip(PATHS.values(), map(portal.signed_in, mails), strict=True))


def shown(seen: Seen) -> str:
    """Return the secret that a page shows: a token, or an address."""
    return seen.page.select_one(".banner code").get_text(strip=True)


@pytest.mark.parametrize("path", PATHS.values())
def test_each_role_makes_a_token_that_is_shown_once(portal: Portal, guests, path) -> None:
    guest = guests[path]

    made = guest.post(path, **ASKED, scope=SCOPES[path])

    holder = find_token_holder(portal.world.app, shown(made))
    assert (made.status, made.headers["Cache-Control"]) == (200, "no-store")
    assert holder
    assert holder.token.scopes == {TokenScope(SCOPES[path])}
    later = guest.get(path)
    assert shown(made) not in later.html
    assert "My notebook" in later.text
    assert "Last used on" in later.text


@pytest.mark.parametrize("path", PATHS.values())
def test_a_page_offers_no_scope_of_another_role(guests, path) -> None:
    offered = {element["value"] for element in guests[path].get(path).page.select("[name=scope]")}

    assert SCOPES[path] in offered
    assert offered.isdisjoint(set(SCOPES.values()) - {SCOPES[path]})
    assert offered.isdisjoint({"own:calendar", "review:feed"})


@pytest.mark.parametrize("scope", ["review:open", "operate:read", "own:calendar", "", "x"])
def test_a_scope_that_the_page_does_not_offer_is_not_given(portal, guests, scope) -> None:
    refused = guests["/me/data/tokens"].post("/me/data/tokens", **ASKED, scope=scope)

    assert refused.status == 422
    assert "Choose what the token may do." in refused.text
    assert portal.world.state.count_rows()["access_tokens"] == 0


def test_what_was_typed_stays_in_the_form_when_something_is_missing(guests) -> None:
    seen = guests["/me/data/tokens"].post("/me/data/tokens", name="Mine", scope="own:read")

    assert seen.status == 422
    assert "Choose how long the token works." in seen.text
    assert seen.page.select_one("[name=name]")["value"] == "Mine"
    assert seen.page.select_one("[value='own:read']").has_attr("checked")


def test_a_token_is_revoked_with_one_button(portal, guests) -> None:
    guest = guests["/me/data/tokens"]
    secret = shown(guest.post("/me/data/tokens", **ASKED, scope="own:read"))
    button = guest.get("/me/data/tokens").page.select_one("[name=revoke]")

    done = guest.post("/me/data/tokens", revoke=button["value"])

    assert "Revoked." in guest.follow(done).text
    assert find_token_holder(portal.world.app, secret) is None


def test_what_a_token_answered_is_taken_back_also_after_signing_out_everywhere(
    portal: Portal, maria: Staff
) -> None:
    portal.world.internet = portal.world.internet.add_entry(IMPOSTOR)
    portal.world.sweep()
    finding = maria.case(CaseKind.IMPERSONATION).finding_id
    asks = (TokenScope.OWN_READ, TokenScope.OWN_ANSWER)
    leaked = portal.program(maria.mail, *asks)
    assert leaked.post(f"/me/findings/{finding}/answer", {"answer": "mine"}).status_code == 200
    assert "no longer work" not in portal.signed_in(maria.mail).get("/me/data/tokens").text
    portal.signed_in(maria.mail).post("/me/data/sign-out")
    guest = portal.signed_in(maria.mail)
    assert "no longer work" in guest.get("/me/data/tokens").text

    done = guest.post("/me/data/tokens", answers="ended")

    assert "no longer work" not in guest.follow(done).text
    answer = portal.program(maria.mail, *asks).get(f"/me/findings/{finding}").json
    assert (answer["answer"], answer["label"]) == (None, "impersonation")


def test_a_reviewer_cannot_revoke_the_token_of_a_person(portal, guests) -> None:
    secret = shown(guests["/me/data/tokens"].post("/me/data/tokens", **ASKED, scope="own:read"))
    holder = find_token_holder(portal.world.app, secret)
    assert holder

    guests["/review/tokens"].post("/review/tokens", revoke=holder.token.id)

    assert find_token_holder(portal.world.app, secret)


@pytest.mark.parametrize(("role", "path"), [(role, PATHS[role]) for role in FEED_PATHS])
def test_an_address_is_shown_once_with_what_it_reveals_and_how_to_revoke_it(
    portal: Portal, guests, role, path
) -> None:
    page = guests[path].get(path)

    made = guests[path].post(path, kind="address")

    start, end = FEED_PATHS[role].split("{token}")
    assert shown(made).startswith(f"{ADDRESS}{start}namesake_")
    assert shown(made).endswith(end)
    for words in ("Anyone who has the address sees", "revoke it on this page"):
        assert words in page.text
        assert words in made.text


def test_an_operator_is_offered_no_address(portal, guests) -> None:
    refused = guests["/operate/tokens"].post("/operate/tokens", kind="address")

    assert refused.status == 422
    assert portal.world.state.count_rows()["access_tokens"] == 0


def test_a_name_is_shown_as_text(guests) -> None:
    hostile = "<script>alert(1)</script>\u202enamed"
    guests["/me/data/tokens"].post("/me/data/tokens", name=hostile, days="30", scope="own:read")

    seen = guests["/me/data/tokens"].get("/me/data/tokens")

    assert "alert(1)" not in seen.html
    assert "\u202e" not in seen.html


def test_my_data_leads_to_the_tokens_and_counts_them(guests) -> None:
    guest = guests["/me/data/tokens"]
    guest.post("/me/data/tokens", **ASKED, scope="own:read")

    seen = guest.get("/me/data")

    assert seen.page.select_one("a[href='/me/data/tokens']")
    assert "Access tokens and calendar addresses 1" in seen.text


def test_who_has_left_makes_no_token(portal: Portal, maria: Staff, guests) -> None:
    guest = guests["/me/data/tokens"]
    guest.post("/me/data/leave")
    back = portal.signed_in(maria.mail)

    refused = back.post("/me/data/tokens", **ASKED, scope="own:read")

    assert refused.leads_to == "/me/data"
    assert portal.world.state.count_rows()["access_tokens"] == 0
