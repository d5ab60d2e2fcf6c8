"""What happened in the district day by day, in numbers: read from plain columns, never opened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.store.database import Database
from monitor.store.moment import read, written


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something that happened to a flag of a person. `person` is opaque, and for counting only."""

    at: datetime
    person: str


@dataclass(frozen=True, slots=True)
class Figures:
    database: Database

    def raised(self, since: datetime) -> Iterator[Happened]:
        """Yield when each flag was opened, whoever may see it."""
        return self._happened(
            "SELECT opened_at, person FROM flags WHERE opened_at >= ? ORDER BY opened_at", since
        )

    def ruled(self, since: datetime) -> Iterator[Happened]:
        """Yield when each flag got its last ruling; sharing and taking back are none."""
        return self._happened(
            """SELECT max(at), person FROM judgements WHERE ruling NOT IN ('shared', 'reopened')
            AND at >= ? GROUP BY flag ORDER BY 1""",
            since,
        )

    def _happened(self, query: str, since: datetime) -> Iterator[Happened]:
        for at, person in self.database.rows(query, written(since)):
            yield Happened(at=read(at), person=person)
