"""Undoing what was not one's own doing: the owner of a mailbox says so by one button."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.domain.person import Person
from monitor.errors import InputError
from monitor.flows.membership.withdraw import Leaving
from monitor.flows.parts import Now
from monitor.flows.writing.mailbox_token import token_of
from monitor.store.state import State

# Long enough to read one's mail, and short enough that an old letter erases nobody.
LASTS = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disowning:
    """The token stands in letters about a consent or an address, and so with its mailbox."""

    state: State
    leaving: Leaving
    now: Now

    def bearer(self, token: str) -> str | None:
        """Return whose letter a token stands in; None where it does nothing any more."""
        ref = token.rpartition("-")[0]
        known = (token_of(self.state, each) for each in self._heard(ref))
        if any(hmac.compare_digest(token.encode(), each.encode()) for each in known):
            return ref
        return None

    def _heard(self, ref: str) -> Iterator[Person]:
        """Yield the person with each address at which a letter told of a deed not long ago."""
        consent, since = self.state.consents.latest(ref), self.now() - LASTS
        if consent is None or consent.withdrawn_at is not None:
            return
        person = self.state.people.get(ref)
        if since < consent.written_at:
            yield person
        for change in self.state.address_changes.of(ref):
            if change.changed_at and since < change.changed_at:
                yield replace(person, mail=change.old)

    def disown(self, token: str) -> None:
        """End the consent and erase everything at once."""
        ref = self.bearer(token)
        if ref is None:
            reason = "This link does nothing any more."
            raise InputError(reason)
        self.leaving.disown(ref)
