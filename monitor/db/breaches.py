"""The data breaches that a person's work address was part of."""

from monitor.db.encryption import SealedRecords
from monitor.db.tables import CLOSED, Expiry, Owner, TableDeclaration
from monitor.domain.breach import BreachRecord
from monitor.domain.retention import RetainedKind


class BreachesTable(SealedRecords[BreachRecord]):
    declaration = TableDeclaration(
        "breaches",
        Owner.PERSON,
        RetainedKind.BREACH,
        "data breaches of the work email address",
        Expiry(CLOSED, at="gone_at"),
        sealed=("encrypted",),
        exported="breaches",
        withheld=True,
    )

    record = BreachRecord
    stored = ("first_seen", "last_seen", "gone_at")
    key = ("person_id", "keyed_hash")

    def save_breach(self, person_id: str, record: BreachRecord) -> None:
        mark = self.encryption.keyed_hash(person_id, f"breach {record.breach.name}")
        self.replace_record(record, person_id=person_id, keyed_hash=mark)

    def list_records_of_person(self, person_id: str) -> tuple[BreachRecord, ...]:
        """Return the latest first, also those that are no longer listed."""
        records = super().list_records_of_person(person_id)
        return tuple(sorted(records, key=lambda record: record.breach.happened_on, reverse=True))

    def count_breaches(self, person_id: str) -> int:
        """Count them, also those that are no longer listed, without opening anything."""
        return self.connection.count_rows("breaches", "person_id = ?", person_id)

    def count_listed_breaches(self, person_id: str) -> int:
        return self.connection.count_rows(
            "breaches", "person_id = ? AND gone_at IS NULL", person_id
        )

    def delete_breaches_of_person(self, person_id: str) -> None:
        self.connection.write_rows("DELETE FROM breaches WHERE person_id = ?", person_id)
