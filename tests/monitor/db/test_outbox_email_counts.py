"""What is counted of emails names none of them."""

from dataclasses import dataclass
from datetime import timedelta

from monitor.domain.vocabulary import EmailState

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    name: str


def test_emails_are_counted_by_what_became_of_them(world):
    outbox, counts = world.state.outbox, world.state.email_counts
    emails = [world.email(world.enrolled(name)) for name in ("Rosa", "Theo", "Ada", "Bo", "Cy")]
    for email in emails:
        outbox.insert_email(email, View(name="x"))
    fresh, late, dead, void, sent = (one_email.id for one_email in emails)
    outbox.schedule_retry(late, world.now + HOUR, "the mail server answered 450")
    outbox.mark_email_dead(dead, "the mail server answered 550")
    outbox.mark_email_dead(void, "its reader's consent has ended")
    outbox.delete_email_view(void)
    outbox.mark_email_sent(sent, world.now, "hash")

    states = {EmailState.QUEUED: 2, EmailState.DEAD: 2, EmailState.SENT: 1}
    assert counts.count_emails_by_state() == states
    assert counts.count_retrying_emails() == 1
    assert counts.count_abandoned_emails(since=world.now) == 1
    assert counts.count_abandoned_emails(since=world.now + HOUR) == 0
    assert counts.find_oldest_queued_time() == outbox.load_email(fresh).queued_at


def test_what_is_not_to_be_told_is_counted_only_where_it_went_wrong(world):
    outbox, counts = world.state.outbox, world.state.email_counts
    emails = [world.email(world.enrolled(name)) for name in ("Rosa", "Theo", "Ada")]
    for email in emails:
        outbox.insert_email(email, View(name="x"))
    outbox.schedule_retry(emails[0].id, world.now + HOUR, "the mail server answered 450")
    outbox.mark_email_sent(emails[1].id, world.now, "hash")

    kind = outbox.load_email(emails[0].id).kind

    assert counts.count_emails_by_state([kind]) == {EmailState.QUEUED: 1}
    assert counts.find_oldest_queued_time([kind]) == outbox.load_email(emails[0].id).queued_at


def test_where_there_are_none_there_is_nothing_to_count(world):
    counts = world.state.email_counts

    assert (
        counts.count_emails_by_state(),
        counts.count_retrying_emails(),
        counts.find_oldest_queued_time(),
    ) == ({}, 0, None)
