"""The data breaches that a person's work address was part of."""

from monitor.db.connection import Row, parse_datetime
from monitor.db.declarations import CLOSED, Expiry, Owner, TableDeclaration
from monitor.db.encryption import EncryptedTable
from monitor.domain.breach import BreachRecord
from monitor.domain.retention import RetainedKind
from scrapers.models import Breach


class BreachesTable(EncryptedTable):
    declaration = TableDeclaration(
        "breaches",
        Owner.PERSON,
        RetainedKind.BREACH,
        "data breaches of the work email address",
        Expiry(CLOSED, at="gone_at"),
        sealed=("encrypted",),
        exported="breaches",
    )

    def save_breach(self, person_id: str, record: BreachRecord) -> None:
        self.connection.write_rows(
            """INSERT INTO breaches
                (person_id, keyed_hash, first_seen, last_seen, gone_at, encrypted)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (person_id, keyed_hash) DO UPDATE SET last_seen = excluded.last_seen,
                gone_at = excluded.gone_at, encrypted = excluded.encrypted""",
            person_id,
            self.encryption.keyed_hash(person_id, f"breach {record.breach.name}"),
            record.first_seen,
            record.last_seen,
            record.gone_at,
            self.encryption.encrypt(person_id, _PLACE, record.breach),
        )

    def list_breaches_of_person(self, person_id: str) -> tuple[BreachRecord, ...]:
        """Return all of a person's, the latest first, also those that are no longer listed."""
        rows = self.connection.fetch_rows(
            """SELECT person_id, first_seen, last_seen, gone_at, encrypted FROM breaches
            WHERE person_id = ? ORDER BY rowid""",
            person_id,
        )
        records = map(self._decrypt_record, rows)
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

    def _decrypt_record(self, row: Row) -> BreachRecord:
        return BreachRecord(
            breach=self.encryption.decrypt(row["person_id"], _PLACE, row["encrypted"], Breach),
            first_seen=parse_datetime(row["first_seen"]),
            last_seen=parse_datetime(row["last_seen"]),
            gone_at=parse_datetime(row["gone_at"]) if row["gone_at"] else None,
        )


_PLACE = "breaches/encrypted"
