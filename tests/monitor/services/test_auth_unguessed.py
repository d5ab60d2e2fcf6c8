"""What opens something has so many bits that SECURITY.md need not count wrong guesses."""

from base64 import urlsafe_b64decode

from monitor.demo.district import MARIA
from monitor.outside import Outside
from monitor.services.notifications import token_of
from tests.monitor.services.world import World


def bits(code: str) -> int:
    return 8 * len(urlsafe_b64decode(code + "=" * (-len(code) % 4)))


def test_codes_links_and_sessions_have_256_bits(world: World):
    maria = world.joins(MARIA)
    _, stops = world.state.stopped_mail.token(maria.ref).split(".")

    for code in (Outside().new_code(), world.state.letter_codes.of(maria.ref, "a door"), stops):
        assert bits(code) == 256


def test_it_was_not_me_has_128_bits_behind_a_ref_of_as_many(world: World):
    maria = world.joins(MARIA)
    _, mark = token_of(world.state, world.state.people.get(maria.ref)).rsplit("-", 1)

    assert 4 * len(mark) == 128
    assert 4 * len(Outside().new_ref()) == 128
