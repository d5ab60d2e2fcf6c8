"""When each host may be asked again: what a restart must not forget.

A host may carry a handle in its name (`rosa.alpha.example`), so hosts are sealed, too.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

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

    def forget_rested(self, away: datetime, rested: datetime) -> None:
        """Forget who let us in before `rested`, and who kept us away until before `away`."""
        self._forget(lambda each: not _remembered(each, away, rested))

    def forget_naming(self, words: Collection[str]) -> None:
        """Forget every host in whose name one of these words is a label: somebody's handle."""
        self._forget(lambda each: not set(each.host.split(".")).isdisjoint(words))

    def _forget(self, wanted: Callable[[HostState], bool]) -> None:
        with self.database.write():
            for each in filter(wanted, self.all()):
                mark = self.sealing.mark(DISTRICT, each.host)
                self.database.run("DELETE FROM hosts WHERE mark = ?", mark)

    def _state(self, row: Row) -> HostState:
        mark, sealed = row
        return self.sealing.open(DISTRICT, _place(mark), sealed, HostState)


def _remembered(state: HostState, away: datetime, rested: datetime) -> bool:
    if state.parked_until is not None and state.parked_until > away:
        return True
    return state.next_at is not None and state.next_at > rested


def _place(mark: bytes) -> str:
    return f"hosts/{mark.hex()}/sealed"
