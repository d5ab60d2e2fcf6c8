"""Where items are seen."""

from dataclasses import dataclass, replace

from monitor.domain.item import Sighting
from monitor.store.database import Database, Row
from monitor.store.moment import written
from monitor.store.owner import owner_of_item
from monitor.store.sealing import Sealing


@dataclass(frozen=True, slots=True)
class Sightings:
    database: Database
    sealing: Sealing

    def of_question(self, person: str, key: str) -> tuple[Sighting, ...]:
        rows = self.database.rows(
            """SELECT person, item, question, sealed FROM sightings
            WHERE person = ? AND question = ? ORDER BY rowid""",
            person,
            self.sealing.mark(person, key),
        )
        return tuple(self._sighting(row) for row in rows)

    def count(self, person: str, key: str) -> int:
        """Count what a question shows, without opening it."""
        found = self.database.row(
            "SELECT count(*) FROM sightings WHERE person = ? AND question = ?",
            person,
            self.sealing.mark(person, key),
        )
        return int(found[0]) if found else 0

    def of_item(self, item: str) -> tuple[Sighting, ...]:
        rows = self.database.rows(
            "SELECT person, item, question, sealed FROM sightings WHERE item = ? ORDER BY rowid",
            item,
        )
        return tuple(self._sighting(row) for row in rows)

    def of_person(self, person: str) -> tuple[Sighting, ...]:
        rows = self.database.rows(
            "SELECT person, item, question, sealed FROM sightings WHERE person = ? ORDER BY rowid",
            person,
        )
        return tuple(self._sighting(row) for row in rows)

    def put(self, sighting: Sighting) -> None:
        """Keep it in place of what the same question saw of the same item before."""
        with self.database.write():
            person = owner_of_item(self.database, sighting.item)
            mark = self.sealing.mark(person, sighting.query)
            self.database.run(
                """INSERT INTO sightings (item, person, question, source, last, sealed)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (item, question) DO UPDATE SET
                source = excluded.source, last = excluded.last, sealed = excluded.sealed""",
                sighting.item,
                person,
                mark,
                sighting.source,
                written(sighting.last),
                self.sealing.seal(person, _place(sighting.item, mark), sighting),
            )

    def end(self, sighting: Sighting) -> None:
        with self.database.write():
            person = owner_of_item(self.database, sighting.item)
            self.database.run(
                "DELETE FROM sightings WHERE item = ? AND question = ?",
                sighting.item,
                self.sealing.mark(person, sighting.query),
            )

    def move(self, item: str, to: str) -> None:
        """Give them to another item of the same person; the later of two values stays."""
        there = {each.query: each for each in self.of_item(to)}
        with self.database.write():
            for each in self.of_item(item):
                self.end(each)
                self.put(_later(replace(each, item=to), there.get(each.query)))

    def _sighting(self, row: Row) -> Sighting:
        person, item, question, sealed = row
        return self.sealing.open(person, _place(item, question), sealed, Sighting)


def _later(one: Sighting, other: Sighting | None) -> Sighting:
    if other is None:
        return one
    last = max(one, other, key=lambda each: each.last)
    return replace(last, first=min(one.first, other.first))


def _place(item: str, mark: bytes) -> str:
    return f"sightings/{item}/{mark.hex()}/sealed"
