"""What people chose; stopping the digest takes a signed word, and no more than that."""

import pytest

from monitor.db.preferences import Preferences
from monitor.domain.vocabulary import EmailCadence, Language


def test_who_chose_nothing_has_what_everyone_has(world):
    assert world.state.preferences.load_preferences(world.enrolled()) == Preferences()


def test_what_was_chosen_last_counts(world):
    rosa, theo = world.enrolled("Rosa"), world.enrolled("Theo")
    stopped = Preferences(cadence=EmailCadence.MONTHLY, unsubscribed_at=world.now)
    spanish = Preferences(language=Language.SPANISH)

    world.state.preferences.save_preferences(rosa, stopped)
    assert world.state.preferences.load_preferences(rosa) == stopped

    world.state.preferences.save_preferences(rosa, spanish)
    assert world.state.preferences.load_preferences(rosa) == spanish
    assert world.state.preferences.load_preferences(theo) == Preferences()


def test_a_token_names_its_bearer_however_often_it_is_shown(world):
    rosa, theo = world.enrolled("Rosa"), world.enrolled("Theo")
    token = world.state.preferences.sign_unsubscribe_token(rosa)

    assert world.state.preferences.verify_unsubscribe_token(token) == rosa
    assert world.state.preferences.verify_unsubscribe_token(token) == rosa
    assert world.state.preferences.sign_unsubscribe_token(theo) != token


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1],
        lambda token: f"{token}x",
        lambda token: token.partition(".")[0],
        lambda token: token.replace(".", "", 1),
        lambda token: f"nobody.{token.partition('.')[2]}",
        lambda _token: "",
        lambda _token: "\ud800.\ud800".encode("utf-8", "replace").decode(),
        lambda token: f"{token.partition('.')[0]}.é",
    ],
)
def test_whatever_is_not_the_token_is_nobodys(world, spoil):
    token = world.state.preferences.sign_unsubscribe_token(world.enrolled())

    assert world.state.preferences.verify_unsubscribe_token(spoil(token)) is None


def test_the_token_of_somebody_erased_is_nobodys(world):
    rosa = world.enrolled()
    token = world.state.preferences.sign_unsubscribe_token(rosa)
    world.state.people.erase_person(rosa)

    assert world.state.preferences.verify_unsubscribe_token(token) is None
