"""People leave, come back, share a name, and hand their mailbox on."""

from dataclasses import replace

import pytest

from monitor.demo.district import JOHN, MARIA, Member
from monitor.errors import InputError
from tests.monitor.services.fakes import ACCEPTED, DEFERRED
from tests.monitor.services.held import lifts_hold, places_hold
from tests.monitor.services.world import Staff, World, answers_of


def named(member: Member, given: str, family: str, mail: str) -> Member:
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
    world.service.digesting.queue(maria.ref)
    world.service.leaving.left_district(maria.ref)
    world.forgets_visits()

    assert world.sweep() == []
    world.writes()

    assert world.asked_about("maria") == []
    assert maria.letters_of("digest") == []
    (farewell,) = maria.letters_of("withdrawn")
    assert "no longer work there" in farewell.text
    assert maria.ref not in world.state.people.refs()


def test_the_next_owner_of_an_address_gets_nothing_of_the_one_before(world: World, maria: Staff):
    world.post.answer = DEFERRED
    world.service.digesting.queue(maria.ref)
    world.service.leaving.left_district(maria.ref)
    world.post.accepted.clear()
    world.post.answer = ACCEPTED

    mark = world.joins(MARK)
    world.writes()

    assert maria.ref not in world.state.people.refs()
    assert mark.items == {}
    assert world.state.flags.of_person(mark.ref) == ()
    assert {each.envelope.kind for each in mark.letters} == {"invitation", "enrolled"}
    assert "Maria" not in "".join(each.text for each in mark.letters)


def test_an_address_under_hold_is_given_up_to_its_next_owner(world: World, maria: Staff):
    places_hold(world.service, maria.ref, "a case about Maria")
    world.service.leaving.left_district(maria.ref)
    world.post.accepted.clear()

    mark = world.joins(MARK)
    kept = maria.items
    lifts_hold(world.service, maria.ref, "The case about Maria is over.")
    world.writes()

    assert kept
    assert "Maria" not in "".join(each.text for each in mark.letters)
    assert world.state.people.refs() == (mark.ref,)


def test_an_address_in_use_is_not_given_to_another(world: World, maria: Staff):
    with pytest.raises(InputError, match="staff left"):
        world.service.joining.invite(maria.mail, "Mark", "Delgado")


def test_two_of_one_name_are_two_people(world: World, maria: Staff):
    other = world.joins(OTHER_MARIA)
    world.sweep()

    assert {each.person for each in other.items.values()} == {other.ref}
    maria.withdraws()
    world.writes()
    assert other.items
    assert world.state.people.refs() == (other.ref,)


def test_a_later_invitation_ends_the_earlier_one(world: World):
    person = JOHN.person
    world.service.joining.invite(person.mail, "John", "Smith")
    world.service.posting.send_due()
    first = world.code(person.mail)
    world.later(days=1)
    world.service.joining.invite(person.mail, "John", "Smith")
    world.service.posting.send_due()

    with pytest.raises(InputError, match="unknown, already used, or expired"):
        world.service.joining.enrol(first, answers_of(JOHN))

    world.service.joining.enrol(world.code(person.mail), answers_of(JOHN))


def test_nobody_enrols_twice_with_one_code(world: World, maria: Staff):
    with pytest.raises(InputError, match="unknown, already used, or expired"):
        world.service.joining.enrol(world.code(maria.mail), answers_of(MARIA))

    assert world.state.people.refs() == (maria.ref,)


def test_whoever_comes_back_before_the_erasure_begins_anew(world: World, maria: Staff):
    world.post.answer = DEFERRED
    maria.withdraws()
    world.post.answer = ACCEPTED

    again = world.joins(MARIA)

    assert world.state.people.refs() == (again.ref,)
    assert again.items == {}


def test_an_enrolment_that_was_not_theirs_is_undone_at_once(world: World, maria: Staff):
    world.service.leaving.disown(maria.ref)

    assert world.state.people.refs() == ()
    assert not world.state.people.sealing.keys.has(maria.ref)
    told = [each.action for each in world.state.audit.of(maria.ref)]
    assert told[-2:] == ["consent-disowned", "erased"]
    world.writes()
    assert maria.letters_of("withdrawn") == []
