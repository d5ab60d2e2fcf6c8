"""An invitation opened in a browser by its code, and a yes that was somebody else's undone."""

import re

import pytest

from monitor.domain.errors import InputError
from monitor.domain.vocabulary import ConsentAction
from monitor.services.enrollment import invite_person
from monitor.services.erasure import report_not_me
from monitor.services.outbox import send_due
from tests.monitor.web.portal import ADDRESS, Guest, Portal, Seen
from tests.monitor.web.test_enrollment import MAIL, joined

NOT_ME = re.compile(rf"{ADDRESS}(/join/not-me/\S+)")


@pytest.fixture
def code(portal: Portal) -> str:
    invite_person(portal.world.app, MAIL, "Maria", "Delgado")
    send_due(portal.world.app)
    return portal.world.code(MAIL)


def opened(portal: Portal, code: str) -> Guest:
    guest = portal.guest()
    assert guest.post("/join/code", code=code).leads_to == "/join/read"
    return guest


def test_the_email_leads_to_the_text_whose_button_opens_its_invitation(portal, code):
    (email,) = portal.world.post.of_kind("invitation")
    assert f"{ADDRESS}/join/code/{code}" in email.text

    guest = portal.guest()
    page = guest.get(f"/join/code/{code}")

    assert page.title == "Join Namesake"
    assert "Hello Maria" in page.text
    answer = guest.post("/join/code", code=told(page, "code"), seal=told(page, "seal"))
    assert guest.follow(answer).title == "What may we search?"


def test_a_text_that_changed_since_is_read_again(portal, code):
    guest = portal.guest()
    page = guest.get(f"/join/code/{code}")

    answer = guest.post("/join/code", code=told(page, "code"), seal="that-of-an-older-text")

    assert guest.follow(answer).title == "Join Namesake"
    assert guest.get("/join/scopes").leads_to == "/join/read"


def told(page: Seen, name: str) -> str:
    return str(page.page.find("input", {"name": name})["value"])


def test_a_program_that_opens_the_link_opens_nothing(portal, code):
    scanner = portal.guest()
    for _ in range(3):
        scanner.get(f"/join/code/{code}")
        scanner.client.head(f"/join/code/{code}", base_url=ADDRESS)

    assert scanner.get("/join/read").title == "Open your invitation"
    assert opened(portal, code).get("/join/read").title == "Join Namesake"


@pytest.mark.parametrize(
    "pasted", ["{}", "  {} ", f"{ADDRESS}/join/code/{{}}", "x/{}/", "{:.16}\n{}"]
)
def test_a_code_may_be_pasted_as_it_comes(portal, code, pasted):
    text = f"{code[:16]}\n{code[16:]}" if "\n" in pasted else pasted.format(code)

    opened(portal, text)


def test_an_invitation_says_why_it_opens_nothing(portal, code):
    guest = portal.guest()
    assert guest.get("/join/code/unknown").status == 410
    assert guest.post("/join/code", code="unknown").status == 410
    assert guest.post("/join/code", code=" ").status == 422
    joined(opened(portal, code))

    assert "already used" in guest.get(f"/join/code/{code}").title
    assert "already used" in guest.post("/join/code", code=code).title


def test_an_old_invitation_says_so(portal, code):
    portal.world.later(days=15)

    assert "expired" in portal.guest().get(f"/join/code/{code}").title


def confirmed(portal: Portal, code: str) -> str:
    """Join, and return the path that the confirmation leads to."""
    joined(opened(portal, code))
    send_due(portal.world.app)
    (email,) = portal.world.post.of_kind("enrolled")
    found = NOT_ME.search(email.text)
    assert found
    return found.group(1)


def test_what_was_not_me_is_undone_at_once_by_one_button_and_not_by_looking(portal, code):
    path, guest = confirmed(portal, code), portal.guest()
    (ref,) = portal.world.state.people.list_person_ids()
    assert "Was this not you?" in guest.get(path).title
    assert portal.world.state.people.list_person_ids() == (ref,)

    assert guest.post(path).title == "Undone"

    assert portal.world.state.people.list_person_ids() == ()
    told = [entry.action for entry in portal.world.state.audit.list_entries_of_subjects((ref,))]
    assert f"consent-{ConsentAction.REPORTED_NOT_ME}" in told
    assert guest.post(path).status == 410


def test_the_link_of_another_or_of_long_ago_undoes_nothing(portal, code):
    path, guest = confirmed(portal, code), portal.guest()
    (ref,) = portal.world.state.people.list_person_ids()

    assert guest.post(f"/join/not-me/{ref}-{'0' * 32}").status == 410
    portal.world.later(days=15)
    assert portal.guest().post(path).status == 410

    assert portal.world.state.people.list_person_ids() == (ref,)
    with pytest.raises(InputError):
        report_not_me(portal.world.app, "nonsense")
