"""Who does not answer an invitation is reminded once, and then forgotten."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.config import Config
from monitor.errors import InputError
from monitor.flows.parts import Now
from monitor.flows.writing.inviting import Inviting
from monitor.flows.writing.letters import Correspondence, LetterPlan
from monitor.store.invitations import Invitation
from monitor.store.state import State
from reports.press import LetterKind

REMINDER = "reminder"
INVITATION_LASTS = timedelta(days=14)
# Whoever was invited so long ago hears no more of it, as when the service slept for a month.
TOO_LATE = 2 * INVITATION_LASTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminding:
    """A reminder opens the invitation once more for as long as it was open at first."""

    state: State
    config: Config
    letters: Correspondence
    now: Now

    def foresee(self, invitation: Invitation) -> None:
        """Lay the row that reminds; to be called inside the transaction that invites."""
        if self.config.invitations.reminds and invitation.reminded_at is None:
            days = self.config.invitations.remind_after_days
            at = invitation.invited_at + timedelta(days=days)
            self.state.due.ensure(REMINDER, invitation.ref, at)

    def remind(self, ref: str) -> None:
        """Remind, unless there is nothing any more to remind of, or never was."""
        now = self.now()
        with self.state.write():
            invitation = self._known(ref)
            if invitation is None or not self._awaits(invitation, now):
                return
            expires_at = now + INVITATION_LASTS
            self.state.invitations.remind(ref, now, expires_at)
            # By the day of the invitation, so that no restored copy writes a second one.
            plan = LetterPlan(reader=ref, period=invitation.invited_at.date().isoformat())
            view = Inviting(letters=self.letters).reminder(
                replace(invitation, expires_at=expires_at)
            )
            self.letters.queue(plan, view)
            self.state.audit.append(now, "namesake", "reminded", ref, {})

    def _known(self, ref: str) -> Invitation | None:
        try:
            return self.state.invitations.get(ref)
        except InputError:
            return None

    def _awaits(self, invitation: Invitation, now: datetime) -> bool:
        """Tell whether they got a letter, said nothing, and were never reminded."""
        return (
            self.config.invitations.reminds
            and invitation.spent_at is None
            and invitation.reminded_at is None
            and now - invitation.invited_at < TOO_LATE
            and self._got_it(invitation.ref)
        )

    def _got_it(self, ref: str) -> bool:
        """Tell whether a mail server took the invitation, and did not send it back."""
        outbox, kind = self.state.outbox, LetterKind.INVITATION
        return outbox.latest(ref, kind) is not None and outbox.last_sent(ref, kind) is not None
