"""Sending what is due: consent and address are read again, and the letter is rendered, now."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from jinja2 import TemplateError

from monitor.config import Config
from monitor.domain.disclosure import ANSWER_WITHIN
from monitor.domain.envelope import Envelope, Verdict
from monitor.domain.rulings import told
from monitor.errors import DatabaseError, InputError
from monitor.flows.enrol import hashed
from monitor.flows.letters import DIGESTS, TO_OFFICE, WITHOUT_CONSENT, holder
from monitor.flows.parts import Now, Post
from monitor.store.outbox import OutboxLetter
from monitor.store.state import State
from reports.invitation import InvitationView
from reports.letter import Letter
from reports.lines import PersonalView
from reports.notice import AlertView
from reports.press import LetterKind, printed, view_type

FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=12)
GIVE_UP_AFTER = timedelta(days=5)  # RFC 5321, 4.5.4.1: as long as mail servers keep trying
# A view that was queued by an earlier version, and does not open any more, is a DatabaseError.
UNSENT_FAULTS = (InputError, DatabaseError, TemplateError, ValueError, LookupError, TypeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """Sends each due letter on its own: one that cannot be sent never holds up another."""

    state: State
    config: Config
    post: Post
    now: Now
    new_code: Callable[[], str]

    def send_due(self) -> Counter[Verdict]:
        return Counter(self._send(letter) for letter in self.state.outbox.due(self.now()))

    def _send(self, letter: OutboxLetter) -> Verdict:
        try:
            address = self._address(letter)
            if not address:
                return self._dead(
                    letter, "its reader's consent, invitation or role has ended, or rests"
                )
            rendered = self._rendered(letter)
            delivery = self.post.deliver(rendered, self._envelope(letter, address))
        except UNSENT_FAULTS as error:
            # Only the class of the fault is kept: its words may quote the letter.
            return self._dead(letter, f"it cannot be written ({type(error).__name__})")
        match delivery.verdict:
            case Verdict.ACCEPTED:
                return self._sent(letter, rendered)
            case Verdict.REFUSED:
                return self._dead(letter, delivery.note)
            case Verdict.DEFERRED:
                return self._deferred(letter, delivery.note)

    def _address(self, letter: OutboxLetter) -> str:
        """Return where the letter goes today, or nothing if nobody may be written to."""
        kind, reader = LetterKind(letter.kind), letter.recipient_ref
        if kind in TO_OFFICE:
            return holder(reader, self.config.district)
        if kind is LetterKind.INVITATION:
            invited = self.state.invitations.get(reader)
            return invited.mail if invited.open(self.now()) else ""
        consent, now = self.state.consents.latest(reader), self.now()
        if kind not in WITHOUT_CONSENT and (consent is None or not consent.live(now)):
            return ""
        if kind in DIGESTS and consent is not None and consent.paused(now):
            return ""
        return self.state.people.address(reader)

    def _rendered(self, letter: OutboxLetter) -> Letter:
        kind = LetterKind(letter.kind)
        if kind is LetterKind.INVITATION:
            return self._invitation(letter)
        view = self.state.outbox.view(letter.ref, view_type(kind))
        if isinstance(view, AlertView) and view.opens_at:
            # The time to answer runs from the day on which the letter arrives.
            view = replace(view, opens_at=self.now() + ANSWER_WITHIN)
        return printed(view)

    def _invitation(self, letter: OutboxLetter) -> Letter:
        """Make the code now, so that nobody but the mailbox ever sees it."""
        code = self.new_code()
        view = self.state.outbox.view(letter.ref, InvitationView)
        with self.state.write():
            self.state.invitations.set_code(letter.recipient_ref, hashed(code))
        return printed(replace(view, code=code))

    def _envelope(self, letter: OutboxLetter, address: str) -> Envelope:
        return Envelope(
            recipient=address,
            message_id=letter.message_id,
            sent_at=self.now(),
            kind=letter.kind,
            period=letter.period,
            severity="high" if letter.kind == LetterKind.ALERT else "",
        )

    def _sent(self, letter: OutboxLetter, rendered: Letter) -> Verdict:
        now = self.now()
        with self.state.write():
            for ref in self._flags_in(letter):
                self._tell(ref, now)
            self.state.outbox.sent(letter.ref, now, sha256(rendered.text.encode()).hexdigest())
        return Verdict.ACCEPTED

    def _tell(self, flag: str, at: datetime) -> None:
        """From here, not before, runs the time after which a flag may open to IT."""
        # Two flags become one, once their accounts turn out to be one.
        with suppress(InputError):
            self.state.flags.replace(told(self.state.flags.get(flag), at))

    def _flags_in(self, letter: OutboxLetter) -> tuple[str, ...]:
        outbox = self.state.outbox
        match LetterKind(letter.kind):
            case LetterKind.ALERT:
                return (outbox.view(letter.ref, AlertView).flag.ref,)
            case LetterKind.DIGEST | LetterKind.SELF_CHECK:
                return tuple(line.ref for line in outbox.view(letter.ref, PersonalView).flags)
        return ()

    def _deferred(self, letter: OutboxLetter, note: str) -> Verdict:
        now = self.now()
        if now - letter.queued_at > GIVE_UP_AFTER:
            return self._dead(letter, f"given up after {GIVE_UP_AFTER.days} days: {note}")
        wait = min(FIRST_RETRY * 2**letter.attempts, LONGEST_RETRY)
        with self.state.write():
            self.state.outbox.retry(letter.ref, now + wait, note)
        return Verdict.DEFERRED

    def _dead(self, letter: OutboxLetter, reason: str) -> Verdict:
        with self.state.write():
            self.state.outbox.dead(letter.ref, reason)
        return Verdict.REFUSED
