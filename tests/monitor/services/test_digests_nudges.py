"""What was told at once and still waits for its person is told again, until they say a word."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.demo.data import DemoPage
from monitor.demo.district import MARIA, ROSA
from monitor.domain.errors import DatabaseError
from monitor.domain.vocabulary import CaseKind, ConsentChannel, Decision, EmailCadence, Severity
from monitor.services.answers import DecisionInput, record_decision
from monitor.services.consent_renewal import pause_checks
from monitor.services.digests import queue_nudges
from monitor.services.disclosure import disclose_own
from monitor.services.due_jobs import schedule_jobs
from monitor.services.outbox import send_due
from monitor.services.preferences import choose_preference, stop_digest
from monitor.services.takedown import record_removal_step, record_takedown_step
from reports.emails.registry import EmailKind
from tests.monitor.services.world import IMPOSTOR, Staff

LISTED = DemoPage(
    url="http://people-finder.example/maria-delgado",
    title="Maria Delgado, teacher in Cedar Valley",
    text="Maria Delgado lives at 14 Elm Street, Cedar Valley. Home: 319-555-0134.",
)
DUE = (3, 7, 14, 30, 60)


@pytest.fixture
def maria(world_of) -> Staff:
    """Somebody who wants an email only for news, and is told of an impostor on a Tuesday."""
    return tell_of_impostor(world_of, after_monday=1)


def tell_of_impostor(world_of, after_monday: int) -> Staff:
    world = world_of(families=("bluesky",))
    maria = world.joins(MARIA)
    schedule_jobs(world.app)
    world.sweep()
    world.on_monday()
    choose_preference(world.app, maria.id, "cadence", EmailCadence.ON_NEWS)
    world.internet = world.internet.add_entry(IMPOSTOR)
    world.later(days=after_monday)
    world.sweep()
    send_due(world.app)
    return maria


def live(maria: Staff, days: int) -> None:
    for _ in range(days):
        maria.world.later(days=1)
        maria.world.writes()


def list_days(maria: Staff, *kinds: str) -> list[int]:
    """Return on which days after the alert an email of these kinds was sent."""
    told = maria.case(CaseKind.IMPERSONATION).notified_at
    assert told is not None
    sent = [email.envelope.sent_at for kind in kinds for email in maria.emails_of(kind)]
    return sorted((at - told).days for at in sent if at > told)


def test_it_comes_after_3_7_14_days_then_monthly_and_a_digest_stands_for_one(maria: Staff):
    live(maria, 65)

    days = list_days(maria, "nudge", "digest")
    assert len(days) == len(DUE)
    assert all(abs(day - due) <= 1 for day, due in zip(days, DUE, strict=True))
    assert len(list_days(maria, "digest")) == 1


def test_damage_to_one_persons_records_keeps_nobody_else_from_theirs(maria: Staff):
    world = maria.world
    rosa = world.joins(ROSA)
    world.sweep()
    finding = next(iter(rosa.findings.values()))
    told = maria.case(CaseKind.IMPERSONATION)
    copied = replace(
        told, id=world.app.ids.new_id(), person_id=rosa.id, finding_id=finding.id, log=()
    )
    world.state.cases.insert_case(copied)
    damaged, other = sorted((maria.id, rosa.id))
    with world.state.begin_transaction():
        world.state.cases.connection.execute(
            "UPDATE cases SET encrypted = zeroblob(40) WHERE person_id = ?", damaged
        )
    world.later(days=4)

    with pytest.raises(DatabaseError):
        queue_nudges(world.app)

    last = world.state.outbox.find_last_queued_time
    assert last(other, EmailKind.NUDGE) == world.clock.at
    assert last(damaged, EmailKind.NUDGE) is None


def test_it_asks_what_the_alert_asked_and_names_the_next_day(maria: Staff):
    live(maria, 4)

    (email,) = maria.emails_of("nudge")
    assert email.email.subject == "Namesake: 1 alert still open"
    assert "mariadelgad0" in email.text
    assert "/answer/" in email.text
    assert "We write again on Tue, Sep 22, if it still waits." in email.text


def test_on_the_day_it_opens_to_it_the_subject_says_so(maria: Staff):
    maria.world.later(days=8)
    maria.world.writes()

    assert "; visible to IT since " in maria.emails_of("nudge")[-1].email.subject


def test_a_word_ends_it_and_then_what_is_to_be_done_is_told_again(maria: Staff):
    maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.MOCK)
    live(maria, 2)
    assert not maria.emails_of("nudge")
    live(maria, 2)
    (email,) = maria.emails_of("nudge")
    assert "You report it" in email.text

    maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.NAMESAKE)
    live(maria, 30)
    assert len(maria.emails_of("nudge")) == 1


def test_the_next_reminder_says_what_it_did_in_someones_name(maria: Staff):
    live(maria, 8)
    app, case = maria.world.app, maria.case(CaseKind.IMPERSONATION)
    with app.db.begin_transaction():
        record_decision(app, case, DecisionInput(decision=Decision.REPORTED, by="ana"))
    before = len(maria.emails_of("nudge"))
    live(maria, 23)

    told = maria.emails_of("nudge")[before].email
    assert "IT reported it to the platform." in " ".join(told.text.split())


def test_who_stopped_regular_email_or_has_paused_is_left_alone(maria: Staff):
    stop_digest(maria.world.app, maria.id)
    live(maria, 20)

    assert not maria.emails_of("nudge")
    view = disclose_own(maria.world.app, maria.case(CaseKind.IMPERSONATION))
    assert view.nudges_at is None


def test_all_that_waits_is_in_one_email(maria: Staff):
    second = replace(IMPOSTOR, id="second", handle="mariade1gado.skies.example")
    maria.world.internet = maria.world.internet.add_entry(second)
    maria.world.later(days=1)
    maria.world.sweep()
    live(maria, 4)

    (email,) = maria.emails_of("nudge")
    assert email.email.subject == "Namesake: 2 alerts still open"
    assert email.envelope.severity == Severity.HIGH


def test_none_is_written_in_the_day_before_a_digest(world_of):
    maria = tell_of_impostor(world_of, after_monday=3)
    choose_preference(maria.world.app, maria.id, "cadence", EmailCadence.WEEKLY)

    live(maria, 5)

    assert (list_days(maria, "nudge"), len(list_days(maria, "digest"))) == ([], 1)


def test_where_only_they_can_look_they_are_reminded_on_the_days_that_the_page_names(world_of):
    world = world_of(families=("searxng",))
    world.internet = world.internet.add_entry(LISTED)
    maria = world.joins(MARIA)
    schedule_jobs(world.app)
    world.sweep()
    world.on_monday()
    case = maria.case(CaseKind.EXPOSED_CONTACT)
    maria.rules(case, Decision.MINE)
    asked_at = world.clock.at
    record_removal_step(world.app, maria.id, case.id, Decision.REMOVAL_ASKED)
    days = [asked_at + timedelta(days=after) for after in (7, 30)]
    shown = disclose_own(world.app, maria.case(CaseKind.EXPOSED_CONTACT))
    assert shown.own_looks == tuple(days)
    assert (shown.looks_at, shown.nudges_at) == (days[0], days[0])

    live(maria, 40)

    sent = maria.emails_of("nudge")
    assert [email.envelope.sent_at.date() for email in sent] == [day.date() for day in days]
    for email in sent:
        assert "please look at it yourself, and say on its page what you see" in email.text


def test_who_stopped_regular_email_is_promised_no_reminder_to_look(world_of):
    world = world_of(families=("searxng",))
    world.internet = world.internet.add_entry(LISTED)
    maria = world.joins(MARIA)
    schedule_jobs(world.app)
    world.sweep()
    case = maria.case(CaseKind.EXPOSED_CONTACT)
    maria.rules(case, Decision.MINE)
    record_removal_step(world.app, maria.id, case.id, Decision.REMOVAL_ASKED)
    stop_digest(world.app, maria.id)

    assert disclose_own(world.app, maria.case(CaseKind.EXPOSED_CONTACT)).nudges_at is None
    live(maria, 10)
    assert maria.emails_of("nudge") == []


def test_no_reminder_to_look_is_promised_for_a_day_of_a_pause(maria: Staff):
    app, case = maria.world.app, maria.case(CaseKind.IMPERSONATION)
    finding = app.db.findings.load_finding(case.finding_id)
    unread = replace(finding.portrait, url="https://nook.example/maria", account="nook:@maria")
    app.db.findings.update_finding(replace(finding, portrait=unread))
    step = DecisionInput(decision=Decision.REPORTED, by=maria.id)
    record_takedown_step(app, case.id, step)
    assert disclose_own(app, maria.case(CaseKind.IMPERSONATION)).nudges_at is not None

    pause_checks(app, maria.id, app.clock.now() + timedelta(days=14), ConsentChannel.PORTAL)

    shown = disclose_own(app, maria.case(CaseKind.IMPERSONATION))
    assert shown.own_looks
    assert shown.nudges_at is None
