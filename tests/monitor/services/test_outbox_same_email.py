"""An email that opens something is one email: at each try the same bytes, and the same code.

A mailbox shows but one of two emails with one Message-ID, and it may be the older one.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from monitor.config.sections import MailSecurity
from monitor.db.invitations import InvitationsTable
from monitor.db.people import AddressChangesTable
from monitor.db.sign_in import SignInLinksTable
from monitor.demo.district import MARIA
from monitor.domain.email_delivery import Delivery, Envelope
from monitor.domain.errors import CannotWriteError
from monitor.services.enrollment import invite_person, load_open_invitation
from monitor.services.outbox import send_due
from monitor.services.own_details import confirm_work_email_change, request_work_email_change
from monitor.services.sign_in import redeem_sign_in_link, request_sign_in_link
from reports.emails.render import Email
from tests.monitor.emails import read, smtp, with_settings
from tests.monitor.post_office import HANGING_SECONDS, LOOPBACK, Counter, opened
from tests.monitor.services.world import World
from tests.monitor.supervised import PATIENCE
from tests.monitor.web.portal import with_portal

MAIL = "nora.field@cedarvalley.example"
BROWSER = "the browser that asked"
CODE = re.compile(r"[\w-]{43}")


@dataclass
class Silent(Counter):
    """A counter that takes each email, and says so only from the time it speaks again."""

    silent: bool = True
    taken: list[bytes] = field(default_factory=list)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the name is aiosmtpd's
        self.taken.append(envelope.content)
        return await super().handle_DATA(server, session, envelope)


@dataclass
class Door:
    """One way in: how its email is asked for, and what its code opens."""

    world: World
    asks: Callable[[], object]
    opens: Callable[[str], bool]
    keeper: type[InvitationsTable | SignInLinksTable | AddressChangesTable]

    def sends(self) -> None:
        send_due(self.world.app)

    def tries_again(self) -> None:
        self.world.later(minutes=6)
        self.sends()


@pytest.fixture
def world(world_of) -> World:
    world = world_of("chalkboard")
    world.restarts(with_portal(world.config))
    world.joins(MARIA)
    send_due(world.app)
    return world


@dataclass
class Transport:
    """Waits long for a server that answers, and a moment for one that never will."""

    counter: Silent
    port: int

    def send_email(self, email: Email, envelope: Envelope) -> Delivery:
        settings = with_settings(
            host=LOOPBACK,
            port=self.port,
            security=MailSecurity.RELAY,
            timeout_seconds=HANGING_SECONDS if self.counter.silent else PATIENCE,
        )
        return smtp(settings).send_email(email, envelope)


@pytest.fixture
def counter(world: World) -> Iterator[Silent]:
    with opened(Silent()) as office:
        transport = Transport(office.handler, office.port)
        mailer = replace(world.app.mailer, transport=transport)
        world.app = world.app.copy_with(mailer=mailer)
        yield office.handler


@pytest.fixture(params=["invitation", "sign-in link", "new address"])
def door(request, world: World) -> Door:
    if request.param == "invitation":
        return Door(
            world=world,
            asks=lambda: invite_person(world.app, MAIL, "Nora", "Field"),
            opens=lambda code: load_open_invitation(world.app, code).mail == MAIL,
            keeper=InvitationsTable,
        )
    if request.param == "new address":
        return moved(world)
    return Door(
        world=world,
        asks=lambda: request_sign_in_link(world.app, MARIA.person.mail, BROWSER),
        opens=lambda code: (
            redeem_sign_in_link(world.app, code, BROWSER)
            == world.state.people.find_person_id_by_mail(MARIA.person.mail)
        ),
        keeper=SignInLinksTable,
    )


def moved(world: World) -> Door:
    """A new address for who has joined: both acts are theirs, in the browser that asked."""
    ref = world.state.people.find_person_id_by_mail(MARIA.person.mail)
    assert ref
    return Door(
        world=world,
        asks=lambda: request_work_email_change(world.app, ref, MAIL, BROWSER),
        opens=lambda code: confirm_work_email_change(world.app, ref, code, BROWSER) is None,
        keeper=AddressChangesTable,
    )


def code_in(message: bytes) -> str:
    body = read(message).get_body(("plain",))
    return CODE.findall(body.get_content())[0]


def test_after_a_hang_behind_the_data_the_same_bytes_come_again(door: Door, counter: Silent):
    door.asks()
    door.sends()
    counter.silent = False
    door.tries_again()

    first, second = counter.taken
    assert first == second
    assert door.opens(code_in(first))


def test_a_code_opens_while_nobody_knows_yet_whether_its_email_arrived(door: Door, counter: Silent):
    door.asks()
    door.sends()

    assert door.opens(code_in(counter.taken[0]))


def test_a_crash_between_code_and_email_changes_no_code(door: Door, counter: Silent, monkeypatch):
    counter.silent = False
    with monkeypatch.context() as crash:
        crash.setattr(door.world.app.mailer.transport, "send_email", crashed)
        door.asks()
        with pytest.raises(CannotWriteError):
            door.sends()
    door.tries_again()

    assert len(counter.taken) == 1
    assert door.opens(code_in(counter.taken[0]))


def test_where_a_code_cannot_be_kept_no_email_goes_out(door: Door, counter: Silent, monkeypatch):
    with monkeypatch.context() as disk:
        disk.setattr(door.keeper, "set_code_hash", crashed)
        door.asks()
        with suppress(CannotWriteError):
            door.sends()
    assert counter.taken == []

    counter.silent = False
    door.tries_again()
    assert door.opens(code_in(counter.taken[0]))


def test_a_code_in_a_mailbox_opens_after_a_restore_and_is_not_mailed_again(
    door: Door, counter: Silent, tmp_path: Path
):
    """The email waits in the backup; since then it went out."""
    world, counter.silent = door.world, False
    door.asks()
    database = world.config.state / "namesake.db"
    world.state.outbox.connection.checkpoint()
    backup = shutil.copy(database, tmp_path / "backup.db")
    post = world.app.mailer.transport
    door.sends()

    world.close()
    for path in world.config.state.glob("namesake.db*"):
        path.unlink()
    shutil.copy(backup, database)
    world.restarts()
    send_due(world.app.copy_with(mailer=replace(world.app.mailer, transport=post)))

    assert len(counter.taken) == 1
    assert door.opens(code_in(counter.taken[0]))


def test_no_code_stands_in_any_file_of_the_district(door: Door, counter: Silent):
    door.asks()
    door.sends()
    code = code_in(counter.taken[0]).encode()

    kept = [path for path in door.world.config.state.rglob("*") if path.is_file()]
    assert kept
    assert not any(code in path.read_bytes() for path in kept)


def test_each_email_has_a_code_of_its_own(world: World, counter: Silent):
    counter.silent = False
    for browser in ("one", "another"):
        request_sign_in_link(world.app, MARIA.person.mail, browser)
        send_due(world.app)
    invite_person(world.app, MAIL, "Nora", "Field")
    send_due(world.app)

    assert len(counter.taken) == 3
    assert len({code_in(entry) for entry in counter.taken}) == 3


def crashed(*_: object, **__: object) -> None:
    reason = "namesake.db cannot be written: make room on its disk and try again."
    raise CannotWriteError(reason)
