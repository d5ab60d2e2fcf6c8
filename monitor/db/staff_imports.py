"""Imports of the staff file, and who stands in it."""

from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.db.encryption import DISTRICT, EncryptedTable
from monitor.db.people import hash_mail_address
from monitor.db.tables import CLOSED, OPEN, Expiry, Owner, Records, Table, TableDeclaration
from monitor.domain.retention import RetainedKind


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffImportRecord:
    """The last time a file was read. `imported_at` is None before the first import.

    `unusable` counts lines; `problem` says why nothing was imported.
    """

    at: datetime
    imported_at: datetime | None = None
    file_mark: bytes
    unusable: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlistedAddress:
    """An address that a file listed before. Either ID is None where no one is stored under it."""

    mark: bytes
    person_id: str | None
    invitation_id: str | None
    missing_since: datetime | None = None


class StaffImportsTable(Table, Records[StaffImportRecord]):
    declaration = TableDeclaration(
        "staff_imports",
        Owner.DISTRICT,
        RetainedKind.STAFF_LISTING,
        "result of the last staff file: a hash of it, counts",
        Expiry(OPEN),
    )
    record = StaffImportRecord


class StaffListingsTable(EncryptedTable, Records[UnlistedAddress]):
    declaration = TableDeclaration(
        "staff_listings",
        Owner.PERSON,
        RetainedKind.STAFF_LISTING,
        "addresses in the staff file, as keyed hashes",
        Expiry(OPEN),
        Expiry(CLOSED),
        not_exported="a keyed hash",
        # While the staff file lists an address, its hash stays: no file may invite it anew.
        erased="once the staff file no longer lists the address",
        erased_where="""missing_since IS NOT NULL
        AND keyed_hash IN (SELECT keyed_hash FROM people WHERE id = ?1)""",
    )
    attached = (StaffImportsTable.declaration,)

    record = UnlistedAddress
    stored = ()
    # Of several invitations of an address, the latest one counts.
    select = """SELECT staff_listings.keyed_hash AS mark, missing_since, people.id AS person_id,
    (SELECT id FROM invitations WHERE invitations.keyed_hash = staff_listings.keyed_hash
    ORDER BY rowid DESC LIMIT 1) AS invitation_id
    FROM staff_listings LEFT JOIN people ON people.keyed_hash = staff_listings.keyed_hash"""

    def count_listed(self) -> int:
        """Count what the last file, or the staff directory, listed."""
        return self.connection.count_rows("staff_listings", "missing_since IS NULL")

    def count_listed_by_file(self, known: Container[bytes]) -> int:
        """Count what the last file listed and is not known otherwise, by its keyed hash."""
        rows = self.connection.fetch_rows(
            "SELECT keyed_hash FROM staff_listings WHERE missing_since IS NULL"
        )
        return sum(1 for row in rows if row["keyed_hash"] not in known)

    def was_listed(self, mail: str) -> bool:
        """Tell whether the last file listed it: whose row stays after that depends on answers."""
        return self.connection.has_row(
            "SELECT 1 FROM staff_listings WHERE keyed_hash = ? AND missing_since IS NULL",
            hash_mail_address(self.encryption, mail),
        )

    def list_unlisted(
        self, mails: Iterable[str], active: Collection[bytes] = ()
    ) -> tuple[UnlistedAddress, ...]:
        """Return what was listed before, is not in `mails`, and has no keyed hash in `active`."""
        listed = {hash_mail_address(self.encryption, mail) for mail in mails} | {*active}
        before = self.list_records("ORDER BY staff_listings.rowid")
        return tuple(record for record in before if record.mark not in listed)

    def find_listing(self, mark: bytes) -> UnlistedAddress | None:
        """Find a listed address by its keyed hash."""
        return self.find_record("WHERE staff_listings.keyed_hash = ?", mark)

    def list_missing(self) -> tuple[UnlistedAddress, ...]:
        """Return what the last file did not list anymore, the longest missing first."""
        return self.list_records(
            "WHERE missing_since IS NOT NULL ORDER BY missing_since, staff_listings.rowid"
        )

    def save_listings(self, mails: Iterable[str]) -> None:
        with self.connection.begin_transaction():
            self.connection.execute_many(
                """INSERT INTO staff_listings (keyed_hash, missing_since) VALUES (?, NULL)
                ON CONFLICT (keyed_hash) DO UPDATE SET missing_since = NULL""",
                ((hash_mail_address(self.encryption, mail),) for mail in mails),
            )

    def mark_missing(self, mark: bytes, at: datetime) -> None:
        """Note since when a file has not listed it; the first time counts."""
        self.connection.write_rows(
            """UPDATE staff_listings SET missing_since = ?
            WHERE keyed_hash = ? AND missing_since IS NULL""",
            at,
            mark,
        )

    def delete_listing(self, mark: bytes) -> None:
        self.connection.write_rows("DELETE FROM staff_listings WHERE keyed_hash = ?", mark)

    def delete_listings(self, kept: Collection[bytes] = ()) -> None:
        """Forget all but those with these keyed hashes."""
        with self.connection.begin_transaction():
            for listing in self.list_records(""):
                if listing.mark not in kept:
                    self.delete_listing(listing.mark)

    def find_last_import(self) -> StaffImportRecord | None:
        return StaffImportsTable(self.connection).find_record("")

    def save_import(self, record: StaffImportRecord) -> None:
        StaffImportsTable(self.connection).replace_record(record, one=1)

    def delete_import(self) -> None:
        self.connection.write_rows("DELETE FROM staff_imports")

    def hash_address(self, mail: str) -> bytes:
        """Return the keyed hash that stands for an address."""
        return hash_mail_address(self.encryption, mail)

    def hash_file(self, content: str) -> bytes:
        """Return what recognizes a file, by a hash of its content."""
        return self.encryption.keyed_hash(DISTRICT, f"staff file {content}")
