"""When each host may be asked again: what a restart must not forget.

A host may carry a handle in its name (`rosa.alpha.example`), so hosts are sealed, too.
"""

from dataclasses import dataclass

from monitor.store.database import Database, Row, Sync
from monitor.store.sealing import DISTRICT, Sealing
from scrapers.fetch.pace import HostState


@dataclass(frozen=True, slots=True)
class Hosts:
    """The lanes' memory (`scrapers.fetch.pace.HostMemory`)."""

    database: Database
    sealing: Sealing

    def load(self, host: str) -> HostState | None:
        found = self.database.row(
            "SELECT mark, sealed FROM hosts WHERE mark = ?", self.sealing.mark(DISTRICT, host)
        )
        return None if found is None else self._state(found)

    def save(self, state: HostState) -> None:
        mark = self.sealing.mark(DISTRICT, state.host)
        with self.database.write(Sync.NORMAL):
            self.database.run(
                "INSERT OR REPLACE INTO hosts VALUES (?, ?)",
                mark,
                self.sealing.seal(DISTRICT, _place(mark), state),
            )

    def all(self) -> tuple[HostState, ...]:
        rows = self.database.rows("SELECT mark, sealed FROM hosts ORDER BY rowid")
        return tuple(self._state(row) for row in rows)

    def _state(self, row: Row) -> HostState:
        mark, sealed = row
        return self.sealing.open(DISTRICT, _place(mark), sealed, HostState)


def _place(mark: bytes) -> str:
    return f"hosts/{mark.hex()}/sealed"
