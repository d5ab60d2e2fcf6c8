"""Personal text under a key of its own for each person: the one module that knows how.

Destroying a person's key makes every copy of their text unreadable, old backups included. Codes in
emails are derived, not stored: a retried email has to be the same one, because a mailbox shows only
one of two with the same Message-ID.
"""

import hmac
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Self, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from monitor.db.connection import PATIENCE, Database, Sync
from monitor.db.migrations import KEYS
from monitor.errors import DatabaseError, InputError

T = TypeVar("T")


def encode(value: object) -> bytes:
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_mended(value))


def decode(data: bytes, shape: type[T]) -> T:
    """Raise ValueError where the JSON is not of that shape."""
    return msgspec.json.decode(data, type=shape)


def utf8(text: str) -> bytes:
    """Encode any text; half a surrogate pair, as pages sometimes hold, becomes U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _mended(value: object) -> object:
    if isinstance(value, str):
        return utf8(value).decode()
    if is_dataclass(value):
        return {each.name: _mended(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {_mended(key): _mended(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_mended(each) for each in value]
    return value


DISTRICT = ""
KEYS_DATABASE = "keys.db"
KEY_BYTES = 32
NONCE_BYTES = 12
FORMAT = b"\x01"


@dataclass(frozen=True, slots=True)
class Key:
    """One half seals, the other marks."""

    seal: bytes = field(repr=False)
    mark: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class End:
    """The number and the hash of the audit log's last row; number 0 where there is none."""

    seq: int = 0
    link: bytes = b""

    @classmethod
    def read(cls, written: str) -> Self:
        """Read what `written` made; what it never makes is the end of no log."""
        seq, _, link = written.partition(":")
        try:
            return cls(
                int(seq[:18]) if seq.isascii() and seq.isdecimal() else 0, bytes.fromhex(link)
            )
        except ValueError:
            return cls()

    @property
    def written(self) -> str:
        return f"{self.seq}:{self.link.hex()}" if self.seq else ""


class Keys:
    """`keys.db`: never in the same backup as the database, and never printed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, folder: Path, patience: float = PATIENCE) -> Self:
        return cls(Database.open(folder / KEYS_DATABASE, KEYS, patience))

    def check_file(self) -> None:
        self._database.check_file()

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def create(self, ref: str) -> None:
        """Make a key where there is none; a destroyed one is never made again."""
        with self._database.write():
            if self.destroyed(ref):
                message = f"{ref} was deleted. Enroll with a new reference."
                raise InputError(message)
            self._database.run(
                "INSERT INTO keys VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                ref,
                os.urandom(KEY_BYTES),
                os.urandom(KEY_BYTES),
            )

    def destroy(self, ref: str) -> None:
        with self._database.write():
            self._database.run("DELETE FROM keys WHERE ref = ?", ref)
            self._database.run("INSERT INTO destroyed VALUES (?) ON CONFLICT DO NOTHING", ref)
        self._database.checkpoint()

    def checkpoint(self) -> bool:
        return self._database.checkpoint()

    def has(self, ref: str) -> bool:
        return self._database.row("SELECT 1 FROM keys WHERE ref = ?", ref) is not None

    def destroyed(self, ref: str) -> bool:
        return self._database.row("SELECT 1 FROM destroyed WHERE ref = ?", ref) is not None

    def refs(self) -> tuple[str, ...]:
        """Return whose keys there are, the district's left out."""
        rows = self._database.rows("SELECT ref FROM keys WHERE ref != ?", DISTRICT)
        return tuple(ref for (ref,) in rows)

    def all_destroyed(self) -> tuple[str, ...]:
        return tuple(ref for (ref,) in self._database.rows("SELECT ref FROM destroyed"))

    def writing(self) -> AbstractContextManager[None]:
        """Keep others from writing; what a power cut takes back here was never relied on."""
        return self._database.write(Sync.NORMAL)

    def audit_end(self) -> End:
        """Return where the audit log last ended; it lies here since it vouches for the database."""
        row = self._database.row("SELECT seq, link FROM audit_end")
        return End() if row is None else End(*row)

    def put_audit_end(self, end: End) -> None:
        with self.writing():
            values = (end.seq, end.link)
            self._database.run("INSERT OR REPLACE INTO audit_end VALUES (1, ?, ?)", *values)

    def of(self, ref: str) -> Key:
        found = self._database.row("SELECT seal, mark FROM keys WHERE ref = ?", ref)
        if found is None:
            message = (
                f"{self._database.path} lacks the key of {ref or 'the district'}: "
                "restore the copy of the keys that belongs to this database."
            )
            raise DatabaseError(message)
        return Key(*found)


@dataclass(frozen=True, slots=True)
class Sealing:
    """`ref` names whose key is used: a person's, or the district's where it is empty.

    `place` is the table, row and column; a value moved to another place does not open.
    """

    keys: Keys

    def seal(self, ref: str, place: str, value: object) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        cipher = AESGCM(self.keys.of(ref).seal)
        return FORMAT + nonce + cipher.encrypt(nonce, encode(value), place.encode())

    def open(self, ref: str, place: str, blob: bytes, shape: type[T]) -> T:
        return _opened(AESGCM(self.keys.of(ref).seal), place, blob, shape)

    def open_each(
        self, ref: str, sealed: Iterable[tuple[str, bytes]], shape: type[T]
    ) -> Iterator[T]:
        """Open what lies at several places, each with its blob; the key is fetched once."""
        cipher = None
        for place, blob in sealed:
            cipher = cipher or AESGCM(self.keys.of(ref).seal)
            yield _opened(cipher, place, blob, shape)

    def mark(self, ref: str, text: str) -> bytes:
        """Return the same bytes for the same text, and tell nothing without the key."""
        return hmac.digest(self.keys.of(ref).mark, utf8(text), "sha256")


def _opened(cipher: AESGCM, place: str, blob: bytes, shape: type[T]) -> T:
    start = len(FORMAT)
    nonce, sealed = blob[start : start + NONCE_BYTES], blob[start + NONCE_BYTES :]
    try:
        return decode(cipher.decrypt(nonce, sealed, place.encode()), shape)
    except (InvalidTag, ValueError) as error:
        message = f"{place} cannot be read. Restore the database and its keys from a backup."
        raise DatabaseError(message) from error


@dataclass(frozen=True, slots=True)
class LetterCodes:
    sealing: Sealing

    def of(self, owner: str, door: str) -> str:
        """Derive 256 bits from the ref of what is opened, under the key of whose it is.

        Each letter that opens one door has the same code. `owner` is empty for an office.
        """
        secret = self.sealing.mark(owner, f"code {door}")
        return urlsafe_b64encode(secret).decode("ascii").rstrip("=")
