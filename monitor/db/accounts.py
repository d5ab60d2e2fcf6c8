"""Invitations, enrollment drafts, staff files, sessions, sign-in links and access tokens.

Codes, links and tokens are stored as hashes, so the database opens nothing by itself. Drafts are
encrypted under the key of their invitation. Of a staff file, keyed hashes are stored: one says that
the file lists an address, and is the same for who joined and for who did not.
"""

import json
from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from monitor.db.connection import Records, Table
from monitor.db.database import delete_owned_rows
from monitor.db.declarations import CLOSED, OPEN, Expiry, Owner, TableDeclaration
from monitor.db.encryption import DISTRICT, EncryptedTable, SealedRecords
from monitor.db.people import hash_mail_address
from monitor.domain.enrollment import EnrollmentDraft, Invitee
from monitor.domain.errors import InputError
from monitor.domain.retention import RetainedKind
from monitor.domain.vocabulary import AuthMethod, TokenScope


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """`spent_at` is when the person answered, None before.

    `reminded_at` is when they were reminded, None before: no one is reminded twice. `school` and
    `title` are what the district's staff file says; the person sees and can change them first.
    """

    id: str
    mail: str
    given: str
    family: str
    invited_at: datetime
    expires_at: datetime
    spent_at: datetime | None = None
    reminded_at: datetime | None = None
    school: str = ""
    title: str = ""

    @property
    def invitee(self) -> Invitee:
        return Invitee(
            mail=self.mail,
            given=self.given,
            family=self.family,
            school=self.school,
            title=self.title,
        )

    def is_open(self, now: datetime) -> bool:
        return self.spent_at is None and now < self.expires_at


class InvitationsTable(SealedRecords[Invitation]):
    declaration = TableDeclaration(
        "invitations",
        Owner.INVITED,
        RetainedKind.INVITATION,
        "invited address, name, school and title",
        Expiry(OPEN),
        Expiry(CLOSED),
        sealed=("encrypted",),
        erased_where="id = ?1",
    )

    record = Invitation
    stored = ("id", "expires_at", "reminded_at", "spent_at")
    key_owner = "id"
    updated = ("spent_at",)

    def insert_invitation(self, invitation: Invitation) -> None:
        self.encryption.keys.create_key(invitation.id)
        self._save_invitation(invitation)

    def load_invitation(self, invitation_id: str) -> Invitation:
        found = self.find_record("WHERE id = ?", invitation_id)
        if found is None:
            message = (
                f"There is no invitation {invitation_id}: "
                "`namesake staff list` shows those there are."
            )
            raise InputError(message)
        return found

    def record_reminder(self, invitation_id: str, at: datetime, expires_at: datetime) -> None:
        """Note the one reminder, and until when the invitation may be answered now."""
        with self.connection.begin_transaction():
            known = self.load_invitation(invitation_id)
            self._save_invitation(replace(known, reminded_at=at, expires_at=expires_at))

    def update_invitee(self, invitation_id: str, invitee: Invitee) -> None:
        """Replace what the district says of the person; the address stays."""
        with self.connection.begin_transaction():
            changed = replace(
                self.load_invitation(invitation_id),
                given=invitee.given,
                family=invitee.family,
                school=invitee.school,
                title=invitee.title,
            )
            self._save_invitation(changed)

    def set_code_hash(self, invitation_id: str, code_hash: str) -> None:
        """Replace any earlier code, which opens nothing from then on."""
        self.connection.write_rows(
            "UPDATE invitations SET code_hash = ? WHERE id = ?", code_hash, invitation_id
        )

    def find_open_invitation_by_code(self, code_hash: str, now: datetime) -> Invitation | None:
        return self.find_record(
            "WHERE code_hash = ? AND spent_at IS NULL AND expires_at > ?", code_hash, now
        )

    def find_invitation_by_code(self, code_hash: str) -> Invitation | None:
        """Find whatever a code once opened, also where it opens nothing anymore."""
        return self.find_record("WHERE code_hash = ?", code_hash)

    def find_open_invitation_by_mail(self, mail: str, now: datetime) -> Invitation | None:
        """Find the one that may still be answered."""
        return self.find_record(
            """WHERE keyed_hash = ? AND spent_at IS NULL AND expires_at > ?
            ORDER BY rowid DESC""",
            hash_mail_address(self.encryption, mail),
            now,
        )

    def has_invitation(self, mail: str) -> bool:
        """Tell whether an address was invited, as long as that is stored."""
        return self.connection.has_row(
            "SELECT 1 FROM invitations WHERE keyed_hash = ?",
            hash_mail_address(self.encryption, mail),
        )

    def mark_invitation_answered(self, invitation_id: str, at: datetime) -> None:
        """Use it up; anyone who comes second is refused."""
        with self.connection.begin_transaction():
            spent = self.connection.execute(
                "UPDATE invitations SET spent_at = ? WHERE id = ? AND spent_at IS NULL",
                at,
                invitation_id,
            )
            if not spent:
                message = "This invitation was answered already: ask for a new one."
                raise InputError(message)
            # Remind no one of what is answered.
            self.connection.execute("DELETE FROM jobs WHERE subject = ?", invitation_id)

    def delete_invitation(self, invitation_id: str) -> None:
        """Forget an invitation no one answered, and destroy its key."""
        with self.connection.begin_transaction():
            delete_owned_rows(self.connection, invitation_id)
            if not self.connection.has_row("SELECT 1 FROM people WHERE id = ?", invitation_id):
                self.connection.run_after_commit(
                    lambda: self.encryption.keys.destroy_key(invitation_id)
                )

    def list_invitations(self) -> tuple[Invitation, ...]:
        return self.list_records("ORDER BY rowid")

    def _save_invitation(self, invitation: Invitation) -> None:
        mark = hash_mail_address(self.encryption, invitation.mail)
        self.replace_record(invitation, keyed_hash=mark)


class EnrollmentDraftsTable(SealedRecords[EnrollmentDraft]):
    declaration = TableDeclaration(
        "enrollment_drafts",
        Owner.INVITED,
        RetainedKind.ENROLLMENT_DRAFT,
        "answers of someone who is joining",
        Expiry(OPEN, at="changed_at"),
        Expiry(
            CLOSED, where="invitation_id IN (SELECT id FROM invitations WHERE spent_at IS NOT NULL)"
        ),
        sealed=("encrypted",),
    )

    record = EnrollmentDraft
    stored = ()
    key = ("invitation_id",)
    key_owner = "invitation_id"

    def find_draft(self, invitation_id: str) -> EnrollmentDraft | None:
        return self.find_record("WHERE invitation_id = ?", invitation_id)

    def save_draft(self, invitation_id: str, draft: EnrollmentDraft, at: datetime) -> None:
        self.replace_record(draft, invitation_id=invitation_id, changed_at=at)

    def delete_draft(self, invitation_id: str) -> None:
        self.connection.write_rows(
            "DELETE FROM enrollment_drafts WHERE invitation_id = ?", invitation_id
        )


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
        "how the last staff file fared: a hash of it, counts",
        Expiry(OPEN),
    )
    record = StaffImportRecord


class StaffListingsTable(EncryptedTable, Records[UnlistedAddress]):
    declaration = TableDeclaration(
        "staff_listings",
        Owner.PERSON,
        RetainedKind.STAFF_LISTING,
        "that the staff file lists an address: a keyed hash",
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
        return self.connection.has_row(
            "SELECT 1 FROM staff_listings WHERE keyed_hash = ?",
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

    def list_sessions_of_account(self, account_id: str, now: datetime) -> tuple[SignInSession, ...]:
        return self.list_records(
            "WHERE account_id = ? AND expires_at > ? ORDER BY started_at", account_id, now
        )

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
            "UPDATE sign_in_links SET spent_at = ? WHERE id = ? AND spent_at IS NULL",
            at,
            link_id,
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

    def delete_sign_in_links(self, account_id: str) -> None:
        """Let no link that is out open anything anymore."""
        self.connection.write_rows("DELETE FROM sign_in_links WHERE account_id = ?", account_id)

    def delete_sign_in_links_before(self, moment: datetime) -> None:
        self.connection.write_rows("DELETE FROM sign_in_links WHERE asked_at < ?", moment)


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
