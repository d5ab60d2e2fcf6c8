"""Whatever becomes of the mail server: everybody gets each email once, or it is dead and says why.

The server is aiosmtpd on loopback, and time is the world's.
"""

import shutil
import socket
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.config.sections import MailSecurity
from monitor.db.outbox import OutboxTable
from monitor.demo.district import BETH, DANIEL, JOHN, MARIA
from monitor.domain.errors import CannotWriteError
from monitor.domain.vocabulary import EmailState
from monitor.services.digests import queue_weekly_digest
from monitor.services.enrollment import invite_person, load_open_invitation
from monitor.services.outbox import send_due
from tests.monitor.emails import read, smtp, with_settings
from tests.monitor.post_office import HANGING_SECONDS, LOOPBACK, TAKEN, Counter, PostOffice, opened
from tests.monitor.services.world import CODE, Staff, World
from tests.monitor.supervised import PATIENCE

STAFF = (MARIA, BETH, JOHN, DANIEL)
HOUR = timedelta(hours=1)
CRASHED = 3


@dataclass
class Moody(Counter):
    """A counter that refuses some addresses, and may fall silent once it has the email."""

    bad: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - the name is aiosmtpd's
        said, self.recipient = self.recipient, self.bad.get(address, self.recipient)
        try:
            return await super().handle_RCPT(server, session, envelope, address, options)
        finally:
            self.recipient = said


@dataclass
class Post:
    """A mail server that comes and goes under the district's feet."""

    world: World
    counter: Moody
    office: PostOffice

    def sends(self, hours: float = 0) -> None:
        """Let a time pass in which the service looks every half an hour."""
        end = self.world.clock.at + timedelta(hours=hours)
        while True:
            while send_due(self.world.app):
                pass
            if self.world.clock.at >= end:
                return
            self.world.later(minutes=30)

    def is_down(self) -> None:
        with socket.create_server((LOOPBACK, 0)) as taken:
            self.goes_to(taken.getsockname()[1])

    def is_back(self) -> None:
        self.goes_to(self.office.port)

    def hangs(self) -> None:
        """Answer nothing once it has an email; only then does nobody wait for long."""
        self.counter.silent = True
        self.goes_to(self.office.port, timeout_seconds=HANGING_SECONDS)

    def goes_to(self, port: int, timeout_seconds: float = PATIENCE) -> None:
        settings = with_settings(
            host=LOOPBACK,
            port=port,
            security=MailSecurity.RELAY,
            timeout_seconds=timeout_seconds,
        )
        mailer = replace(self.world.app.mailer, transport=smtp(settings))
        self.world.app = self.world.app.copy_with(mailer=mailer)

    @property
    def arrived(self) -> Tally[tuple[str, str]]:
        """Count what lies in the mailboxes: to whom, and under which id."""
        emails = [read(email) for email in self.counter.emails]
        return Tally((email["To"], email["Message-ID"]) for email in emails)


@pytest.fixture
def staff(world_of: Callable[..., World]) -> list[Staff]:
    """Everybody has joined, and a digest waits for each."""
    world = world_of("chalkboard")
    staff = [world.joins(member) for member in STAFF]
    send_due(world.app)
    with world.state.begin_transaction():
        for one_member in staff:
            queue_weekly_digest(world.app, one_member.id)
    return staff


@pytest.fixture
def post(staff: list[Staff]) -> Iterator[Post]:
    world = staff[0].world
    with opened(Moody()) as office:
        post = Post(world, office.handler, office)
        post.is_back()
        yield post


def states(world: World) -> Tally[EmailState]:
    return Tally(
        email.state for email in world.state.outbox.list_emails() if email.kind == "digest"
    )


def everybody_got_one(post: Post, staff: list[Staff]) -> bool:
    assert sorted(mail for mail, _ in post.arrived) == sorted(member.mail for member in staff)
    assert set(post.arrived.values()) == {1}
    return states(post.world) == {EmailState.SENT: len(staff)}


def test_three_days_without_a_mail_server_cost_no_email(post: Post, staff: list[Staff]):
    post.is_down()
    post.sends(hours=72)
    assert states(post.world) == {EmailState.QUEUED: len(staff)}

    post.is_back()
    post.sends(hours=13)
    assert everybody_got_one(post, staff)


@pytest.mark.parametrize("verb", ["sender", "recipient", "email"])
def test_a_server_that_puts_off_at_any_verb_gets_each_email_once(
    post: Post, staff: list[Staff], verb
):
    setattr(post.counter, verb, "451 4.3.0 try later")
    post.sends(hours=5)
    setattr(post.counter, verb, TAKEN)
    # What was refused at the end of the data did not arrive.
    post.counter.emails.clear()

    post.sends(hours=13)
    assert everybody_got_one(post, staff)


@pytest.mark.parametrize(
    ("verb", "answer", "end"),
    [
        ("sender", "550 5.7.1 not you", EmailState.QUEUED),
        ("recipient", "550 5.1.1 no such user", EmailState.DEAD),
        ("recipient", "554 5.7.1 relay access denied", EmailState.QUEUED),
        ("email", "554 5.6.0 no such letters", EmailState.DEAD),
    ],
)
def test_what_is_refused_for_good_is_dead_with_its_reason_and_what_can_be_mended_waits(
    post: Post, staff: list[Staff], verb, answer, end
):
    setattr(post.counter, verb, answer)
    post.sends(hours=1)

    assert states(post.world) == {end: len(staff)}
    emails = [email for email in post.world.state.outbox.list_emails() if email.kind == "digest"]
    assert all(answer[:3] in email.error for email in emails)


def test_when_half_of_the_recipients_are_bad_the_others_get_theirs(post: Post, staff: list[Staff]):
    bad, good = staff[::2], staff[1::2]
    post.counter.bad = {member.mail: "550 5.1.1 no such user" for member in bad}
    post.sends(hours=1)

    assert [mail for mail, _ in post.arrived] == [member.mail for member in good]
    assert states(post.world) == {EmailState.SENT: len(good), EmailState.DEAD: len(bad)}


def test_a_server_that_takes_an_email_and_then_none_is_told_until_it_takes_another(
    post: Post, staff: list[Staff]
):
    outbox = post.world.state.outbox
    post.world.later(minutes=1)
    post.counter.bad = {member.mail: "451 4.3.0 try later" for member in staff[1:]}
    post.sends(hours=1)
    assert states(post.world) == {EmailState.SENT: 1, EmailState.QUEUED: len(staff) - 1}
    assert "451" in outbox.find_current_trouble()

    post.world.later(minutes=1)
    invite_person(post.world.app, "new@cedarvalley.example", "Nora", "New")
    post.sends()
    assert outbox.find_current_trouble() == ""


def test_a_server_that_hangs_after_the_data_gets_the_same_email_again_under_the_same_id(
    post: Post, staff: list[Staff]
):
    post.hangs()
    send_due(post.world.app)
    assert states(post.world) == {EmailState.QUEUED: len(staff)}
    ids = {email.message_id for email in post.world.state.outbox.list_emails()}

    post.counter.silent = False
    post.is_back()
    post.sends(hours=13)
    assert everybody_got_one(post, staff)
    assert {message_id for _, message_id in post.arrived} <= ids


def test_a_round_ends_early_where_a_server_hangs_so_that_nothing_else_waits_for_it(
    post: Post, staff: list[Staff]
):
    post.hangs()
    verdicts = send_due(post.world.app)

    assert verdicts.total() == CRASHED < len(staff)


def test_an_email_that_never_gets_through_is_dead_after_five_days(post: Post, staff: list[Staff]):
    post.is_down()
    post.sends(hours=24 * 6)

    assert states(post.world) == {EmailState.DEAD: len(staff)}
    assert all("given up" in email.error for email in post.world.state.outbox.list_dead_emails())


def test_a_dead_email_that_is_revived_arrives(post: Post, staff: list[Staff]):
    post.is_down()
    post.sends(hours=24 * 6)
    post.is_back()
    outbox, now = post.world.state.outbox, post.world.clock.at
    for email in outbox.list_dead_emails():
        outbox.requeue_dead_email(email.id, now)

    post.sends()
    assert everybody_got_one(post, staff)


def test_an_old_backup_mails_nothing_again(post: Post, staff: list[Staff], tmp_path: Path):
    """The emails wait in the backup; since then they went out."""
    world = post.world
    database = world.config.state / "namesake.db"
    world.state.outbox.connection.checkpoint()
    backup = shutil.copy(database, tmp_path / "backup.db")
    post.sends()
    assert everybody_got_one(post, staff)

    world.close()
    for path in world.config.state.glob("namesake.db*"):
        path.unlink()
    shutil.copy(backup, database)
    world.restarts()
    post.is_back()
    assert states(world) == {EmailState.QUEUED: len(staff)}
    world.later(hours=1)
    post.sends(hours=1)

    assert everybody_got_one(post, staff)


def full(*_):
    reason = "namesake.db cannot be written: make room on its disk and try again."
    raise CannotWriteError(reason)


def test_where_no_try_can_be_noted_none_is_made(post: Post, staff: list[Staff], monkeypatch):
    with monkeypatch.context() as disk:
        disk.setattr(OutboxTable, "record_attempts", full)
        with pytest.raises(CannotWriteError):
            send_due(post.world.app)
    assert not post.arrived

    post.sends()
    assert everybody_got_one(post, staff)


def test_an_email_whose_end_cannot_be_noted_is_not_sent_again_and_again(
    post: Post, staff: list[Staff], monkeypatch
):
    with monkeypatch.context() as disk:
        disk.setattr(OutboxTable, "mark_email_sent", full)
        for _ in range(5):
            with pytest.raises(CannotWriteError):
                send_due(post.world.app)
    assert post.arrived.total() == 1

    post.sends()
    assert everybody_got_one(post, staff)


def test_an_invitation_caught_by_a_crash_is_not_sent_again_with_another_code(
    post: Post, monkeypatch
):
    """A mailbox shows but one of two emails with one id, and it may be the older one."""
    world, mail = post.world, "new@cedarvalley.example"
    with monkeypatch.context() as disk:
        disk.setattr(OutboxTable, "mark_email_sent", full)
        invite_person(world.app, mail, "Nora", "New")
        for _ in range(6):
            with suppress(CannotWriteError):
                send_due(world.app)
    post.sends(hours=1)

    assert [count for (to, _), count in post.arrived.items() if to == mail] == [1]
    email = next(
        one_email for one_email in map(read, post.counter.emails) if one_email["To"] == mail
    )
    code = CODE.search(email.get_body(("plain",)).get_content().replace("\r", ""))
    assert load_open_invitation(world.app, code.group(1)).mail == mail


def test_a_service_that_is_ending_begins_no_other_email(post: Post, staff: list[Staff]):
    ending: Any = SimpleNamespace(is_stopped=lambda: post.arrived.total() >= 1)

    send_due(post.world.app.copy_with(crawler=ending))

    assert post.arrived.total() == 1
    post.sends()
    assert everybody_got_one(post, staff)
