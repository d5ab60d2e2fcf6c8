"""Stopping the weekly letter takes a signed word, and no more than that."""

from datetime import timedelta

import pytest

HOUR = timedelta(hours=1)


def test_stopping_twice_is_stopping_once(world):
    rosa, stopped = world.enrolled(), world.state.unsubscribes
    assert stopped.find_unsubscribe_time(rosa) is None

    stopped.insert_unsubscribe(rosa, world.now)
    stopped.insert_unsubscribe(rosa, world.now + HOUR)

    assert stopped.find_unsubscribe_time(rosa) == world.now
    stopped.delete_unsubscribe(rosa)
    assert stopped.find_unsubscribe_time(rosa) is None


def test_a_token_names_its_bearer_however_often_it_is_shown(world):
    rosa, theo = world.enrolled("Rosa"), world.enrolled("Theo")
    token = world.state.unsubscribes.sign_unsubscribe_token(rosa)

    assert world.state.unsubscribes.verify_unsubscribe_token(token) == rosa
    assert world.state.unsubscribes.verify_unsubscribe_token(token) == rosa
    assert world.state.unsubscribes.sign_unsubscribe_token(theo) != token


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
    token = world.state.unsubscribes.sign_unsubscribe_token(world.enrolled())

    assert world.state.unsubscribes.verify_unsubscribe_token(spoil(token)) is None


def test_the_token_of_somebody_erased_is_nobodys(world):
    rosa = world.enrolled()
    token = world.state.unsubscribes.sign_unsubscribe_token(rosa)
    world.state.people.erase_person(rosa)

    assert world.state.unsubscribes.verify_unsubscribe_token(token) is None
