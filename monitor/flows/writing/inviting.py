"""What an invitation says, and its one reminder."""

from dataclasses import dataclass

from monitor.flows.writing.letters import Correspondence, Greeting
from monitor.store.invitations import Invitation
from reports.invitation import InvitationView, ReminderView


@dataclass(frozen=True, slots=True, kw_only=True)
class Inviting:
    letters: Correspondence

    def invitation(self, invitation: Invitation) -> InvitationView:
        config = self.letters.config
        once = " One reminder follows, and no more." if config.invitations.reminds else ""
        greeting = self._greeting(
            invitation,
            why=f"You get this letter because {config.district.name} offers Namesake to its staff.",
            leave=f"To decline, do nothing: without your answer nothing is looked up.{once}",
        )
        return InvitationView(**greeting, how=self._how(), expires_at=invitation.expires_at)

    def reminder(self, invitation: Invitation) -> ReminderView:
        """Speak of an invitation that may be answered until its `expires_at`."""
        district = self.letters.config.district.name
        greeting = self._greeting(
            invitation,
            why=f"You get this letter because {district} invited you, and you have not answered.",
            leave="It is the last one: to decline, do nothing.",
        )
        return ReminderView(
            **greeting,
            how=self._how(),
            invited_at=invitation.invited_at,
            expires_at=invitation.expires_at,
        )

    def _greeting(self, invitation: Invitation, why: str, leave: str) -> Greeting:
        address = self.letters.config.portal.address
        greeting = self.letters.greeting_to(invitation.given, why=why, leave=leave)
        if address:
            greeting["review_url"] = f"{address}/join/code"
        return greeting

    def _how(self) -> str:
        address = self.letters.config.portal.address
        if not address:
            return "Run “namesake enrol” and paste the code, or ask IT to sit down with you."
        return f"Press the button, or paste the code at {address}/join."
