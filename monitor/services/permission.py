"""Whether a question may still be asked: read at the moment of asking.

Consent can end, rest, or lose a scope while a sweep runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from monitor.db.database import State
from monitor.domain.planning.queries import scope_of
from monitor.services.ports import Now
from scrapers.models import Query, QueryKind
from scrapers.source import Source


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
    sources: Mapping[str, Source]
    pictures: Pictures = Pictures.UNOPENED

    def __call__(self, query: Query) -> bool:
        if query.kind is QueryKind.PICTURE and self.pictures is Pictures.UNOPENED:
            return False
        if not query.subject:
            return True
        consent = self.state.consents.latest(query.subject)
        source = self.sources.get(query.source)
        if consent is None or source is None:
            return False
        return consent.covers(scope_of(query.kind, source.family), self.now())
