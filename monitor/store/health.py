"""How each source is doing, from sweep to sweep."""

from dataclasses import dataclass
from datetime import datetime

from monitor.store.database import Database, Row
from monitor.store.moment import read, read_or_none, written, written_or_none
from scrapers.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """`since` is when this outcome began; `retry_at` is None where any time will do.

    `proven_at` is when its canaries last agreed in the field, None for an unproven source.
    """

    source: str
    outcome: Outcome
    since: datetime
    note: str = ""
    retry_at: datetime | None = None
    proven_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Health:
    database: Database

    def get(self, source: str) -> SourceHealth | None:
        found = self.database.row("SELECT * FROM health WHERE source = ?", source)
        return None if found is None else _health(found)

    def put(self, health: SourceHealth) -> None:
        with self.database.write():
            self.database.run(
                "INSERT OR REPLACE INTO health VALUES (?, ?, ?, ?, ?, ?)",
                health.source,
                health.outcome,
                written(health.since),
                health.note,
                written_or_none(health.retry_at),
                written_or_none(health.proven_at),
            )

    def all(self) -> tuple[SourceHealth, ...]:
        rows = self.database.rows("SELECT * FROM health ORDER BY source")
        return tuple(_health(row) for row in rows)


def _health(row: Row) -> SourceHealth:
    source, outcome, since, note, retry_at, proven_at = row
    return SourceHealth(
        source=source,
        outcome=Outcome(outcome),
        since=read(since),
        note=note,
        retry_at=read_or_none(retry_at),
        proven_at=read_or_none(proven_at),
    )
