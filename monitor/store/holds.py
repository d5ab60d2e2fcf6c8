"""Legal holds: while one stands, nothing of its person's is erased or forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitor.store.database import Database
from monitor.store.moment import read_or_none, written
from monitor.store.sealing import Sealing
from monitor.store.sequence import next_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """`reason` and `by` are told to the person. `lifted_at` is None while it stands."""

    person: str
    placed_at: datetime
    by: tuple[str, ...]
    reason: str
    lifted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Holds:
    database: Database
    sealing: Sealing

    def place(self, hold: Hold) -> None:
        with self.database.write():
            seq = next_in(self.database, "holds")
            self.database.run(
                "INSERT INTO holds (seq, person, placed_at, sealed) VALUES (?, ?, ?, ?)",
                seq,
                hold.person,
                written(hold.placed_at),
                self.sealing.seal(hold.person, _place(seq), hold),
            )

    def lift(self, person: str, at: datetime) -> bool:
        """Lift every hold of a person's that stands; return whether any did."""
        with self.database.write():
            lifted = self.database.run(
                "UPDATE holds SET lifted_at = ? WHERE person = ? AND lifted_at IS NULL",
                written(at),
                person,
            )
        return lifted > 0

    def standing(self, person: str) -> Hold | None:
        """Return the hold under which a person is, None where there is none."""
        return next((each for each in self.of(person) if each.lifted_at is None), None)

    def stands(self, person: str) -> bool:
        """Tell it without opening anything."""
        found = self.database.row(
            "SELECT 1 FROM holds WHERE person = ? AND lifted_at IS NULL", person
        )
        return found is not None

    def of(self, person: str) -> tuple[Hold, ...]:
        rows = self.database.rows(
            "SELECT seq, person, lifted_at, sealed FROM holds WHERE person = ? ORDER BY seq", person
        )
        return tuple(self._hold(row) for row in rows)

    def _hold(self, row: Sequence[Any]) -> Hold:
        seq, person, lifted_at, sealed = row
        hold = self.sealing.open(person, _place(seq), sealed, Hold)
        return replace(hold, lifted_at=read_or_none(lifted_at))


def _place(seq: int) -> str:
    return f"holds/{seq}/sealed"
