"""Who does not answer an invitation is reminded once, told how to say no, and then forgotten."""

from datetime import timedelta

import pytest
from msgspec import structs

from monitor.config.sections import InvitationsConfig
from monitor.demo.district import MARIA
from monitor.domain.errors import InputError
from monitor.services.enrollment import (
    REMINDER,
    enroll_with_code,
    invite_person,
    load_open_invitation,
)
from tests.monitor.services.fakes import REFUSED
from tests.monitor.services.world import CODE, World, answers_of

MAIL = MARIA.person.mail
DAY = timedelta(days=1)


@pytest.fixture
def world(world_of) -> World:
    """Somebody was invited, and has not answered yet."""
    world = world_of("chalkboard")
    invite(world)
    return world


def invite(world: World) -> str:
    name = MARIA.person.name
    invited = invite_person(world.app, MAIL, name.given, name.family)
    world.writes()
    return invited.id


def after(world: World, days: int) -> None:
    """Let days pass, each with its round of emails."""
    for _ in range(days):
        world.later(days=1)
        world.writes()


def reminders(world: World):
    return [email for email in world.post.to(MAIL) if email.envelope.kind == "reminder"]


def due(world: World):
    return [job for job in world.state.jobs.list_jobs() if job.name == REMINDER]


def test_nobody_is_reminded_before_two_weeks_are_over(world: World):
    after(world, 13)
    assert reminders(world) == []

    after(world, 1)
    assert len(reminders(world)) == 1


def test_it_says_why_it_comes_that_it_is_the_only_one_and_how_to_say_no(world: World):
    after(world, 14)

    (email,) = reminders(world)
    assert "you have not answered" in email.text
    assert "This is the only reminder, and no other email follows" in email.text
    assert "TO SAY NO Do nothing." in email.text


def test_nobody_is_reminded_twice_and_then_all_is_forgotten(world: World):
    (invitation,) = world.state.invitations.list_invitations()
    after(world, 14)
    assert world.state.invitations.list_invitations() != ()

    after(world, 14)

    assert world.state.invitations.list_invitations() == ()
    assert not world.state.people.encryption.keys.has_key(invitation.id)
    assert not any(
        email.recipient_id == invitation.id for email in world.state.outbox.list_emails()
    )
    after(world, 60)
    assert len(reminders(world)) == 1
    assert len(world.post.to(MAIL)) == 2


@pytest.mark.parametrize("kind", ["invitation", "reminder"])
def test_both_emails_open_the_invitation_until_its_new_end(world: World, kind: str):
    after(world, 14)
    (email,) = world.post.of_kind(kind)
    code = CODE.search(email.email.text).group(1)
    after(world, 13)

    assert load_open_invitation(world.app, code).mail == MAIL
    world.later(days=1)
    with pytest.raises(InputError, match="expired"):
        load_open_invitation(world.app, code)


def test_who_has_answered_is_not_reminded(world: World):
    enroll_with_code(world.app, world.code(MAIL), answers_of(MARIA))
    assert due(world) == []
    after(world, 20)

    assert reminders(world) == []


def test_whose_invitation_never_arrived_is_not_reminded(world_of):
    world = world_of("chalkboard")
    world.post.answer = REFUSED
    invite(world)
    after(world, 20)

    assert [sent for sent in world.post.tried if sent.envelope.kind == "reminder"] == []


def test_whose_invitation_came_back_is_not_reminded(world: World):
    (email,) = world.state.outbox.list_emails()
    world.state.outbox.mark_email_dead(email.id, "it came back, with 5.1.1")
    after(world, 20)

    assert reminders(world) == []


def test_a_second_invitation_brings_no_second_reminder(world: World):
    after(world, 14)
    invite(world)
    after(world, 40)

    assert len(reminders(world)) == 1


def test_a_service_that_slept_for_a_month_reminds_nobody_of_what_is_long_over(world: World):
    world.later(days=30)
    world.writes()

    assert reminders(world) == []
    assert due(world) == []
    assert world.state.invitations.list_invitations() == ()


@pytest.mark.parametrize(("days", "reminded_on"), [(5, 5), (1, 1)])
def test_a_district_may_remind_sooner(world_of, days: int, reminded_on: int):
    world = world_of("chalkboard")
    told = InvitationsConfig(remind_after_days=days)
    world.restarts(structs.replace(world.config, invitations=told))
    invite(world)

    after(world, reminded_on - 1)
    assert reminders(world) == []
    after(world, 1)
    assert len(reminders(world)) == 1
    after(world, 13)
    assert world.state.invitations.list_invitations() != ()
    after(world, 1)
    assert world.state.invitations.list_invitations() == ()


def test_a_district_may_remind_nobody(world_of):
    world = world_of("chalkboard")
    told = InvitationsConfig(remind_after_days=0)
    world.restarts(structs.replace(world.config, invitations=told))
    invite(world)
    assert "One reminder" not in world.post.to(MAIL)[0].text
    after(world, 14)

    assert reminders(world) == []
    assert world.state.invitations.list_invitations() == ()


def test_a_row_that_comes_twice_reminds_once_and_opens_nothing_for_longer(world: World):
    after(world, 14)
    (invitation,) = world.state.invitations.list_invitations()
    world.later(days=1)
    world.state.jobs.ensure_job(REMINDER, invitation.id, world.clock.at)
    world.writes()

    assert len(reminders(world)) == 1
    assert world.state.invitations.list_invitations() == (invitation,)


def test_when_it_is_due_is_shown_beside_everything_else(world: World):
    (row,) = due(world)
    (invitation,) = world.state.invitations.list_invitations()

    assert (row.subject, row.due_at) == (invitation.id, invitation.invited_at + 14 * DAY)
