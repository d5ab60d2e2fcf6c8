from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.demo.district import MARIA
from monitor.domain.person import PersonName
from monitor.services.due_jobs import schedule_jobs
from monitor.services.enrollment import enroll_with_code, invite_person
from monitor.services.name_changes import list_name_changes
from monitor.services.outbox import send_due
from monitor.services.own_details import edit_profile
from tests.monitor.services.test_staff_import import STAFF, imports, invitee_of
from tests.monitor.services.world import REVIEWERS, Staff, answers_of, configured
from tests.monitor.web.portal import OPERATOR, Portal, with_portal


def test_the_operator_sees_how_the_service_fares_and_nothing_of_anybody(portal: Portal) -> None:
    world = portal.world
    maria = world.joins(MARIA)
    world.sweep()
    world.writes()
    operator = portal.signed_in(OPERATOR)

    seen = operator.get("/operate")

    assert "Chalkboard" in seen.text
    assert "Emails by status" in seen.text
    for its in (maria.id, maria.mail, "Maria", "Delgado", "mariadelgado"):
        assert its not in seen.html


def test_what_is_to_be_done_comes_first_with_what_to_do(portal: Portal) -> None:
    world = portal.world
    world.joins(MARIA)
    world.sweep()
    schedule_jobs(world.app)
    world.clock.at += timedelta(days=30)
    operator = portal.signed_in(OPERATOR)

    cards = operator.get("/operate").page.select(".card")

    assert cards
    assert all("What to do:" in card.get_text() for card in cards)
    assert "journalctl -u namesake" in [
        code.get_text() for code in operator.get("/operate").page.select("code")
    ]
    assert "`" not in operator.get("/operate").text


def test_before_anything_was_done_the_page_says_so(portal: Portal) -> None:
    seen = portal.signed_in(OPERATOR).get("/operate")

    assert "No source has been searched yet." in seen.text
    assert "Never" in seen.text


@pytest.fixture
def renamed(portal: Portal) -> Staff:
    """Maria, who was invited as somebody else."""
    world = portal.world
    invite_person(world.app, MARIA.person.mail, "Bob", "Baker")
    send_due(world.app)
    code = world.code(MARIA.person.mail)
    person = enroll_with_code(world.app, code, answers_of(MARIA, handles=("mariadelgado",)))
    return Staff(world, person.id, MARIA.person.mail)


def test_a_name_waits_for_the_operator_who_sees_that_name_and_nothing_else(portal, renamed):
    operator = portal.signed_in(OPERATOR)
    assert "One name needs to be confirmed" in operator.get("/operate").text

    seen = operator.get("/operate/names")

    assert "Bob Baker" in seen.text
    assert "Maria Delgado" in seen.text
    for its in (renamed.id, renamed.mail, "mariadelgado", MARIA.person.school):
        assert its not in seen.html


def test_one_click_confirms_a_name_or_does_not(portal, renamed):
    operator, world = portal.signed_in(OPERATOR), portal.world
    (change,) = list_name_changes(world.app)

    done = operator.post(f"/operate/names/{change.id}", action="confirm")

    assert "Confirmed." in operator.follow(done).text
    assert world.state.people.load_person(renamed.id).name == MARIA.person.name
    again = operator.post(f"/operate/names/{change.id}", action="refuse")
    assert "Check the list again" in operator.follow(again).text
    assert "No names are waiting." in operator.get("/operate/names").text


def test_a_name_in_hostile_emails_is_shown_as_emails(portal):
    world = portal.world
    maria = world.joins(MARIA)
    hostile = PersonName(given="<script>alert(1)</script>", family="\u202egap")
    edit_profile(world.app, replace(world.state.people.load_person(maria.id), name=hostile))

    seen = portal.signed_in(OPERATOR).get("/operate/names")

    assert "<script>alert" not in seen.html
    assert "\u202e" not in seen.html
    assert "A name to confirm" in seen.text


NO_ENGINE = "No search engine"


def test_without_a_search_engine_operators_and_members_are_told_plainly(portal: Portal) -> None:
    maria = portal.world.joins(MARIA)

    assert NO_ENGINE in portal.signed_in(OPERATOR).get("/operate").text
    assert NO_ENGINE in portal.signed_in(maria.mail).get("/me").text


def test_with_a_search_engine_nothing_is_said_of_none(portal: Portal, tmp_path: Path) -> None:
    portal.world.restarts(with_portal(configured(tmp_path, ("chalkboard",), "searxng")))
    maria = portal.world.joins(MARIA)

    assert NO_ENGINE not in portal.signed_in(OPERATOR).get("/operate").text
    assert NO_ENGINE not in portal.signed_in(maria.mail).get("/me").text


@pytest.fixture
def leaving(portal: Portal) -> Staff:
    """Maria, whom the staff file no longer lists, and someone who did not join."""
    maria = portal.world.joins(MARIA)
    imports(portal.world, invitee_of(MARIA), *STAFF[:2])
    imports(portal.world, STAFF[1])
    return maria


def test_who_may_have_left_is_counted_and_nobody_is_named(portal, leaving):
    operator = portal.signed_in(OPERATOR)
    assert "Two people may have left" in operator.get("/operate").text

    seen = operator.get("/operate/leavers")

    assert "Two addresses are no longer in the staff file" in seen.text
    assert "--compare OLD" in seen.text
    for its in (leaving.id, leaving.mail, STAFF[0].mail, "Maria ", "Delgado"):
        assert its not in seen.html


@pytest.mark.parametrize(
    ("action", "says", "goes_on"),
    [("left", "Nothing is searched", False), ("stays", "Nothing changes", True)],
)
def test_an_address_and_one_click_say_who_left_and_who_did_not(
    portal, leaving, action, says, goes_on
):
    operator, world = portal.signed_in(OPERATOR), portal.world

    said = [
        operator.follow(operator.post("/operate/leavers", mail=mail, action=action)).text
        for mail in (leaving.mail, STAFF[0].mail)
    ]

    assert says in said[0]
    assert says in said[1]
    assert world.state.consents.can_query_person(leaving.id, world.clock.now()) is goes_on
    assert "list everyone whom they listed before" in operator.get("/operate/leavers").text


@pytest.mark.parametrize("action", ["left", "stays"])
def test_an_address_that_no_file_listed_is_most_likely_mistyped(portal, leaving, action):
    operator = portal.signed_in(OPERATOR)
    done = operator.post("/operate/leavers", mail="who@cedarvalley.example", action=action)
    assert "Check its spelling" in operator.follow(done).text


def test_only_operators_see_who_may_have_left(portal, leaving):
    assert portal.signed_in(leaving.mail).get("/operate/leavers").status == 403
    assert portal.signed_in(REVIEWERS[0]).get("/operate/leavers").status == 403


def test_the_page_says_how_the_last_staff_file_fared(portal: Portal) -> None:
    operator = portal.signed_in(OPERATOR)
    assert "staff file" not in operator.get("/operate").text.casefold()
    imports(portal.world, *STAFF)

    assert "The last staff file was imported on" in operator.get("/operate").text
