"""Names that people gave and that wait for the district's word; one of each person at most."""

from dataclasses import dataclass
from datetime import datetime

from monitor.db.connection import Row, parse_datetime
from monitor.db.encryption import EncryptedTable
from monitor.domain.person import PersonName


@dataclass(frozen=True, slots=True, kw_only=True)
class NameChange:
    """`known` is what the district knows the person by: a name, or the address it invited."""

    id: str
    person_id: str
    known: str
    name: PersonName
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class _NameChangeContent:
    """What is sealed of a change."""

    known: str
    name: PersonName


class NameChangesTable(EncryptedTable):
    def save_name_change(self, change: NameChange) -> None:
        """Keep it in place of an earlier one, whose `id` then names nothing anymore."""
        with self.connection.begin_transaction():
            self.delete_name_change(change.person_id)
            self.connection.execute(
                "INSERT INTO name_changes (person_id, id, asked_at, encrypted) VALUES (?, ?, ?, ?)",
                change.person_id,
                change.id,
                change.asked_at,
                self.encryption.encrypt(
                    change.person_id,
                    _build_name_change_place(change.id),
                    _NameChangeContent(change.known, change.name),
                ),
            )

    def list_name_changes(self) -> tuple[NameChange, ...]:
        """Return all that wait, the oldest first."""
        return tuple(
            map(
                self._decrypt_name_change,
                self.connection.fetch_rows(f"{_SELECT} ORDER BY asked_at, rowid"),
            )
        )

    def find_name_change(self, change_id: str) -> NameChange | None:
        found = self.connection.fetch_row(f"{_SELECT} WHERE id = ?", change_id)
        return None if found is None else self._decrypt_name_change(found)

    def find_name_change_of_person(self, person_id: str) -> NameChange | None:
        found = self.connection.fetch_row(f"{_SELECT} WHERE person_id = ?", person_id)
        return None if found is None else self._decrypt_name_change(found)

    def delete_name_change(self, person_id: str) -> None:
        self.connection.write_rows("DELETE FROM name_changes WHERE person_id = ?", person_id)

    def _decrypt_name_change(self, row: Row) -> NameChange:
        names = self.encryption.decrypt(
            row["person_id"],
            _build_name_change_place(row["id"]),
            row["encrypted"],
            _NameChangeContent,
        )
        return NameChange(
            id=row["id"],
            person_id=row["person_id"],
            known=names.known,
            name=names.name,
            asked_at=parse_datetime(row["asked_at"]),
        )


_SELECT = "SELECT person_id, id, asked_at, encrypted FROM name_changes"


def _build_name_change_place(change_id: str) -> str:
    return f"name_changes/{change_id}/encrypted"
