"""The two letters of a change of address: one asks at the new one, one tells the old one."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from reports.letter import Letter, composed
from reports.lines import LetterView

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAddressView(LetterView):
    """Goes to a mailbox whose owner may be anybody, so it names nobody.

    The queued letter holds no token: it is put in when the letter is sent.
    """

    expires_at: datetime
    token: str = ""

    @property
    def address(self) -> str:
        return f"{self.review_url.rstrip('/')}/me/data/address/{self.token}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressChangedView(LetterView):
    """Goes to the address that was given up, and does not tell the new one.

    `not_me` says how to undo it at once.
    """

    at: datetime
    not_me: str
    undo_url: str = ""


def render_new(view: NewAddressView) -> Letter:
    """Raise ValueError where the token was not put in."""
    if not _TOKEN.fullmatch(view.token) or not view.review_url:
        message = "A link to confirm an address needs its token and the address of the pages."
        raise ValueError(message)
    return composed("new_address", {"view": view})


def render_changed(view: AddressChangedView) -> Letter:
    return composed("address_changed", {"view": view})
