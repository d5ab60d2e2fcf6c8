"""People leave, come back, share a name, and hand their mailbox on."""

from dataclasses import replace

import pytest

from monitor.demo.district import JOHN, MARIA, StaffMember
from monitor.domain.errors import InputError
from monitor.services.consent_end import record_departure
from monitor.services.digests import queue_weekly_digest
from monitor.services.enrollment import enroll_with_code, invite_person
from monitor.services.erasure import erase_disowned_person
from monitor.services.outbox import send_due
from tests.monitor.services.fakes import ACCEPTED, DEFERRED
from tests.monitor.services.held import lifts_hold, places_hold
from tests.monitor.services.world import Staff, World, answers_of


def named(member: StaffMember, given: str, family: str, mail: str) -> StaffMember:
    name = replace(member.person.name, given=given, family=family)
    person = replace(member.person, name=name, mail=mail, handles=(), accounts=())
    return replace(member, person=person)


# Hired a year later, and given the address of who was there before.
MARK = named(JOHN, "Mark", "Delgado", MARIA.person.mail)
OTHER_MARIA = named(MARIA, "Maria", "Delgado", "maria.delgado2@cedarvalley.example")


@pytest.fixture
def maria(world_of) -> Staff:
    world = world_of("chalkboard", families=("searxng",))
    maria = world.joins(MARIA)
    world.sweep()
    return maria


@pytest.fixture
def world(maria: Staff) -> World:
    return maria.world


def test_who_left_the_district_is_neither_asked_about_nor_written_to(world: World, maria: Staff):
    queue_weekly_digest(world.app, maria.id)
    record_departure(world.app, maria.id)
    world.forgets_visits()

    assert world.sweep() == []
    world.writes()

    assert world.asked_about("maria") == []
    assert maria.emails_of("digest") == []
    (farewell,) = maria.emails_of("withdrawn")
    assert "no longer work there" in farewell.text
    assert maria.id not in world.state.people.list_person_ids()


def test_the_next_owner_of_an_address_gets_nothing_of_the_one_before(world: World, maria: Staff):
    world.post.answer = DEFERRED
    queue_weekly_digest(world.app, maria.id)
    record_departure(world.app, maria.id)
    world.post.accepted.clear()
    world.post.answer = ACCEPTED

    mark = world.joins(MARK)
    world.writes()

    assert maria.id not in world.state.people.list_person_ids()
    assert mark.findings == {}
    assert world.state.cases.list_cases_of_person(mark.id) == ()
    assert {email.envelope.kind for email in mark.emails} == {"invitation", "enrolled"}
    assert "Maria" not in "".join(email.text for email in mark.emails)


def test_an_address_under_hold_is_given_up_to_its_next_owner(world: World, maria: Staff):
    places_hold(world.app, maria.id, "a case about Maria")
    record_departure(world.app, maria.id)
    world.post.accepted.clear()

    mark = world.joins(MARK)
    kept = maria.findings
    lifts_hold(world.app, maria.id, "The case about Maria is over.")
    world.writes()

    assert kept
    assert "Maria" not in "".join(email.text for email in mark.emails)
    assert world.state.people.list_person_ids() == (mark.id,)


def test_an_address_in_use_is_not_given_to_another(world: World, maria: Staff):
    with pytest.raises(InputError, match="staff left"):
        invite_person(world.app, maria.mail, "Mark", "Delgado")


def test_two_of_one_name_are_two_people(world: World, maria: Staff):
    other = world.joins(OTHER_MARIA)
    world.sweep()

    assert {finding.person_id for finding in other.findings.values()} == {other.id}
    maria.withdraws()
    world.writes()
    assert other.findings
    assert world.state.people.list_person_ids() == (other.id,)


def test_a_later_invitation_ends_the_earlier_one(world: World):
    person = JOHN.person
    invite_person(world.app, person.mail, "John", "Smith")
    send_due(world.app)
    first = world.code(person.mail)
    world.later(days=1)
    invite_person(world.app, person.mail, "John", "Smith")
    send_due(world.app)

    with pytest.raises(InputError, match="unknown, already used, or expired"):
        enroll_with_code(world.app, first, answers_of(JOHN))

    enroll_with_code(world.app, world.code(person.mail), answers_of(JOHN))


def test_nobody_enrols_twice_with_one_code(world: World, maria: Staff):
    with pytest.raises(InputError, match="unknown, already used, or expired"):
        enroll_with_code(world.app, world.code(maria.mail), answers_of(MARIA))

    assert world.state.people.list_person_ids() == (maria.id,)


def test_whoever_comes_back_before_the_erasure_begins_anew(world: World, maria: Staff):
    world.post.answer = DEFERRED
    maria.withdraws()
    world.post.answer = ACCEPTED

    again = world.joins(MARIA)

    assert world.state.people.list_person_ids() == (again.id,)
    assert again.findings == {}


def test_an_enrollment_that_was_not_theirs_is_undone_at_once(world: World, maria: Staff):
    erase_disowned_person(world.app, maria.id)

    assert world.state.people.list_person_ids() == ()
    assert not world.state.people.encryption.keys.has_key(maria.id)
    told = [entry.action for entry in world.state.audit.list_entries_of_subjects((maria.id,))]
    assert told[-2:] == ["consent-reported-not-me", "erased"]
    world.writes()
    assert maria.emails_of("withdrawn") == []
