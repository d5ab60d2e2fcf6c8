"""Whoever was invited joins under their own name, and another one waits for an operator."""

from dataclasses import replace

import pytest

from monitor.demo.district import MARIA
from monitor.domain.enrollment_draft import EnrollmentAnswers
from monitor.domain.errors import InputError, NotPermittedError, TooSoonError
from monitor.domain.person import Person, PersonName, build_operator_id
from monitor.services.enrollment import enroll_with_code, invite_person
from monitor.services.name_changes import (
    confirm_name_change,
    decline_name_change,
    list_name_changes,
    withdraw_name_change,
)
from monitor.services.outbox import send_due
from monitor.services.own_details import edit_profile
from tests.monitor.services.world import Staff, World

MAIL = MARIA.person.mail
OPERATOR = "ops@cedarvalley.example"
VICTIM = PersonName(given="Victoria", family="Victim", nicknames=("Vicky",))
MARY = PersonName(given="Maria", family="Stone", former_families=("Delgado",))


def joined(world: World, name: PersonName, *invited: str, mail: str = MAIL) -> Staff:
    """Invite somebody by a name, or by their address alone, and let them join under another."""
    invite_person(world.app, mail, *invited)
    send_due(world.app)
    answers = EnrollmentAnswers(name=name, scopes=MARIA.scopes)
    return Staff(world, enroll_with_code(world.app, world.code(mail), answers).id, mail)


def person(staff: Staff) -> Person:
    return staff.world.state.people.load_person(staff.id)


def actions(staff: Staff) -> list[str]:
    return [entry.action for entry in staff.world.state.audit.list_entries_of_subjects((staff.id,))]


def waiting(world: World) -> str:
    (change,) = list_name_changes(world.app)
    return change.id


def edited(staff: Staff, **changes: object) -> Person:
    return edit_profile(staff.world.app, replace(person(staff), **changes))


def test_who_was_invited_as_one_person_is_not_searched_as_another(world):
    joined(world, VICTIM, "Bob", "Baker")

    world.sweep()

    assert world.asked_about("victim") == []
    assert world.asked_about("vicky") == []


def test_the_invited_name_and_its_forms_need_nobodys_word(world):
    maria = joined(
        world, PersonName(given="Maria", family="Delgado", middle="Elena"), "Maria Elena", "Delgado"
    )

    world.sweep()

    assert list_name_changes(world.app) == ()
    assert "name-change-requested" not in actions(maria)
    assert world.asked_about("delgado")


def test_a_confirmed_name_is_searched_and_told_and_on_record(world):
    bob = joined(world, VICTIM, "Bob", "Baker")

    confirm_name_change(world.app, waiting(world), OPERATOR)
    send_due(world.app)
    world.sweep()

    assert world.asked_about("victim")
    assert person(bob).name == VICTIM
    (email,) = bob.emails_of("name-decided")
    assert "Victoria Victim, also Vicky" in email.text
    assert "IT confirmed it" in email.text
    asked, confirmed = world.state.audit.list_entries_of_subjects((bob.id,))[-2:]
    assert (asked.actor, asked.action) == (bob.id, "name-change-requested")
    assert (confirmed.actor, confirmed.action) == (build_operator_id(OPERATOR), "name-confirmed")


def test_a_refused_name_is_never_searched_and_its_person_is_told(world):
    bob = joined(world, VICTIM, "Bob", "Baker")

    decline_name_change(world.app, waiting(world), OPERATOR)
    send_due(world.app)
    world.sweep()

    assert world.asked_about("victim") == []
    (email,) = bob.emails_of("name-decided")
    assert "decided not to confirm" in email.text
    assert world.config.district.contact in email.text
    assert actions(bob)[-1] == "name-refused"
    assert list_name_changes(world.app) == ()


def test_who_joins_under_a_new_surname_is_searched_by_the_invited_one_meanwhile(world):
    mary = joined(world, MARY, "Maria", "Delgado")

    assert person(mary).name == PersonName(given="Maria", family="Delgado")
    confirm_name_change(world.app, waiting(world), OPERATOR)
    assert person(mary).name == MARY


def test_an_invitation_by_address_is_bound_to_the_name_that_the_address_tells(world):
    joined(world, VICTIM)
    (change,) = list_name_changes(world.app)
    assert change.known == MAIL

    other = joined(world, MARIA.person.name, mail="maria_delgado@cedarvalley.example")
    assert person(other).name == MARIA.person.name


def test_where_the_address_tells_no_name_the_first_one_waits(world):
    maria = joined(world, MARIA.person.name, mail="mdelgado@cedarvalley.example")

    world.sweep()
    assert world.asked_about("delgado") == []

    confirm_name_change(world.app, waiting(world), OPERATOR)
    world.sweep()
    assert person(maria).name == MARIA.person.name
    assert world.asked_about("delgado")


def test_a_name_given_in_a_later_edit_waits_just_so(world):
    maria = world.joins(MARIA)
    before = person(maria).name

    edited(maria, name=VICTIM)
    world.sweep()

    assert person(maria).name == before
    assert world.asked_about("victim") == []
    confirm_name_change(world.app, waiting(world), OPERATOR)
    assert person(maria).name == VICTIM


def test_whoever_joined_before_names_were_bound_is_bound_by_the_name_they_had(world):
    maria = world.joins(MARIA)
    world.state.people.update_person(replace(person(maria), confirmed_names=()))

    edited(maria, name=replace(MARIA.person.name, middle="Elena"))
    edited(maria, name=VICTIM)

    assert person(maria).confirmed_names == (MARIA.person.name,)
    assert list_name_changes(world.app) != ()


def test_only_the_last_name_asked_for_can_be_confirmed(world):
    maria = world.joins(MARIA)
    edited(maria, name=VICTIM)
    seen = waiting(world)
    edited(maria, name=MARY)

    with pytest.raises(InputError):
        confirm_name_change(world.app, seen, OPERATOR)
    assert waiting(world) != seen


def test_a_name_taken_back_cannot_be_confirmed(world):
    maria = world.joins(MARIA)
    edited(maria, name=VICTIM)
    seen = waiting(world)

    withdraw_name_change(world.app, maria.id)

    with pytest.raises(InputError):
        confirm_name_change(world.app, seen, OPERATOR)
    assert actions(maria)[-1] == "name-withdrawn"


def test_nobody_confirms_their_own_name(world):
    joined(world, VICTIM, "Bob", "Baker")

    with pytest.raises(NotPermittedError):
        confirm_name_change(world.app, waiting(world), MAIL.upper())


def test_who_left_has_no_name_for_an_operator_to_see(world):
    bob = joined(world, VICTIM, "Bob", "Baker")
    seen = waiting(world)

    bob.withdraws()

    assert list_name_changes(world.app) == ()
    with pytest.raises(InputError):
        confirm_name_change(world.app, seen, OPERATOR)


def test_words_are_added_five_times_in_seven_days_and_taken_back_at_any_time(world):
    maria = world.joins(MARIA)
    for number in range(5):
        world.later(minutes=1)
        edited(maria, handles=(f"cedarmaria{number}",))

    with pytest.raises(TooSoonError, match="You can add more after"):
        edited(maria, handles=("another",))
    with pytest.raises(TooSoonError):
        edited(maria, name=VICTIM)
    assert edited(maria, handles=()).handles == ()

    world.later(days=7)
    assert edited(maria, handles=("another",)).handles == ("another",)


def test_names_that_wait_count_among_the_changes_of_a_week(world):
    maria = world.joins(MARIA)
    for number in range(5):
        world.later(minutes=1)
        edited(maria, name=PersonName(given="Victoria", family=f"Victim{'x' * number}"))

    with pytest.raises(TooSoonError):
        edited(maria, name=VICTIM)
