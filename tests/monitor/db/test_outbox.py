"""An email is queued once, and forgotten once it went out."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from monitor.domain.errors import InputError
from monitor.domain.vocabulary import EmailState

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    name: str


def test_a_queued_email_is_due_with_its_view(world):
    email = world.email(world.enrolled())

    assert world.state.outbox.insert_email(email, View(name="Rosa"))

    assert world.state.outbox.list_due_emails(world.now - HOUR) == ()
    assert world.state.outbox.list_due_emails(world.now) == (email,)
    assert world.state.outbox.load_email_view(email.id, View) == View(name="Rosa")


def test_a_repeat_changes_nothing(world):
    rosa = world.enrolled()
    email = world.email(rosa)
    world.state.outbox.insert_email(email, View(name="Rosa"))

    assert not world.state.outbox.insert_email(world.email(rosa), View(name="again"))

    assert world.state.outbox.list_emails() == (email,)
    assert world.state.outbox.load_email_view(email.id, View) == View(name="Rosa")


def test_a_sent_email_is_not_queued_again(world):
    rosa = world.enrolled()
    email = world.email(rosa)
    world.state.outbox.insert_email(email, View(name="Rosa"))
    world.state.outbox.mark_email_sent(email.id, world.now, "hash")

    assert not world.state.outbox.insert_email(world.email(rosa), View(name="Rosa"))
    assert world.state.outbox.list_due_emails(world.now + HOUR) == ()


def test_another_week_another_reader_another_email(world):
    emails = [
        world.email(world.enrolled("Rosa")),
        world.email(world.enrolled("Theo")),
        world.email(),
        world.email(recipient_id="reviewer-2"),
        world.email(dedupe_key="2026-W03"),
    ]

    assert all(world.state.outbox.insert_email(email, View(name="")) for email in emails)
    assert world.state.outbox.list_emails() == tuple(emails)


def test_an_accepted_email_is_forgotten_and_its_hash_is_kept(world):
    email = world.email(world.enrolled())
    world.state.outbox.insert_email(email, View(name="Rosa"))
    world.state.outbox.mark_email_sent(email.id, world.now + HOUR, "hash")

    sent = world.state.outbox.load_email(email.id)
    assert (sent.state, sent.sent_at, sent.body_hash) == (
        EmailState.SENT,
        world.now + HOUR,
        "hash",
    )
    with pytest.raises(InputError, match="There is no email"):
        world.state.outbox.load_email_view(email.id, View)


def test_a_deferred_email_waits_and_counts(world):
    email = world.email(world.enrolled())
    world.state.outbox.insert_email(email, View(name="Rosa"))
    world.state.outbox.record_attempts([email.id], world.now, world.now)
    world.state.outbox.schedule_retry(email.id, world.now + HOUR, "the mail server answered 450")

    assert world.state.outbox.list_due_emails(world.now) == ()
    (waiting,) = world.state.outbox.list_due_emails(world.now + HOUR)
    assert (waiting.attempts, waiting.error) == (1, "the mail server answered 450")
    assert world.state.outbox.load_email_view(email.id, View) == View(name="Rosa")


@pytest.fixture
def dead(world):
    email = world.email(world.enrolled())
    world.state.outbox.insert_email(email, View(name="Rosa"))
    world.state.outbox.record_attempts([email.id], world.now, world.now)
    world.state.outbox.mark_email_dead(email.id, "the mail server answered 550")
    return email.id


def test_a_dead_email_says_why_and_is_not_tried_again(world, dead):
    outbox = world.state.outbox

    assert [(email.id, email.error) for email in outbox.list_dead_emails()] == [
        (dead, "the mail server answered 550")
    ]
    assert outbox.list_due_emails(world.now + HOUR) == ()


def test_a_dead_email_may_have_another_chance(world, dead):
    outbox, later = world.state.outbox, world.now + HOUR
    outbox.requeue_dead_email(dead, later)

    (revived,) = outbox.list_due_emails(later)
    assert (revived.attempts, revived.attempting_since) == (0, later)
    assert revived.queued_at == world.now
    assert outbox.load_email_view(dead, View) == View(name="Rosa")


def test_what_a_dead_email_would_have_said_is_forgotten_in_time_and_with_it_its_chance(world, dead):
    outbox = world.state.outbox
    world.state.delete_expired_rows(world.now + 30 * DAY)

    assert outbox.load_email(dead).state is EmailState.DEAD
    for refused in (
        lambda: outbox.load_email_view(dead, View),
        lambda: outbox.requeue_dead_email(dead, world.now),
    ):
        with pytest.raises(InputError):
            refused()


def test_what_waits_outlives_what_is_dead(world):
    email = world.email(world.enrolled())
    world.state.outbox.insert_email(email, View(name="Rosa"))

    world.state.delete_expired_rows(world.now + 30 * DAY)

    assert world.state.outbox.load_email_view(email.id, View) == View(name="Rosa")


def test_an_email_that_waits_is_not_revived(world):
    email = world.email(world.enrolled())
    world.state.outbox.insert_email(email, View(name="Rosa"))

    with pytest.raises(InputError):
        world.state.outbox.requeue_dead_email(email.id, world.now)


def test_a_bounce_finds_its_email_by_the_whole_of_its_id(world):
    email = world.email(world.enrolled())
    world.state.outbox.insert_email(email, View(name="Rosa"))

    assert world.state.outbox.find_email_by_message_key("abc") == email
    for other in ("ab", "abcd", "", "%", "abc@cedar.example"):
        assert world.state.outbox.find_email_by_message_key(other) is None


def test_one_damaged_reason_holds_up_no_other_email(world):
    email = world.email(world.enrolled())
    world.state.outbox.insert_email(email, View(name="Rosa"))
    with world.state.begin_transaction():
        world.state.outbox.connection.execute("UPDATE outbox SET error = X'0102'")

    (due,) = world.state.outbox.list_due_emails(world.now)
    assert due.error == "its reason cannot be read"


def test_one_email_never_holds_up_another(world):
    first, second = world.email(world.enrolled("Rosa")), world.email(world.enrolled("Theo"))
    for email in (first, second):
        world.state.outbox.insert_email(email, View(name=""))
    world.state.outbox.mark_email_dead(first.id, "refused")

    assert world.state.outbox.list_due_emails(world.now) == (second,)


def test_the_last_email_of_a_kind_is_dated_by_its_queueing(world):
    rosa = world.enrolled()
    assert world.state.outbox.find_last_queued_time(rosa, "digest") is None

    world.state.outbox.insert_email(world.email(rosa), View(name="Rosa"))

    assert world.state.outbox.find_last_queued_time(rosa, "digest") == world.now
    assert world.state.outbox.find_last_queued_time(rosa, "notice") is None


def test_an_unknown_email_is_said_in_a_sentence(world):
    with pytest.raises(InputError, match="There is no email"):
        world.state.outbox.load_email("none")


def test_each_try_of_an_email_bears_the_date_of_the_first(world):
    email = world.email(world.enrolled())
    world.state.outbox.insert_email(email, View(name="Rosa"))
    world.state.outbox.record_attempts([email.id], world.now, world.now)
    world.state.outbox.record_attempts([email.id], world.now + HOUR, world.now + HOUR)

    assert world.state.outbox.load_email(email.id).tried_at == world.now


def test_a_dead_email_that_is_given_another_chance_is_dated_anew(world, dead):
    world.state.outbox.requeue_dead_email(dead, world.now + HOUR)

    assert world.state.outbox.load_email(dead).tried_at is None


def test_the_last_email_of_a_reader_is_found_however_many_others_got(world):
    (step,) = world.state.outbox.connection.fetch_rows(
        """EXPLAIN QUERY PLAN SELECT max(queued_at) FROM outbox
        WHERE recipient_id = ? AND kind = ? AND state != 'dead'""",
        "rosa",
        "digest",
    )
    assert "USING INDEX outbox_by_reader (recipient_id=? AND kind=?)" in step["detail"]
