"""Where the audit log ends, sealed twice: nothing later vouches for its last rows.

One seal lies in the database and is written with the row itself: without the district's key nobody
can make it fit a shorter log. The other lies with the keys and is written after the row, so that a
whole database that is older, or another one, is noticed, too.
"""

import hmac
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from monitor.errors import MonitorError
from monitor.store.database import Database
from monitor.store.sealing import DISTRICT, End, Sealing


class Tail(StrEnum):
    """What the seals say of the log's end.

    CUT lacks rows that its own seal counts. OLDER ends whole, before the end that lies with the
    keys: as a database does that was put back. REPLACED has another row at that end.
    """

    WHOLE = "whole"
    CUT = "cut"
    OLDER = "older"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class AuditEnd:
    database: Database
    sealing: Sealing

    def now(self) -> End:
        row = self.database.row("SELECT seq, link FROM audit ORDER BY seq DESC LIMIT 1")
        return End() if row is None else End(*row)

    def kept(self) -> End:
        """Return the end that lies with the keys; an empty one where none was sealed yet."""
        return self.sealing.keys.audit_end()

    def holds(self, end: End) -> bool:
        """Tell whether the row that was the last one once is still there."""
        row = self.database.row("SELECT link FROM audit WHERE seq = ?", end.seq)
        return row is not None and hmac.compare_digest(row[0], end.link)

    def tail(self) -> Tail:
        """Say whether anything is missing at the end; `Audit.verify` says so of all before it.

        A kill between a row and its second seal leaves that seal behind, which is no alarm.
        """
        if not self._fits(self.now()):
            return Tail.CUT
        kept = self.kept()
        if not kept.seq or self.holds(kept):
            return Tail.WHOLE
        if kept.seq <= self.now().seq:
            return Tail.REPLACED
        return Tail.OLDER if self._seal() else Tail.CUT

    @property
    def lacking(self) -> int:
        """Count the rows that were sealed and are not there, as far as their numbers tell."""
        return max(0, self.kept().seq - self.now().seq)

    def follow(self, before: End, after: End) -> None:
        """Seal the new end in its row's own transaction, and with the keys once that is kept.

        A seal that did not fit stays as it is: it is what tells that something is amiss.
        """
        if self._fits(before):
            self._put(after)
        self.database.after_commit(self._keep)

    def begin(self) -> None:
        """Seal a log that no row was ever written to, or its first copy would seem to be cut."""
        if self._seal() is None and not self.now().seq and not self.kept().seq:
            self._put(End())

    def accept(self) -> None:
        """Seal the end that is there, whatever was sealed before; inside `write()`."""
        self._put(self.now())
        self.database.after_commit(lambda: self.sealing.keys.put_audit_end(self.now()))

    def _keep(self) -> None:
        # The row is kept already; what the next one seals vouches for it as well.
        with suppress(MonitorError), self.sealing.keys.writing():
            kept, now = self.kept(), self.now()
            if now.seq > kept.seq and (not kept.seq or self.holds(kept)):
                self.sealing.keys.put_audit_end(now)

    def _fits(self, end: End) -> bool:
        seal = self._seal()
        return seal is None or hmac.compare_digest(seal, self._of(end))

    def _seal(self) -> bytes | None:
        """Return the seal beside the rows; None where no row was written since there are seals."""
        row = self.database.row("SELECT seal FROM audit_end")
        return None if row is None else row[0]

    def _put(self, end: End) -> None:
        self.database.run("INSERT OR REPLACE INTO audit_end VALUES (1, ?)", self._of(end))

    def _of(self, end: End) -> bytes:
        return self.sealing.mark(DISTRICT, f"audit ends with {end.written}")
