"""Consent that ends by itself: its person is reminded, and what nobody renewed is erased."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.consent import Consent, reminder_due
from monitor.domain.retention import TABLE, Kept
from monitor.flows.membership.withdraw import Leaving
from monitor.flows.parts import Now
from monitor.flows.writing.letters import Correspondence, LetterPlan
from monitor.store.state import State
from reports.notice import ConsentEndingView
from reports.press import LetterKind

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
            how=f"Renew it on your page of Namesake, or write to {contact}.",
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
