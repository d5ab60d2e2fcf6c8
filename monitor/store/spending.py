"""How many requests each source with a budget has had: what a restart must not forget."""

from dataclasses import dataclass
from datetime import date, datetime

from monitor.store.database import Database, Sync
from scrapers.fetch.budget import Spent, standing


@dataclass(frozen=True, slots=True)
class Spending:
    """The lanes' memory (`scrapers.fetch.ledger.SpendingMemory`)."""

    database: Database

    def load(self, source: str) -> Spent | None:
        found = self.database.row(
            "SELECT day, today, this_week FROM spending WHERE source = ?", source
        )
        if found is None:
            return None
        day, today, this_week = found
        return Spent(source=source, day=date.fromisoformat(day), today=today, this_week=this_week)

    def of(self, source: str, now: datetime) -> Spent:
        """Return what of it still counts against the budget."""
        return standing(self.load(source) or Spent(source=source, day=now.date()), now)

    def save(self, spent: Spent) -> None:
        with self.database.write(Sync.NORMAL):
            self.database.run(
                "INSERT OR REPLACE INTO spending VALUES (?, ?, ?, ?)",
                spent.source,
                spent.day.isoformat(),
                spent.today,
                spent.this_week,
            )
