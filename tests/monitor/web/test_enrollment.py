"""Joining page by page, in a browser without a script."""

import pytest

from monitor.demo.district import MARIA
from monitor.domain.consent_text import OFFERED_SCOPES
from monitor.domain.enrollment_draft import Invitee
from monitor.domain.vocabulary import AuthMethod, Language, Scope
from monitor.services.consent_terms import list_offered_scopes, render_district_terms
from monitor.services.enrollment import invite_person, queue_invitation
from monitor.services.outbox import send_due
from tests.monitor.web.portal import Guest, Portal, Seen, count_visible_words

MAIL = MARIA.person.mail
STEPS = ("read", "scopes", "names", "work", "accounts", "check")
SHORTEST = {
    "read": {},
    "scopes": {"scopes": "profiles"},
    "names": {"given": "Maria", "family": "Delgado"},
    "work": {},
    "accounts": {},
}


@pytest.fixture
def invited(portal: Portal) -> Guest:
    invitation = invite_person(portal.world.app, MAIL, "Maria", "Delgado")
    return portal.entered(invitation.id, AuthMethod.INVITATION)


def seal(page: Seen) -> str:
    return str(page.page.find("input", {"name": "seal"})["value"])


def up_to(guest: Guest, last: str, **told: dict[str, object]) -> Seen:
    """Answer every page before `last`, and open that."""
    for step in STEPS[: STEPS.index(last)]:
        answer = guest.post(f"/join/{step}", **{**SHORTEST[step], **told.get(step, {})})
        assert answer.status == 303, answer.text
    return guest.get(f"/join/{last}")


def joined(guest: Guest) -> Seen:
    page = up_to(guest, "check")
    return guest.post("/join/check", seal=seal(page))


def test_the_way_from_the_invitation_to_a_yes_has_six_pages_and_two_answers_to_type(
    portal, invited
):
    assert invited.get("/join").leads_to == "/join/read"

    answer = joined(invited)

    assert answer.leads_to == "/me/joined"
    (ref,) = portal.world.state.people.list_person_ids()
    assert portal.world.state.consents.find_latest_consent(ref).scopes == {Scope.PROFILES}
    done = invited.get("/me/joined")
    assert "You have joined" in done.title
    assert "policy says Think before you join a network" in done.text
    assert invited.get("/me").status == 200


def test_the_text_is_shown_whole_with_its_version(portal, invited):
    shown = invited.get("/join/read").text

    for line in render_district_terms(portal.world.app).splitlines():
        assert line.removeprefix("- ").strip() in shown
    assert "Version 2026" in shown


MOST_WORDS_OF_TEXT = 300
MOST_WORDS_TO_JOIN = 600


@pytest.fixture
def everything(monkeypatch: pytest.MonkeyPatch) -> tuple[Scope, ...]:
    """The district has a source for each scope, and offers all of them."""
    for user in ("monitor.services.consent_terms", "monitor.web.enrollment"):
        monkeypatch.setattr(f"{user}.list_offered_scopes", lambda _app: OFFERED_SCOPES)
    return OFFERED_SCOPES


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("chosen", [1, len(OFFERED_SCOPES)])
@pytest.mark.usefixtures("everything")
def test_joining_takes_few_words_to_read(invited, language, chosen):
    invited.get("/join/read")
    invited.post("/language", language=language.value, back="/join/read")
    words = {"read": count_visible_words(invited.get("/join/read"))}
    told = {"scopes": [scope.value for scope in OFFERED_SCOPES[:chosen]]}
    for step in ("scopes", "names", "work", "accounts", "check"):
        words[step] = count_visible_words(up_to(invited, step, scopes=told))

    assert words["read"] <= MOST_WORDS_OF_TEXT
    assert sum(words.values()) <= MOST_WORDS_TO_JOIN, words


MOST_TAPS_TO_JOIN = 7


def press(guest: Guest, place: str, words: str) -> Seen:
    """Press a button of a page that sends its answers, and type nothing."""
    page = guest.get(place).page.find("main")
    (button,) = page.find_all("button", string=words)
    form = button.find_parent("form")
    fields = form.find_all("input", type=["text", "hidden"])
    names = {field["name"] for field in fields} - {"csrf"}
    told = {name: [field["value"] for field in fields if field["name"] == name] for name in names}
    return guest.post(form.get("action", place), **told)


def test_joining_takes_seven_taps_from_the_email_and_no_typing(portal, everything):
    invite_person(portal.world.app, MAIL, "Maria", "Delgado")
    send_due(portal.world.app)
    guest, buttons = portal.guest(), {"scopes": "Agree to all", "check": "Agree and join"}

    taps, place = 1, f"/join/code/{portal.world.code(MAIL)}"
    while place != "/me/joined":
        place = press(guest, place, buttons.get(place.rpartition("/")[2], "Continue")).leads_to
        taps += 1

    assert taps <= MOST_TAPS_TO_JOIN
    (ref,) = portal.world.state.people.list_person_ids()
    assert portal.world.state.consents.find_latest_consent(ref).scopes == set(everything)


@pytest.fixture
def listed(portal: Portal) -> Guest:
    """Maria, of whom the staff file says a school and a title."""
    invitee = Invitee(
        mail=MAIL,
        given="Maria",
        family="Delgado",
        school='Oak Hill "High" & Middle',
        title="Math teacher",
    )
    invitation = queue_invitation(portal.world.app, invitee)
    return portal.entered(invitation.id, AuthMethod.INVITATION)


def test_a_page_that_the_staff_file_filled_in_says_so_and_is_as_short(listed):
    page = up_to(listed, "work")

    assert page.page.find(id="school")["value"] == 'Oak Hill "High" & Middle'
    assert page.page.find(id="role")["value"] == "Math teacher"
    assert "This is from your district's staff list. Change or empty it as you like." in page.text
    words = sum(
        count_visible_words(up_to(listed, step))
        for step in ("read", "scopes", "names", "work", "accounts", "check")
    )
    assert words <= MOST_WORDS_TO_JOIN


@pytest.mark.parametrize(
    ("typed", "school", "role"),
    [
        ({"school": "Willow Creek", "role": "Aide"}, "Willow Creek", "Aide"),
        ({"school": "", "role": ""}, "", ""),
    ],
)
def test_what_the_staff_file_said_is_what_the_person_makes_of_it(
    portal, listed, typed, school, role
):
    page = up_to(listed, "check", work=typed)
    assert "Oak Hill" not in page.text
    listed.post("/join/check", seal=seal(page))

    (ref,) = portal.world.state.people.list_person_ids()
    maria = portal.world.state.people.load_person(ref)

    assert (maria.school, maria.role) == (school, role)
    assert "staff list" not in listed.get("/me/data/work").text


def test_nothing_is_chosen_for_anybody_and_only_what_works_here_is_offered(portal, invited):
    page = up_to(invited, "scopes").page

    boxes = page.find_all("input", {"name": "scopes", "type": "checkbox"})
    offered = list_offered_scopes(portal.world.app)
    assert [box["value"] for box in boxes] == list(offered)
    assert {Scope.SEARCH, Scope.STUDENT_LINKS}.isdisjoint(offered)
    assert not any(box.has_attr("checked") for box in boxes)


@pytest.mark.parametrize(
    ("step", "typed", "field"),
    [
        ("scopes", {"scopes": []}, "scopes"),
        ("names", {"given": " ", "family": "Delgado"}, "given"),
        ("names", {"given": "Maria", "family": ""}, "family"),
        ("names", {"given": "Maria", "family": "D" * 101}, "family"),
        (
            "names",
            {"given": "M", "family": "D", "nicknames": ", ".join(map(str, range(30)))},
            "nicknames",
        ),
        ("accounts", {"address": "maria", "action": "add"}, "address"),
        ("accounts", {"address": "", "action": "add"}, "address"),
        ("accounts", {"address": "javascript:alert(1)"}, "address"),
    ],
)
def test_a_fault_is_said_first_leads_to_its_field_and_loses_nothing(invited, step, typed, field):
    up_to(invited, step)

    answer = invited.post(f"/join/{step}", **typed)

    assert answer.status == 422
    summary = answer.page.find(class_="faults")
    assert summary.find("a")["href"] == f"#{field}"
    assert answer.page.find("input", id=field)
    assert answer.page.find(id=f"{field}-fault")
    assert answer.page.find(id=field) is not None
    assert answer.page.title.get_text().startswith("Error: ")
    for name, value in typed.items():
        box = answer.page.find("input", {"name": name})
        if box is not None and value and name != "action":
            assert box["value"] == str(value).strip()


def test_answers_are_kept_when_going_back(invited):
    up_to(invited, "accounts", work={"school": "Maple Street", "places": "Cedar Valley, Ames"})

    again = invited.get("/join/work").page

    assert again.find(id="school")["value"] == "Maple Street"
    assert again.find(id="places")["value"] == "Cedar Valley, Ames"
    assert again.find(class_="back").find("a")["href"] == "/join/names"


def test_a_pasted_address_is_recognised_shown_and_can_be_taken_off_again(portal, invited):
    up_to(invited, "accounts")

    invited.post("/join/accounts", address="https://www.instagram.com/maria.d/", action="add")
    invited.post("/join/accounts", address="mariadelgado.example/blog", action="add")
    shown = invited.get("/join/accounts").text
    assert "Instagram @maria.d" in shown
    assert "Your page mariadelgado.example/blog" in shown

    invited.post("/join/accounts", remove="instagram:@maria.d")

    assert "@maria.d" not in invited.get("/join/accounts").text


def test_an_account_is_added_by_its_network_and_username(invited):
    up_to(invited, "accounts")

    invited.post("/join/accounts", network="instagram", address="@maria.d", action="add")
    invited.post("/join/accounts", network="tiktok", address="maria", action="add")

    shown = invited.get("/join/accounts").text
    assert "Instagram @maria.d" in shown
    assert "TikTok @maria" in shown


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"address": "@maria.d"}, "Choose the network that this username is on"),
        (
            {"address": "maria"},
            "Choose the network that this username is on, or paste a web address.",
        ),
        ({"address": "Maria Delgado", "network": "tiktok"}, "it has no spaces"),
        ({"address": "https://maria"}, "This is not a web address."),
        (
            {"address": "vm.tiktok.com/ZMabc123", "network": "tiktok"},
            "This link is made for sharing and does not say whose account it is.",
        ),
    ],
)
def test_what_names_no_account_is_said_with_what_to_do(invited, typed, words):
    up_to(invited, "accounts")

    answer = invited.post("/join/accounts", action="add", **typed)

    assert answer.status == 422
    assert words in answer.text
    box = answer.page.find("input", {"id": "address"})
    assert box["value"] == typed["address"]


def test_an_address_that_was_left_in_its_box_is_not_lost(portal, invited):
    up_to(invited, "accounts")

    answer = invited.post("/join/accounts", address="instagram.com/maria.d")

    assert answer.leads_to == "/join/check"
    assert "Instagram @maria.d" in invited.get("/join/check").text


def test_having_an_account_and_none_in_one_place_is_asked_about(invited):
    up_to(invited, "accounts")

    answer = invited.post("/join/accounts", address="instagram.com/maria.d", none_on="instagram")

    assert answer.status == 422
    assert "none there" in answer.text


def test_the_last_page_shows_the_questions_before_any_is_asked(portal, invited):
    shown = up_to(invited, "check", names={"given": "Maria", "family": "Delgado"}).text

    assert "Chalkboard" in shown
    assert "mariadelgado" in shown
    assert portal.world.asked == []


def test_no_page_is_opened_before_its_turn(invited):
    assert invited.get("/join/check").leads_to == "/join/read"
    assert invited.post("/join/names", given="M", family="D").leads_to == "/join/read"


def test_a_text_that_has_changed_meanwhile_is_read_again(portal, invited):
    up_to(invited, "check")

    answer = invited.post("/join/check", seal="of another text")

    assert answer.leads_to == "/join/read"
    assert portal.world.state.people.list_person_ids() == ()


def test_who_stops_is_forgotten_and_signed_out(portal, invited):
    up_to(invited, "check")

    assert invited.post("/join/stop").leads_to == "/sign-in"

    assert invited.get("/join").title == "Open your invitation"
    assert (
        portal.world.state.enrollment_drafts.connection.fetch_row("SELECT 1 FROM enrollment_drafts")
        is None
    )


@pytest.mark.parametrize("step", STEPS)
def test_without_an_invitation_no_page_of_joining_opens(portal, step):
    for guest in (portal.guest(), portal.signed_in(portal.world.joins(MARIA).mail)):
        for answer in (guest.get(f"/join/{step}"), guest.post(f"/join/{step}")):
            assert answer.title == "Open your invitation" or answer.leads_to == "/me"


def test_two_browsers_with_one_invitation_join_once(portal, invited):
    other = portal.entered(
        portal.world.state.invitations.list_invitations()[0].id, AuthMethod.INVITATION
    )
    page = up_to(invited, "check")
    invited.post("/join/check", seal=seal(page))

    assert other.post("/join/check", seal=seal(page)).title == "Open your invitation"
    assert len(portal.world.state.people.list_person_ids()) == 1


def test_what_was_typed_comes_back_as_text_and_nothing_else(invited):
    hostile = "<img src=x onerror=alert(1)>"
    up_to(invited, "work")
    invited.post("/join/work", school=hostile)

    for step in ("work", "check"):
        assert "<img" not in invited.get(f"/join/{step}").html


def test_who_gives_another_name_is_told_that_it_waits_for_it(portal, invited):
    up_to(invited, "names")
    answer = invited.post("/join/names", given="Victoria", family="Victim")
    assert "IT invited you under another name" in invited.follow(answer).text

    for step in ("work", "accounts"):
        invited.post(f"/join/{step}")
    check = invited.get("/join/check")
    done = invited.post("/join/check", seal=seal(check))

    assert "We do not search for it until they do" in invited.follow(done).text
    (ref,) = portal.world.state.people.list_person_ids()
    assert not portal.world.state.people.load_person(ref).is_named
    assert invited.get("/me").status == 200
    assert "Victoria" in invited.get("/me/data/names").html
