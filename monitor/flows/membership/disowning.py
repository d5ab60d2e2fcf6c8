"""Undoing what was not one's own doing: the owner of a mailbox says so by one button."""

import hmac
from dataclasses import dataclass
from datetime import timedelta

from monitor.errors import InputError
from monitor.flows.membership.withdraw import Leaving
from monitor.flows.parts import Now
from monitor.flows.writing.mailbox_token import token_of
from monitor.store.state import State

# Long enough to read one's mail, and short enough that an old letter erases nobody.
LASTS = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disowning:
    """The token stands in letters about a person's consent alone, and so with their mailbox."""

    state: State
    leaving: Leaving
    now: Now

    def bearer(self, token: str) -> str | None:
        """Return whose letter a token stands in; None where it does nothing any more."""
        ref = token.rpartition("-")[0]
        if not hmac.compare_digest(token.encode(), token_of(self.state, ref).encode()):
            return None
        consent = self.state.consents.latest(ref)
        if consent is None or consent.withdrawn_at is not None:
            return None
        return ref if self.now() < consent.written_at + LASTS else None

    def disown(self, token: str) -> None:
        """End the consent and erase everything at once."""
        ref = self.bearer(token)
        if ref is None:
            reason = "This link does nothing any more."
            raise InputError(reason)
        self.leaving.disown(ref)
