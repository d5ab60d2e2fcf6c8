"""What a queued letter comes to when it is sent: to whom it goes today, and what it says now."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.config import Config
from monitor.domain.disclosure import ANSWER_WITHIN
from monitor.domain.envelope import Envelope
from monitor.errors import InputError
from monitor.flows.membership.enrol import hashed
from monitor.flows.membership.exporting import Exporting
from monitor.flows.parts import Now
from monitor.flows.writing.letters import ASIDE, DIGESTS, INVITING, WITHOUT_CONSENT, holder
from monitor.store.outbox import OutboxLetter
from monitor.store.state import State
from reports.address import NewAddressView
from reports.invitation import InvitationView, ReminderView
from reports.letter import Letter
from reports.lines import LetterView, PersonalView
from reports.notice import AlertView
from reports.press import LetterKind, printed, view_type
from reports.sign_in_link import SignInLinkView
from reports.standing import OwnDataView
from reports.words import Severity

STOPPABLE = frozenset({LetterKind.DIGEST})
ALERTS_APART = timedelta(days=1)
ENDED = "its reader's consent, invitation or role has ended"
RESTS = "its reader lets everything rest"
STOPPED = "its reader has stopped the weekly letter"
TOLD = "its reader was told already, or has answered"
HELD = "letters to this address are held back since one was refused"
OVER = "its link is over"
TAKEN = "its address is somebody else's by now"
ENOUGH = "its reader had such a letter today"


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
