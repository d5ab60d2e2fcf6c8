"""The administrator's own first check: joined as anyone, by a code from their own mailbox."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from monitor.cli.context import CliContext
from monitor.cli.init_first_check import offer_first_check, offer_volunteers
from monitor.db.state_folder_lock import StateFolderLock
from monitor.demo.server import WebServer
from monitor.services.consent_terms import list_offered_scopes, render_district_terms
from tests.monitor.cli.conftest import Terminal
from tests.monitor.emails import read
from tests.monitor.post_office import Counter, opened

MAIL = "rosa.marchetti@cedarvalley.example"
# Typed as what a mailbox got: hers the last email, another one the first.
LINK, THEIR_LINK = "her link", "another link"


@dataclass
class Keyboard(io.RawIOBase):
    """Types line after line; each is made up only when it is asked for."""

    lines: Iterator[str]
    rest: bytes = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.rest = self.rest or next(self.lines, "").encode()
        part, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


@dataclass
class FirstCheck:
    """Types answers at the end of a setup."""

    terminal: Terminal
    counter: Counter

    def type(self, *lines: str) -> str:
        """Type these lines; a link is what its mailbox got by then."""
        context = CliContext(self.terminal.path, self.terminal.environment)
        links = {LINK: -1, THEIR_LINK: 0}
        typed = (f"{self.read_link(links[line]) if line in links else line}\n" for line in lines)
        with CliRunner().isolation(input=Keyboard(typed)) as (out, _err, _both):
            offer_first_check(context)
            return out.getvalue().decode()

    def read_link(self, number: int) -> str:
        email = read(self.counter.emails[number]).get_body(("plain",)).get_content()
        return re.findall(r"https://\S+/join/(?!not-me)\S+", email)[0]

    @property
    def agreeing(self) -> list[str]:
        with self.terminal.app() as app:
            return ["y"] * len(list_offered_scopes(app))

    def count_stored(self) -> tuple[int, int]:
        """Return how many people there are, and how many emails were queued."""
        with self.terminal.app() as app:
            return len(app.db.people.list_person_ids()), len(app.db.outbox.list_emails())


@pytest.fixture
def first(terminal: Terminal, web: WebServer) -> Iterator[FirstCheck]:
    counter = Counter()
    with opened(counter) as office:
        terminal.mails_by(office.port)
        yield FirstCheck(terminal, counter)


def test_who_joins_by_their_own_link_gets_their_digest_as_a_private_file(first: FirstCheck):
    said = first.type("y", *first.agreeing, "y", "Rosa Marchetti", "", MAIL, LINK)

    assert "You have joined." in said, said
    folder = Path(re.findall(r"^  (\S+)/digest\.txt, to read here$", said, re.MULTILINE)[0])
    assert folder.stat().st_mode & 0o777 == 0o700
    for name in ("digest.html", "digest.txt"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    assert "Rosa" in (folder / "digest.txt").read_text("utf-8")
    assert first.counter.recipients[0] == [MAIL]
    assert first.count_stored()[0] == 1
    assert re.search(r"\d+ of \d+ sources checked", said)


def test_a_service_that_runs_already_does_the_first_check(first: FirstCheck):
    with first.terminal.serving(frozenset({"checks", "mail"})) as service:
        said = first.type("y", *first.agreeing, "y", "Rosa Marchetti", "", MAIL, LINK)

        (request,) = service.db.jobs.list_requests()
        assert request.done_at is not None
    assert re.search(r"\d+ of \d+ sources checked", said)


def test_the_folder_is_free_again_after_the_first_check(first: FirstCheck):
    first.type("y", *first.agreeing, "y", "Rosa Marchetti", "", MAIL, LINK)

    assert not StateFolderLock(first.terminal.config.state).is_locked()


def test_the_whole_consent_text_is_shown_before_any_question(first: FirstCheck):
    with first.terminal.app() as app:
        terms = render_district_terms(app)

    said = first.type("y", *("n" for _ in first.agreeing))

    assert terms in said
    assert said.index(terms) < said.index("Do you agree to this part")


@pytest.mark.parametrize("refusal", ["offer", "parts", "text"])
def test_a_no_stores_nothing(first: FirstCheck, refusal: str):
    parts = first.agreeing
    typed = {
        "offer": ["n"],
        "parts": ["y", *("n" for _ in parts)],
        "text": ["y", *parts, "n"],
    }

    said = first.type(*typed[refusal])

    assert first.count_stored() == (0, 0)
    assert first.counter.emails == []
    assert ("Nothing was stored about you." in said) is (refusal != "offer")


def test_no_one_joins_with_the_link_of_somebody_else(first: FirstCheck):
    first.terminal.invites("lena.fox@cedarvalley.example")

    said = first.type(
        "y", *first.agreeing, "y", "Rosa Marchetti", "", MAIL, THEIR_LINK, "wrong", ""
    )

    assert first.count_stored()[0] == 0
    assert "This is the link of another invitation." in said
    assert "This code is unknown, already used, or expired." in said
    assert "Your invitation stays open" in said


def test_an_address_elsewhere_cannot_be_invited(first: FirstCheck):
    said = first.type(
        "y", *first.agreeing, "y", "Rosa", "Rosa Marchetti", "", "rosa@elsewhere.test", MAIL, ""
    )

    assert "Type your first and your last name." in said
    assert "Only addresses of this district can be invited (cedarvalley.example)." in said
    assert first.counter.recipients == [[MAIL]]


def test_an_invitation_that_cannot_be_sent_is_said_and_waits(first: FirstCheck):
    first.counter.sender = "451 later"

    said = first.type("y", *first.agreeing, "y", "Rosa Marchetti", "", MAIL)

    assert "could not be sent, and is tried again later." in said
    assert "Your invitation stays open" in said


def test_without_a_source_it_says_so_and_stores_nothing(terminal: Terminal):
    with opened(Counter()) as office:
        terminal.mails_by(office.port)
        first = FirstCheck(terminal, Counter())
        said = first.type("y")

    assert "No source can be asked yet" in said
    assert first.count_stored() == (0, 0)


def test_sources_that_could_not_be_checked_are_no_good_news(first: FirstCheck):
    first.terminal.environment = replace(
        first.terminal.environment, dialer=Terminal(first.terminal.path).environment.dialer
    )

    said = first.type("y", *first.agreeing, "y", "Rosa Marchetti", "", MAIL, LINK)

    assert "No source could be checked, so nothing is known yet" in said


def test_nothing_is_offered_where_no_one_can_be_invited(terminal: Terminal, web: WebServer):
    first = FirstCheck(terminal, Counter())

    assert first.type() == ""


def test_nothing_is_offered_once_someone_has_joined(first: FirstCheck):
    first.type("y", *first.agreeing, "y", "Rosa Marchetti", "", MAIL, LINK)

    assert first.type() == ""


def test_up_to_three_volunteers_are_invited_last_and_no_line_tells_who_has_joined(
    first: FirstCheck,
):
    first.terminal.enrols()
    context = CliContext(first.terminal.path, first.terminal.environment)
    typed = f"{MAIL}\nlena@elsewhere.test\nlena.fox@cedarvalley.example Lena Fox\n\n"

    with CliRunner().isolation(input=typed) as (out, _err, _both):
        offer_volunteers(context)
        said = out.getvalue().decode()

    assert said.count("Done: they get an invitation") == 2
    assert "Only addresses of this district can be invited" in said
    with first.terminal.app() as app:
        invited = [one for one in app.db.invitations.list_invitations() if not one.spent_at]
        kinds = [email.kind for email in app.db.outbox.list_emails()]
    assert kinds.count("invited-again") == 1
    assert [(one.mail, one.given) for one in invited] == [("lena.fox@cedarvalley.example", "Lena")]
