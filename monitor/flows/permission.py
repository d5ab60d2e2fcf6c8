"""Whether a question may still be asked: read at the moment of asking, since consent can end."""

from dataclasses import dataclass

from monitor.flows.parts import Now
from monitor.store.state import State
from scrapers.request import Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    state: State
    now: Now

    def __call__(self, query: Query) -> bool:
        if not query.subject:
            return True
        consent = self.state.consents.latest(query.subject)
        return consent is not None and consent.live(self.now())
