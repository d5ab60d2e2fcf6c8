"""Which letters there are, and how one is queued: as a view, to be rendered when it is sent."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import TypedDict

from monitor.config import Config, DistrictConfig
from monitor.domain.envelope import message_id
from monitor.domain.person import Person
from monitor.flows.parts import NewRef, Now
from monitor.flows.writing.mailbox_token import token_of
from monitor.store.outbox import OutboxLetter
from monitor.store.state import State
from reports.lines import LetterView
from reports.press import LetterKind, kind_of

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


class Greeting(TypedDict):
    """The part of a view that every letter has."""

    name: str
    district: str
    zone: str
    why: str
    leave: str
    review_url: str


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
            name=person.name.given,
            district=district.name,
            zone=person.zone,
            why=(
                "You get this letter because you joined Namesake, "
                f"which {district.name} offers to its staff."
            ),
            leave=self._way_out(),
            review_url=self.config.portal.address,
        )

    def _way_out(self) -> str:
        contact = self.config.district.contact
        way = f"write to {contact} that you want to leave"
        erased = "everything about you is then erased within 24 hours."
        if not self.config.portal.address:
            return f"To stop, {way}: {erased}"
        return (
            "To stop only the weekly letter, press “unsubscribe” in your mail program. "
            f"To leave, open your page, or {way}: {erased}"
        )

    def undoing(self, person: Person) -> Undoing:
        """Say how the mailbox's owner undoes what was not their doing, and by which address."""
        address, contact = self.config.portal.address, self.config.district.contact
        if not address:
            return Undoing(not_me=f"Write to {contact} at once, and it is undone.", undo_url="")
        return Undoing(
            not_me=f"Open this page and press its button, or write to {contact}: it is undone.",
            undo_url=f"{address}/join/not-me/{token_of(self.state, person)}",
        )

    def farewell(self, person: Person) -> Greeting:
        """Greet somebody who has left; there is nothing more to stop, and no page to open."""
        return {
            **self.greeting(person),
            "why": "You get this letter because you have left Namesake.",
            "leave": "It is the last one.",
            "review_url": "",
        }

    def to_operators(self, period: str, view: Callable[[Greeting], LetterView]) -> None:
        """Write to each operator; there may be none, for whom `namesake doctor` has the same."""
        district = self.config.district
        greeting = self.greeting_to(
            "operators",
            why=f"You get this letter because {district.name} lists you as an operator.",
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
        )
