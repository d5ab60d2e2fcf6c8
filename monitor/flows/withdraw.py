"""Leaving: nothing is asked from that moment on, and everything is erased within a day."""

from dataclasses import dataclass
from datetime import timedelta

from monitor.domain.retention import ERASED_WITHIN
from monitor.errors import InputError
from monitor.flows.letters import Correspondence, LetterPlan
from monitor.flows.parts import Now
from monitor.store.outbox import LetterState
from monitor.store.state import State
from reports.notice import WithdrawnView

BACKUPS_ROTATE = timedelta(days=30)
ERASURE = "erase"
ERASURE_RETRY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    state: State
    letters: Correspondence
    now: Now

    def withdraw(self, ref: str) -> None:
        """End a consent and take leave by letter; the erasure follows when that was sent."""
        now, person = self.now(), self.state.people.get(ref)
        consent = self.state.consents.latest(ref)
        if consent is None or consent.withdrawn_at is not None:
            reason = "This person has withdrawn already; the erasure is under way."
            raise InputError(reason)
        with self.state.write():
            self.state.consents.withdraw(ref, now)
            self.state.due.ensure(ERASURE, ref, now)
            plan = LetterPlan(reader=ref, period=now.date().isoformat())
            view = WithdrawnView(
                **self.letters.farewell(person),
                at=now,
                erased_by=now + ERASED_WITHIN,
                backups_by=now + BACKUPS_ROTATE,
            )
            self.letters.queue(plan, view)
            self.state.audit.append(now, ref, "withdrew", ref, {})

    def erase(self, ref: str) -> bool:
        """Erase a person who left; put it off, for a day at most, while a letter waits."""
        consent = self.state.consents.latest(ref)
        if consent is None or consent.withdrawn_at is None:
            return False
        # The next try would come too late to keep the promise.
        last_try = self.now() + ERASURE_RETRY >= consent.withdrawn_at + ERASED_WITHIN
        if self._letter_waits(ref) and not last_try:
            return False
        with self.state.write():
            self.state.audit.append(self.now(), "namesake", "erased", ref, {})
            self.state.people.erase(ref)
        return True

    def _letter_waits(self, ref: str) -> bool:
        return any(
            letter.recipient_ref == ref and letter.state is LetterState.QUEUED
            for letter in self.state.outbox.all()
        )
