"""What is counted of letters names none of them."""

from dataclasses import dataclass
from datetime import timedelta

from monitor.db.outbox import LetterState

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    name: str


def test_letters_are_counted_by_what_became_of_them(world):
    outbox, counts = world.state.outbox, world.state.letter_counts
    letters = [world.letter(world.enrolled(name)) for name in ("Rosa", "Theo", "Ada", "Bo", "Cy")]
    for letter in letters:
        outbox.queue(letter, View(name="x"))
    fresh, late, dead, void, sent = (each.ref for each in letters)
    outbox.retry(late, world.now + HOUR, "the mail server answered 450")
    outbox.dead(dead, "the mail server answered 550")
    outbox.dead(void, "its reader's consent has ended")
    outbox.forget(void)
    outbox.sent(sent, world.now, "hash")

    states = {LetterState.QUEUED: 2, LetterState.DEAD: 2, LetterState.SENT: 1}
    assert counts.by_state() == states
    assert counts.in_vain() == 1
    assert counts.given_up(since=world.now) == 1
    assert counts.given_up(since=world.now + HOUR) == 0
    assert counts.oldest_waiting() == outbox.get(fresh).queued_at


def test_where_there_are_none_there_is_nothing_to_count(world):
    counts = world.state.letter_counts

    assert (counts.by_state(), counts.in_vain(), counts.oldest_waiting()) == ({}, 0, None)
