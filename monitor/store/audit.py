"""Who did what to whom, when: rows that are appended, chained, and survive an erasure."""

import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.store.audit_end import AuditEnd
from monitor.store.database import Database, Row
from monitor.store.moment import read, written
from monitor.store.sealing import DISTRICT, End, Sealing

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
