"""The gate before each query: it needs its person's consent, or asks in the district's own name."""

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.app.sources import PictureSupport
from monitor.db.database import Database
from monitor.domain.district.inventory import (
    DISTRICT_SUBJECT,
    DistrictInventory,
    allows_district_query,
)
from monitor.domain.planning.consented_queries import get_required_scope
from scrapers.http.clock import Clock
from scrapers.models import Query, QueryKind
from scrapers.source import Source, SourceFamily


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryPermission:
    """Whether a query may still be asked, read at the moment of asking.

    Consent can end, pause, or lose a scope while a sweep runs. What is asked in the district's
    own name needs no consent, and may hold no word but its own.
    """

    db: Database
    clock: Clock
    sources: Mapping[str, Source]
    inventory: DistrictInventory | None = None
    pictures: PictureSupport = PictureSupport.UNOPENED

    def __call__(self, query: Query) -> bool:
        if query.subject == DISTRICT_SUBJECT:
            return self._allows_district_query(query)
        if query.kind is QueryKind.PICTURE and self.pictures is PictureSupport.UNOPENED:
            return False
        if not query.subject:
            return True
        consent = self.db.consents.find_latest_consent(query.subject)
        source = self.sources.get(query.source)
        if consent is None or source is None:
            return False
        return consent.covers_scope(get_required_scope(query.kind, source.family), self.clock.now())

    def _allows_district_query(self, query: Query) -> bool:
        source = self.sources.get(query.source)
        if self.inventory is None or source is None or source.family is SourceFamily.MAIL_HASH:
            return False
        if allows_district_query(query, self.inventory):
            return True
        known = (
            finding.trace.handle for finding in self.db.district_findings.list_district_findings()
        )
        return allows_district_query(query, self.inventory, filter(None, known))
