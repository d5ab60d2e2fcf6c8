"""Whether a question may still be asked: read at the moment of asking, since consent can end."""

from dataclasses import dataclass
from enum import StrEnum

from monitor.domain.consent import Scope
from monitor.flows.parts import Now
from monitor.store.state import State
from scrapers.request import Query, QueryKind


class Pictures(StrEnum):
    """Whether this installation can open pictures at all; what it cannot is not asked for."""

    OPENED = "opened"
    UNOPENED = "unopened"

    @property
    def remedy(self) -> str:
        """Say what is missing, in one sentence; empty where nothing is."""
        if self is Pictures.OPENED:
            return ""
        return (
            "Profile pictures are not compared: that takes the optional extra `photos` "
            "(pip install 'namesake-monitor[photos]')."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    state: State
    now: Now
    pictures: Pictures = Pictures.UNOPENED

    def __call__(self, query: Query) -> bool:
        if query.kind is QueryKind.PICTURE:
            return self.pictures is Pictures.OPENED and self._covers(query.subject, Scope.PHOTOS)
        return not query.subject or self.state.consents.stands(query.subject, self.now())

    def _covers(self, ref: str, scope: Scope) -> bool:
        consent = self.state.consents.latest(ref)
        return consent is not None and consent.covers(scope, self.now())
