"""Which flags a reviewer has opened just now: each opening is audited, reading on is not."""

from dataclasses import dataclass
from datetime import datetime

from monitor.store.database import Database
from monitor.store.moment import written
from monitor.store.owner import owner_of_flag


@dataclass(frozen=True, slots=True)
class Looks:
    """`reviewer` is an opaque ref."""

    database: Database

    def open(self, reviewer: str, flag: str, until: datetime) -> None:
        with self.database.write():
            self.database.run(
                "INSERT OR REPLACE INTO looks VALUES (?, ?, ?, ?)",
                reviewer,
                flag,
                owner_of_flag(self.database, flag),
                written(until),
            )

    def stands(self, reviewer: str, flag: str, now: datetime) -> bool:
        found = self.database.row(
            "SELECT 1 FROM looks WHERE reviewer = ? AND flag = ? AND until > ?",
            reviewer,
            flag,
            written(now),
        )
        return found is not None

    def forget_before(self, at: datetime) -> None:
        with self.database.write():
            self.database.run("DELETE FROM looks WHERE until < ?", written(at))
