"""A consent that goes on: renewed, narrowed, widened, resting, or going on again.

Consent that ends by itself: its person is reminded, and what nobody renewed is erased. What this
district's people are told before they agree, and what follows from it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.config import CONSENT_LASTS, Config
from monitor.db.database import State
from monitor.db.people import Hold
from monitor.domain.consent import (
    Act,
    Channel,
    Consent,
    Phase,
    Scope,
    narrowed,
    paused,
    phase,
    reminder_due,
    renewal_due,
    resumed,
    text_hash,
)
from monitor.domain.consent_text import SCOPES, TEXT_VERSION, Section, Terms, consent_text, sections
from monitor.domain.disclosure import DisclosurePolicy
from monitor.domain.retention import ERASED_WITHIN, TABLE, Kept
from monitor.errors import InputError, NotPermittedError
from monitor.services.erasure import Leaving, actor
from monitor.services.notifications import Correspondence, LetterPlan
from monitor.services.ports import Now
from monitor.services.retention import Retiring
from reports.emails.account import ConsentChangedView, ConsentEndingView
from reports.emails.registry import LetterKind
from reports.labels import ConsentChange

RENEWING = "renewing"
# So that a clock that is wrong erases nobody: somebody has a week to notice.
REMINDED_AT_LEAST = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewing:
    """Once a day. Asking stops when a consent ends; its data waits a while to be renewed."""

    state: State
    letters: Correspondence
    leaving: Leaving
    now: Now

    def look(self) -> None:
        for consent in self.state.consents.standing():
            self._remind(consent)
            if self._over(consent) and not self.state.holds.stands(consent.person):
                self.leaving.lapse(consent.person)

    def _remind(self, consent: Consent) -> None:
        before = reminder_due(consent, self.now())
        if before is None:
            return
        person, contact = (
            self.state.people.get(consent.person),
            self.letters.config.district.contact,
        )
        plan = LetterPlan(
            reader=person.ref, period=f"{consent.expires_at.date().isoformat()}-{before.days}"
        )
        view = ConsentEndingView(
            **self.letters.greeting(person),
            expires_at=consent.expires_at,
            erased_by=erased_at(consent),
            how=f"Renew it on your Namesake page, or write to {contact}.",
        )
        self.letters.queue(plan, view)

    def _over(self, consent: Consent) -> bool:
        now = self.now()
        if consent.withdrawn_at is not None or now < erased_at(consent):
            return False
        reminded = self.state.outbox.first(
            consent.person, LetterKind.CONSENT_ENDING, since=consent.given_at
        )
        return reminded is not None and now - reminded >= REMINDED_AT_LEAST


def erased_at(consent: Consent) -> datetime:
    """Return when what a consent that ran out had allowed to keep is erased."""
    return consent.expires_at + (TABLE[Kept.LAPSED].open or timedelta(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictTerms:
    config: Config
    engines: tuple[str, ...]

    @property
    def text(self) -> str:
        return consent_text(self._terms)

    @property
    def sections(self) -> tuple[Section, ...]:
        """Return the same text part by part, as a page lays it out."""
        return tuple(sections(self._terms))

    @property
    def _terms(self) -> Terms:
        return Terms(engines=self.engines, disclosure=self._decided)

    @property
    def hash(self) -> str:
        return text_hash(self.text)

    @property
    def disclosure(self) -> DisclosurePolicy:
        """Days that a person was not told of do not count for them."""
        return replace(self._decided, told_in=frozenset({self.hash}))

    @property
    def _decided(self) -> DisclosurePolicy:
        students = self.config.students
        return DisclosurePolicy(
            student_link_days=students.share_after_days,
            counsel=students.counsel,
            counsel_approved_on=students.counsel_approved_on,
        )


TOLD = {
    Act.RENEWED: ConsentChange.RENEWED,
    Act.NARROWED: ConsentChange.CHANGED,
    Act.PAUSED: ConsentChange.PAUSED,
    Act.RESUMED: ConsentChange.RESUMED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A person's answer to the consent text. `seen` is the hash of the text they were shown."""

    scopes: frozenset[Scope]
    seen: str
    channel: Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand with a person.

    `hold` is None where no legal hold stands. `erased_by` is when all is erased at the latest if
    nobody renews the consent, None while a hold stands.
    """

    consent: Consent
    phase: Phase
    renewal_due: bool
    hold: Hold | None
    erased_by: datetime | None
    history: tuple[Consent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consenting:
    """Each word is a line of the ledger, a letter to whoever reads the mailbox, and audited."""

    state: State
    terms: DistrictTerms
    letters: Correspondence
    retiring: Retiring
    now: Now

    def answer(self, ref: str, answer: Answer) -> Consent:
        """Take an answer to the whole text as it is today: it lasts for a year from now."""
        self._refuse_nothing(answer.scopes)
        if answer.seen != self.terms.hash:
            reason = (
                "The consent text has changed since you saw it. Please read it again, then answer."
            )
            raise InputError(reason)
        now, before = self.now(), self._standing(ref)
        after = replace(
            before,
            text_version=TEXT_VERSION,
            text_hash=self.terms.hash,
            scopes=answer.scopes,
            given_at=now,
            expires_at=now + CONSENT_LASTS,
            act=Act.RENEWED,
            channel=answer.channel,
            at=now,
        )
        return self._kept(before, after)

    def narrow(self, ref: str, scopes: frozenset[Scope], channel: Channel) -> Consent:
        """Drop scopes; what only they had shown is forgotten (`flows/membership/retiring.py`)."""
        self._refuse_nothing(scopes)
        before = self._live(ref)
        return self._kept(before, replace(narrowed(before, scopes, self.now()), channel=channel))

    def pause(self, ref: str, until: datetime, channel: Channel) -> Consent:
        """Ask nothing and tell nothing but notices, until a day; what is known is kept."""
        before = self._live(ref)
        return self._kept(before, replace(paused(before, until, self.now()), channel=channel))

    def resume(self, ref: str, channel: Channel) -> Consent:
        before = self._live(ref)
        if not before.paused(self.now()):
            reason = "Checks are not paused, so there is nothing to resume."
            raise InputError(reason)
        return self._kept(before, replace(resumed(before, self.now()), channel=channel))

    def standing(self, ref: str) -> Standing:
        """Return how things stand with a person's consent and data, for themselves to read."""
        consent = self.state.consents.latest(ref)
        if consent is None:
            reason = f"Nobody is enrolled under {ref}."
            raise InputError(reason)
        hold = self.state.holds.standing(ref)
        return Standing(
            consent=consent,
            phase=phase(consent, self.now()),
            renewal_due=renewal_due(consent, self.now()),
            hold=hold,
            erased_by=None if hold else _erased_by(consent),
            history=self.state.consents.history(ref),
        )

    def _standing(self, ref: str) -> Consent:
        """Return the consent that can go on; one that ran out can until its data is erased."""
        consent = self.state.consents.latest(ref)
        if consent is None or consent.withdrawn_at is not None:
            reason = "This consent has ended. To come back, the person needs a new invitation."
            raise NotPermittedError(reason)
        return consent

    def _live(self, ref: str) -> Consent:
        consent = self._standing(ref)
        if not consent.live(self.now()):
            reason = "This consent has expired. It can be renewed until all data is deleted."
            raise NotPermittedError(reason)
        return consent

    def _refuse_nothing(self, scopes: frozenset[Scope]) -> None:
        if not scopes:
            reason = "Choose at least one. To stop everything, pause or leave instead."
            raise InputError(reason)

    def _kept(self, before: Consent, after: Consent) -> Consent:
        ref, now = after.person, self.now()
        with self.state.write():
            if self.state.consents.latest(ref) != before:
                reason = "This consent has changed in the meantime. Please look at it again."
                raise InputError(reason)
            self.state.consents.append(after)
            if before.scopes - after.scopes:
                self.retiring.narrowed(after)
            plan = LetterPlan(reader=ref, period=f"{after.act}-{now.isoformat()}")
            self.letters.queue(plan, self._told(after))
            self.state.audit.append(now, actor(ref, after.channel), f"consent-{after.act}", ref, {})
        return after

    def _told(self, consent: Consent) -> ConsentChangedView:
        person = self.state.people.get(consent.person)
        return ConsentChangedView(
            **self.letters.greeting(person),
            **self.letters.undoing(person),
            change=TOLD[consent.act],
            at=consent.written_at,
            agreed=tuple(words for scope, words in SCOPES.items() if scope in consent.scopes),
            expires_at=consent.expires_at,
            paused_until=consent.paused_until if consent.paused(self.now()) else None,
        )


def _erased_by(consent: Consent) -> datetime:
    """Return when all is erased at the latest, unless the consent goes on."""
    if consent.withdrawn_at is not None:
        return consent.withdrawn_at + ERASED_WITHIN
    return erased_at(consent)
