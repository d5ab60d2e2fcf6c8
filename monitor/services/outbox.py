"""Sending what is due: each letter on its own, so that one that fails holds up no other.

What a queued letter comes to when it is sent: to whom it goes today, and what it says now.
"""

import logging
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from monitor.config import Config
from monitor.db.database import State
from monitor.db.outbox import LetterState, OutboxLetter
from monitor.domain.disclosure import ANSWER_WITHIN
from monitor.domain.email import Delivery, Envelope, Verdict
from monitor.domain.flag import told
from monitor.errors import BusyError, CannotWriteError, InputError
from monitor.services.data_export import Exporting
from monitor.services.enrollment import hashed
from monitor.services.notifications import ASIDE, DIGESTS, INVITING, WITHOUT_CONSENT, holder
from monitor.services.ports import Now, Post
from monitor.services.suppression import Bouncing
from reports.emails.account import (
    AlertView,
    InvitationView,
    NewAddressView,
    OwnDataView,
    ReminderView,
    SignInLinkView,
)
from reports.emails.registry import LetterKind, printed, view_type
from reports.emails.render import Letter
from reports.emails.sections import LetterView, PersonalView
from reports.labels import Severity

LOG = logging.getLogger(__name__)
STOPPABLE = frozenset({LetterKind.DIGEST})
ALERTS_APART = timedelta(days=1)
ENDED = "the consent, invitation or role has ended"
RESTS = "the person paused checks"
STOPPED = "the person stopped the weekly email"
TOLD = "the person already knows or has answered"
HELD = "email to this address is paused because it rejected one"
OVER = "its link has expired"
TAKEN = "the address now belongs to someone else"
ENOUGH = "the person got an email like this today"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Where a letter goes today, or why it never will, or what it waits for and until when."""

    address: str = ""
    never: str = ""
    waits_for: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A letter as it is sent; `bundle` are the queued ones it stands for, `flags` what it tells."""

    letter: Letter
    envelope: Envelope
    bundle: tuple[OutboxLetter, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafting:
    state: State
    config: Config
    exporting: Exporting
    now: Now

    def reader(self, letter: OutboxLetter) -> Reader:
        kind, ref = LetterKind(letter.kind), letter.recipient_ref
        if kind is LetterKind.SIGN_IN_LINK and not self._link_is_open(letter):
            return Reader(never=OVER)
        if not letter.person:
            return _at(holder(ref, self.config.district))
        if kind in INVITING:
            invited = self.state.invitations.get(ref)
            return _at(invited.mail if invited.open(self.now()) else "")
        never = self._refusal(kind, ref)
        if never:
            return Reader(never=never)
        return self._aside(letter) if kind in ASIDE else self._usual(letter)

    def _usual(self, letter: OutboxLetter) -> Reader:
        """Write to where its reader is written to today, unless that rests."""
        ref = letter.recipient_ref
        mail = self.state.people.address(ref)
        if mail and self.state.paused_addresses.of(ref, mail):
            return Reader(waits_for=HELD)
        return self._patient(letter) if letter.kind == LetterKind.ALERT else _at(mail)

    def _link_is_open(self, letter: OutboxLetter) -> bool:
        link = self.state.sign_in_links.get(letter.period)
        return link is not None and link.open(self.now())

    def _aside(self, letter: OutboxLetter) -> Reader:
        """Write to an address that is not the reader's yet, or is theirs no more."""
        change = self.state.address_changes.find(letter.period)
        if change is None:
            return Reader(never=OVER)
        if letter.kind == LetterKind.NEW_ADDRESS:
            return _at(change.new) if change.open(self.now()) else Reader(never=OVER)
        owner = self.state.people.find_by_mail(change.old)
        return _at(change.old) if owner in {None, letter.person} else Reader(never=TAKEN)

    def _refusal(self, kind: LetterKind, ref: str) -> str:
        """Say why a person gets no letter of this kind, or nothing if they do."""
        consent, now = self.state.consents.latest(ref), self.now()
        if kind not in WITHOUT_CONSENT and (consent is None or not consent.live(now)):
            return ENDED
        if kind in DIGESTS and consent is not None and consent.paused(now):
            return RESTS
        return STOPPED if kind in STOPPABLE and self.state.stopped_mail.since(ref) else ""

    def _patient(self, letter: OutboxLetter) -> Reader:
        """Write at once, but no more than once a day."""
        told = self._bundle(letter) if letter.tried_at else (letter,)
        if not any(map(self._is_news, told)):
            return Reader(never=TOLD)
        last = self.state.outbox.last_sent(letter.recipient_ref, letter.kind)
        if last and self.now() - last < ALERTS_APART:
            return Reader(waits_for=ENOUGH, until=last + ALERTS_APART)
        return _at(self.state.people.address(letter.recipient_ref))

    def draft(self, letter: OutboxLetter, address: str) -> Draft:
        """Write it; whatever is wrong with its view leaves as an exception."""
        kind = LetterKind(letter.kind)
        bundle = self._bundle(letter) if kind is LetterKind.ALERT else (letter,)
        sent_at = bundle[0].tried_at or self.now()
        view = self._alert(bundle, sent_at) if kind is LetterKind.ALERT else self._view(letter)
        return Draft(
            letter=self._written(letter, view),
            envelope=self._envelope(bundle[0], address, view, sent_at),
            bundle=bundle,
            flags=told_in(view),
        )

    def _written(self, letter: OutboxLetter, view: LetterView) -> Letter:
        written = printed(view)
        if not isinstance(view, OwnDataView):
            return written
        copy = self.exporting.made(letter.recipient_ref)
        return replace(written, attachments=(copy.attached(),))

    def _view(self, letter: OutboxLetter) -> LetterView:
        kind = LetterKind(letter.kind)
        view = self.state.outbox.view(letter.ref, view_type(kind))
        match view:
            case InvitationView() | ReminderView():
                return replace(view, code=self._code(letter, letter.recipient_ref))
            case SignInLinkView() | NewAddressView():
                return replace(view, token=self._code(letter, letter.period))
        return view

    def honour(self, letter: OutboxLetter) -> None:
        """Let what stands in a letter open its door; it opens nothing before the letter goes."""
        match LetterKind(letter.kind):
            case LetterKind.INVITATION | LetterKind.REMINDER:
                door = letter.recipient_ref
                self.state.invitations.set_code(door, hashed(self._code(letter, door)))
            case LetterKind.NEW_ADDRESS:
                door = letter.period
                self.state.address_changes.set_code(door, hashed(self._code(letter, door)))
            case LetterKind.SIGN_IN_LINK:
                door = letter.period
                self.state.sign_in_links.set_code(door, hashed(self._code(letter, door)))

    def _code(self, letter: OutboxLetter, door: str) -> str:
        return self.state.letter_codes.of(letter.person, door)

    def _bundle(self, letter: OutboxLetter) -> tuple[OutboxLetter, ...]:
        """Put all that a person is to be told at once into one letter, and leave out old news.

        What a mail server may have already is the same letter again: a mailbox shows but one of
        two with one Message-ID, and what only the other one tells would never be read.
        """
        waiting = self.state.outbox.waiting(letter.recipient_ref, letter.kind)
        alike = tuple(each for each in waiting if each.tried_at == letter.tried_at)
        return alike if letter.tried_at else tuple(filter(self._is_news, alike))

    def _is_news(self, letter: OutboxLetter) -> bool:
        """Tell whether its reader was not told meanwhile, and has not answered."""
        try:
            flag = self.state.flags.get(self._told_by(letter).flag.ref)
        except InputError:
            # Two flags became one, when their accounts turned out to be one: say it all the same.
            return True
        return flag.undecided and flag.notified_at is None

    def _told_by(self, letter: OutboxLetter) -> AlertView:
        return self.state.outbox.view(letter.ref, AlertView)

    def _alert(self, bundle: tuple[OutboxLetter, ...], sent_at: datetime) -> AlertView:
        first, *others = map(self._told_by, bundle)
        opens = any(each.opens_at for each in (first, *others))
        return replace(
            first,
            more=tuple(each.flag for each in others),
            # The time to answer runs from the day on which the letter arrives, or later.
            opens_at=sent_at + ANSWER_WITHIN if opens else None,
        )

    def _envelope(
        self, letter: OutboxLetter, address: str, view: LetterView, sent_at: datetime
    ) -> Envelope:
        return Envelope(
            recipient=address,
            message_id=letter.message_id,
            sent_at=sent_at,
            kind=letter.kind,
            period=letter.period,
            severity=severity_of(view),
            stop_url=self._stop_url(letter),
        )

    def _stop_url(self, letter: OutboxLetter) -> str:
        portal = self.config.portal.address
        if not portal or letter.kind not in STOPPABLE:
            return ""
        return f"{portal.rstrip('/')}/stop/{self.state.stopped_mail.token(letter.recipient_ref)}"


def _at(address: str) -> Reader:
    return Reader(address=address) if address else Reader(never=ENDED)


def told_in(view: LetterView) -> tuple[str, ...]:
    """Return the flags that a letter tells its own person of."""
    match view:
        case AlertView():
            return tuple(each.ref for each in (view.flag, *view.more))
        case PersonalView():
            return tuple(line.ref for line in view.flags)
    return ()


def severity_of(view: LetterView) -> str:
    """Say how bad the worst is, for whoever sorts mail by it."""
    match view:
        case AlertView():
            return Severity.HIGH
        case PersonalView():
            return min((line.severity for line in view.flags), key=_rank, default="")
    return ""


def _rank(severity: Severity) -> int:
    return severity.rank


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
        if verdicts:
            counts = " ".join(f"{each}={verdicts[each]}" for each in Verdict)
            LOG.info("mail_batch_sent %s", counts)
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
            return self._dead(letter, f"the email could not be created ({type(error).__name__})")

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
