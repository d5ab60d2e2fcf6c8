"""What comes back counts against the address, never against the person."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from msgspec import structs

from monitor.config.sections import BouncesConfig
from monitor.db.outbox import OutboxTable
from monitor.demo.district import BETH, MARIA
from monitor.domain.email_delivery import Bounce, DeliveryStatus
from monitor.domain.errors import CannotWriteError, InputError, UnavailableError
from monitor.domain.vocabulary import CaseKind, EmailState
from monitor.services.bounces import process_bounce, resume_address
from monitor.services.digests import queue_weekly_digest
from monitor.services.due_jobs import collect_new_bounces, schedule_jobs
from monitor.services.enrollment import invite_person
from monitor.services.outbox import send_due
from monitor.services.visible_cases import list_review_openings
from tests.monitor.services.fakes import ACCEPTED, REFUSED
from tests.monitor.services.world import IMPOSTOR, Staff, World

OPERATOR = "ops@cedarvalley.example"
GONE = replace(REFUSED, bounce="5.1.1")


@pytest.fixture
def maria(world_of) -> Staff:
    """Maria has an impostor, and was told of it."""
    world = world_of(families=("bluesky",))
    district = structs.replace(world.config.district, operators=(OPERATOR,))
    world.restarts(structs.replace(world.config, district=district))
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    send_due(world.app)
    world.sweep()
    send_due(world.app)
    assert maria.emails_of("alert")
    return maria


def comes_back(maria: Staff, status: str, kind: str = "alert") -> None:
    email = maria.emails_of(kind)[-1].envelope.local_id
    process_bounce(maria.world.app, Bounce(local_id=email, status=status))


def to_operator(world: World) -> list[str]:
    send_due(world.app)
    return [email.text for email in world.post.to(OPERATOR)]


@pytest.mark.parametrize(
    ("status", "rests"),
    [("5.1.1", True), ("5.7.1", True), ("4.2.2", False), ("4.4.7", False), ("5.4.4", False)],
)
def test_only_a_lasting_bounce_lets_an_address_rest(maria: Staff, status, rests):
    comes_back(maria, status)

    assert [
        suppression.status for suppression in maria.world.state.suppression_list.list_suppressions()
    ] == [status] * rests
    assert bool(to_operator(maria.world)) is rests


def test_the_operator_learns_of_it_once_and_no_name(maria: Staff):
    comes_back(maria, "5.1.1")
    comes_back(maria, "5.1.1")

    (email,) = to_operator(maria.world)
    assert maria.id in email
    assert "5.1.1" in email
    assert "maria" not in email.lower()


def test_a_bounce_stops_the_clock_until_an_email_arrives(maria: Staff):
    world = maria.world
    assert maria.case(CaseKind.IMPERSONATION).notified_at

    comes_back(maria, "5.1.1")
    assert maria.case(CaseKind.IMPERSONATION).notified_at is None
    world.later(days=30)
    assert list_review_openings(world.app) == ()


def test_nothing_is_written_to_an_address_that_rests(maria: Staff):
    world = maria.world
    comes_back(maria, "5.1.1")
    before = len(maria.emails)

    world.on_monday()

    assert len(maria.emails) == before
    held = world.state.outbox.list_queued_emails(maria.id, "digest")
    assert "is paused" in held[0].error


def test_what_waited_goes_out_when_the_address_is_resumed(maria: Staff):
    world = maria.world
    comes_back(maria, "5.1.1")
    world.on_monday()
    world.later(hours=1)
    resume_address(world.app, maria.id)

    send_due(world.app)

    assert len(maria.emails_of("digest")) == 1
    assert maria.case(CaseKind.IMPERSONATION).notified_at == world.clock.at


def test_a_new_address_is_written_to_at_once(maria: Staff):
    world = maria.world
    comes_back(maria, "5.1.1")
    person = world.state.people.load_person(maria.id)
    world.state.people.update_person(replace(person, mail="maria.d@cedarvalley.example"))

    world.on_monday()

    assert world.post.to("maria.d@cedarvalley.example")


def test_one_address_that_rests_holds_up_nobody_else(maria: Staff):
    beth = maria.world.joins(BETH)
    comes_back(maria, "5.1.1")

    maria.world.on_monday()

    assert beth.emails_of("digest")


def test_an_address_refused_on_the_spot_rests_too(maria: Staff):
    world = maria.world
    world.post.answers_to[maria.mail] = GONE
    world.on_monday()

    assert [
        suppression.person_id for suppression in world.state.suppression_list.list_suppressions()
    ] == [maria.id]
    assert len(to_operator(world)) == 1


def test_an_email_that_is_refused_for_itself_counts_against_no_address(maria: Staff):
    maria.world.post.answers_to[maria.mail] = REFUSED
    maria.world.on_monday()

    assert maria.world.state.suppression_list.list_suppressions() == ()


@pytest.mark.parametrize("email", ["", "f" * 32, "a digest"])
def test_a_bounce_of_an_email_we_never_wrote_is_nobodys(maria: Staff, email):
    process_bounce(maria.world.app, Bounce(local_id=email, status="5.1.1"))

    assert maria.world.state.suppression_list.list_suppressions() == ()


def test_a_bounce_of_an_email_that_waits_is_a_forgery(maria: Staff):
    world = maria.world
    world.on_monday()
    world.later(days=7)
    schedule_jobs(world.app)
    with world.state.begin_transaction():
        queue_weekly_digest(world.app, maria.id)
    (queued,) = world.state.outbox.list_queued_emails(maria.id, "digest")

    process_bounce(world.app, Bounce(local_id=queued.message_key, status="5.1.1"))

    assert world.state.suppression_list.list_suppressions() == ()


def test_an_invitation_that_comes_back_is_dead_and_lets_nobody_rest(world: World):
    invite_person(world.app, MARIA.person.mail, "Maria", "Delgado")
    send_due(world.app)
    (sent,) = world.post.of_kind("invitation")

    process_bounce(world.app, Bounce(local_id=sent.envelope.local_id, status="5.1.1"))

    (dead,) = world.state.outbox.list_dead_emails()
    assert dead.state is EmailState.DEAD
    assert "5.1.1" in dead.error
    assert world.state.suppression_list.list_suppressions() == ()


def test_what_is_not_held_back_cannot_be_resumed(maria: Staff):
    with pytest.raises(InputError, match="is not paused"):
        resume_address(maria.world.app, maria.id)


def test_an_email_to_an_address_that_rests_is_given_up_after_days(maria: Staff):
    world = maria.world
    comes_back(maria, "5.1.1")
    world.on_monday()
    world.later(days=6)

    assert send_due(world.app)[DeliveryStatus.DROPPED] == 1
    assert any("is paused" in email.error for email in world.state.outbox.list_dead_emails())
    assert ACCEPTED.bounce == ""


def test_farewells_are_held_back_as_well_and_hold_up_no_erasure(maria: Staff):
    world = maria.world
    comes_back(maria, "5.1.1")
    maria.withdraws()

    for _ in range(2):
        world.later(hours=24)
        world.writes()

    assert maria.id not in world.state.people.list_person_ids()
    assert world.clock.at - world.started > timedelta(days=1)


@dataclass
class Box:
    """A mailbox that holds what was put into it, or cannot be read."""

    bounces: list[Bounce | None] = field(default_factory=list)
    closed: bool = False
    looked: int = 0

    def read_bounces(self):
        self.looked += 1
        if self.closed:
            reason = "The mailbox for bounces cannot be read."
            raise UnavailableError(reason)
        while self.bounces:
            bounce = self.bounces.pop()
            yield None if bounce is None else (bounce,)


def with_box(world: World, box: Box):
    settings = BouncesConfig(host="localhost", user="bounces@cedarvalley.example")
    world.restarts(structs.replace(world.config, bounces=settings))
    return world.app.copy_with(mailer=replace(world.app.mailer, bounces=box))


def test_what_comes_back_to_the_mailbox_pauses_the_address(maria: Staff):
    email = maria.emails_of("alert")[-1].envelope.local_id
    box = Box(bounces=[Bounce(local_id=email, status="5.1.1")])
    rounds = with_box(maria.world, box)

    collect_new_bounces(rounds)

    assert [
        suppression.person_id
        for suppression in maria.world.state.suppression_list.list_suppressions()
    ] == [maria.id]


def test_no_mailbox_is_read_while_the_clock_cannot_be_right(maria: Staff):
    box = Box()
    rounds = with_box(maria.world, box)
    schedule_jobs(rounds)
    maria.world.later(days=-30)

    with pytest.raises(UnavailableError, match="The clock says"):
        collect_new_bounces(rounds)
    assert box.looked == 0


def set_aside(world: World) -> list[str]:
    rows = world.state.audit.list_entries()
    return [row.details["messages"] for row in rows if row.action == "bounces-set-aside"]


def test_a_message_that_cannot_be_read_is_counted_and_holds_up_no_other(maria: Staff):
    email = maria.emails_of("alert")[-1].envelope.local_id
    box = Box(bounces=[Bounce(local_id=email, status="5.1.1"), None, None])

    collect_new_bounces(with_box(maria.world, box))

    assert [
        suppression.person_id
        for suppression in maria.world.state.suppression_list.list_suppressions()
    ] == [maria.id]
    assert set_aside(maria.world) == ["2"]


def test_a_bounce_whose_email_makes_trouble_holds_up_no_other(maria: Staff, monkeypatch):
    email = maria.emails_of("alert")[-1].envelope.local_id
    box = Box(bounces=[Bounce(local_id=email, status="5.1.1"), Bounce(local_id="", status="5.1.1")])
    rounds = with_box(maria.world, box)

    def by_message(outbox, message, known=OutboxTable.find_email_by_message_key):
        if not message:
            raise LookupError(message)
        return known(outbox, message)

    monkeypatch.setattr(OutboxTable, "find_email_by_message_key", by_message)
    collect_new_bounces(rounds)

    assert [
        suppression.person_id
        for suppression in maria.world.state.suppression_list.list_suppressions()
    ] == [maria.id]
    assert set_aside(maria.world) == ["1"]


def test_a_full_disk_is_no_fault_of_a_message(maria: Staff, monkeypatch):
    rounds = with_box(maria.world, Box(bounces=[Bounce(local_id="", status="5.1.1")]))

    def by_message(_outbox, _message):
        raise CannotWriteError

    monkeypatch.setattr(OutboxTable, "find_email_by_message_key", by_message)

    with pytest.raises(CannotWriteError):
        collect_new_bounces(rounds)
