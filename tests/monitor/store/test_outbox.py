"""A letter is queued once, and forgotten once it went out."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from monitor.errors import InputError
from monitor.store.outbox import LetterState

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    name: str


def test_a_queued_letter_is_due_with_its_view(world):
    letter = world.letter(world.enrolled())

    assert world.state.outbox.queue(letter, View(name="Rosa"))

    assert world.state.outbox.due(world.now - HOUR) == ()
    assert world.state.outbox.due(world.now) == (letter,)
    assert world.state.outbox.view(letter.ref, View) == View(name="Rosa")


def test_a_repeat_changes_nothing(world):
    rosa = world.enrolled()
    letter = world.letter(rosa)
    world.state.outbox.queue(letter, View(name="Rosa"))

    assert not world.state.outbox.queue(world.letter(rosa), View(name="again"))

    assert world.state.outbox.all() == (letter,)
    assert world.state.outbox.view(letter.ref, View) == View(name="Rosa")


def test_a_sent_letter_is_not_queued_again(world):
    rosa = world.enrolled()
    letter = world.letter(rosa)
    world.state.outbox.queue(letter, View(name="Rosa"))
    world.state.outbox.sent(letter.ref, world.now, "hash")

    assert not world.state.outbox.queue(world.letter(rosa), View(name="Rosa"))
    assert world.state.outbox.due(world.now + HOUR) == ()


def test_another_week_another_reader_another_letter(world):
    letters = [
        world.letter(world.enrolled("Rosa")),
        world.letter(world.enrolled("Theo")),
        world.letter(),
        world.letter(recipient_ref="reviewer-2"),
        world.letter(period="2026-W03"),
    ]

    assert all(world.state.outbox.queue(each, View(name="")) for each in letters)
    assert world.state.outbox.all() == tuple(letters)


def test_an_accepted_letter_is_forgotten_and_its_hash_is_kept(world):
    letter = world.letter(world.enrolled())
    world.state.outbox.queue(letter, View(name="Rosa"))
    world.state.outbox.sent(letter.ref, world.now + HOUR, "hash")

    sent = world.state.outbox.get(letter.ref)
    assert (sent.state, sent.sent_at, sent.body_hash) == (
        LetterState.SENT,
        world.now + HOUR,
        "hash",
    )
    with pytest.raises(InputError, match="There is no letter"):
        world.state.outbox.view(letter.ref, View)


def test_a_deferred_letter_waits_and_counts(world):
    letter = world.letter(world.enrolled())
    world.state.outbox.queue(letter, View(name="Rosa"))
    world.state.outbox.retry(letter.ref, world.now + HOUR, "the mail server answered 450")

    assert world.state.outbox.due(world.now) == ()
    (waiting,) = world.state.outbox.due(world.now + HOUR)
    assert (waiting.attempts, waiting.error) == (1, "the mail server answered 450")
    assert world.state.outbox.view(letter.ref, View) == View(name="Rosa")


def test_a_dead_letter_says_why_and_nothing_else(world):
    letter = world.letter(world.enrolled())
    world.state.outbox.queue(letter, View(name="Rosa"))
    world.state.outbox.dead(letter.ref, "the mail server answered 550")

    dead = world.state.outbox.get(letter.ref)
    assert (dead.state, dead.error) == (LetterState.DEAD, "the mail server answered 550")
    assert world.state.outbox.due(world.now + HOUR) == ()
    with pytest.raises(InputError):
        world.state.outbox.view(letter.ref, View)


def test_one_letter_never_holds_up_another(world):
    first, second = world.letter(world.enrolled("Rosa")), world.letter(world.enrolled("Theo"))
    for letter in (first, second):
        world.state.outbox.queue(letter, View(name=""))
    world.state.outbox.dead(first.ref, "refused")

    assert world.state.outbox.due(world.now) == (second,)


def test_the_last_letter_of_a_kind_is_dated_by_its_queueing(world):
    rosa = world.enrolled()
    assert world.state.outbox.latest(rosa, "digest") is None

    world.state.outbox.queue(world.letter(rosa), View(name="Rosa"))

    assert world.state.outbox.latest(rosa, "digest") == world.now
    assert world.state.outbox.latest(rosa, "notice") is None


def test_an_unknown_letter_is_said_in_a_sentence(world):
    with pytest.raises(InputError, match="There is no letter"):
        world.state.outbox.get("none")
