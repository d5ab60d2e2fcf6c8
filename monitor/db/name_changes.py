"""Names that people gave and that wait for the district's word; one of each person at most."""

from dataclasses import dataclass
from datetime import datetime

from monitor.db.connection import Database, Row, read, written
from monitor.db.encryption import Sealing
from monitor.domain.person import PersonName


@dataclass(frozen=True, slots=True, kw_only=True)
class NameChange:
    """`known` is what the district knows the person by: a name, or the address it invited."""

    ref: str
    person: str
    known: str
    name: PersonName
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class _Names:
    """What is sealed of a change."""

    known: str
    name: PersonName


@dataclass(frozen=True, slots=True)
class NameChanges:
    database: Database
    sealing: Sealing

    def put(self, change: NameChange) -> None:
        """Keep it in place of an earlier one, whose `ref` then names nothing any more."""
        with self.database.write():
            self.drop(change.person)
            self.database.run(
                "INSERT INTO name_changes (person, ref, asked_at, sealed) VALUES (?, ?, ?, ?)",
                change.person,
                change.ref,
                written(change.asked_at),
                self.sealing.seal(
                    change.person, _place(change.ref), _Names(change.known, change.name)
                ),
            )

    def all(self) -> tuple[NameChange, ...]:
        """Return all that wait, the oldest first."""
        return tuple(map(self._change, self.database.rows(f"{_SELECT} ORDER BY asked_at, rowid")))

    def find(self, ref: str) -> NameChange | None:
        found = self.database.row(f"{_SELECT} WHERE ref = ?", ref)
        return None if found is None else self._change(found)

    def of_person(self, person: str) -> NameChange | None:
        found = self.database.row(f"{_SELECT} WHERE person = ?", person)
        return None if found is None else self._change(found)

    def drop(self, person: str) -> None:
        with self.database.write():
            self.database.run("DELETE FROM name_changes WHERE person = ?", person)

    def _change(self, row: Row) -> NameChange:
        person, ref, asked_at, sealed = row
        names = self.sealing.open(person, _place(ref), sealed, _Names)
        return NameChange(
            ref=ref, person=person, known=names.known, name=names.name, asked_at=read(asked_at)
        )


_SELECT = "SELECT person, ref, asked_at, sealed FROM name_changes"


def _place(ref: str) -> str:
    return f"name_changes/{ref}/sealed"
