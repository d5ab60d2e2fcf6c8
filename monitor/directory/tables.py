"""The entries of the district's staff directory, as it wrote them by SCIM.

An entry is encrypted with the district's key and says nothing of who joined: it is the same
whether anyone did.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from monitor.db.connection import Row
from monitor.db.database import AnnexTables, Database
from monitor.db.encryption import DISTRICT, EncryptedTable
from monitor.db.open_files import parse_datetime
from monitor.db.people import hash_mail_address
from monitor.db.schema_versions import Schema
from monitor.db.tables import CLOSED, Expiry, Owner, Records, TableDeclaration
from monitor.directory.scim_user import DirectoryUser, UserFilter
from monitor.domain.retention import RetainedKind

# Whoever is in any of these is known already.
_IS_NEWCOMER = """active = 1
AND keyed_hash NOT IN (SELECT keyed_hash FROM staff_listings WHERE missing_since IS NULL)
AND keyed_hash NOT IN (SELECT keyed_hash FROM invitations)
AND keyed_hash NOT IN (SELECT keyed_hash FROM people)"""


class DirectoryUsersTable(EncryptedTable, Records[DirectoryUser]):
    declaration = TableDeclaration(
        "directory_users",
        Owner.PERSON,
        RetainedKind.DIRECTORY_ENTRY,
        "as the staff directory sent it: address, name, title, its ID, if active",
        Expiry(CLOSED, at="changed_at", where="active = 0"),
        sealed=("encrypted",),
        exported="directory_entry",
        of_person="keyed_hash = (SELECT keyed_hash FROM people WHERE id = ?1)",
        single=True,
        erased="once the staff directory deletes the entry",
        even_held=True,
    )
    attached = (
        TableDeclaration(
            "directory_changes",
            Owner.PERSON,
            RetainedKind.DIRECTORY_ENTRY,
            "keyed hashes of addresses that the directory wrote, for minutes",
            Expiry(CLOSED),
            not_exported="a keyed hash, for minutes",
            erased="after some minutes, by the service",
        ),
        TableDeclaration(
            "directory_state",
            Owner.DISTRICT,
            RetainedKind.DIRECTORY_ENTRY,
            "when the staff directory last wrote",
            Expiry(CLOSED),
        ),
    )

    select = "SELECT id, encrypted FROM directory_users"

    def insert_user(self, user: DirectoryUser, at: datetime) -> None:
        with self.connection.begin_transaction():
            self.connection.insert_row(
                "directory_users",
                id=user.id,
                keyed_hash=hash_mail_address(self.encryption, user.mail),
                external_hash=self._hash_external_id(user.external_id),
                active=user.active,
                changed_at=at,
                encrypted=self._encrypt(user),
            )

    def update_user(self, user: DirectoryUser, at: datetime) -> None:
        self.connection.write_rows(
            """UPDATE directory_users SET keyed_hash = ?, external_hash = ?, active = ?,
                changed_at = ?, encrypted = ? WHERE id = ?""",
            hash_mail_address(self.encryption, user.mail),
            self._hash_external_id(user.external_id),
            user.active,
            at,
            self._encrypt(user),
            user.id,
        )

    def delete_user(self, user_id: str) -> None:
        self.connection.write_rows("DELETE FROM directory_users WHERE id = ?", user_id)

    def find_user(self, user_id: str) -> DirectoryUser | None:
        return self._find_user("id = ?", user_id)

    def find_user_by_mail(self, mail: str) -> DirectoryUser | None:
        return self._find_user("keyed_hash = ?", hash_mail_address(self.encryption, mail))

    def find_user_by_mark(self, mark: bytes) -> DirectoryUser | None:
        """Find whose address has that keyed hash."""
        return self._find_user("keyed_hash = ?", mark)

    def read_states(self) -> Mapping[bytes, bool]:
        """Tell of each entry, by the keyed hash of its address, whether it is active."""
        rows = self.connection.fetch_rows("SELECT keyed_hash, active FROM directory_users")
        return {row["keyed_hash"]: bool(row["active"]) for row in rows}

    def count_users(self, wanted: UserFilter | None = None) -> int:
        return self.connection.count_rows("directory_users", *self._build_condition(wanted))

    def list_users(
        self, wanted: UserFilter | None, skip: int, most: int
    ) -> tuple[DirectoryUser, ...]:
        condition, *values = self._build_condition(wanted)
        return self.list_records(
            f"WHERE {condition} ORDER BY rowid LIMIT ? OFFSET ?", *values, most, skip
        )

    def list_newcomers(self) -> tuple[DirectoryUser, ...]:
        """Return who is active and was never invited, enrolled or listed, the first come first."""
        return self.list_records(f"WHERE {_IS_NEWCOMER} ORDER BY changed_at, rowid")

    def count_newcomers(self) -> int:
        return self.connection.count_rows("directory_users", _IS_NEWCOMER)

    def save_known_listings(self) -> None:
        """List whoever is active here and was invited or enrolled in another way."""
        self.connection.write_rows(
            """INSERT INTO staff_listings (keyed_hash, missing_since)
            SELECT keyed_hash, NULL FROM directory_users WHERE active = 1
            AND (keyed_hash IN (SELECT keyed_hash FROM invitations)
            OR keyed_hash IN (SELECT keyed_hash FROM people))
            ON CONFLICT DO NOTHING"""
        )

    def record_change(self, mail: str, at: datetime) -> None:
        """Note that the service has to look at an address."""
        with self.connection.begin_transaction():
            self.connection.execute(
                "INSERT INTO directory_changes (keyed_hash) VALUES (?) ON CONFLICT DO NOTHING",
                hash_mail_address(self.encryption, mail),
            )
            with self.connection.begin_transaction():
                self.connection.replace_row("directory_state", one=1, written_at=at)

    def find_last_write(self) -> datetime | None:
        """Return when the directory last wrote; None where it never did."""
        row = self.connection.fetch_row("SELECT written_at FROM directory_state")
        return None if row is None else parse_datetime(row["written_at"])

    def list_changes(self) -> tuple[bytes, ...]:
        rows = self.connection.fetch_rows("SELECT keyed_hash FROM directory_changes ORDER BY rowid")
        return tuple(row["keyed_hash"] for row in rows)

    def delete_change(self, mark: bytes) -> None:
        self.connection.write_rows("DELETE FROM directory_changes WHERE keyed_hash = ?", mark)

    def delete_all(self) -> None:
        with self.connection.begin_transaction():
            self.connection.execute("DELETE FROM directory_users")
            self.connection.execute("DELETE FROM directory_changes")
            self.connection.execute("DELETE FROM directory_state")

    def _find_user(self, condition: str, value: object) -> DirectoryUser | None:
        return self.find_record(f"WHERE {condition}", value)

    def _build_condition(self, wanted: UserFilter | None) -> tuple[str, *tuple[object, ...]]:
        if wanted is None:
            return ("true",)
        if wanted.attribute == "username":
            return "keyed_hash = ?", hash_mail_address(self.encryption, wanted.value)
        if wanted.attribute == "externalid":
            # An empty one is stored as null, which equals nothing.
            return "external_hash = ?", self._hash_external_id(wanted.value)
        return "id = ?", wanted.value

    def _hash_external_id(self, external_id: str) -> bytes | None:
        if not external_id:
            return None
        return self.encryption.keyed_hash(DISTRICT, f"directory id {external_id}")

    def _encrypt(self, user: DirectoryUser) -> bytes:
        return self.encrypt_value(DISTRICT, user.id, user)

    def parse_row(self, row: Row) -> DirectoryUser:
        return self.decrypt_value(DISTRICT, row["id"], row["encrypted"], DirectoryUser)


DIRECTORY_TABLES = AnnexTables(
    schema=Schema.read_file(Path(__file__).with_name("tables.sql")), tables=(DirectoryUsersTable,)
)


def open_directory(db: Database) -> DirectoryUsersTable:
    """Return the entries, to write to them: where there are none yet, their tables are created."""
    return db.open_table(DirectoryUsersTable, DIRECTORY_TABLES.schema)


def find_directory(db: Database) -> DirectoryUsersTable | None:
    """Return the entries; None where no directory ever wrote here."""
    return db.find_table(DirectoryUsersTable)
