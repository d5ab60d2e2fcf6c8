"""Stopping the weekly letter takes a signed word, and no more than that."""

from datetime import timedelta

import pytest

HOUR = timedelta(hours=1)


def test_stopping_twice_is_stopping_once(world):
    rosa, stopped = world.enrolled(), world.state.stopped_mail
    assert stopped.since(rosa) is None

    stopped.stop(rosa, world.now)
    stopped.stop(rosa, world.now + HOUR)

    assert stopped.since(rosa) == world.now
    stopped.go_on(rosa)
    assert stopped.since(rosa) is None


def test_a_token_names_its_bearer_however_often_it_is_shown(world):
    rosa, theo = world.enrolled("Rosa"), world.enrolled("Theo")
    token = world.state.stopped_mail.token(rosa)

    assert world.state.stopped_mail.bearer(token) == rosa
    assert world.state.stopped_mail.bearer(token) == rosa
    assert world.state.stopped_mail.token(theo) != token


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
    token = world.state.stopped_mail.token(world.enrolled())

    assert world.state.stopped_mail.bearer(spoil(token)) is None


def test_the_token_of_somebody_erased_is_nobodys(world):
    rosa = world.enrolled()
    token = world.state.stopped_mail.token(rosa)
    world.state.people.erase(rosa)

    assert world.state.stopped_mail.bearer(token) is None
