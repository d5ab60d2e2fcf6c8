"""Emails go out one by one, at least once, and only to who may still be written to."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import count, pairwise

import pytest

from monitor.app import App
from monitor.db.outbox import OutboxEmail
from monitor.demo.district import BETH, JOHN, MARIA
from monitor.domain.case_end import ANSWER_WITHIN
from monitor.domain.email_delivery import Delivery, DeliveryStatus, Envelope
from monitor.domain.errors import CannotWriteError
from monitor.domain.vocabulary import CaseKind, CaseState, EmailState
from monitor.services import outbox
from monitor.services.enrollment import invite_person
from monitor.services.notifications import EmailPlan, queue_email
from monitor.services.outbox import send_due
from monitor.services.sign_in import request_sign_in_link
from reports.emails.account import AlertView
from reports.emails.registry import EmailKind
from reports.emails.render import Email
from tests.monitor.services.fakes import ACCEPTED, DEFERRED, REFUSED, Mailroom
from tests.monitor.services.world import IMPOSTOR, Staff, World


def states(world: World) -> Counter[EmailState]:
    return Counter(email.state for email in world.state.outbox.list_emails())


def waiting(world: World):
    (email,) = (
        one_email
        for one_email in world.state.outbox.list_emails()
        if one_email.state is EmailState.QUEUED
    )
    return email


@pytest.fixture
def maria(world: World) -> Staff:
    maria = world.joins(MARIA)
    send_due(world.app)
    return maria


@pytest.fixture
def impersonated(world_of) -> Staff:
    world = world_of(families=("bluesky",))
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    send_due(world.app)
    world.sweep()
    return maria


def test_an_email_is_sent_once_and_its_words_are_forgotten(world: World, maria: Staff):
    send_due(world.app)

    assert len(maria.emails_of("enrolled")) == 1
    for email in world.state.outbox.list_emails():
        assert email.state is EmailState.SENT
        assert email.body_hash
        with pytest.raises(Exception, match="no email"):
            world.state.outbox.load_email_view(email.id, AlertView)


def test_a_sign_in_email_waits_behind_no_others_that_the_server_puts_off(
    world: World, maria: Staff
):
    for number in range(4):
        mail = f"new.{number}@cedarvalley.example"
        invite_person(world.app, mail, "New", "Teacher")
        world.post.answers_to[mail] = DEFERRED
    request_sign_in_link(world.app, maria.mail, "browser")

    send_due(world.app)

    assert len(maria.emails_of("sign-in-link")) == 1


def test_a_sign_in_email_that_is_asked_for_while_others_go_out_is_the_next(
    world: World, maria: Staff
):
    class Busy(Mailroom):
        def send_email(self, email: Email, envelope: Envelope) -> Delivery:
            if not self.tried:
                request_sign_in_link(world.app, maria.mail, "browser")
            return super().send_email(email, envelope)

    for number in range(4):
        invite_person(world.app, f"new.{number}@cedarvalley.example", "New", "Teacher")
    busy = Busy()
    app = world.app.copy_with(mailer=replace(world.app.mailer, transport=busy))

    send_due(app)

    kinds = [sent.envelope.kind for sent in busy.accepted]
    assert kinds == ["invitation", "sign-in-link", *["invitation"] * 3]


def test_where_it_cannot_be_read_what_went_out_emails_wait_and_none_is_given_up(
    world: World,
):
    world.joins(MARIA)
    world.restarts()
    marks = world.state.sent_log.path
    marks.rename(marks.with_name("aside"))
    marks.mkdir()
    with pytest.raises(CannotWriteError, match="sent-log cannot be read"):
        send_due(world.app)
    assert states(world)[EmailState.DEAD] == 0

    marks.rmdir()
    marks.with_name("aside").rename(marks)
    assert send_due(world.app) == {DeliveryStatus.ACCEPTED: 1}


def test_an_email_that_is_put_off_is_tried_again_ever_more_seldom(impersonated: Staff):
    world = impersonated.world
    world.post.answer = DEFERRED
    tried = []
    for _ in range(12):
        world.clock.at = waiting(world).due_at
        assert send_due(world.app) == {DeliveryStatus.DEFERRED: 1}
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
    send_due(world.app)
    world.post.answer = ACCEPTED
    world.later(minutes=5)
    send_due(world.app)

    alerts = [sent for sent in world.post.tried if sent.envelope.kind == "alert"]
    assert len(alerts) == 2
    assert len({alert.envelope.message_id for alert in alerts}) == 1
    assert len(impersonated.emails_of("alert")) == 1


def test_no_two_emails_share_an_id(impersonated: Staff):
    world = impersonated.world
    world.joins(JOHN)
    send_due(world.app)

    ids = Counter(sent.envelope.message_id for sent in world.post.accepted)
    assert set(ids.values()) == {1}


def test_an_email_is_not_tried_before_its_time(impersonated: Staff):
    world = impersonated.world
    world.post.answer = DEFERRED
    send_due(world.app)
    tried = len(world.post.tried)
    world.later(minutes=4)

    assert send_due(world.app) == {}
    assert len(world.post.tried) == tried


def test_an_email_that_never_gets_through_is_given_up_after_five_days(impersonated: Staff):
    world = impersonated.world
    world.post.answer = DEFERRED
    queued = world.clock.at
    while any(email.state is EmailState.QUEUED for email in world.state.outbox.list_emails()):
        world.clock.at = waiting(world).due_at
        send_due(world.app)

    assert timedelta(days=5) < world.clock.at - queued < timedelta(days=6)
    dead = world.state.outbox.list_emails()[-1]
    assert dead.state is EmailState.DEAD
    assert "given up after 5 days" in dead.error


def test_an_email_that_is_refused_is_dead_with_its_reason(impersonated: Staff):
    world = impersonated.world
    world.post.answer = REFUSED
    send_due(world.app)
    world.later(days=1)
    send_due(world.app)

    dead = world.state.outbox.list_emails()[-1]
    assert dead.state is EmailState.DEAD
    assert dead.error == REFUSED.note
    assert [sent.envelope.kind for sent in world.post.tried].count("alert") == 1


@pytest.mark.parametrize("answer", [DEFERRED, REFUSED])
def test_one_address_that_fails_holds_up_nobody_else(world: World, answer):
    maria, beth = world.joins(MARIA), world.joins(BETH)
    maria.withdraws()
    beth.withdraws()
    world.post.answers_to[maria.mail] = answer
    send_due(world.app)

    assert beth.emails_of("withdrawn")
    assert not maria.emails_of("withdrawn")


def test_an_email_that_cannot_be_written_holds_up_nobody_else(world: World, monkeypatch):
    """Neither one whose view is broken, nor one that the mail library refuses."""
    maria, john, beth = everybody = [world.joins(person) for person in (MARIA, JOHN, BETH)]
    for person in everybody:
        person.withdraws()
    deliver = world.post.send_email

    def poisoned(email, envelope):
        if envelope.recipient == maria.mail:
            reason = "Header values may not contain linefeed"
            raise ValueError(reason)
        return deliver(email, envelope)

    monkeypatch.setattr(world.post, "send_email", poisoned)
    with world.state.begin_transaction():
        world.state.outbox.connection.execute(
            "UPDATE outbox SET encrypted = X'00' WHERE person_id = ? AND kind = 'withdrawn'",
            john.id,
        )

    send_due(world.app)

    assert beth.emails_of("withdrawn")
    assert states(world)[EmailState.QUEUED] == 0
    emails = [
        one_email for one_email in world.state.outbox.list_emails() if one_email.kind == "withdrawn"
    ]
    dead = [one_email for one_email in emails if one_email.state is EmailState.DEAD]
    assert {one_email.recipient_id for one_email in dead} == {maria.id, john.id}
    assert not any("linefeed" in one_email.error for one_email in dead)


def test_somebody_who_withdrew_is_written_nothing_but_farewell(impersonated: Staff):
    world = impersonated.world
    impersonated.withdraws()
    send_due(world.app)

    assert [email.envelope.kind for email in impersonated.emails] == [
        "invitation",
        "enrolled",
        "withdrawn",
    ]


def test_a_consent_that_ends_while_an_email_is_written_keeps_it_from_going_out(
    impersonated: Staff, monkeypatch: pytest.MonkeyPatch
):
    write = outbox.build_email

    def withdraw_meanwhile(app: App, email: OutboxEmail, address: str):
        draft = write(app, email, address)
        if email.kind == EmailKind.ALERT:
            impersonated.withdraws()
        return draft

    monkeypatch.setattr(outbox, "build_email", withdraw_meanwhile)
    for _ in range(2):
        send_due(impersonated.world.app)

    assert [email.envelope.kind for email in impersonated.emails] == [
        "invitation",
        "enrolled",
        "withdrawn",
    ]


def test_an_email_goes_to_the_address_of_the_day_it_is_sent(impersonated: Staff):
    world = impersonated.world
    person = world.state.people.load_person(impersonated.id)
    world.state.people.update_person(replace(person, mail="maria.d@cedarvalley.example"))

    send_due(world.app)

    assert [email.envelope.kind for email in world.post.to("maria.d@cedarvalley.example")] == [
        "alert"
    ]


def test_the_clock_starts_when_the_alert_is_accepted_not_when_it_is_queued(impersonated: Staff):
    world = impersonated.world
    world.post.answer = DEFERRED
    send_due(world.app)
    case = impersonated.case(CaseKind.IMPERSONATION)
    assert (case.state, case.notified_at) == (CaseState.NEW, None)

    world.post.answer = ACCEPTED
    world.later(days=3)
    send_due(world.app)

    case = impersonated.case(CaseKind.IMPERSONATION)
    assert (case.state, case.notified_at) == (CaseState.OPEN, world.clock.at)


def test_the_alert_names_the_day_on_which_it_opens_to_others(impersonated: Staff):
    world = impersonated.world
    world.post.answer = DEFERRED
    send_due(world.app)
    world.post.answer = ACCEPTED
    world.later(days=3)
    send_due(world.app)

    (alert,) = impersonated.emails_of("alert")
    opens = world.clock.at + ANSWER_WITHIN
    assert f"IT sees it from {opens:%a, %b %-d,}" in alert.text


def test_a_check_that_sees_more_as_an_alert_goes_out_changes_no_later_try(
    impersonated: Staff, monkeypatch: pytest.MonkeyPatch
):
    world, resolve = impersonated.world, outbox.resolve_destination
    findings, calls = world.state.findings, count()
    case = impersonated.case(CaseKind.IMPERSONATION)

    def resolve_as_a_check_goes_on(app: App, email: OutboxEmail) -> outbox.EmailDestination:
        # Once before the email is written, and once before it goes out.
        if next(calls) == 1:
            finding = findings.load_finding(case.finding_id)
            findings.update_finding(
                replace(finding, portrait=replace(finding.portrait, name="Mo Lark"))
            )
        return resolve(app, email)

    monkeypatch.setattr(outbox, "resolve_destination", resolve_as_a_check_goes_on)
    world.post.answer = replace(DEFERRED, in_doubt=True)
    send_due(world.app)
    (first,) = [email for email in world.post.tried if email.envelope.kind == "alert"]
    world.post.answer = ACCEPTED
    world.later(days=3)
    send_due(world.app)

    (alert,) = impersonated.emails_of("alert")
    assert next(calls) > 1
    assert "Mo Lark" not in alert.text
    assert alert.text == first.text


def test_an_email_about_a_case_that_is_gone_is_sent_once_all_the_same(impersonated: Staff):
    """Two cases become one when their accounts turn out to be one."""
    world = impersonated.world
    world.state.cases.delete_case(impersonated.case(CaseKind.IMPERSONATION).id)

    send_due(world.app)
    send_due(world.app)

    assert len(impersonated.emails_of("alert")) == 1
    assert states(world) == {EmailState.SENT: 3}


def test_an_email_of_one_kind_and_period_is_queued_once(impersonated: Staff):
    world = impersonated.world
    emails = world.app
    (email,) = (
        one_email
        for one_email in world.state.outbox.list_emails()
        if one_email.kind == EmailKind.ALERT
    )
    view = world.state.outbox.load_email_view(email.id, AlertView)

    queue_email(
        emails, EmailPlan(recipient_id=email.recipient_id, dedupe_key=email.dedupe_key), view
    )

    assert states(world) == {EmailState.SENT: 2, EmailState.QUEUED: 1}
