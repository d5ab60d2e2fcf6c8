"""Opening a flag early: one reviewer proposes, another confirms, and its person is told at once."""

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.config import Config
from monitor.domain.flag import Flag
from monitor.domain.glass import Proposal
from monitor.errors import InputError, NotPermittedError
from monitor.flows.parts import NewRef, Now
from monitor.flows.reviewing.admission import Admission
from monitor.flows.reviewing.queue import Reviewer, refuse_self
from monitor.flows.writing.glass import Glass
from monitor.flows.writing.telling import WHAT
from monitor.store.state import State

FOR_A_DAY = "IT can see it for one day."


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyLooks:
    """Each of the two acts from a session of their own: nobody can name a second person."""

    state: State
    config: Config
    admission: Admission
    glass: Glass
    now: Now
    new_ref: NewRef

    def propose(self, reviewer: Reviewer, begun: str, reason: str) -> Proposal:
        """Wish to open a flag, named by as much of its ref as letters print."""
        with self.state.write():
            flag = self.state.flags.get(self.state.flags.whole(begun.strip()))
            refuse_self(reviewer, flag)
            self._refuse_needless(flag)
            proposal = Proposal(
                ref=self.new_ref(),
                flag=flag.ref,
                person=flag.person,
                first=reviewer.address,
                reason=reason.strip(),
                at=self.now(),
            )
            said = self.state.audit.commitment(flag.person, proposal.reason)
            self.state.glass.put(proposal)
            self._audit(reviewer, "proposed-glass", flag.ref, {"reason": said})
        return proposal

    def waiting(self) -> Iterator[tuple[Proposal, Flag]]:
        """Yield what waits for a second reviewer, the oldest first."""
        for proposal in self.state.glass.unconfirmed():
            if proposal.waits(self.now()):
                yield proposal, self.state.flags.get(proposal.flag)

    def confirm(self, reviewer: Reviewer, ref: str) -> Proposal:
        """Open it for a day. Its person is written to in the same transaction."""
        with self.state.write():
            proposal = self.state.glass.get(ref)
            flag = self.state.flags.get(proposal.flag)
            refuse_self(reviewer, flag)
            self._refuse_strangers(proposal.first, reviewer.address)
            broken = proposal.confirmed(reviewer.address, self.now())
            self._refuse_needless(flag)
            self.state.glass.put(broken)
            if self.admission.opening(flag) is None:
                sentence = "This person's consent has ended, and with it all review."
                raise NotPermittedError(sentence)
            seen = f"{WHAT[flag.kind]} {FOR_A_DAY}"
            self.glass.broken(flag.person, seen, broken.reason, (broken.first, broken.second))
            self._audit(reviewer, "broke-glass", flag.ref, {})
        return broken

    def _refuse_needless(self, flag: Flag) -> None:
        if self.admission.opening(flag):
            reason = "This flag is open to IT already: it stands in the queue."
            raise InputError(reason)

    def _refuse_strangers(self, *addresses: str) -> None:
        listed = {each.casefold() for each in self.config.district.reviewers}
        if not {each.casefold() for each in addresses} <= listed:
            reason = "Whoever proposed this is no reviewer any more: propose it anew."
            raise NotPermittedError(reason)

    def _audit(self, reviewer: Reviewer, action: str, ref: str, details: dict[str, str]) -> None:
        self.state.audit.append(self.now(), reviewer.ref, action, ref, details)
