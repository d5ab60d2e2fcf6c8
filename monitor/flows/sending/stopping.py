"""Stopping the weekly letter, and no more than that: who wants to leave says so elsewhere."""

from dataclasses import dataclass

from monitor.flows.parts import Now
from monitor.store.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    state: State
    now: Now

    def bearer(self, token: str) -> str | None:
        """Return who may be spoken for with a token, None if nobody."""
        return self.state.stopped_mail.bearer(token)

    def stopped(self, person: str) -> bool:
        return self.state.stopped_mail.since(person) is not None

    def stop(self, person: str) -> None:
        """Send no more digests. Mail programs may ask for it more than once."""
        with self.state.write():
            if not self.stopped(person):
                self.state.stopped_mail.stop(person, self.now())
                self.state.audit.append(self.now(), person, "stopped-digest", person, {})

    def go_on(self, person: str) -> None:
        """Send digests again; the next one tells what was noticed meanwhile."""
        with self.state.write():
            if self.stopped(person):
                self.state.stopped_mail.go_on(person)
                self.state.audit.append(self.now(), person, "resumed-digest", person, {})
