"""The letter with a link to sign in."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from reports.letter import Letter, composed
from reports.lines import LetterView

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLinkView(LetterView):
    """The queued letter holds no token: it is put in when the letter is sent."""

    expires_at: datetime
    token: str = ""

    @property
    def address(self) -> str:
        return f"{self.review_url.rstrip('/')}/sign-in/{self.token}"


def render(view: SignInLinkView) -> Letter:
    """Raise ValueError where the token was not put in."""
    if not _TOKEN.fullmatch(view.token) or not view.review_url:
        message = "A link to sign in needs its token and the address of the pages."
        raise ValueError(message)
    return composed("sign_in_link", {"view": view})
