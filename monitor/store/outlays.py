"""How many requests that cost something were made in a week, and about whom."""

from dataclasses import dataclass

from monitor.store.database import Database, Sync


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """Requests of one week to one source; `person` is empty for canaries and for who left."""

    week: str
    person: str
    source: str
    requests: int


@dataclass(frozen=True, slots=True)
class Outlays:
    database: Database

    def add(self, paid: Paid) -> None:
        """Count it, and as nobody's if they were erased meanwhile: it was spent all the same."""
        with self.database.write(Sync.NORMAL):
            self.database.run(
                """INSERT INTO outlays (week, person, source, requests)
                VALUES (?, (SELECT ref FROM people WHERE ref = ?), ?, ?)""",
                paid.week,
                paid.person,
                paid.source,
                paid.requests,
            )

    def of_week(self, week: str) -> tuple[Paid, ...]:
        rows = self.database.rows(
            """SELECT ifnull(person, ''), source, sum(requests) FROM outlays
            WHERE week = ? GROUP BY person, source ORDER BY person, source""",
            week,
        )
        return tuple(
            Paid(week=week, person=person, source=source, requests=requests)
            for person, source, requests in rows
        )

    def forget_before(self, week: str) -> None:
        with self.database.write():
            self.database.run("DELETE FROM outlays WHERE week < ?", week)
