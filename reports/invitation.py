"""The invitation: what Namesake is, and a code that only this mailbox gets."""

from dataclasses import dataclass
from datetime import datetime

from reports.letter import Letter, composed
from reports.lines import LetterView


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationView(LetterView):
    """`how` says where the code goes. The queued letter holds no code: it is put in when sent."""

    how: str
    expires_at: datetime
    code: str = ""


def render(view: InvitationView) -> Letter:
    """Raise ValueError where the code was not put in."""
    if not view.code:
        message = "An invitation without its code invites nobody."
        raise ValueError(message)
    return composed("invitation", {"view": view})
