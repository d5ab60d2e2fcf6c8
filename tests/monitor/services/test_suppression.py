"""What comes back counts against the address, never against the person."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from msgspec import structs

from monitor.config import BouncesConfig
from monitor.db.outbox import LetterState, Outbox
from monitor.demo.district import BETH, MARIA
from monitor.domain.email import Bounce, Verdict
from monitor.domain.flag import FlagKind
from monitor.errors import CannotWriteError, InputError, UnavailableError
from tests.monitor.services.fakes import ACCEPTED, REFUSED
from tests.monitor.services.test_outbox import IMPOSTOR
from tests.monitor.services.world import Staff, World

OPERATOR = "ops@cedarvalley.example"
GONE = replace(REFUSED, bounce="5.1.1")


@pytest.fixture
def maria(world_of) -> Staff:
    """Maria has an impostor, and was told of it."""
    world = world_of(families=("bluesky",))
    district = structs.replace(world.config.district, operators=(OPERATOR,))
    world.restarts(structs.replace(world.config, district=district))
    world.internet = world.internet.shows(IMPOSTOR)
    maria = world.joins(MARIA)
    world.service.posting.send_due()
    world.sweep()
    world.service.posting.send_due()
    assert maria.letters_of("alert")
    return maria


def comes_back(maria: Staff, status: str, kind: str = "alert") -> None:
    letter = maria.letters_of(kind)[-1].envelope.letter
    maria.world.service.bouncing.heard(Bounce(letter=letter, status=status))


def to_operator(world: World) -> list[str]:
    world.service.posting.send_due()
    return [each.text for each in world.post.to(OPERATOR)]


@pytest.mark.parametrize(
    ("status", "rests"),
    [("5.1.1", True), ("5.7.1", True), ("4.2.2", False), ("4.4.7", False), ("5.4.4", False)],
)
def test_only_a_lasting_bounce_lets_an_address_rest(maria: Staff, status, rests):
    comes_back(maria, status)

    assert [each.status for each in maria.world.state.paused_addresses.all()] == [status] * rests
    assert bool(to_operator(maria.world)) is rests


def test_the_operator_learns_of_it_once_and_no_name(maria: Staff):
    comes_back(maria, "5.1.1")
    comes_back(maria, "5.1.1")

    (letter,) = to_operator(maria.world)
    assert maria.ref in letter
    assert "5.1.1" in letter
    assert "maria" not in letter.lower()


def test_a_bounce_stops_the_clock_until_a_letter_arrives(maria: Staff):
    world = maria.world
    assert maria.flag(FlagKind.IMPERSONATION).notified_at

    comes_back(maria, "5.1.1")
    assert maria.flag(FlagKind.IMPERSONATION).notified_at is None
    world.later(days=30)
    assert list(world.service.reviewing.opened()) == []


def test_nothing_is_written_to_an_address_that_rests(maria: Staff):
    world = maria.world
    comes_back(maria, "5.1.1")
    before = len(maria.letters)

    world.on_monday()

    assert len(maria.letters) == before
    held = world.state.outbox.waiting(maria.ref, "digest")
    assert "is paused" in held[0].error


def test_what_waited_goes_out_when_the_address_is_resumed(maria: Staff):
    world = maria.world
    comes_back(maria, "5.1.1")
    world.on_monday()
    world.later(hours=1)
    world.service.bouncing.resume(maria.ref)

    world.service.posting.send_due()

    assert len(maria.letters_of("digest")) == 1
    assert maria.flag(FlagKind.IMPERSONATION).notified_at == world.clock.at


def test_a_new_address_is_written_to_at_once(maria: Staff):
    world = maria.world
    comes_back(maria, "5.1.1")
    person = world.state.people.get(maria.ref)
    world.state.people.replace(replace(person, mail="maria.d@cedarvalley.example"))

    world.on_monday()

    assert world.post.to("maria.d@cedarvalley.example")


def test_one_address_that_rests_holds_up_nobody_else(maria: Staff):
    beth = maria.world.joins(BETH)
    comes_back(maria, "5.1.1")

    maria.world.on_monday()

    assert beth.letters_of("digest")


def test_an_address_refused_on_the_spot_rests_too(maria: Staff):
    world = maria.world
    world.post.answers_to[maria.mail] = GONE
    world.on_monday()

    assert [each.person for each in world.state.paused_addresses.all()] == [maria.ref]
    assert len(to_operator(world)) == 1


def test_a_letter_that_is_refused_for_itself_counts_against_no_address(maria: Staff):
    maria.world.post.answers_to[maria.mail] = REFUSED
    maria.world.on_monday()

    assert maria.world.state.paused_addresses.all() == ()


@pytest.mark.parametrize("letter", ["", "f" * 32, "a digest"])
def test_a_bounce_of_a_letter_we_never_wrote_is_nobodys(maria: Staff, letter):
    maria.world.service.bouncing.heard(Bounce(letter=letter, status="5.1.1"))

    assert maria.world.state.paused_addresses.all() == ()


def test_a_bounce_of_a_letter_that_waits_is_a_forgery(maria: Staff):
    world = maria.world
    world.on_monday()
    world.later(days=7)
    world.rounds.schedule()
    with world.state.write():
        world.service.digesting.queue(maria.ref)
    (queued,) = world.state.outbox.waiting(maria.ref, "digest")

    world.service.bouncing.heard(Bounce(letter=queued.message, status="5.1.1"))

    assert world.state.paused_addresses.all() == ()


def test_an_invitation_that_comes_back_is_dead_and_lets_nobody_rest(world: World):
    world.service.joining.invite(MARIA.person.mail, "Maria", "Delgado")
    world.service.posting.send_due()
    (sent,) = world.post.of_kind("invitation")

    world.service.bouncing.heard(Bounce(letter=sent.envelope.letter, status="5.1.1"))

    (dead,) = world.state.outbox.dead_letters()
    assert dead.state is LetterState.DEAD
    assert "5.1.1" in dead.error
    assert world.state.paused_addresses.all() == ()


def test_what_is_not_held_back_cannot_be_resumed(maria: Staff):
    with pytest.raises(InputError, match="is not paused"):
        maria.world.service.bouncing.resume(maria.ref)


def test_a_letter_to_an_address_that_rests_is_given_up_after_days(maria: Staff):
    world = maria.world
    comes_back(maria, "5.1.1")
    world.on_monday()
    world.later(days=6)

    assert world.service.posting.send_due()[Verdict.REFUSED] == 1
    assert any("is paused" in each.error for each in world.state.outbox.dead_letters())
    assert ACCEPTED.bounce == ""


def test_farewells_are_held_back_as_well_and_hold_up_no_erasure(maria: Staff):
    world = maria.world
    comes_back(maria, "5.1.1")
    maria.withdraws()

    for _ in range(2):
        world.later(hours=24)
        world.writes()

    assert maria.ref not in world.state.people.refs()
    assert world.clock.at - world.started > timedelta(days=1)


@dataclass
class Box:
    """A mailbox that holds what was put into it, or cannot be read."""

    bounces: list[Bounce | None] = field(default_factory=list)
    closed: bool = False
    looked: int = 0

    def unread(self):
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
    return replace(world.rounds, bouncing=replace(world.service.bouncing, box=box))


def test_the_mailbox_is_looked_into_every_quarter_of_an_hour(maria: Staff):
    letter = maria.letters_of("alert")[-1].envelope.letter
    box = Box(bounces=[Bounce(letter=letter, status="5.1.1")])
    rounds = with_box(maria.world, box)

    rounds.write()
    rounds.write()
    assert box.looked == 1
    assert [each.person for each in maria.world.state.paused_addresses.all()] == [maria.ref]

    maria.world.later(minutes=15)
    rounds.write()
    assert box.looked == 2


def test_a_mailbox_that_cannot_be_read_keeps_no_letter_from_going_out(maria: Staff):
    box = Box(closed=True)
    rounds = with_box(maria.world, box)
    maria.world.service.glass.broken(maria.ref, "One flag", "a call from the police")

    with suppress(UnavailableError):
        rounds.write()

    assert maria.letters_of("break-glass")
    box.closed = False
    maria.world.later(hours=1)
    rounds.write()
    assert box.looked == 2


def set_aside(world: World) -> list[str]:
    rows = world.state.audit.all()
    return [row.details["messages"] for row in rows if row.action == "bounces-set-aside"]


def test_a_message_that_cannot_be_read_is_counted_and_holds_up_no_other(maria: Staff):
    letter = maria.letters_of("alert")[-1].envelope.letter
    box = Box(bounces=[Bounce(letter=letter, status="5.1.1"), None, None])

    with_box(maria.world, box).write()

    assert [each.person for each in maria.world.state.paused_addresses.all()] == [maria.ref]
    assert set_aside(maria.world) == ["2"]


def test_a_bounce_whose_letter_makes_trouble_holds_up_no_other(maria: Staff, monkeypatch):
    letter = maria.letters_of("alert")[-1].envelope.letter
    box = Box(bounces=[Bounce(letter=letter, status="5.1.1"), Bounce(letter="", status="5.1.1")])
    rounds = with_box(maria.world, box)

    def by_message(outbox, message, known=Outbox.by_message):
        if not message:
            raise LookupError(message)
        return known(outbox, message)

    monkeypatch.setattr(Outbox, "by_message", by_message)
    rounds.write()

    assert [each.person for each in maria.world.state.paused_addresses.all()] == [maria.ref]
    assert set_aside(maria.world) == ["1"]


def test_a_full_disk_is_no_fault_of_a_message(maria: Staff, monkeypatch):
    rounds = with_box(maria.world, Box(bounces=[Bounce(letter="", status="5.1.1")]))

    def by_message(_outbox, _message):
        raise CannotWriteError

    monkeypatch.setattr(Outbox, "by_message", by_message)

    with pytest.raises(CannotWriteError):
        rounds.write()
