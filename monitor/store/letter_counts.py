"""How many letters wait, went out, or never will."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.store.database import Database
from monitor.store.moment import read_or_none, written
from monitor.store.outbox import LetterState


@dataclass(frozen=True, slots=True)
class LetterCounts:
    database: Database

    def by_state(self) -> Mapping[LetterState, int]:
        rows = self.database.rows("SELECT state, count(*) FROM outbox GROUP BY state")
        return {LetterState(state): count for state, count in rows}

    def in_vain(self) -> int:
        """Count what waits for another try, or for its address."""
        row = self.database.row(
            "SELECT count(*) FROM outbox WHERE state = 'queued' AND error IS NOT NULL"
        )
        return row[0] if row else 0

    def given_up(self, since: datetime) -> int:
        """Count what somebody was to get and did not; what nobody was to get any more is void."""
        row = self.database.row(
            """SELECT count(*) FROM outbox
            WHERE state = 'dead' AND sealed IS NOT NULL AND queued_at >= ?""",
            written(since),
        )
        return row[0] if row else 0

    def oldest_waiting(self) -> datetime | None:
        """Return when the oldest letter that is not sent yet was queued."""
        row = self.database.row("SELECT min(queued_at) FROM outbox WHERE state = 'queued'")
        return None if row is None else read_or_none(row[0])
