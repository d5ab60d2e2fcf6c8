"""Tokens by which programs read what their owner may see."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from monitor.db.encryption import DISTRICT, SealedRecords
from monitor.db.tables import CLOSED, OPEN, Expiry, Owner, TableDeclaration
from monitor.domain.retention import RetainedKind
from monitor.domain.vocabulary import TokenScope


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """`account_id` is whose it is in one role; `person_id` is the same for staff, else empty.

    `name` is its owner's own word for it. `used_on` is the day (UTC) of the last use, None before
    the first.
    """

    id: str
    account_id: str
    name: str
    scopes: frozenset[TokenScope]
    created_at: datetime
    expires_at: datetime
    person_id: str = ""
    used_on: date | None = None


class AccessTokensTable(SealedRecords[AccessToken]):
    declaration = TableDeclaration(
        "access_tokens",
        Owner.PERSON,
        RetainedKind.ACCESS_TOKEN,
        "tokens of programs, calendars and feed readers: hash, scopes, end, name",
        Expiry(OPEN, at="created_at"),
        Expiry(CLOSED, at="expires_at"),
        sealed=("encrypted",),
        exported="access_tokens",
        even_held=True,
    )

    record = AccessToken
    stored = ("id", "account_id", "person_id", "created_at", "expires_at", "used_on")
    empty_as_null = frozenset({"person_id"})
    updated = ("used_on",)

    def insert_token(self, token: AccessToken, secret: str) -> None:
        self.insert_record(token, keyed_hash=self._hash_secret(secret))

    def find_token(self, secret: str, now: datetime) -> AccessToken | None:
        """Return None where it has expired, was revoked, or was never ours."""
        return self.find_record(
            "WHERE keyed_hash = ? AND expires_at > ?", self._hash_secret(secret), now
        )

    def list_tokens_of_account(self, account_id: str, now: datetime) -> tuple[AccessToken, ...]:
        """Return those that still work, the oldest first."""
        return self.list_records(
            "WHERE account_id = ? AND expires_at > ? ORDER BY rowid", account_id, now
        )

    def record_use(self, token_id: str, day: date) -> None:
        self.connection.write_rows(
            "UPDATE access_tokens SET used_on = ? WHERE id = ?", day.isoformat(), token_id
        )

    def delete_token(self, account_id: str, token_id: str) -> bool:
        """Delete one of an account; return False where it has none of this ID."""
        deleted = self.connection.write_rows(
            "DELETE FROM access_tokens WHERE id = ? AND account_id = ?", token_id, account_id
        )
        return deleted == 1

    def delete_tokens_of_accounts(self, account_ids: Iterable[str]) -> None:
        self.connection.write_rows(
            "DELETE FROM access_tokens WHERE account_id IN (SELECT value FROM json_each(?))",
            json.dumps(list(account_ids)),
        )

    def delete_all_tokens(self) -> None:
        self.connection.write_rows("DELETE FROM access_tokens")

    def _hash_secret(self, secret: str) -> bytes:
        return self.encryption.keyed_hash(DISTRICT, f"access token {secret}")
