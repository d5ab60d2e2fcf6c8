"""Which emails there are, and how each is queued: as a view that is rendered when it is sent.

An operator who reads what is a person's own is audited, and the person is told at once.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import TypedDict

from monitor.config import Config, DistrictConfig
from monitor.db.accounts import Invitation
from monitor.db.database import State
from monitor.db.outbox import OutboxLetter
from monitor.db.sources import SourceHealth
from monitor.db.sweeps import Sweep
from monitor.domain.disclosure import ANSWER_WITHIN, needs_notice
from monitor.domain.email import message_id
from monitor.domain.failures import Failure, fold_failures
from monitor.domain.flag import Flag, FlagKind
from monitor.domain.person import Person
from monitor.errors import InputError
from monitor.services.ports import NewRef, Now
from monitor.services.presenters import Telling, gap_of
from reports.emails.account import AlertView, BreakGlassView, InvitationView, ReminderView
from reports.emails.operator import SourcesParkedView
from reports.emails.registry import LetterKind, kind_of
from reports.emails.sections import LetterView
from scrapers.models import Outcome

PURPOSE = "not-me"
MARK = 32


def token_of(state: State, person: Person) -> str:
    """Make the token of a person's mailbox: at another address they have another one."""
    bearer = f"{person.ref} {person.mail.casefold()}".encode()
    mark = hmac.new(state.secret(PURPOSE), bearer, "sha256").hexdigest()[:MARK]
    return f"{person.ref}-{mark}"


# These go to an office, whoever holds it on the day.
TO_OFFICE = frozenset(
    {
        LetterKind.REVIEW,
        LetterKind.SOURCES_PARKED,
        LetterKind.ADDRESS_PAUSED,
        LetterKind.DISK_FULL,
        LetterKind.TRIAL,
    }
)
INVITING = frozenset({LetterKind.INVITATION, LetterKind.REMINDER})
# These go to where their reader is not written to yet, or no more.
ASIDE = frozenset({LetterKind.NEW_ADDRESS, LetterKind.ADDRESS_CHANGED})
# An invitation comes before consent, a farewell after it, and an office gives none.
WITHOUT_CONSENT = (TO_OFFICE | INVITING) | {
    LetterKind.WITHDRAWN,
    LetterKind.CONSENT_ENDING,
    LetterKind.HOLD,
    LetterKind.OWN_DATA,
    LetterKind.SIGN_IN_LINK,
    LetterKind.ADDRESS_CHANGED,
}
# What rests while somebody has paused; all else is a notice, and goes.
DIGESTS = frozenset({LetterKind.DIGEST, LetterKind.SELF_CHECK})


COLLEAGUE = "colleague"


class Greeting(TypedDict):
    """The part of a view that every letter has."""

    name: str
    district: str
    zone: str
    why: str
    leave: str
    review_url: str
    contact: str


class Undoing(TypedDict):
    """How to undo what somebody else did; `undo_url` is empty where there are no pages."""

    not_me: str
    undo_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPlan:
    """`period` tells two letters of one kind to one reader apart."""

    reader: str
    period: str


def reviewer_ref(address: str) -> str:
    """Stand in for a reviewer's address, which is looked up in the config when mail is sent."""
    return f"reviewer-{_hash(address)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """`person` is their own ref where they have joined as staff, else empty."""

    address: str
    person: str = ""

    @property
    def ref(self) -> str:
        return reviewer_ref(self.address)


def operator_ref(address: str) -> str:
    return f"operator-{_hash(address)}"


def holder(ref: str, district: DistrictConfig) -> str:
    """Return the address that holds an office today, or nothing if it holds none any more."""
    addresses = {
        **{reviewer_ref(each): each for each in district.reviewers},
        **{operator_ref(each): each for each in district.operators},
    }
    return addresses.get(ref, "")


def _hash(address: str) -> str:
    return sha256(address.lower().encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondence:
    """Queues letters; to be called inside the transaction that gives the reason for one."""

    state: State
    config: Config
    now: Now
    new_ref: NewRef

    def queue(self, plan: LetterPlan, view: LetterView) -> None:
        """Queue once: a letter of this kind to this reader for this period is not repeated."""
        now, kind = self.now(), kind_of(view)
        name = (self.config.district.ref, plan.reader, kind.value, plan.period)
        self.state.outbox.queue(
            OutboxLetter(
                ref=self.new_ref(),
                person="" if self._an_office(kind, plan.reader) else plan.reader,
                recipient_ref=plan.reader,
                kind=kind,
                period=plan.period,
                message_id=message_id(*name, domain=self.config.mail_domain),
                queued_at=now,
                due_at=now,
            ),
            view,
        )

    def _an_office(self, kind: LetterKind, reader: str) -> bool:
        return kind in TO_OFFICE or bool(holder(reader, self.config.district))

    def greeting(self, person: Person) -> Greeting:
        district = self.config.district
        return Greeting(
            name=person.name.given or COLLEAGUE,
            district=district.name,
            zone=person.zone,
            why=(
                "You get this email because you joined Namesake, "
                f"which {district.name} offers to its staff."
            ),
            leave=self._way_out(),
            review_url=self.config.portal.address,
            contact=self.config.district.contact,
        )

    def _way_out(self) -> str:
        contact = self.config.district.contact
        way = f"write to {contact} that you want to leave"
        erased = "Everything about you is then erased within 24 hours."
        if not self.config.portal.address:
            return f"To stop, {way}. {erased}"
        return (
            "To stop only the weekly email, press “unsubscribe” in your mail program. "
            f"To leave, open your page, or {way}. {erased}"
        )

    def undoing(self, person: Person) -> Undoing:
        """Say how the mailbox's owner undoes what was not their doing, and by which address."""
        address, contact = self.config.portal.address, self.config.district.contact
        if not address:
            return Undoing(not_me=f"Write to {contact} right away, and we undo it.", undo_url="")
        return Undoing(
            not_me=f"Open this page and press its button, or write to {contact}. We then undo it.",
            undo_url=f"{address}/join/not-me/{token_of(self.state, person)}",
        )

    def farewell(self, person: Person) -> Greeting:
        """Greet somebody who has left; there is nothing more to stop, and no page to open."""
        return {
            **self.greeting(person),
            "why": "You get this email because you have left Namesake.",
            "leave": "It is the last one.",
            "review_url": "",
        }

    def to_operators(self, period: str, view: Callable[[Greeting], LetterView]) -> None:
        """Write to each operator; there may be none, for whom `namesake doctor` has the same."""
        district = self.config.district
        greeting = self.greeting_to(
            "operators",
            why=f"You get this email because {district.name} lists you as an operator.",
            leave="To stop, take your address off the list of operators.",
        )
        for address in district.operators:
            self.queue(LetterPlan(reader=operator_ref(address), period=period), view(greeting))

    def greeting_to(self, name: str, why: str, leave: str) -> Greeting:
        """Greet somebody who is not enrolled: an invited person, or a reviewer."""
        district = self.config.district
        return Greeting(
            name=name,
            district=district.name,
            zone=district.zone,
            why=why,
            leave=leave,
            review_url=self.config.portal.address,
            contact=self.config.district.contact,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerting:
    letters: Correspondence
    telling: Telling

    def tell(self, person: Person, flag: Flag) -> None:
        if not needs_notice(flag):
            return
        opens = flag.kind is FlagKind.IMPERSONATION
        self.letters.queue(
            # A flag that opened again begins anew, and is told anew.
            LetterPlan(reader=person.ref, period=f"{flag.ref} {flag.opened_at.isoformat()}"),
            AlertView(
                **self.letters.greeting(person),
                flag=self.telling.flag(flag),
                opens_at=flag.opened_at + ANSWER_WITHIN if opens else None,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Inviting:
    letters: Correspondence

    def invitation(self, invitation: Invitation) -> InvitationView:
        config = self.letters.config
        once = " You get one reminder and no more." if config.invitations.reminds else ""
        greeting = self._greeting(
            invitation,
            why=f"You get this email because {config.district.name} offers Namesake to its staff.",
            leave=f"To decline, do nothing. Without your answer, we look up nothing.{once}",
        )
        return InvitationView(**greeting, how=self._how(), expires_at=invitation.expires_at)

    def reminder(self, invitation: Invitation) -> ReminderView:
        """Speak of an invitation that may be answered until its `expires_at`."""
        district = self.letters.config.district.name
        greeting = self._greeting(
            invitation,
            why=f"You get this email because {district} invited you, and you have not answered.",
            leave="It is the last one. To decline, do nothing.",
        )
        return ReminderView(
            **greeting,
            how=self._how(),
            invited_at=invitation.invited_at,
            expires_at=invitation.expires_at,
        )

    def _greeting(self, invitation: Invitation, why: str, leave: str) -> Greeting:
        address = self.letters.config.portal.address
        greeting = self.letters.greeting_to(invitation.given or COLLEAGUE, why=why, leave=leave)
        if address:
            greeting["review_url"] = f"{address}/join/code"
        return greeting

    def _how(self) -> str:
        address = self.letters.config.portal.address
        if not address:
            contact = self.letters.config.district.contact
            return (
                "You answer on Namesake's web pages, which are not set up yet. Write to "
                f"{contact} and ask when they will be ready."
            )
        return f"Press the button, or open {address}/join and paste the code."


@dataclass(frozen=True, slots=True, kw_only=True)
class Opener:
    """Who opens it. `actor` stands in the audit; `names` are what the person reads."""

    actor: str
    names: tuple[str, ...]


OPERATOR = Opener(actor="operator", names=("the operator",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Glass:
    state: State
    letters: Correspondence
    now: Now

    def broken(self, person: str, seen: str, reason: str, by: Opener = OPERATOR) -> None:
        """Write it down and write to the person; call it before anything is shown."""
        if not reason.strip():
            sentence = "Breaking the glass takes a reason: the person will read it."
            raise InputError(sentence)
        now, whose = self.now(), self.state.people.get(person)
        with self.state.write():
            said = self.state.audit.commitment(person, reason)
            self.state.audit.append(now, by.actor, "broke-glass", person, {"reason": said})
            self.letters.queue(
                LetterPlan(reader=person, period=now.isoformat()),
                BreakGlassView(
                    **self.letters.greeting(whose),
                    at=now,
                    seen=seen,
                    by=by.names,
                    reason=reason,
                    ref=person,
                ),
            )


# What a source cannot help (an account that asks not to be read, a budget of ours) is no trouble.
TROUBLE = frozenset({Outcome.BLOCKED, Outcome.LIMITED, Outcome.UNREADABLE, Outcome.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    state: State
    letters: Correspondence

    def tell(self, sweep: Sweep) -> None:
        """Write one letter about all trouble that a sweep was the first to find."""
        health = self.state.health.all()
        begun = [_failure(each) for each in health if _began_in(each, sweep)]
        gaps = tuple(map(gap_of, fold_failures(begun, len(health))))

        def view(greeting: Greeting) -> SourcesParkedView:
            return SourcesParkedView(**greeting, gaps=gaps)

        if gaps:
            self.letters.to_operators(sweep.ref, view)


def _began_in(health: SourceHealth, sweep: Sweep) -> bool:
    return health.outcome in TROUBLE and health.since >= sweep.started_at


def _failure(health: SourceHealth) -> Failure:
    return Failure(
        source=health.source,
        outcome=health.outcome,
        since=health.since,
        note=health.note,
    )
