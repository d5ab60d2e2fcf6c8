"""The invitation: what Namesake is, and a code that only this mailbox gets."""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from reports.letter import Letter, composed
from reports.lines import LetterView


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationView(LetterView):
    """`how` says where the code goes. The queued letter holds no code: it is put in when sent.

    `review_url` is where a code opens the invitation; the code is added to it.
    """

    how: str
    expires_at: datetime
    code: str = ""


def render(view: InvitationView) -> Letter:
    """Raise ValueError where the code was not put in."""
    if not view.code:
        message = "An invitation without its code invites nobody."
        raise ValueError(message)
    if view.review_url:
        view = replace(view, review_url=f"{view.review_url}/{quote(view.code, safe='')}")
    return composed("invitation", {"view": view})
