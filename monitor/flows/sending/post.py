"""Sending what is due: each letter on its own, so that one that fails holds up no other."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from monitor.domain.envelope import Delivery, Verdict
from monitor.domain.rulings import told
from monitor.errors import BusyError, CannotWriteError, InputError
from monitor.flows.parts import Now, Post
from monitor.flows.sending.bouncing import Bouncing
from monitor.flows.sending.drafting import Draft, Drafting, Reader, told_in
from monitor.store.outbox import LetterState, OutboxLetter
from monitor.store.state import State
from reports.press import LetterKind, view_type

FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=12)
GIVE_UP_AFTER = timedelta(days=5)  # RFC 5321, 4.5.4.1: as long as mail servers keep trying
# A server that takes so many in a row no better is left alone until the next round.
PATIENCE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    state: State
    drafting: Drafting
    bouncing: Bouncing
    post: Post
    now: Now
    stopped: Callable[[], bool]

    def send_due(self) -> Counter[Verdict]:
        verdicts: Counter[Verdict] = Counter()
        in_vain = 0
        for each in self.state.outbox.due(self.now()):
            if self.stopped() or in_vain == PATIENCE:
                break
            verdict = self._send(each.ref)
            if verdict:
                verdicts[verdict] += 1
                in_vain = in_vain + 1 if verdict is Verdict.DEFERRED else 0
        return verdicts

    def _send(self, ref: str) -> Verdict | None:
        """Send a letter, unless what became of another one, or of its reader, settles it."""
        if not self.state.outbox.knows(ref):
            return None
        letter = self.state.outbox.get(ref)
        if letter.state is not LetterState.QUEUED or letter.due_at > self.now():
            return None
        try:
            return self._sent_before(letter) or self._tried(letter)
        except (BusyError, CannotWriteError):
            # Nothing is wrong with the letter: it waits until there is room to note what became
            # of it.
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others go on
            if not self.state.outbox.knows(ref):
                return None  # its reader was erased while it was on its way
            # Only the class of the fault is kept: its words may quote the letter.
            return self._dead(letter, f"it cannot be written ({type(error).__name__})")

    def _sent_before(self, letter: OutboxLetter) -> Verdict | None:
        """Tell from its postmark that a letter went out before the database was put back."""
        mark = self.state.postmarks.of(letter.message)
        if mark is None:
            return None
        self.drafting.honour(letter)
        view = self.state.outbox.view(letter.ref, view_type(LetterKind(letter.kind)))
        self._note((letter,), told_in(view), mark.body_hash)
        return Verdict.ACCEPTED

    def _tried(self, letter: OutboxLetter) -> Verdict | None:
        reader = self.drafting.reader(letter)
        if reader.never:
            return self._void(letter, reader.never)
        if reader.waits_for:
            return self._held(letter, reader)
        draft = self.drafting.draft(letter, reader.address)
        with self.state.write():
            if self.drafting.reader(letter) != reader:
                return None  # a word about consent came while it was written: read again next round
            self.state.outbox.begin((each.ref for each in draft.bundle), draft.envelope.sent_at)
            self.drafting.honour(letter)
        return self._settled(draft, self.post.deliver(draft.letter, draft.envelope))

    def _settled(self, draft: Draft, delivery: Delivery) -> Verdict:
        letter = draft.bundle[0]
        match delivery.verdict:
            case Verdict.ACCEPTED:
                return self._accepted(draft)
            case Verdict.REFUSED:
                with self.state.write():
                    if delivery.bounce:
                        self.bouncing.refused(letter, delivery.bounce, draft.envelope.sent_at)
                    return self._dead(letter, delivery.note)
        return self._deferred(draft, delivery)

    def _accepted(self, draft: Draft) -> Verdict:
        body_hash = sha256(draft.letter.text.encode()).hexdigest()
        messages = (each.message for each in draft.bundle)
        self.state.postmarks.add(messages, self.now(), body_hash)
        self._note(draft.bundle, draft.flags, body_hash)
        return Verdict.ACCEPTED

    def _note(
        self, letters: tuple[OutboxLetter, ...], flags: tuple[str, ...], body_hash: str
    ) -> None:
        now = self.now()
        with self.state.write():
            for flag in flags:
                self._tell(flag, now)
            for letter in letters:
                self.state.outbox.sent(letter.ref, now, body_hash)

    def _tell(self, flag: str, at: datetime) -> None:
        """From here, not before, runs the time after which a flag may open to IT."""
        # Two flags become one, once their accounts turn out to be one.
        with suppress(InputError):
            self.state.flags.replace(told(self.state.flags.get(flag), at))

    def _held(self, letter: OutboxLetter, reader: Reader) -> Verdict:
        """Let it wait for something else than the mail server."""
        now = self.now()
        if now - letter.tried_since > GIVE_UP_AFTER:
            return self._dead(letter, reader.waits_for)
        with self.state.write():
            until = reader.until or now + LONGEST_RETRY
            self.state.outbox.retry(letter.ref, until, reader.waits_for, letter.tried_at)
        return Verdict.HELD

    def _deferred(self, draft: Draft, delivery: Delivery) -> Verdict:
        """Put off the whole bundle; one that the server may have is to come again as it was."""
        now, letter = self.now(), draft.bundle[0]
        if now - letter.tried_since > GIVE_UP_AFTER:
            return self._dead(letter, f"given up after {GIVE_UP_AFTER.days} days: {delivery.note}")
        until = now + min(FIRST_RETRY * 2**letter.attempts, LONGEST_RETRY)
        with self.state.write():
            for each in draft.bundle:
                tried_at = draft.envelope.sent_at if delivery.in_doubt else each.tried_at
                self.state.outbox.retry(each.ref, until, delivery.note, tried_at)
        return Verdict.DEFERRED

    def _dead(self, letter: OutboxLetter, reason: str) -> Verdict:
        with self.state.write():
            self.state.outbox.dead(letter.ref, reason)
        return Verdict.REFUSED

    def _void(self, letter: OutboxLetter, reason: str) -> Verdict:
        """Give up what nobody is to get any more, and forget what it would have said."""
        with self.state.write():
            self.state.outbox.dead(letter.ref, reason)
            self.state.outbox.forget(letter.ref)
        return Verdict.REFUSED
