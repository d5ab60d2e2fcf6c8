"""Letters that come back: the address rests, the operators learn of it, and no clock runs on.

Stopping the weekly letter, and no more than that: who wants to leave says so elsewhere.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.db.database import State
from monitor.db.outbox import LetterState, OutboxLetter, PausedAddress
from monitor.domain.email import Bounce
from monitor.domain.flag import bounced
from monitor.errors import BusyError, CannotWriteError, DatabaseError, InputError
from monitor.services.notifications import ASIDE, INVITING, Correspondence, Greeting
from monitor.services.ports import BounceBox, Now
from reports.emails.operator import AddressPausedView

BOUNCES = "bounces"
SET_ASIDE = "bounces-set-aside"
COLLECTED_EVERY = timedelta(minutes=15)
LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bouncing:
    """An address is told from its person, who may get another one and is written to again."""

    state: State
    letters: Correspondence
    box: BounceBox
    now: Now

    def collect(self) -> None:
        """Read what came back since the last time; what one message breaks holds up no other.

        Raises UnavailableError.
        """
        aside = 0
        try:
            for bounces in self.box.unread():
                aside += bounces is None or not self._all_heard(bounces)
        finally:
            if aside:
                told = {"messages": str(aside)}
                self.state.audit.append(self.now(), "namesake", SET_ASIDE, "", told)

    def _all_heard(self, bounces: tuple[Bounce, ...]) -> bool:
        """Return False where the message is at fault; where the folder is, it is read again."""
        try:
            for each in bounces:
                self.heard(each)
        except (BusyError, CannotWriteError, DatabaseError):
            raise
        except Exception as error:  # noqa: BLE001 - it would be read again, and hold up all others
            LOG.warning("bounce_skipped error=%s", type(error).__name__)
            return False
        return True

    def heard(self, bounce: Bounce) -> None:
        """Believe only what names a letter that went out; one that bounced is news but once."""
        letter = self.state.outbox.by_message(bounce.letter)
        if not bounce.lasting or letter is None or letter.state is not LetterState.SENT:
            return
        with self.state.write():
            self._untell(letter)
            self.state.outbox.dead(letter.ref, f"it bounced with {bounce.status}")
            self.refused(letter, bounce.status, letter.tried_at or letter.queued_at)

    def refused(self, letter: OutboxLetter, status: str, tried_at: datetime) -> None:
        """Write no more to an address that a mail server refuses for good.

        `tried_at` is when the letter was tried, and so tells at which of their addresses.
        """
        if not letter.person or letter.kind in INVITING | ASIDE:
            return
        moved_at = self.state.address_changes.latest(letter.recipient_ref)
        if moved_at and tried_at < moved_at:
            return
        paused = PausedAddress(person=letter.recipient_ref, since=self.now(), status=status)
        self.state.paused_addresses.pause(self.state.people.get(paused.person).mail, paused)
        self.state.audit.append(self.now(), "namesake", "address-paused", paused.person, {})

        def told(greeting: Greeting) -> AddressPausedView:
            return AddressPausedView(
                **greeting, ref=paused.person, status=status, since=paused.since
            )

        self.letters.to_operators(f"{paused.person} {paused.since.isoformat()}", told)

    def resume(self, person: str) -> None:
        """Write to them again, because the operator says that the address works."""
        with self.state.write():
            if not self.state.paused_addresses.resume(person):
                reason = f"Email to {person} is not paused. See `namesake mail paused`."
                raise InputError(reason)
            self.state.audit.append(self.now(), "operator", "address-resumed", person, {})
            self.state.outbox.hurry(person, self.now())

    def _untell(self, letter: OutboxLetter) -> None:
        """Take back that they were told: what a letter said that came back, nobody has read."""
        for flag in self.state.flags.of_person(letter.person):
            if flag.notified_at and flag.notified_at == letter.sent_at:
                self.state.flags.replace(bounced(flag))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    state: State
    now: Now

    def bearer(self, token: str) -> str | None:
        """Return who may be spoken for with a token, None if nobody."""
        return self.state.stopped_mail.bearer(token)

    def stopped(self, person: str) -> bool:
        return self.state.stopped_mail.since(person) is not None

    def stop(self, person: str) -> None:
        """Send no more digests. Mail programs may ask for it more than once."""
        with self.state.write():
            if not self.stopped(person):
                self.state.stopped_mail.stop(person, self.now())
                self.state.audit.append(self.now(), person, "stopped-digest", person, {})

    def go_on(self, person: str) -> None:
        """Send digests again; the next one tells what was noticed meanwhile."""
        with self.state.write():
            if self.stopped(person):
                self.state.stopped_mail.go_on(person)
                self.state.audit.append(self.now(), person, "resumed-digest", person, {})
