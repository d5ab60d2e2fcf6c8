"""Personal access tokens: what a program, a calendar or a feed reader may do for someone.

Of a token a keyed hash is stored, so the database opens nothing by itself.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from monitor.db.connection import DatabaseConnection, Row, format_datetime, parse_datetime
from monitor.db.encryption import DISTRICT, Encryption
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


_SELECT_TOKENS = """SELECT id, account_id, person_id, scopes, created_at, expires_at, used_on,
encrypted FROM access_tokens"""


@dataclass(frozen=True, slots=True)
class AccessTokensTable:
    connection: DatabaseConnection
    encryption: Encryption

    def insert_token(self, token: AccessToken, secret: str) -> None:
        with self.connection.begin_transaction():
            self.connection.insert_row(
                "access_tokens",
                id=token.id,
                account_id=token.account_id,
                person_id=token.person_id or None,
                keyed_hash=self._hash_secret(secret),
                scopes=json.dumps(sorted(token.scopes)),
                created_at=format_datetime(token.created_at),
                expires_at=format_datetime(token.expires_at),
                encrypted=self.encryption.encrypt(
                    token.person_id or DISTRICT, _build_place(token.id), token.name
                ),
            )

    def find_token(self, secret: str, now: datetime) -> AccessToken | None:
        """Return None where it has expired, was revoked, or was never ours."""
        row = self.connection.fetch_row(
            f"{_SELECT_TOKENS} WHERE keyed_hash = ? AND expires_at > ?",
            self._hash_secret(secret),
            format_datetime(now),
        )
        return None if row is None else self._parse_row(row)

    def list_tokens(self) -> tuple[AccessToken, ...]:
        """Return all that are stored, those that have expired among them."""
        return tuple(map(self._parse_row, self.connection.fetch_rows(_SELECT_TOKENS)))

    def list_tokens_of_account(self, account_id: str, now: datetime) -> tuple[AccessToken, ...]:
        """Return those that still work, the oldest first."""
        rows = self.connection.fetch_rows(
            f"{_SELECT_TOKENS} WHERE account_id = ? AND expires_at > ? ORDER BY rowid",
            account_id,
            format_datetime(now),
        )
        return tuple(map(self._parse_row, rows))

    def record_use(self, token_id: str, day: date) -> None:
        with self.connection.begin_transaction():
            self.connection.execute(
                "UPDATE access_tokens SET used_on = ? WHERE id = ?", day.isoformat(), token_id
            )

    def delete_token(self, account_id: str, token_id: str) -> bool:
        """Delete one of an account; return False where it has none of this ID."""
        with self.connection.begin_transaction():
            deleted = self.connection.execute(
                "DELETE FROM access_tokens WHERE id = ? AND account_id = ?", token_id, account_id
            )
        return deleted == 1

    def delete_tokens_of_accounts(self, account_ids: Iterable[str]) -> None:
        with self.connection.begin_transaction():
            self.connection.execute(
                "DELETE FROM access_tokens WHERE account_id IN (SELECT value FROM json_each(?))",
                json.dumps(list(account_ids)),
            )

    def delete_all_tokens(self) -> None:
        with self.connection.begin_transaction():
            self.connection.execute("DELETE FROM access_tokens")

    def delete_expired_tokens(self, now: datetime) -> None:
        with self.connection.begin_transaction():
            self.connection.execute(
                "DELETE FROM access_tokens WHERE expires_at <= ?", format_datetime(now)
            )

    def _hash_secret(self, secret: str) -> bytes:
        return self.encryption.keyed_hash(DISTRICT, f"access token {secret}")

    def _parse_row(self, row: Row) -> AccessToken:
        person_id = row["person_id"] or ""
        name = self.encryption.decrypt(
            person_id or DISTRICT, _build_place(row["id"]), row["encrypted"], str
        )
        return AccessToken(
            id=row["id"],
            account_id=row["account_id"],
            person_id=person_id,
            name=name,
            scopes=frozenset(map(TokenScope, json.loads(row["scopes"]))),
            created_at=parse_datetime(row["created_at"]),
            expires_at=parse_datetime(row["expires_at"]),
            used_on=date.fromisoformat(row["used_on"]) if row["used_on"] else None,
        )


def _build_place(token_id: str) -> str:
    return f"access_tokens/{token_id}/encrypted"
