"""Personal text under a key of its own for each person: the one module that knows how.

Destroying a person's key makes every copy of their text unreadable, old backups included. Codes in
emails are derived, not stored: a retried email has to be the same one, because a mailbox shows only
one of two with the same Message-ID.
"""

import hmac
import logging
import os
import re
import threading
from abc import abstractmethod
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, cast, get_type_hints

from monitor.db.connection import (
    BUSY_TIMEOUT_SECONDS,
    DatabaseConnection,
    Row,
    SyncMode,
    find_next_seq,
)
from monitor.db.schema_versions import KEYS_SCHEMA
from monitor.db.tables import Owner, Records, Table, TableDeclaration
from monitor.domain.errors import DatabaseError, ErasedError, InputError, MonitorError
from monitor.domain.retention import RetainedKind
from monitor.domain.serialization import convert_value, decode_json, encode_json, encode_utf8

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LOG = logging.getLogger(__name__)
T = TypeVar("T")

DISTRICT = ""
KEYS_DATABASE = "keys.db"
KEY_BYTES = 32
NONCE_BYTES = 12
CIPHERTEXT_VERSION = b"\x01"


@dataclass(frozen=True)
class DataKey:
    """One half seals, the other marks."""

    encryption_key: bytes = field(repr=False)
    hash_key: bytes = field(repr=False)

    @cached_property
    def cipher(self) -> "AESGCM":
        # Large, and who only looks up ids and states opens nothing.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - see above

        return AESGCM(self.encryption_key)


# The number of a row, below 2**63, and the SHA-256 that ends it.
_AUDIT_END = re.compile("([1-9][0-9]{0,17}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class AuditPosition:
    """The number and the hash of the audit log's last row; number 0 where there is none."""

    seq: int = 0
    link: bytes = b""

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `text_form` gave. Raises InputError for anything else."""
        read = _AUDIT_END.fullmatch(text.strip())
        if read is None:
            raise InputError(f"{text!r} is not an end that `namesake audit` prints: copy it whole.")
        return cls(int(read[1]), bytes.fromhex(read[2]))

    @property
    def text_form(self) -> str:
        return f"{self.seq}:{self.link.hex()}" if self.seq else ""


TAKE_BACKS = """SELECT id, '', '' FROM destroyed_keys
    UNION ALL SELECT id, ledger, line FROM last_lines"""


def keep_no_copy() -> None:
    """Do nothing, where no copy of the keys is to follow them."""


class KeyStore:
    """`keys.db`: never in the same backup as the database, and never printed.

    `renew_copy` is called after each commit in which someone took something back.
    """

    declaration = TableDeclaration(
        "keys",
        Owner.PERSON,
        RetainedKind.PERSON,
        "one key per person",
        not_exported="a key is never shown",
    )
    attached = (
        TableDeclaration(
            "destroyed_keys", Owner.NOBODY, RetainedKind.AUDIT, "IDs of destroyed keys"
        ),
        TableDeclaration(
            "last_lines",
            Owner.PERSON,
            RetainedKind.PERSON,
            "the last line of each ledger of consent and of legal holds, so that it holds after a "
            "restore",
            not_exported="the ledger has it",
        ),
    )

    def __init__(self, connection: DatabaseConnection) -> None:
        self._connection = connection
        self._local = threading.local()
        self.renew_copy: Callable[[], None] = keep_no_copy

    @classmethod
    def open_store(cls, folder: Path, patience: float = BUSY_TIMEOUT_SECONDS) -> Self:
        return cls(DatabaseConnection.open_file(folder / KEYS_DATABASE, KEYS_SCHEMA, patience))

    @property
    def path(self) -> Path:
        return self._connection.path

    def check_file(self) -> None:
        self._connection.check_file()

    def close(self) -> None:
        self._connection.close()

    def close_unused(self) -> None:
        """Close it in all threads; none may be reading."""
        self._connection.close_unused()

    def release_session(self) -> None:
        self._connection.release_session()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def create_key(self, key_id: str) -> None:
        """Make a key where there is none; a destroyed one is never made again."""
        with self._connection.begin_transaction():
            if self.is_destroyed(key_id):
                raise InputError(f"{key_id} was deleted. Enroll with a new reference.")
            self._connection.execute(
                """INSERT INTO keys (id, encryption_key, hash_key) VALUES (?, ?, ?)
                ON CONFLICT DO NOTHING""",
                key_id,
                os.urandom(KEY_BYTES),
                os.urandom(KEY_BYTES),
            )

    def destroy_key(self, key_id: str) -> None:
        self._get_held_keys().pop(key_id, None)
        with self._connection.begin_transaction():
            self._connection.execute("DELETE FROM keys WHERE id = ?", key_id)
            self._connection.execute(
                "INSERT INTO destroyed_keys (id) VALUES (?) ON CONFLICT DO NOTHING", key_id
            )
        self._connection.checkpoint()

    def checkpoint(self) -> bool:
        return self._connection.checkpoint()

    def has_key(self, key_id: str) -> bool:
        return self._connection.has_row("SELECT 1 FROM keys WHERE id = ?", key_id)

    def is_destroyed(self, key_id: str) -> bool:
        return self._connection.has_row("SELECT 1 FROM destroyed_keys WHERE id = ?", key_id)

    def list_destroyed_ids(self) -> tuple[str, ...]:
        return tuple(
            key_id for (key_id,) in self._connection.fetch_rows("SELECT id FROM destroyed_keys")
        )

    def save_last_line(self, ledger: str, key_id: str, read_line: Callable[[], str]) -> None:
        """Replace someone's, as long as they have a key; no one else writes as it is read.

        Whoever was erased meanwhile has none, and their key goes next.
        """
        with self._connection.begin_transaction():
            self._connection.execute(
                """INSERT OR REPLACE INTO last_lines (id, ledger, line)
                SELECT id, ?1, ?2 FROM keys WHERE id = ?3 AND ?2 != ''""",
                *(ledger, read_line(), key_id),
            )

    def list_last_lines(self, ledger: str) -> dict[str, str]:
        sql = "SELECT id, line FROM last_lines WHERE ledger = ?"
        rows = self._connection.fetch_rows(sql, ledger)
        return {row["id"]: row["line"] for row in rows}

    def list_take_backs(self) -> frozenset[tuple[str, ...]]:
        """Return what an older copy of the keys may lack of what people took back."""
        return frozenset(map(tuple, self._connection.fetch_rows(TAKE_BACKS)))

    def lock_for_writing(self) -> AbstractContextManager[None]:
        """Keep others from writing; what a power cut takes back here was never relied on."""
        return self._connection.begin_transaction(SyncMode.NORMAL)

    def load_audit_position(self) -> AuditPosition:
        """Return where the audit log last ended; it lies here since it vouches for the database."""
        row = self._connection.fetch_row("SELECT seq, link FROM audit_end")
        return AuditPosition() if row is None else AuditPosition(row["seq"], row["link"])

    def save_audit_position(self, end: AuditPosition) -> None:
        with self.lock_for_writing():
            values = (end.seq, end.link)
            self._connection.execute(
                "INSERT OR REPLACE INTO audit_end (one, seq, link) VALUES (1, ?, ?)", *values
            )

    @contextmanager
    def hold_keys(self) -> Iterator[None]:
        """Read each key once while the block lasts, in this thread.

        Only around a transaction of the district, during which no one's rows can be erased, or
        around one list of rows: a key is destroyed after the rows that it opens.
        """
        if hasattr(self._local, "held"):
            yield
            return
        self._local.held = {}
        try:
            yield
        finally:
            del self._local.held

    def load_key(self, key_id: str) -> DataKey:
        held = self._get_held_keys()
        if key_id not in held:
            held[key_id] = self._read_key(key_id)
        return held[key_id]

    def _get_held_keys(self) -> dict[str, DataKey]:
        held: dict[str, DataKey] = getattr(self._local, "held", {})
        return held

    def _read_key(self, key_id: str) -> DataKey:
        found = self._connection.fetch_row(
            "SELECT encryption_key, hash_key FROM keys WHERE id = ?", key_id
        )
        if found is None and self.is_destroyed(key_id):
            raise ErasedError(f"{key_id} was deleted. Nothing of theirs can be read anymore.")
        if found is None:
            raise DatabaseError(
                f"{self._connection.path} lacks the key of {key_id or 'the district'}: "
                "restore the copy of the keys that belongs to this database."
            )
        return DataKey(encryption_key=found["encryption_key"], hash_key=found["hash_key"])


@dataclass(frozen=True, slots=True)
class Encryption:
    """`id` names whose key is used: a person's, or the district's where it is empty.

    `place` is the table, row and column; a value moved to another place does not open.
    """

    keys: KeyStore

    def encrypt(self, key_id: str, place: str, value: object) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        cipher = self.keys.load_key(key_id).cipher
        return (
            CIPHERTEXT_VERSION + nonce + cipher.encrypt(nonce, encode_json(value), place.encode())
        )

    def decrypt(self, key_id: str, place: str, blob: bytes, shape: type[T]) -> T:
        return _decrypt_value(self.keys.load_key(key_id).cipher, place, blob, shape)

    def keyed_hash(self, key_id: str, text: str) -> bytes:
        """Return the same bytes for the same text, and tell nothing without the key."""
        return hmac.digest(self.keys.load_key(key_id).hash_key, encode_utf8(text), "sha256")


@dataclass(frozen=True, slots=True)
class EncryptedTable(Table):
    """A table with personal text in its rows; its name is a part of each place."""

    encryption: Encryption

    def encrypt_value(self, key_id: str, row_id: str | int | bytes, value: object) -> bytes:
        """Encrypt what the column `encrypted` of a row holds."""
        return self.encryption.encrypt(key_id, self._build_place(row_id), value)

    def decrypt_value(
        self, key_id: str, row_id: str | int | bytes, blob: bytes, shape: type[T]
    ) -> T:
        return self.encryption.decrypt(key_id, self._build_place(row_id), blob, shape)

    def change_keys_after_commit(self, change: Callable[[], object]) -> None:
        """Change them, and have their copy follow at once: the machine may be lost next."""
        self.connection.run_last_after_commit(self.encryption.keys.renew_copy)
        self.connection.run_after_commit(change)

    def _build_place(self, row_id: str | int | bytes) -> str:
        return f"{self.declaration.name}/{_format_id(row_id)}/encrypted"


class Ledger(EncryptedTable):
    """The last line of each person lies with the keys, too: no copy of the database is without it.

    `line_fields` are the columns of that line, which has no personal text.
    """

    line_fields: ClassVar[Mapping[str, str]]

    def keep_last_line(self, person_id: str) -> None:
        """Lay it with the keys after the commit, inside the transaction that wrote it."""
        self.change_keys_after_commit(partial(self._save_with_keys, person_id))

    def follow_keys(self) -> None:
        """Take over the last lines that lie with the keys, where the ledger is an older copy.

        A line that a crash or a full disk kept from the keys is laid there. No times are compared:
        clocks err.
        """
        known = self.encryption.keys.list_last_lines(self.declaration.name)
        here = {row["person_id"]: row["line"] for row in self._fetch_last_lines()}
        people = [row["id"] for row in self.connection.fetch_rows("SELECT id FROM people")]
        for person_id in people:
            line = known.get(person_id, "")
            if line == here.get(person_id, ""):
                continue
            with self.connection.begin_transaction():
                if line:
                    self.follow_line(line)
                self.connection.run_after_commit(partial(self._save_with_keys, person_id))

    @abstractmethod
    def follow_line(self, line: str) -> None:
        """Write the last line of someone's, unless the ledger had it before."""

    def _save_with_keys(self, person_id: str) -> None:
        def read_line() -> str:
            return next((row["line"] for row in self._fetch_last_lines(person_id)), "")

        try:
            self.encryption.keys.save_last_line(self.declaration.name, person_id, read_line)
        except MonitorError as error:
            # It holds; `follow_keys` lays it there before the next copy is made.
            LOG.warning("line_not_with_keys", extra={"reason": str(error)})

    def _fetch_last_lines(self, *person_id: str) -> Iterator[Row]:
        table, whose = self.declaration.name, "AND person_id = ?" if person_id else ""
        sql = f"""SELECT person_id, {self.spell_line()} AS line FROM {table} WHERE seq =
            (SELECT max(seq) FROM {table} AS other WHERE other.person_id = {table}.person_id)
            {whose}"""  # noqa: S608 - our own words
        return self.connection.fetch_rows(sql, *person_id)

    @classmethod
    def spell_line(cls) -> str:
        """Return SQL for a row as JSON."""
        pairs = (f"'{name}', {column}" for name, column in cls.line_fields.items())
        return f"json_object({', '.join(pairs)})"


class SealedRecords(EncryptedTable, Records[T]):
    """For a table that seals each value whole, in `encrypted`.

    `stored` are the fields that a plain column holds, too, so that rows are found. Of these,
    `updated` are changed in place by statements, so what the column says counts. `key` names a row.
    `key_owner` is the column with whose key it is sealed; the district's where that is null, and
    for all rows where there is no such column.
    """

    key: ClassVar[tuple[str, ...]] = ("id",)
    key_owner: ClassVar[str] = "person_id"
    updated: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def list_selected_columns(cls) -> tuple[str, ...]:
        owner = (cls.key_owner,) if cls.key_owner else ()
        return (*cls.key, *owner, *cls.updated, "encrypted")

    def build_row(self, value: T, **beside: object) -> dict[str, object]:
        row = super().build_row(value, **beside)
        if self.key == ("seq",) and "seq" not in row:
            row["seq"] = find_next_seq(self.connection, self.declaration.name)
        return {**row, "encrypted": self.encrypt_value(*self._locate_row(row), value)}

    def parse_row(self, row: Row) -> T:
        value = self.decrypt_value(*self._locate_row(row), row["encrypted"], self.record)
        if self.updated:
            value = replace(value, **{name: self._read_update(row, name) for name in self.updated})
        return cast("T", value)

    def list_records(self, condition: str = "", *values: object) -> tuple[T, ...]:
        with self.encryption.keys.hold_keys():
            return super().list_records(condition, *values)

    def _locate_row(self, row: Mapping[str, Any] | Row) -> tuple[str, str]:
        """Return whose key seals a row, and its id."""
        owner = row[self.key_owner] if self.key_owner else None
        return owner or DISTRICT, "/".join(_format_id(row[name]) for name in self.key)

    def _read_update(self, row: Row, name: str) -> object:
        held = "" if row[name] is None and name in self.empty_as_null else row[name]
        return convert_value(held, get_type_hints(self.record)[name], strict=False)


def _format_id(part: str | int | bytes) -> str:
    return part.hex() if isinstance(part, bytes) else str(part)


def _decrypt_value(cipher: "AESGCM", place: str, blob: bytes, shape: type[T]) -> T:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as with the cipher

    start = len(CIPHERTEXT_VERSION)
    nonce, sealed = blob[start : start + NONCE_BYTES], blob[start + NONCE_BYTES :]
    try:
        return decode_json(cipher.decrypt(nonce, sealed, place.encode()), shape)
    except (InvalidTag, ValueError) as error:
        message = f"{place} cannot be read. Restore the database and its keys from a backup."
        raise DatabaseError(message) from error


@dataclass(frozen=True, slots=True)
class EmailCodes:
    encryption: Encryption

    def derive_email_code(self, owner_id: str, target_id: str) -> str:
        """Derive 256 bits from the id of what is opened, under the key of whose it is.

        Each email that opens one door has the same code. `owner_id` is empty for an office.
        """
        secret = self.encryption.keyed_hash(owner_id, f"code {target_id}")
        return urlsafe_b64encode(secret).decode("ascii").rstrip("=")
