"""How an invitation fared is told alike of everybody, whatever they answered or is tried."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from unittest.mock import Mock

import pytest

from monitor.db.invitations import InvitationMailsTable
from monitor.demo.district import BETH, MARIA, THOMAS
from monitor.domain.email_delivery import Bounce, Delivery, DeliveryStatus
from monitor.domain.enrollment_draft import Invitee
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.vocabulary import ConsentChannel
from monitor.services.bounces import process_bounce
from monitor.services.consent_renewal import pause_checks
from monitor.services.data_export import list_access_log
from monitor.services.due_jobs import delete_expired_data
from monitor.services.enrollment import find_next_invitation_slot, send_invitation
from monitor.services.health import collect_vitals
from monitor.services.invitation_mails import (
    MAX_MAILS,
    list_refused_addresses,
    look_up_invitation_mails,
    resend_invitation,
)
from monitor.services.leavers import record_left_address
from monitor.services.outbox import send_due
from monitor.services.staff_import import apply_line
from tests.monitor.services.fakes import DEFERRED, REFUSED
from tests.monitor.services.world import CODE, World

TAKEN = Delivery(status=DeliveryStatus.ACCEPTED, receipt="250 2.0.0 Ok: queued as 4XyZ")
DECLINED = "dora.field@cedarvalley.example"
NEVER_LISTED = "nina.field@cedarvalley.example"
JOINED, PAUSED, LEFT = MARIA.person.mail, BETH.person.mail, THOMAS.person.mail
INVITED = (JOINED, PAUSED, LEFT, DECLINED)


@pytest.fixture
def world(world_of: Callable[..., World]) -> World:
    """Somebody joined, paused, left and is erased, or did nothing until the invitation was over."""
    world = world_of("chalkboard")
    world.post.answer = TAKEN
    send_invitation(world.app, Invitee(mail=DECLINED, given="Dora", family="Field"))
    staff = {member: world.joins(member) for member in (MARIA, BETH, THOMAS)}
    until = world.clock.at + timedelta(days=80)
    pause_checks(world.app, staff[BETH].id, until, ConsentChannel.PORTAL)
    staff[THOMAS].withdraws()
    world.writes()
    world.later(days=29)
    world.writes()
    assert world.state.invitations.list_invitations() == ()
    assert world.state.people.find_person_id_by_mail(LEFT) is None
    return world


def tell(world: World, mail: str) -> list[object]:
    """Return all that an operator reads of an address; an ID is of no account."""
    return [
        replace(row, message_key="", mark="") for row in look_up_invitation_mails(world.app, mail)
    ]


def test_who_is_refused_by_a_server_is_told_alike(world: World) -> None:
    world.post.answer = replace(REFUSED, bounce="5.1.1")
    for mail in INVITED:
        send_invitation(world.app, Invitee(mail=mail, given="Nina", family="Field"))
    world.later(hours=1)
    world.writes()

    told = {mail: tell(world, mail)[-1] for mail in INVITED}
    assert len({row.bounce for row in told.values()}) == 1
    assert list_refused_addresses(world.app, (*INVITED, NEVER_LISTED)) == INVITED


def resends(world: World, mail: str) -> None:
    resend_invitation(world.app, Invitee(mail=mail, given="Nina", family="Field"))


def count_emails(world: World) -> int:
    return sum(collect_vitals(world.state, world.clock.now(), ()).email_counts.values())


def act(world: World, deed: str, mail: str) -> tuple[object, ...]:
    """Do one thing to an address, and return all that can be seen of it."""
    rows, said = len(world.state.audit.list_entries()), ""
    counted = count_emails(world)
    try:
        match deed:
            case "resend":
                resends(world, mail)
            case "invite":
                send_invitation(world.app, Invitee(mail=mail, given="", family=""))
            case "import":
                apply_line(
                    world.app,
                    Invitee(mail=mail, given="", family=""),
                    find_next_invitation_slot(world.app),
                    "operator",
                )
            case "leave":
                record_left_address(world.app, mail)
            case "bounce":
                key = look_up_invitation_mails(world.app, mail)[-1].message_key
                process_bounce(world.app, Bounce(local_id=key, status="5.1.1"))
    except NotPermittedError as error:
        said = str(error)
    return (
        said,
        len(world.state.audit.list_entries()) - rows,
        count_emails(world) - counted,
    )


def test_the_first_invitation_is_told_alike_whoever_joined_paused_left_or_declined(
    world: World,
) -> None:
    told = {mail: tell(world, mail) for mail in INVITED}

    (row,) = look_up_invitation_mails(world.app, JOINED)
    assert (row.taken_at, row.answer) == (row.queued_at, TAKEN.receipt)
    assert told == dict.fromkeys(INVITED, told[JOINED])
    assert tell(world, NEVER_LISTED) == []


def test_no_number_of_emails_and_no_oldest_one_grows_only_for_who_joined(world: World) -> None:
    def count() -> tuple[object, object]:
        vitals = collect_vitals(world.state, world.clock.now(), ())
        return vitals.email_counts, vitals.oldest_email

    for mail in (NEVER_LISTED, JOINED):
        before = count()
        send_invitation(world.app, Invitee(mail=mail, given="", family=""))
        assert count() == before
        send_due(world.app)
        assert count() == before


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_tried_tells_nobody_who_joined(world: World, seed: int) -> None:
    random, everybody = Random(seed), (*INVITED, NEVER_LISTED)  # noqa: S311 - a walk, no secret
    world.later(days=91)  # what differed for who was never listed is forgotten
    world.writes()
    for _ in range(8):
        deed = random.choice(("resend", "invite", "bounce", "import", "leave"))
        world.post.answer = random.choice((TAKEN, DEFERRED, REFUSED))
        if deed in {"bounce", "leave"} and not tell(world, JOINED):
            continue
        seen = {mail: act(world, deed, mail) for mail in everybody}
        world.later(hours=random.choice((1, 30)))
        while send_due(world.app):  # it rests after three in vain
            pass
        told = {mail: tell(world, mail) for mail in everybody}

        assert told == dict.fromkeys(everybody, told[JOINED]), deed
        for _ in range(random.choice((0, 0, 3, 18))):
            world.later(days=5)
            world.writes()
        if deed not in {"bounce", "leave"}:
            assert seen == dict.fromkeys(everybody, seen[JOINED]), deed


def test_who_has_joined_is_told_that_it_was_asked_and_gets_no_invitation(world: World) -> None:
    before = len(world.post.of_kind("invitation"))
    resends(world, JOINED)
    send_due(world.app)

    (email,) = world.post.of_kind("invited-again")
    assert email.envelope.recipient == JOINED
    assert "nothing has changed" in email.text
    assert len(world.post.of_kind("invitation")) == before


def test_an_open_invitation_is_sent_again_with_the_same_code_and_for_longer(world: World) -> None:
    send_invitation(world.app, Invitee(mail=NEVER_LISTED, given="Nina", family="Field"))
    send_due(world.app)
    world.later(days=10)
    resends(world, NEVER_LISTED)
    send_due(world.app)

    codes = [CODE.findall(email.email.text)[0] for email in world.post.to(NEVER_LISTED)]
    assert len(codes) == 2
    assert len(set(codes)) == 1
    (invitation,) = world.state.invitations.list_invitations()
    assert (invitation.given, invitation.family) == ("Nina", "Field")
    assert invitation.expires_at == world.clock.at + timedelta(days=14)
    world.later(days=13)
    world.writes()
    assert [row.id for row in world.state.invitations.list_invitations()] == [invitation.id]


def test_an_address_gets_one_invitation_a_day_and_four_while_they_are_known(world: World) -> None:
    said = []
    for _ in range(MAX_MAILS):
        try:
            resends(world, DECLINED)
        except NotPermittedError as error:
            said.append(str(error))
        with pytest.raises(NotPermittedError):
            resends(world, DECLINED)
        world.later(days=14)

    assert ["the limit is 4" in refusal for refusal in said] == [True]
    world.writes()
    (invited,) = look_up_invitation_mails(world.app, DECLINED)[-1:]
    assert world.clock.at - invited.queued_at >= timedelta(days=28)
    assert world.state.invitations.list_invitations() == (), "none stays open without end"


def test_only_what_is_shown_is_sent_again_and_the_refusal_is_the_same_for_all(world: World) -> None:
    def refuse(mail: str) -> str:
        with pytest.raises(NotPermittedError) as refused:
            resends(world, mail)
        return str(refused.value)

    refusal = refuse(NEVER_LISTED)
    assert "staff invite" in refusal
    send_invitation(world.app, Invitee(mail=NEVER_LISTED, given="Nina", family="Field"))
    everybody = (*INVITED, NEVER_LISTED)
    for mail in everybody:
        record_left_address(world.app, mail)
    world.later(days=2)
    assert {refuse(mail) for mail in everybody} == {refusal}
    world.later(days=91)
    world.writes()
    assert {refuse(mail) for mail in everybody} == {refusal}


def test_an_invitation_that_was_forgotten_is_sent_again_with_the_name_that_is_given(
    world: World,
) -> None:
    resends(world, DECLINED)

    (invitation,) = world.state.invitations.list_invitations()
    assert (invitation.given, invitation.family) == ("Nina", "Field")


def test_the_owner_of_an_address_sees_who_looked(world: World) -> None:
    tell(world, JOINED)
    world.later(days=1)
    resends(world, JOINED)

    person_id = world.state.people.find_person_id_by_mail(JOINED)
    assert person_id
    seen = [line.what for line in list_access_log(world.app, person_id)]
    assert "looked up if your invitation was sent" in seen
    assert "asked to send your invitation again" in seen


def test_no_mark_in_the_audit_log_outlives_what_is_known_of_an_address(world: World) -> None:
    tell(world, JOINED)
    resends(world, JOINED)
    resends(world, DECLINED)
    subjects = {
        entry.subject
        for entry in world.state.audit.list_entries()
        if entry.action in {"invitation-mail-viewed", "invitation-resent"}
    }
    assert len(subjects) == 2
    later = {look_up_invitation_mails(world.app, mail)[-1].mark for mail in (JOINED, DECLINED)}
    assert not later & subjects, "the next email has another one"
    world.later(days=91)
    world.writes()

    person_id = world.state.people.find_person_id_by_mail(JOINED)
    assert person_id
    assert "looked up" not in str(list_access_log(world.app, person_id))
    for mail in (JOINED, DECLINED):
        assert tell(world, mail) == []
    assert world.state.audit.list_entries()[-1].subject == ""


def test_a_reminder_is_no_row_for_it_would_tell_who_had_not_answered(
    world_of: Callable[..., World],
) -> None:
    world = world_of("chalkboard")
    send_invitation(world.app, Invitee(mail=DECLINED, given="Dora", family="Field"))
    for _ in range(16):
        world.writes()
        world.later(days=1)

    assert world.post.of_kind("reminder")
    assert len(look_up_invitation_mails(world.app, DECLINED)) == 1


def test_an_email_that_comes_back_is_told_also_where_the_invitation_is_forgotten(
    world: World,
) -> None:
    for mail in (JOINED, DECLINED):
        (row,) = look_up_invitation_mails(world.app, mail)
        process_bounce(world.app, Bounce(local_id=row.message_key, status="5.1.1"))
        process_bounce(world.app, Bounce(local_id=row.message_key, status="5.2.2"))

        (row,) = look_up_invitation_mails(world.app, mail)
        assert (row.bounce, row.bounced_at) == ("5.1.1", world.clock.at)


def test_the_email_in_the_place_of_an_invitation_is_forgotten_when_that_would_be(
    world: World,
) -> None:
    world.post.answer = DEFERRED
    for mail in (JOINED, NEVER_LISTED):
        send_invitation(world.app, Invitee(mail=mail, given="", family=""))
    send_due(world.app)
    world.later(days=13)
    delete_expired_data(world.app)
    kinds = {email.kind for email in world.state.outbox.list_emails()}
    assert kinds >= {"invited-again", "invitation"}

    world.later(days=1)
    delete_expired_data(world.app)
    kinds = {email.kind for email in world.state.outbox.list_emails()}
    assert not kinds & {"invited-again", "invitation"}


def test_what_is_known_is_forgotten_after_90_days_for_everyone(world: World) -> None:
    world.later(days=61)
    world.writes()

    assert [tell(world, mail) for mail in INVITED] == [[]] * len(INVITED)


def test_only_an_address_of_the_district_is_looked_up(world: World) -> None:
    with pytest.raises(InputError, match="this district"):
        look_up_invitation_mails(world.app, "someone@elsewhere.example")


def test_an_end_right_after_the_server_took_it_sends_no_invitation_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.later(days=91)
    before = len(world.post.of_kind("invitation"))
    with monkeypatch.context() as patch:
        patch.setattr(InvitationMailsTable, "update_mail", Mock(side_effect=KeyboardInterrupt))
        send_invitation(world.app, Invitee(mail=NEVER_LISTED, given="Nina", family="Field"))
        with pytest.raises(KeyboardInterrupt):
            send_due(world.app)
    world.restarts()
    world.later(hours=1)
    send_due(world.app)

    assert len(world.post.of_kind("invitation")) == before + 1
