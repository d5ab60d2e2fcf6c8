"""What people who are joining have answered so far, under the key of their invitation."""

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.joining import Draft
from monitor.store.database import Database
from monitor.store.moment import written
from monitor.store.sealing import Sealing


@dataclass(frozen=True, slots=True)
class Unfinished:
    database: Database
    sealing: Sealing

    def get(self, invitation: str) -> Draft | None:
        found = self.database.row("SELECT sealed FROM unfinished WHERE invitation = ?", invitation)
        if found is None:
            return None
        return self.sealing.open(invitation, _place(invitation), found[0], Draft)

    def put(self, invitation: str, draft: Draft, at: datetime) -> None:
        with self.database.write():
            self.database.run(
                """INSERT INTO unfinished VALUES (?, ?, ?) ON CONFLICT (invitation) DO UPDATE
                SET changed_at = excluded.changed_at, sealed = excluded.sealed""",
                invitation,
                written(at),
                self.sealing.seal(invitation, _place(invitation), draft),
            )

    def drop(self, invitation: str) -> None:
        with self.database.write():
            self.database.run("DELETE FROM unfinished WHERE invitation = ?", invitation)

    def forget_before(self, at: datetime) -> None:
        with self.database.write():
            self.database.run("DELETE FROM unfinished WHERE changed_at < ?", written(at))


def _place(invitation: str) -> str:
    return f"unfinished/{invitation}/sealed"
