"""The invitation: what Namesake is, and a code that only this mailbox gets."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote

from reports.letter import Letter, composed
from reports.lines import LetterView

Inviting = TypeVar("Inviting", "InvitationView", "ReminderView")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationView(LetterView):
    """`how` says where the code goes. The queued letter holds no code: it is put in when sent.

    `review_url` is where a code opens the invitation; the code is added to it.
    """

    how: str
    expires_at: datetime
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderView(LetterView):
    """The one reminder of an invitation; all as there."""

    how: str
    invited_at: datetime
    expires_at: datetime
    code: str = ""


def render(view: InvitationView) -> Letter:
    """Raise ValueError where the code was not put in."""
    return composed("invitation", {"view": _leading(view)})


def render_reminder(view: ReminderView) -> Letter:
    """Raise ValueError where the code was not put in."""
    return composed("reminder", {"view": _leading(view)})


def _leading(view: Inviting) -> Inviting:
    """Let the button lead to what the code opens."""
    if not view.code:
        message = "An invitation without its code invites nobody."
        raise ValueError(message)
    if not view.review_url:
        return view
    return replace(view, review_url=f"{view.review_url}/{quote(view.code, safe='')}")
