"""What the canaries of each source came to when an operator last asked them."""

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.trust import Standing, Trust
from monitor.store.database import Database, Row
from monitor.store.moment import read, written
from scrapers.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryCheck:
    source: str
    at: datetime
    trust: Trust


@dataclass(frozen=True, slots=True)
class CanaryChecks:
    database: Database

    def get(self, source: str) -> CanaryCheck | None:
        found = self.database.row("SELECT * FROM canary_checks WHERE source = ?", source)
        return None if found is None else _check(found)

    def since(self, at: datetime) -> tuple[CanaryCheck, ...]:
        rows = self.database.rows(
            "SELECT * FROM canary_checks WHERE at >= ? ORDER BY source", written(at)
        )
        return tuple(_check(row) for row in rows)

    def put(self, check: CanaryCheck) -> None:
        with self.database.write():
            self.database.run(
                "INSERT OR REPLACE INTO canary_checks VALUES (?, ?, ?, ?, ?)",
                check.source,
                written(check.at),
                check.trust.standing,
                check.trust.outcome,
                check.trust.note,
            )


def _check(row: Row) -> CanaryCheck:
    source, at, standing, outcome, note = row
    trust = Trust(standing=Standing(standing), outcome=Outcome(outcome), note=note, probed=True)
    return CanaryCheck(source=source, at=read(at), trust=trust)
