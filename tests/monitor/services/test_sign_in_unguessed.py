"""What opens something has so many bits that docs/security.md need not count wrong guesses."""

from base64 import urlsafe_b64decode

from monitor.app import Environment
from monitor.demo.district import MARIA
from monitor.services.notifications import build_mailbox_token
from tests.monitor.services.world import World


def bits(code: str) -> int:
    return 8 * len(urlsafe_b64decode(code + "=" * (-len(code) % 4)))


def test_codes_links_and_sessions_have_256_bits(world: World):
    maria = world.joins(MARIA)
    _, stops = world.state.preferences.sign_unsubscribe_token(maria.id).split(".")

    for code in (
        Environment().ids.new_code(),
        world.state.email_codes.derive_email_code(maria.id, "a door"),
        stops,
    ):
        assert bits(code) == 256


def test_it_was_not_me_has_128_bits_behind_a_ref_of_as_many(world: World):
    maria = world.joins(MARIA)
    _, mark = build_mailbox_token(world.state, world.state.people.load_person(maria.id)).rsplit(
        "-", 1
    )

    assert 4 * len(mark) == 128
    assert 4 * len(Environment().ids.new_id()) == 128
