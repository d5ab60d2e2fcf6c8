"""What the last staff file listed, as keyed hashes, and how its import went.

A hash says that the district's file lists an address, and nothing else: it is the same for who
joined and for who did not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.db.connection import (
    DatabaseConnection,
    Row,
    format_datetime,
    format_optional_datetime,
    parse_datetime,
    parse_optional_datetime,
)
from monitor.db.encryption import DISTRICT, Encryption
from monitor.db.people import hash_mail_address


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


# Of several invitations of an address, the latest one counts.
_SELECT_LISTINGS = """SELECT staff_listings.keyed_hash, missing_since, people.id AS person_id,
(SELECT id FROM invitations WHERE invitations.keyed_hash = staff_listings.keyed_hash
ORDER BY rowid DESC LIMIT 1) AS invitation_id
FROM staff_listings LEFT JOIN people ON people.keyed_hash = staff_listings.keyed_hash"""


@dataclass(frozen=True, slots=True)
class StaffListingsTable:
    connection: DatabaseConnection
    encryption: Encryption

    def count_listed(self) -> int:
        """Count what the last file listed."""
        return self.connection.count_rows("staff_listings", "missing_since IS NULL")

    def was_listed(self, mail: str) -> bool:
        found = self.connection.fetch_row(
            "SELECT 1 FROM staff_listings WHERE keyed_hash = ?",
            hash_mail_address(self.encryption, mail),
        )
        return found is not None

    def list_unlisted(self, mails: Iterable[str]) -> tuple[UnlistedAddress, ...]:
        """Return what was listed before and is not in `mails`."""
        listed = {hash_mail_address(self.encryption, mail) for mail in mails}
        rows = self.connection.fetch_rows(f"{_SELECT_LISTINGS} ORDER BY staff_listings.rowid")
        return tuple(_parse_listing_row(row) for row in rows if row["keyed_hash"] not in listed)

    def list_missing(self) -> tuple[UnlistedAddress, ...]:
        """Return what the last file did not list anymore, the longest missing first."""
        rows = self.connection.fetch_rows(
            f"""{_SELECT_LISTINGS} WHERE missing_since IS NOT NULL
            ORDER BY missing_since, staff_listings.rowid"""
        )
        return tuple(map(_parse_listing_row, rows))

    def save_listings(self, mails: Iterable[str]) -> None:
        with self.connection.begin_transaction():
            self.connection.execute_many(
                """INSERT INTO staff_listings (keyed_hash, missing_since) VALUES (?, NULL)
                ON CONFLICT (keyed_hash) DO UPDATE SET missing_since = NULL""",
                ((hash_mail_address(self.encryption, mail),) for mail in mails),
            )

    def mark_missing(self, mark: bytes, at: datetime) -> None:
        """Note since when a file has not listed it; the first time counts."""
        with self.connection.begin_transaction():
            self.connection.execute(
                """UPDATE staff_listings SET missing_since = ?
                WHERE keyed_hash = ? AND missing_since IS NULL""",
                format_datetime(at),
                mark,
            )

    def delete_listing(self, mark: bytes) -> None:
        with self.connection.begin_transaction():
            self.connection.execute("DELETE FROM staff_listings WHERE keyed_hash = ?", mark)

    def delete_listings(self) -> None:
        with self.connection.begin_transaction():
            self.connection.execute("DELETE FROM staff_listings")

    def find_last_import(self) -> StaffImportRecord | None:
        row = self.connection.fetch_row(
            "SELECT at, imported_at, file_mark, unusable, problem FROM staff_imports"
        )
        if row is None:
            return None
        return StaffImportRecord(
            at=parse_datetime(row["at"]),
            imported_at=parse_optional_datetime(row["imported_at"]),
            file_mark=row["file_mark"],
            unusable=row["unusable"],
            problem=row["problem"],
        )

    def save_import(self, record: StaffImportRecord) -> None:
        with self.connection.begin_transaction():
            self.connection.replace_row(
                "staff_imports",
                one=1,
                at=format_datetime(record.at),
                imported_at=format_optional_datetime(record.imported_at),
                file_mark=record.file_mark,
                unusable=record.unusable,
                problem=record.problem,
            )

    def delete_import(self) -> None:
        with self.connection.begin_transaction():
            self.connection.execute("DELETE FROM staff_imports")

    def hash_file(self, content: str) -> bytes:
        """Return what recognizes a file, by a hash of its content."""
        return self.encryption.keyed_hash(DISTRICT, f"staff file {content}")


def _parse_listing_row(row: Row) -> UnlistedAddress:
    return UnlistedAddress(
        mark=row["keyed_hash"],
        person_id=row["person_id"],
        invitation_id=row["invitation_id"],
        missing_since=parse_optional_datetime(row["missing_since"]),
    )
