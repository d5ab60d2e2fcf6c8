"""The last time on record: what a clock that was set wrong is held against."""

from dataclasses import dataclass
from datetime import datetime

from monitor.store.database import Database
from monitor.store.moment import read, written


@dataclass(frozen=True, slots=True)
class ClockRow:
    database: Database

    def last(self) -> datetime | None:
        """Return when the service last noted the time; None before it ever did."""
        found = self.database.row("SELECT at FROM clock")
        return None if found is None else read(found[0])

    def note(self, at: datetime) -> None:
        with self.database.write():
            self.database.run("INSERT OR REPLACE INTO clock VALUES (1, ?)", written(at))
