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
        return not query.subject or self.state.consents.stands(query.subject, self.now())
