"""What the hosts' robots.txt said, for a day at most: a restart need not ask again.

Like the hosts themselves they are sealed: a host may carry a handle in its name.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from monitor.store.database import Database, Sync
from monitor.store.moment import written
from monitor.store.sealing import DISTRICT, Sealing
from scrapers.fetch.robots import Learnt


@dataclass(frozen=True, slots=True)
class RobotsFiles:
    """The lanes' memory (`scrapers.fetch.robots.RobotsMemory`)."""

    database: Database
    sealing: Sealing

    def load(self, origin: str) -> Learnt | None:
        mark = self.sealing.mark(DISTRICT, origin)
        found = self.database.row("SELECT sealed FROM robots WHERE mark = ?", mark)
        return None if found is None else self._learnt(mark, found[0])

    def save(self, learnt: Learnt) -> None:
        mark = self.sealing.mark(DISTRICT, learnt.origin)
        with self.database.write(Sync.NORMAL):
            self.database.run(
                "INSERT OR REPLACE INTO robots VALUES (?, ?, ?)",
                mark,
                written(learnt.until),
                self.sealing.seal(DISTRICT, _place(mark), learnt),
            )

    def all(self) -> tuple[Learnt, ...]:
        rows = self.database.rows("SELECT mark, sealed FROM robots ORDER BY rowid")
        return tuple(self._learnt(mark, sealed) for mark, sealed in rows)

    def forget_outside(self, earliest: datetime, latest: datetime) -> None:
        """Forget what ended, and what a clock that was set back would keep for longer."""
        with self.database.write():
            self.database.run(
                "DELETE FROM robots WHERE until <= ? OR until > ?",
                written(earliest),
                written(latest),
            )

    def forget_naming(self, words: Collection[str]) -> None:
        """Forget the file of every host in whose name one of these words is a label."""
        with self.database.write():
            for each in self.all():
                labels = each.origin.rpartition("/")[2].split(".")
                if not set(labels).isdisjoint(words):
                    mark = self.sealing.mark(DISTRICT, each.origin)
                    self.database.run("DELETE FROM robots WHERE mark = ?", mark)

    def _learnt(self, mark: bytes, sealed: bytes) -> Learnt:
        return self.sealing.open(DISTRICT, _place(mark), sealed, Learnt)


def _place(mark: bytes) -> str:
    return f"robots/{mark.hex()}/sealed"
