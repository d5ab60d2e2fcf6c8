"""What falls due, and who works on it.

The last time on record: what a clock that was set wrong is held against.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.db.connection import Database, Row, read, read_or_none, written


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """`subject` is a ref or empty; `lease_until` is None while nobody works on it.

    `attempts` counts how often in a row it failed, and `fault` is the kind of the last failure.
    """

    name: str
    subject: str
    due_at: datetime
    lease_until: datetime | None = None
    attempts: int = 0
    fault: str = ""


@dataclass(frozen=True, slots=True)
class DueRows:
    database: Database

    def ensure(self, name: str, subject: str, due_at: datetime) -> None:
        """Add it where it is not there yet: a restart never puts off what was missed."""
        with self.database.write():
            self.database.run(
                "INSERT INTO due (name, subject, due_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                name,
                subject,
                written(due_at),
            )

    def claim(self, now: datetime, lease_until: datetime, *names: str) -> Due | None:
        """Take the longest overdue that nobody works on, of these names or of any.

        A lease that ran out is free again: its holder died.
        """
        with self.database.write():
            for due in self._claimable(now):
                if not names or due.name in names:
                    return self._leased(due, lease_until)
        return None

    def release(self, *names: str) -> None:
        """Give back every lease, of these names or of any: the caller knows that nobody works."""
        with self.database.write():
            for each in self.all():
                if each.lease_until and (not names or each.name in names):
                    self._update(each, "lease_until = NULL")

    def move(self, due: Due, to: datetime) -> None:
        """Put it where it belongs, once clocks or zones have changed."""
        with self.database.write():
            self._update(due, "due_at = ?", written(to))

    def put_off(self, due: Due, until: datetime, fault: str) -> None:
        """Give back what failed, to be tried again."""
        with self.database.write():
            self._update(
                due,
                "due_at = ?, lease_until = NULL, attempts = attempts + 1, fault = ?",
                written(until),
                fault,
            )

    def finish(self, name: str, subject: str, next_at: datetime | None) -> None:
        """Give it back for its next time; where there is none, it is done for good."""
        with self.database.write():
            if next_at is None:
                self.database.run("DELETE FROM due WHERE name = ? AND subject = ?", name, subject)
            else:
                done = Due(name=name, subject=subject, due_at=next_at)
                changes = "due_at = ?, lease_until = NULL, attempts = 0, fault = NULL"
                self._update(done, changes, written(next_at))

    def when(self, name: str, subject: str) -> datetime | None:
        """Return when it is due; None where it is not."""
        found = self.database.row(
            "SELECT due_at FROM due WHERE name = ? AND subject = ?", name, subject
        )
        return None if found is None else read(found[0])

    def all(self) -> tuple[Due, ...]:
        rows = self.database.rows("SELECT * FROM due ORDER BY due_at, name, subject")
        return tuple(_due(row) for row in rows)

    def _claimable(self, now: datetime) -> tuple[Due, ...]:
        rows = self.database.rows(
            """SELECT * FROM due WHERE due_at <= ?1
            AND (lease_until IS NULL OR lease_until <= ?1) ORDER BY due_at, name, subject""",
            written(now),
        )
        return tuple(_due(row) for row in rows)

    def _leased(self, due: Due, lease_until: datetime) -> Due:
        self._update(due, "lease_until = ?", written(lease_until))
        return replace(due, lease_until=lease_until)

    def _update(self, due: Due, changes: str, *values: object) -> None:
        self.database.run(
            f"UPDATE due SET {changes} WHERE name = ? AND subject = ?",  # noqa: S608 - our words
            *values,
            due.name,
            due.subject,
        )


def _due(row: Row) -> Due:
    name, subject, due_at, lease_until, attempts, fault = row
    return Due(
        name=name,
        subject=subject,
        due_at=read(due_at),
        lease_until=read_or_none(lease_until),
        attempts=attempts,
        fault=fault or "",
    )


@dataclass(frozen=True, slots=True)
class ClockRow:
    database: Database

    def last(self) -> datetime | None:
        """Return when the service last noted the time; None before it ever did."""
        found = self.database.row("SELECT at FROM clock")
        return None if found is None else read(found[0])

    def note(self, at: datetime) -> None:
        with self.database.write():
            self.database.run("INSERT OR REPLACE INTO clock VALUES (1, ?)", written(at))
