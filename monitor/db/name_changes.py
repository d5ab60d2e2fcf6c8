"""Names that people gave and that wait for the district's word; one of each person at most."""

from dataclasses import dataclass
from datetime import datetime

from monitor.db.encryption import SealedRecords
from monitor.db.tables import Owner, TableDeclaration
from monitor.domain.person import PersonName
from monitor.domain.retention import RetainedKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NameChange:
    """`known` is what the district knows the person by: a name, or the address it invited."""

    id: str
    person_id: str
    known: str
    name: PersonName
    asked_at: datetime


class NameChangesTable(SealedRecords[NameChange]):
    declaration = TableDeclaration(
        "name_changes",
        Owner.PERSON,
        RetainedKind.PERSON,
        "a name that waits for an operator",
        sealed=("encrypted",),
        exported="name_changes",
        single=True,
    )

    record = NameChange
    stored = ("person_id", "id", "asked_at")
    key = ("person_id",)

    def save_name_change(self, change: NameChange) -> None:
        """Keep it in place of an earlier one, whose `id` then names nothing anymore."""
        self.replace_record(change)

    def list_name_changes(self) -> tuple[NameChange, ...]:
        """Return all that wait, the oldest first."""
        return self.list_records("ORDER BY asked_at, rowid")

    def find_name_change(self, change_id: str) -> NameChange | None:
        return self.find_record("WHERE id = ?", change_id)

    def find_name_change_of_person(self, person_id: str) -> NameChange | None:
        return self.find_record("WHERE person_id = ?", person_id)

    def delete_name_change(self, person_id: str) -> None:
        self.connection.write_rows("DELETE FROM name_changes WHERE person_id = ?", person_id)
