"""Sessions of browsers, and the links and codes that open them."""

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.db.tables import CLOSED, OPEN, Expiry, Owner, Records, Table, TableDeclaration
from monitor.domain.retention import RetainedKind
from monitor.domain.vocabulary import AuthMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSession:
    """`hash` replaces the ID, which only the browser has."""

    hash: str
    account_id: str
    auth_method: AuthMethod
    started_at: datetime
    expires_at: datetime


class SignInSessionsTable(Table, Records[SignInSession]):
    declaration = TableDeclaration(
        "sessions",
        Owner.READER,
        RetainedKind.SESSION,
        "sign-in sessions: hash, method, end",
        Expiry(CLOSED, at="expires_at"),
        exported="sessions",
        of_person="account_id = ?1 ORDER BY started_at",
        erased_where="account_id = ?1",
    )

    record = SignInSession

    def insert_session(self, session: SignInSession) -> None:
        self.insert_record(session)

    def find_session(self, session_hash: str, now: datetime) -> SignInSession | None:
        """Return None where it has ended."""
        return self.find_record("WHERE hash = ? AND expires_at > ?", session_hash, now)

    def delete_session(self, session_hash: str) -> None:
        self.connection.write_rows("DELETE FROM sessions WHERE hash = ?", session_hash)

    def delete_sessions_of_account(self, account_id: str) -> None:
        self.connection.write_rows("DELETE FROM sessions WHERE account_id = ?", account_id)

    def delete_other_sessions(self, account_id: str, session_hash: str) -> None:
        """End every session of a reader but one."""
        self.connection.write_rows(
            "DELETE FROM sessions WHERE account_id = ? AND hash != ?", account_id, session_hash
        )

    def delete_all_sessions(self) -> None:
        self.connection.write_rows("DELETE FROM sessions")

    def delete_expired_sessions(self, now: datetime) -> None:
        self.connection.write_rows("DELETE FROM sessions WHERE expires_at <= ?", now)


NO_ACCOUNT = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLink:
    """`account_id` is empty if no one has the address, or it got the most links allowed in an hour.

    `browser` is a hash of the browser that asked. `spent_at` is None until the link is used.
    `tries` counts wrong six-digit codes.
    """

    id: str
    account_id: str
    browser: str
    asked_at: datetime
    expires_at: datetime
    spent_at: datetime | None = None
    tries: int = 0

    def is_open(self, now: datetime) -> bool:
        return self.spent_at is None and now < self.expires_at


class SignInLinksTable(Table, Records[SignInLink]):
    declaration = TableDeclaration(
        "sign_in_links",
        Owner.READER,
        RetainedKind.SESSION,
        "sign-in links: hash, end, wrong codes",
        Expiry(OPEN, at="asked_at"),
        not_exported="hashes of links that work for minutes",
        erased_where="account_id = ?1",
    )

    record = SignInLink

    def insert_sign_in_link(self, link: SignInLink) -> None:
        self.insert_record(link)

    def save_decoy_link(self, link: SignInLink) -> None:
        """Write a link that is never sent in the place of the last one: it takes as long as `add`.

        So tries without end write one row, and the time of the answer tells nothing.
        """
        with self.connection.begin_transaction():
            self.delete_sign_in_links(NO_ACCOUNT)
            self.insert_sign_in_link(replace(link, account_id=NO_ACCOUNT))

    def find_sign_in_link(self, link_id: str) -> SignInLink | None:
        return self.find_record("WHERE id = ?", link_id)

    def find_sign_in_link_by_code(self, code_hash: str) -> SignInLink | None:
        return self.find_record("WHERE code_hash = ?", code_hash)

    def set_code_hash(self, link_id: str, code_hash: str) -> None:
        self.connection.write_rows(
            "UPDATE sign_in_links SET code_hash = ? WHERE id = ?", code_hash, link_id
        )

    def mark_sign_in_link_used(self, link_id: str, at: datetime) -> bool:
        """Use it up; return False to anyone who comes second."""
        spent = self.connection.write_rows(
            "UPDATE sign_in_links SET spent_at = ? WHERE id = ? AND spent_at IS NULL", at, link_id
        )
        return spent == 1

    def list_sent_links_of_browser(self, browser: str) -> tuple[SignInLink, ...]:
        """Return the links that a browser asked for and that were sent, the oldest first."""
        return self.list_records(
            "WHERE browser = ? AND code_hash IS NOT NULL ORDER BY asked_at", browser
        )

    def add_wrong_try(self, link_id: str) -> None:
        self.connection.write_rows(
            "UPDATE sign_in_links SET tries = tries + 1 WHERE id = ?", link_id
        )

    def count_wrong_tries_since(self, account_id: str, since: datetime) -> int:
        found = self.connection.fetch_row(
            "SELECT ifnull(sum(tries), 0) FROM sign_in_links WHERE account_id = ? AND asked_at > ?",
            account_id,
            since,
        )
        return int(found[0]) if found else 0

    def count_sign_in_links_since(self, account_id: str, since: datetime) -> int:
        return self.connection.count_rows(
            "sign_in_links", "account_id = ? AND asked_at > ?", account_id, since
        )

    def list_sign_in_links_since(self, account_id: str, since: datetime) -> tuple[SignInLink, ...]:
        """Return those of a reader from all browsers, sent or not."""
        return self.list_records("WHERE account_id = ? AND asked_at > ?", account_id, since)

    def count_links_of_kind_since(self, kind: str, since: datetime) -> int:
        """Count the links of all readers whose id begins with a word and a dash."""
        return self.connection.count_rows(
            "sign_in_links", "account_id GLOB ? || '-*' AND asked_at > ?", kind, since
        )

    def delete_sign_in_links(self, account_id: str) -> None:
        """Let no link that is out open anything anymore."""
        self.connection.write_rows("DELETE FROM sign_in_links WHERE account_id = ?", account_id)

    def delete_sign_in_links_before(self, moment: datetime) -> None:
        self.connection.write_rows("DELETE FROM sign_in_links WHERE asked_at < ?", moment)
