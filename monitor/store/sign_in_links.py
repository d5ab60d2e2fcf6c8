"""Links by which people sign in; what is in the database opens nothing."""

from dataclasses import dataclass
from datetime import datetime

from monitor.store.database import Database
from monitor.store.moment import read, read_or_none, written


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLink:
    """`reader` is empty where the address is nobody's: that is kept too, and looks the same.

    `browser` stands for the browser that asked. `spent_at` is None until the link is used.
    """

    ref: str
    reader: str
    browser: str
    asked_at: datetime
    expires_at: datetime
    spent_at: datetime | None = None

    def open(self, now: datetime) -> bool:
        return self.spent_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class SignInLinks:
    database: Database

    def add(self, link: SignInLink) -> None:
        with self.database.write():
            self.database.run(
                "INSERT INTO sign_in_links VALUES (?, ?, ?, NULL, ?, ?, NULL)",
                link.ref,
                link.reader,
                link.browser,
                written(link.asked_at),
                written(link.expires_at),
            )

    def get(self, ref: str) -> SignInLink | None:
        return self._found("ref", ref)

    def by_code(self, code_hash: str) -> SignInLink | None:
        return self._found("code_hash", code_hash)

    def set_code(self, ref: str, code_hash: str) -> None:
        with self.database.write():
            self.database.run(
                "UPDATE sign_in_links SET code_hash = ? WHERE ref = ?", code_hash, ref
            )

    def spend(self, ref: str, at: datetime) -> bool:
        """Use it up; return False to whoever comes second."""
        with self.database.write():
            spent = self.database.run(
                "UPDATE sign_in_links SET spent_at = ? WHERE ref = ? AND spent_at IS NULL",
                written(at),
                ref,
            )
        return spent == 1

    def asked_since(self, reader: str, since: datetime) -> int:
        found = self.database.row(
            "SELECT count(*) FROM sign_in_links WHERE reader = ? AND asked_at > ?",
            reader,
            written(since),
        )
        return int(found[0]) if found else 0

    def drop(self, reader: str) -> None:
        """Let no link that is out open anything any more."""
        with self.database.write():
            self.database.run("DELETE FROM sign_in_links WHERE reader = ?", reader)

    def drop_asked_before(self, moment: datetime) -> None:
        with self.database.write():
            self.database.run("DELETE FROM sign_in_links WHERE asked_at < ?", written(moment))

    def _found(self, column: str, value: str) -> SignInLink | None:
        found = self.database.row(
            f"""SELECT ref, reader, browser, asked_at, expires_at, spent_at FROM sign_in_links
            WHERE {column} = ?""",  # noqa: S608 - the column is one of two names of ours
            value,
        )
        if found is None:
            return None
        ref, reader, browser, asked_at, expires_at, spent_at = found
        return SignInLink(
            ref=ref,
            reader=reader,
            browser=browser,
            asked_at=read(asked_at),
            expires_at=read(expires_at),
            spent_at=read_or_none(spent_at),
        )
