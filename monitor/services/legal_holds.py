"""A legal hold: what a person has here is kept, whatever they or time would erase, and they know.

It opens nothing to anybody. Whoever leaves under it is asked about and written to no more; the
erasure waits until it is lifted.
"""

from dataclasses import dataclass

from monitor.config import Config
from monitor.db.database import State
from monitor.db.people import Hold
from monitor.domain.retention import ERASED_WITHIN
from monitor.errors import InputError, NotPermittedError
from monitor.services.erasure import ERASURE
from monitor.services.notifications import Correspondence, LetterPlan
from monitor.services.ports import Now
from monitor.services.retention import Retiring
from reports.emails.account import HoldView

PLACED_BY_LEAST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Placing takes a right away, and so two reviewers; lifting gives it back, and takes one."""

    state: State
    config: Config
    letters: Correspondence
    retiring: Retiring
    now: Now

    def place(self, ref: str, by: frozenset[str], reason: str) -> None:
        self._refuse(by, reason)
        if len(by) < PLACED_BY_LEAST:
            sentence = "A legal hold takes two reviewers: it keeps what its person may want erased."
            raise NotPermittedError(sentence)
        if self.state.holds.stands(ref):
            sentence = "This person is under a legal hold already."
            raise InputError(sentence)
        person, now = self.state.people.get(ref), self.now()
        hold = Hold(person=person.ref, placed_at=now, by=tuple(sorted(by)), reason=reason)
        with self.state.write():
            self.state.holds.place(hold)
            self._tell(
                hold,
                HoldView(
                    **self.letters.greeting(person),
                    placed_at=now,
                    by=hold.by,
                    reason=reason,
                ),
            )

    def lift(self, ref: str, by: frozenset[str], reason: str) -> None:
        """Lift it; who has left meanwhile is erased within a day from now."""
        self._refuse(by, reason)
        person, now = self.state.people.get(ref), self.now()
        hold = self.state.holds.standing(ref)
        if hold is None:
            sentence = "This person is under no legal hold."
            raise InputError(sentence)
        consent = self.state.consents.latest(ref)
        left = consent is not None and consent.withdrawn_at is not None
        view = HoldView(
            **self.letters.greeting(person),
            placed_at=hold.placed_at,
            by=tuple(sorted(by)),
            reason=reason,
            lifted_at=now,
            erased_by=now + ERASED_WITHIN if left else None,
        )
        with self.state.write():
            self.state.holds.lift(ref, now)
            if left:
                self.state.due.ensure(ERASURE, ref, now)
            elif consent is not None:
                self.retiring.narrowed(consent)
            self._tell(hold, view)

    def _refuse(self, by: frozenset[str], reason: str) -> None:
        if not by or not by <= set(self.config.district.reviewers):
            sentence = "Only reviewers named in the configuration place or lift a legal hold."
            raise NotPermittedError(sentence)
        if not reason.strip():
            sentence = "A legal hold takes a reason: the person will read it."
            raise InputError(sentence)

    def _tell(self, hold: Hold, view: HoldView) -> None:
        """Write it down and to the person, in the transaction that places or lifts it."""
        now, done = self.now(), "released" if view.lifted_at else "held"
        said = self.state.audit.commitment(hold.person, view.reason)
        self.state.audit.append(now, "operator", done, hold.person, {"reason": said})
        self.letters.queue(LetterPlan(reader=hold.person, period=f"{done}-{now.isoformat()}"), view)
