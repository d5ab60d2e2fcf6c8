"""Which flags reviewers wished to open early, and which they did."""

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.glass import BreakGlass, Proposal
from monitor.errors import InputError
from monitor.store.database import Database, Row
from monitor.store.moment import written, written_or_none
from monitor.store.sealing import Sealing


@dataclass(frozen=True, slots=True)
class GlassProposals:
    database: Database
    sealing: Sealing

    def put(self, proposal: Proposal) -> None:
        """Keep it, in place of what it was before."""
        broken = proposal.broken
        with self.database.write():
            self.database.run(
                "INSERT OR REPLACE INTO glass VALUES (?, ?, ?, ?, ?, ?, ?)",
                proposal.ref,
                proposal.flag,
                proposal.person,
                written(proposal.at),
                written_or_none(proposal.broken_at),
                written_or_none(broken.until if broken else None),
                self.sealing.seal(proposal.person, _place(proposal.ref), proposal),
            )

    def get(self, ref: str) -> Proposal:
        found = self.database.row("SELECT ref, person, sealed FROM glass WHERE ref = ?", ref)
        if found is None:
            reason = "There is no such proposal; it may have been withdrawn with its person."
            raise InputError(reason)
        return self._proposal(found)

    def all(self) -> tuple[Proposal, ...]:
        query = "SELECT ref, person, sealed FROM glass ORDER BY at, ref"
        return tuple(map(self._proposal, self.database.rows(query)))

    def unconfirmed(self) -> tuple[Proposal, ...]:
        """Return what no second reviewer has confirmed, the oldest first."""
        query = "SELECT ref, person, sealed FROM glass WHERE broken_at IS NULL ORDER BY at, ref"
        return tuple(map(self._proposal, self.database.rows(query)))

    def broken(self, flag: str, now: datetime) -> tuple[BreakGlass, ...]:
        """Return what holds a flag open now."""
        rows = self.database.rows(
            """SELECT ref, person, sealed FROM glass
            WHERE flag = ?1 AND broken_at <= ?2 AND until > ?2 ORDER BY at, ref""",
            flag,
            written(now),
        )
        found = (self._proposal(row).broken for row in rows)
        return tuple(each for each in found if each)

    def forget_before(self, at: datetime) -> int:
        """Forget what nobody confirmed and what is over; the audit remembers that it was."""
        with self.database.write():
            return self.database.run("DELETE FROM glass WHERE ifnull(until, at) < ?", written(at))

    def _proposal(self, row: Row) -> Proposal:
        ref, person, sealed = row
        return self.sealing.open(person, _place(ref), sealed, Proposal)


def _place(ref: str) -> str:
    return f"glass/{ref}/sealed"
