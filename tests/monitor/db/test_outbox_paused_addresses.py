"""It is the address that rests, not its person."""

from monitor.db.outbox import SuppressedAddress

MAIL, NEW = "rosa@cedar.example", "rosa.ruiz@cedar.example"


def test_an_address_rests_until_it_is_resumed(world):
    paused = SuppressedAddress(person_id=world.enrolled(), since=world.now, status="5.1.1")
    rest = world.state.suppression_list
    rest.suppress_address(MAIL, paused)

    assert rest.find_suppression(paused.person_id, MAIL) == paused
    assert rest.find_suppression(paused.person_id, MAIL.upper()) == paused
    assert rest.list_suppressions() == (paused,)

    assert rest.delete_suppression(paused.person_id)
    assert not rest.delete_suppression(paused.person_id)
    assert rest.find_suppression(paused.person_id, MAIL) is None


def test_another_address_of_the_same_person_does_not_rest(world):
    paused = SuppressedAddress(person_id=world.enrolled(), since=world.now, status="5.1.1")
    world.state.suppression_list.suppress_address(MAIL, paused)

    assert world.state.suppression_list.find_suppression(paused.person_id, NEW) is None


def test_nothing_is_left_of_it_when_the_person_is_erased(world):
    paused = SuppressedAddress(person_id=world.enrolled(), since=world.now, status="5.1.1")
    world.state.suppression_list.suppress_address(MAIL, paused)
    world.state.people.erase_person(paused.person_id)

    assert world.state.suppression_list.list_suppressions() == ()
