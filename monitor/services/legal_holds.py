"""A legal hold: what a person has here is kept, whatever they or time would erase, and they know.

It opens nothing to anybody. Whoever leaves under it is asked about and written to no more; the
erasure waits until it is lifted. One reviewer proposes each step and another confirms it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from monitor.config import Config
from monitor.db.database import State
from monitor.db.people import Hold
from monitor.domain.disclosure import HoldProposal, HoldStep
from monitor.domain.retention import ERASED_WITHIN
from monitor.errors import InputError, NotPermittedError
from monitor.services.erasure import ERASURE
from monitor.services.notifications import Correspondence, LetterPlan, Reviewer
from monitor.services.ports import NewRef, Now
from monitor.services.retention import Retiring
from reports.emails.account import HoldView
from reports.sanitize import one_address

NOT_ON_YOURSELF = "You cannot decide on a legal hold about yourself. Ask two other reviewers."


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Each of the two acts from a session of their own: nobody can name a second person."""

    state: State
    config: Config
    letters: Correspondence
    retiring: Retiring
    now: Now
    new_ref: NewRef

    def propose(self, reviewer: Reviewer, whom: str, step: HoldStep, reason: str) -> HoldProposal:
        """Propose to place or lift a hold on a person, named by work address or reference."""
        self._refuse_strangers(reviewer.address)
        person = self._found(reviewer, whom.strip())
        with self.state.write():
            self._refuse(reviewer, person, step)
            proposal = HoldProposal(
                ref=self.new_ref(),
                person=person,
                step=step,
                first=reviewer.address,
                reason=reason.strip(),
                at=self.now(),
            )
            self.state.hold_proposals.add(proposal)
            self._audit(reviewer, f"proposed-{_DONE[step]}", proposal)
        return proposal

    def waiting(self) -> Iterator[HoldProposal]:
        """Yield what waits for a second reviewer, the oldest first."""
        now = self.now()
        return (each for each in self.state.hold_proposals.all() if each.waits(now))

    def confirm(self, reviewer: Reviewer, ref: str) -> HoldProposal:
        """Do what another reviewer proposed. The person is written to in the same transaction."""
        with self.state.write():
            proposal = self.state.hold_proposals.get(ref)
            self._refuse_strangers(proposal.first, reviewer.address)
            proposal.check_second(reviewer.address, self.now())
            self._refuse(reviewer, proposal.person, proposal.step)
            by = tuple(sorted((proposal.first, reviewer.address)))
            if proposal.step is HoldStep.PLACE:
                self._place(proposal, by)
            else:
                self._lift(proposal, by)
            self.state.hold_proposals.drop_of(proposal.person)
            self._audit(reviewer, _DONE[proposal.step], proposal)
        return proposal

    def _found(self, reviewer: Reviewer, whom: str) -> str:
        """Return the person's ref. Whoever tries out who has joined is on record."""
        people = self.state.people
        ref = people.find_by_mail(whom.lower()) if one_address(whom) else whom
        if ref is None or ref not in people.refs():
            self.state.audit.append(self.now(), reviewer.ref, "proposed-in-vain", "", {})
            sentence = "No one has joined under this address or reference."
            raise InputError(sentence)
        return ref

    def _place(self, proposal: HoldProposal, by: tuple[str, ...]) -> None:
        now = self.now()
        hold = Hold(person=proposal.person, placed_at=now, by=by, reason=proposal.reason)
        self.state.holds.place(hold)
        self._write_to(proposal, self._view(hold, by, proposal.reason))

    def _lift(self, proposal: HoldProposal, by: tuple[str, ...]) -> None:
        """Lift it; who has left meanwhile is erased within a day from now."""
        now, ref = self.now(), proposal.person
        hold = self.state.holds.standing(ref)
        if hold is None:
            raise InputError(_FAULTS[HoldStep.LIFT])
        consent = self.state.consents.latest(ref)
        left = consent is not None and consent.withdrawn_at is not None
        view = self._view(hold, by, proposal.reason)
        self.state.holds.lift(ref, now)
        if left:
            self.state.due.ensure(ERASURE, ref, now)
        elif consent is not None:
            self.retiring.narrowed(consent)
        erased_by = now + ERASED_WITHIN if left else None
        self._write_to(proposal, replace(view, lifted_at=now, erased_by=erased_by))

    def _view(self, hold: Hold, by: tuple[str, ...], reason: str) -> HoldView:
        person = self.state.people.get(hold.person)
        return HoldView(
            **self.letters.greeting(person), placed_at=hold.placed_at, by=by, reason=reason
        )

    def _refuse(self, reviewer: Reviewer, person: str, step: HoldStep) -> None:
        if reviewer.person and reviewer.person == person:
            raise NotPermittedError(NOT_ON_YOURSELF)
        if self.state.holds.stands(person) is (step is HoldStep.PLACE):
            raise InputError(_FAULTS[step])

    def _refuse_strangers(self, *addresses: str) -> None:
        listed = {each.casefold() for each in self.config.district.reviewers}
        if not {each.casefold() for each in addresses} <= listed:
            sentence = "Only reviewers named in the configuration can place or lift a legal hold."
            raise NotPermittedError(sentence)

    def _write_to(self, proposal: HoldProposal, view: HoldView) -> None:
        period = f"{_DONE[proposal.step]}-{self.now().isoformat()}"
        self.letters.queue(LetterPlan(reader=proposal.person, period=period), view)

    def _audit(self, reviewer: Reviewer, action: str, proposal: HoldProposal) -> None:
        said = self.state.audit.commitment(proposal.person, proposal.reason)
        self.state.audit.append(self.now(), reviewer.ref, action, proposal.person, {"reason": said})


_DONE = {HoldStep.PLACE: "held", HoldStep.LIFT: "released"}
_FAULTS = {
    HoldStep.PLACE: "This person is already under a legal hold.",
    HoldStep.LIFT: "This person is not under a legal hold.",
}
