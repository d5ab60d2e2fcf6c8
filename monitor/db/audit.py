"""The audit log: rows that are appended, chained, and survive an erasure.

The end of the log is sealed twice, because no later row vouches for the last one. One seal is
written to the database with the row; without the district's key nobody can make it fit a shorter
log. The other lies with the keys and is written after the row, so that a replaced or older
database is noticed too.
"""

import hmac
import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.db.connection import Database, Row, read, written
from monitor.db.encryption import DISTRICT, End, Sealing
from monitor.errors import MonitorError


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


# Refs, kinds, counts, times and commitments pass; names, addresses and sentences do not.
OPAQUE = re.compile(r"[A-Za-z0-9+:._-]{0,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`actor` and `subject` are opaque refs or roles; `subject` is empty for the district."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Audit:
    """Each row holds a keyed hash of itself and of the row before it."""

    database: Database
    sealing: Sealing

    def append(
        self, at: datetime, actor: str, action: str, subject: str, details: Mapping[str, str]
    ) -> None:
        """Append a row. What is not opaque is refused: give its `commitment` instead."""
        _refuse_words(actor, action, subject, *details, *details.values())
        with self.database.write():
            last = self.ending.now()
            told = (last.seq + 1, written(at), actor, action, subject, json.dumps(dict(details)))
            link = self._link(last.link, told)
            self.database.run("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)", *told, link)
            self.ending.follow(last, End(last.seq + 1, link))

    def commitment(self, subject: str, text: str) -> str:
        """Stand in for text: provable while the subject's key lives, meaningless afterwards."""
        return self.sealing.mark(subject, text).hex()

    def of(self, subject: str) -> tuple[Entry, ...]:
        rows = self.database.rows("SELECT * FROM audit WHERE subject = ? ORDER BY seq", subject)
        return tuple(_entry(row) for row in rows)

    def about(self, subjects: Iterable[str]) -> tuple[Entry, ...]:
        """Return the rows about any of several subjects, the oldest first."""
        rows = self.database.rows(
            "SELECT * FROM audit WHERE subject IN (SELECT value FROM json_each(?)) ORDER BY seq",
            json.dumps(list(subjects)),
        )
        return tuple(_entry(row) for row in rows)

    def own_deeds(self, person: str, action: str, most: int) -> tuple[datetime, ...]:
        """Return when a person last did something about themselves, the newest first."""
        rows = self.database.rows(
            """SELECT at FROM audit WHERE subject = ?1 AND actor = ?1 AND action = ?2
            ORDER BY seq DESC LIMIT ?3""",
            person,
            action,
            most,
        )
        return tuple(read(at) for (at,) in rows)

    def last(self, action: str) -> Entry | None:
        """Return the newest row of an action; None where it was never done."""
        row = self.database.row(
            "SELECT * FROM audit WHERE action = ? ORDER BY seq DESC LIMIT 1", action
        )
        return None if row is None else _entry(row)

    def latest_at(self) -> datetime | None:
        """Return when the newest row was written; None where there is none."""
        row = self.database.row("SELECT at FROM audit ORDER BY seq DESC LIMIT 1")
        return None if row is None else read(row[0])

    def of_offices(self, actions: Iterable[str], before: int, most: int) -> tuple[Entry, ...]:
        """Return the newest such acts of reviewers and operators before a number; 0 is the end.

        What people did about themselves is not among them.
        """
        rows = self.database.rows(
            """SELECT * FROM audit WHERE (actor = 'operator' OR substr(actor, 1, 8) = 'reviewer')
            AND action IN (SELECT value FROM json_each(?1)) AND (?2 = 0 OR seq < ?2)
            ORDER BY seq DESC LIMIT ?3""",
            json.dumps(sorted(actions)),
            before,
            most,
        )
        return tuple(_entry(row) for row in rows)

    def all(self) -> tuple[Entry, ...]:
        return tuple(_entry(row) for row in self.database.rows("SELECT * FROM audit ORDER BY seq"))

    def verify(self) -> int | None:
        """Return the number of the first row that is not as it was written, or None.

        Nothing later vouches for the last ones: `ending` tells whether rows were cut off there.
        """
        before, expected = b"", 1
        for *told, link in self.database.rows("SELECT * FROM audit ORDER BY seq"):
            if told[0] != expected or not hmac.compare_digest(self._link(before, told), link):
                return expected
            before, expected = link, expected + 1
        return None

    @property
    def ending(self) -> AuditEnd:
        return AuditEnd(self.database, self.sealing)

    def _link(self, before: bytes, told: Iterable[object]) -> bytes:
        return self.sealing.mark(DISTRICT, json.dumps([before.hex(), *told]))


def _refuse_words(*words: str) -> None:
    if not all(OPAQUE.fullmatch(word) for word in words):
        message = "audit rows hold opaque refs and commitments only"
        raise ValueError(message)


def _entry(row: Row) -> Entry:
    seq, at, actor, action, subject, details, _ = row
    return Entry(
        seq=seq,
        at=read(at),
        actor=actor,
        action=action,
        subject=subject,
        details=json.loads(details),
    )
