"""What cannot wait for Monday is told at once, and no more than once a day."""

from dataclasses import replace

import pytest

from monitor.demo.district import MARIA
from monitor.domain.vocabulary import CaseKind, CaseState, Decision
from monitor.services.digests import queue_weekly_digest
from monitor.services.outbox import send_due
from tests.monitor.services.fakes import ACCEPTED, DEFERRED, Sent
from tests.monitor.services.world import IMPOSTOR, Staff

SECOND = replace(IMPOSTOR, id="second", handle="mariade1gado.skies.example", since=1)


@pytest.fixture
def maria(world_of) -> Staff:
    world = world_of(families=("bluesky",))
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    send_due(world.app)
    world.sweep()
    return maria


def a_second_impostor_appears(maria: Staff) -> None:
    maria.world.internet = maria.world.internet.add_entry(SECOND)
    maria.world.sweep()


def told(maria: Staff) -> list[bool]:
    return [case.notified_at is not None for case in maria.cases]


def hangs_after_the_email(maria: Staff) -> None:
    maria.world.post.answer = replace(DEFERRED, in_doubt=True)
    send_due(maria.world.app)


def is_well_again(maria: Staff, **later: float) -> None:
    maria.world.post.answer = ACCEPTED
    maria.world.later(**later)
    send_due(maria.world.app)


def tried(maria: Staff) -> list[Sent]:
    return [sent for sent in maria.world.post.tried if sent.envelope.kind == "alert"]


def test_what_a_server_may_have_comes_again_as_it_was_and_what_is_new_in_another_email(
    maria: Staff,
):
    hangs_after_the_email(maria)
    maria.world.later(hours=2)
    a_second_impostor_appears(maria)
    is_well_again(maria)
    first, again = tried(maria)
    assert first == again
    assert sorted(told(maria)) == [False, True]

    maria.world.later(days=1)
    send_due(maria.world.app)
    other = tried(maria)[-1]
    assert other.envelope.message_id != first.envelope.message_id
    assert "mariade1gado" in other.text
    assert told(maria) == [True, True]


def test_two_that_were_told_in_one_email_come_again_in_the_same_one_email(maria: Staff):
    a_second_impostor_appears(maria)
    hangs_after_the_email(maria)
    assert len(tried(maria)) == 1

    is_well_again(maria, hours=2)
    first, again = tried(maria)
    assert first == again
    assert told(maria) == [True, True]


def test_an_answer_to_one_of_two_changes_no_email_that_a_server_may_have(maria: Staff):
    a_second_impostor_appears(maria)
    hangs_after_the_email(maria)
    maria.rules(maria.cases[0], Decision.MINE)
    is_well_again(maria, hours=2)

    first, again = tried(maria)
    assert first == again


def test_where_both_are_answered_meanwhile_no_email_comes_again(maria: Staff):
    a_second_impostor_appears(maria)
    hangs_after_the_email(maria)
    for case in maria.cases:
        maria.rules(case, Decision.MINE)
    is_well_again(maria, hours=2)

    assert len(tried(maria)) == 1


def test_what_no_server_can_have_is_written_anew_with_all_there_is_to_tell(maria: Staff):
    maria.world.post.answer = DEFERRED
    send_due(maria.world.app)
    a_second_impostor_appears(maria)
    is_well_again(maria, days=3)

    (alert,) = maria.emails_of("alert")
    assert alert.text.count("Reference") == 2
    assert alert.envelope.sent_at == maria.world.clock.at
    assert "from Tue, Sep 22," in alert.text
    assert told(maria) == [True, True]


def test_two_at_once_are_told_in_one_email(maria: Staff):
    a_second_impostor_appears(maria)
    send_due(maria.world.app)

    (alert,) = maria.emails_of("alert")
    assert alert.text.count("Reference") == 2
    assert told(maria) == [True, True]


def test_a_second_one_waits_until_a_day_has_passed(maria: Staff):
    world = maria.world
    send_due(world.app)
    world.later(hours=2)
    a_second_impostor_appears(maria)

    send_due(world.app)
    assert len(maria.emails_of("alert")) == 1

    world.later(hours=21)
    send_due(world.app)
    assert len(maria.emails_of("alert")) == 1

    world.later(hours=2)
    send_due(world.app)
    first, second = maria.emails_of("alert")
    assert "mariade1gado" in second.text
    assert "mariade1gado" not in first.text
    assert told(maria) == [True, True]
    ids = [side.envelope.message_id for side in (first, second)]
    assert len(set(ids)) == 2


def test_what_the_digest_told_meanwhile_is_not_told_again(maria: Staff):
    world = maria.world
    send_due(world.app)
    world.later(hours=2)
    a_second_impostor_appears(maria)
    send_due(world.app)
    with world.state.begin_transaction():
        queue_weekly_digest(world.app, maria.id)
    send_due(world.app)
    world.later(days=2)
    send_due(world.app)

    assert len(maria.emails_of("alert")) == 1
    assert told(maria) == [True, True]


def test_what_its_person_has_answered_meanwhile_is_not_told_any_more(maria: Staff):
    world = maria.world
    maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.MINE)

    send_due(world.app)

    assert maria.emails_of("alert") == []
    assert maria.case(CaseKind.IMPERSONATION).state is CaseState.MINE


def test_a_repeat_of_a_bundle_after_a_crash_tells_nobody_twice(maria: Staff, monkeypatch):
    """The mail server took it, and then the power went."""
    world = maria.world
    a_second_impostor_appears(maria)
    outbox = type(world.state.outbox)

    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(outbox, "mark_email_sent", crash)
        with pytest.raises(KeyboardInterrupt):
            send_due(world.app)
    world.restarts()
    send_due(world.app)
    world.later(days=2)
    send_due(world.app)

    assert len(maria.emails_of("alert")) == 1
    assert told(maria) == [True, True]
