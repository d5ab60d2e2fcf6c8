"""Who is signed in, in which browser: ids, times and hashes, and nobody's name."""

from dataclasses import dataclass
from datetime import datetime

from monitor.store.database import Database, Row
from monitor.store.moment import read, written


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`hash` stands in for the id, which only the browser holds. `way` is how they signed in."""

    hash: str
    reader: str
    way: str
    started_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Sessions:
    database: Database

    def add(self, session: Session) -> None:
        with self.database.write():
            self.database.run(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?)",
                session.hash,
                session.reader,
                session.way,
                written(session.started_at),
                written(session.expires_at),
            )

    def get(self, session_hash: str, now: datetime) -> Session | None:
        """Return None where it has ended."""
        found = self.database.row(
            "SELECT * FROM sessions WHERE hash = ? AND expires_at > ?", session_hash, written(now)
        )
        return None if found is None else _session(found)

    def of(self, reader: str, now: datetime) -> tuple[Session, ...]:
        rows = self.database.rows(
            "SELECT * FROM sessions WHERE reader = ? AND expires_at > ? ORDER BY started_at",
            reader,
            written(now),
        )
        return tuple(_session(row) for row in rows)

    def end(self, session_hash: str) -> None:
        with self.database.write():
            self.database.run("DELETE FROM sessions WHERE hash = ?", session_hash)

    def end_all(self, reader: str) -> None:
        with self.database.write():
            self.database.run("DELETE FROM sessions WHERE reader = ?", reader)

    def end_others(self, reader: str, session_hash: str) -> None:
        """End every session of a reader but one."""
        with self.database.write():
            self.database.run(
                "DELETE FROM sessions WHERE reader = ? AND hash != ?", reader, session_hash
            )

    def drop_expired(self, now: datetime) -> None:
        with self.database.write():
            self.database.run("DELETE FROM sessions WHERE expires_at <= ?", written(now))


def _session(row: Row) -> Session:
    session_hash, reader, way, started_at, expires_at = row
    return Session(
        hash=session_hash,
        reader=reader,
        way=way,
        started_at=read(started_at),
        expires_at=read(expires_at),
    )
