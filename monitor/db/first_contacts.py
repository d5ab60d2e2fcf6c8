"""What came of the last first contact with each source: shapes of answers, and no word of them."""

from datetime import datetime

from monitor.db.open_files import parse_datetime
from monitor.db.tables import Owner, Records, Table, TableDeclaration
from monitor.domain.first_contact import ContactTimes, SourceContact, Verdict
from monitor.domain.retention import RetainedKind


class FirstContactsTable(Table, Records[SourceContact]):
    declaration = TableDeclaration(
        "first_contacts", Owner.NOBODY, RetainedKind.SOURCE, "shapes of source answers"
    )

    record = SourceContact
    as_json = frozenset({"reports", "understood"})

    def find_contact(self, source: str) -> SourceContact | None:
        return self.find_record("WHERE source = ?", source)

    def list_contacts_since(self, at: datetime) -> tuple[SourceContact, ...]:
        return self.list_records("WHERE at >= ? ORDER BY source", at)

    def list_times(self) -> tuple[ContactTimes, ...]:
        """Return when each was, without what came of it: that is much, and often not wanted."""
        rows = self.connection.fetch_rows(
            "SELECT source, at, verdict, proven_at FROM first_contacts"
        )
        return tuple(
            ContactTimes(
                source=row["source"],
                at=parse_datetime(row["at"]),
                verdict=Verdict(row["verdict"]),
                proven_at=parse_datetime(row["proven_at"]) if row["proven_at"] else None,
            )
            for row in rows
        )

    def save_contact(self, contact: SourceContact) -> None:
        self.replace_record(contact)
