"""Letters go out one by one, at least once, and only to who may still be written to."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from monitor.db.outbox import LetterState
from monitor.demo.district import BETH, JOHN, MARIA
from monitor.domain.disclosure import ANSWER_WITHIN
from monitor.domain.email import Verdict
from monitor.domain.flag import FlagKind, FlagState
from monitor.errors import CannotWriteError
from monitor.services.notifications import LetterPlan
from reports.emails.account import AlertView
from reports.emails.registry import LetterKind
from tests.monitor.services.fakes import ACCEPTED, DEFERRED, REFUSED
from tests.monitor.services.world import Staff, World, account

IMPOSTOR = replace(account("impersonator", week=2), since=1)


def states(world: World) -> Counter[LetterState]:
    return Counter(letter.state for letter in world.state.outbox.all())


def waiting(world: World):
    (letter,) = (each for each in world.state.outbox.all() if each.state is LetterState.QUEUED)
    return letter


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA)
    world.service.posting.send_due()
    return maria


@pytest.fixture
def impersonated(world_of) -> Staff:
    world = world_of(families=("bluesky",))
    world.internet = world.internet.shows(IMPOSTOR)
    maria = world.joins(MARIA)
    world.service.posting.send_due()
    world.sweep()
    return maria


def test_a_letter_is_sent_once_and_its_words_are_forgotten(world: World, maria: Staff):
    world.service.posting.send_due()

    assert len(maria.letters_of("enrolled")) == 1
    for letter in world.state.outbox.all():
        assert letter.state is LetterState.SENT
        assert letter.body_hash
        with pytest.raises(Exception, match="no letter"):
            world.state.outbox.view(letter.ref, AlertView)


def test_where_it_cannot_be_read_what_went_out_letters_wait_and_none_is_given_up(
    world: World,
):
    world.joins(MARIA)
    world.restarts()
    marks = world.state.postmarks.path
    marks.rename(marks.with_name("aside"))
    marks.mkdir()
    with pytest.raises(CannotWriteError, match="postmarks cannot be read"):
        world.service.posting.send_due()
    assert states(world)[LetterState.DEAD] == 0

    marks.rmdir()
    marks.with_name("aside").rename(marks)
    assert world.service.posting.send_due() == {Verdict.ACCEPTED: 1}


def test_a_letter_that_is_put_off_is_tried_again_ever_more_seldom(impersonated: Staff):
    world = impersonated.world
    world.post.answer = DEFERRED
    tried = []
    for _ in range(12):
        world.clock.at = waiting(world).due_at
        assert world.service.posting.send_due() == {Verdict.DEFERRED: 1}
        tried.append(world.clock.at)

    pauses = [later - earlier for earlier, later in pairwise(tried)]
    assert pauses[0] == timedelta(minutes=5)
    assert pauses == sorted(pauses)
    assert all(
        later == min(2 * earlier, timedelta(hours=12)) for earlier, later in pairwise(pauses)
    )
    assert "cannot be reached" in waiting(world).error


def test_a_repeat_bears_the_same_id_so_that_it_folds_in_the_mailbox(impersonated: Staff):
    world = impersonated.world
    world.post.answer = DEFERRED
    world.service.posting.send_due()
    world.post.answer = ACCEPTED
    world.later(minutes=5)
    world.service.posting.send_due()

    alerts = [each for each in world.post.tried if each.envelope.kind == "alert"]
    assert len(alerts) == 2
    assert len({each.envelope.message_id for each in alerts}) == 1
    assert len(impersonated.letters_of("alert")) == 1


def test_no_two_letters_share_an_id(impersonated: Staff):
    world = impersonated.world
    world.joins(JOHN)
    world.service.posting.send_due()

    ids = Counter(each.envelope.message_id for each in world.post.accepted)
    assert set(ids.values()) == {1}


def test_a_letter_is_not_tried_before_its_time(impersonated: Staff):
    world = impersonated.world
    world.post.answer = DEFERRED
    world.service.posting.send_due()
    tried = len(world.post.tried)
    world.later(minutes=4)

    assert world.service.posting.send_due() == {}
    assert len(world.post.tried) == tried


def test_a_letter_that_never_gets_through_is_given_up_after_five_days(impersonated: Staff):
    world = impersonated.world
    world.post.answer = DEFERRED
    queued = world.clock.at
    while any(each.state is LetterState.QUEUED for each in world.state.outbox.all()):
        world.clock.at = waiting(world).due_at
        world.service.posting.send_due()

    assert timedelta(days=5) < world.clock.at - queued < timedelta(days=6)
    dead = world.state.outbox.all()[-1]
    assert dead.state is LetterState.DEAD
    assert "given up after 5 days" in dead.error


def test_a_letter_that_is_refused_is_dead_with_its_reason(impersonated: Staff):
    world = impersonated.world
    world.post.answer = REFUSED
    world.service.posting.send_due()
    world.later(days=1)
    world.service.posting.send_due()

    dead = world.state.outbox.all()[-1]
    assert dead.state is LetterState.DEAD
    assert dead.error == REFUSED.note
    assert [each.envelope.kind for each in world.post.tried].count("alert") == 1


@pytest.mark.parametrize("answer", [DEFERRED, REFUSED])
def test_one_address_that_fails_holds_up_nobody_else(world: World, answer):
    maria, beth = world.joins(MARIA), world.joins(BETH)
    maria.withdraws()
    beth.withdraws()
    world.post.answers_to[maria.mail] = answer
    world.service.posting.send_due()

    assert beth.letters_of("withdrawn")
    assert not maria.letters_of("withdrawn")


def test_a_letter_that_cannot_be_written_holds_up_nobody_else(world: World, monkeypatch):
    """Neither one whose view is broken, nor one that the mail library refuses."""
    maria, john, beth = everybody = [world.joins(each) for each in (MARIA, JOHN, BETH)]
    for each in everybody:
        each.withdraws()
    deliver = world.post.deliver

    def poisoned(letter, envelope):
        if envelope.recipient == maria.mail:
            reason = "Header values may not contain linefeed"
            raise ValueError(reason)
        return deliver(letter, envelope)

    monkeypatch.setattr(world.post, "deliver", poisoned)
    with world.state.write():
        world.state.outbox.database.run(
            "UPDATE outbox SET sealed = X'00' WHERE person = ? AND kind = 'withdrawn'", john.ref
        )

    world.service.posting.send_due()

    assert beth.letters_of("withdrawn")
    assert states(world)[LetterState.QUEUED] == 0
    letters = [each for each in world.state.outbox.all() if each.kind == "withdrawn"]
    dead = [each for each in letters if each.state is LetterState.DEAD]
    assert {each.recipient_ref for each in dead} == {maria.ref, john.ref}
    assert not any("linefeed" in each.error for each in dead)


def test_somebody_who_withdrew_is_written_nothing_but_farewell(impersonated: Staff):
    world = impersonated.world
    impersonated.withdraws()
    world.service.posting.send_due()

    assert [each.envelope.kind for each in impersonated.letters] == [
        "invitation",
        "enrolled",
        "withdrawn",
    ]


def test_a_letter_goes_to_the_address_of_the_day_it_is_sent(impersonated: Staff):
    world = impersonated.world
    person = world.state.people.get(impersonated.ref)
    world.state.people.replace(replace(person, mail="maria.d@cedarvalley.example"))

    world.service.posting.send_due()

    assert [each.envelope.kind for each in world.post.to("maria.d@cedarvalley.example")] == [
        "alert"
    ]


def test_the_clock_starts_when_the_alert_is_accepted_not_when_it_is_queued(impersonated: Staff):
    world = impersonated.world
    world.post.answer = DEFERRED
    world.service.posting.send_due()
    flag = impersonated.flag(FlagKind.IMPERSONATION)
    assert (flag.state, flag.notified_at) == (FlagState.NEW, None)

    world.post.answer = ACCEPTED
    world.later(days=3)
    world.service.posting.send_due()

    flag = impersonated.flag(FlagKind.IMPERSONATION)
    assert (flag.state, flag.notified_at) == (FlagState.OPEN, world.clock.at)


def test_the_alert_names_the_day_on_which_it_opens_to_others(impersonated: Staff):
    world = impersonated.world
    world.post.answer = DEFERRED
    world.service.posting.send_due()
    world.post.answer = ACCEPTED
    world.later(days=3)
    world.service.posting.send_due()

    (alert,) = impersonated.letters_of("alert")
    opens = world.clock.at + ANSWER_WITHIN
    assert f"IT can see it starting {opens:%a, %b %-d,}" in alert.text


def test_a_letter_about_a_flag_that_is_gone_is_sent_once_all_the_same(impersonated: Staff):
    """Two flags become one when their accounts turn out to be one."""
    world = impersonated.world
    world.state.flags.remove(impersonated.flag(FlagKind.IMPERSONATION).ref)

    world.service.posting.send_due()
    world.service.posting.send_due()

    assert len(impersonated.letters_of("alert")) == 1
    assert states(world) == {LetterState.SENT: 3}


def test_a_letter_of_one_kind_and_period_is_queued_once(impersonated: Staff):
    world = impersonated.world
    letters = world.service.digesting.letters
    (letter,) = (each for each in world.state.outbox.all() if each.kind == LetterKind.ALERT)
    view = world.state.outbox.view(letter.ref, AlertView)

    letters.queue(LetterPlan(reader=letter.recipient_ref, period=letter.period), view)

    assert states(world) == {LetterState.SENT: 2, LetterState.QUEUED: 1}
