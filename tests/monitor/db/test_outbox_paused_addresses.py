"""It is the address that rests, not its person."""

from monitor.db.outbox import PausedAddress

MAIL, NEW = "rosa@cedar.example", "rosa.ruiz@cedar.example"


def test_an_address_rests_until_it_is_resumed(world):
    paused = PausedAddress(person=world.enrolled(), since=world.now, status="5.1.1")
    rest = world.state.paused_addresses
    rest.pause(MAIL, paused)

    assert rest.of(paused.person, MAIL) == paused
    assert rest.of(paused.person, MAIL.upper()) == paused
    assert rest.all() == (paused,)

    assert rest.resume(paused.person)
    assert not rest.resume(paused.person)
    assert rest.of(paused.person, MAIL) is None


def test_another_address_of_the_same_person_does_not_rest(world):
    paused = PausedAddress(person=world.enrolled(), since=world.now, status="5.1.1")
    world.state.paused_addresses.pause(MAIL, paused)

    assert world.state.paused_addresses.of(paused.person, NEW) is None


def test_nothing_is_left_of_it_when_the_person_is_erased(world):
    paused = PausedAddress(person=world.enrolled(), since=world.now, status="5.1.1")
    world.state.paused_addresses.pause(MAIL, paused)
    world.state.people.erase(paused.person)

    assert world.state.paused_addresses.all() == ()
