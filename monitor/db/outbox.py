"""Emails that wait, went out, or never will, and the addresses that refuse them.

Which emails went out is also in a file beside the database that is in no backup: after a restore
it still knows what must not be sent again.
"""

import json
import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from monitor.db.atomic_files import PRIVATE_MODE, write_file
from monitor.db.connection import Row
from monitor.db.encryption import EncryptedTable
from monitor.db.open_files import parse_optional_datetime
from monitor.db.people import hash_mail_address
from monitor.db.tables import CLOSED, OPEN, Expiry, Owner, Records, Table, TableDeclaration
from monitor.domain.email_delivery import extract_local_id
from monitor.domain.errors import CannotWriteError, DatabaseError, InputError
from monitor.domain.retention import RetainedKind
from monitor.domain.vocabulary import EmailState

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEmail:
    """`person_id` is whose key encrypts it: empty for reviewers' emails, under the district's key.

    `dedupe_key` is a week or an event that is told once; of emails with a link, the link's ID.
    `recipient_id` is the ID of an address that is looked up when the email is sent. `sent_at` is
    when the mail server accepted it, None before; `body_hash` is stored from then on. A dead one
    can be retried while it is `readable`, which it is until its view is deleted; `revived_at` is
    when it last was, None if never. `tried_at` is its date if a mail server may have it, also for
    those that went along in it; None if no server can have it.
    """

    id: str
    recipient_id: str
    kind: str
    dedupe_key: str
    message_id: str
    queued_at: datetime
    due_at: datetime
    person_id: str = ""
    state: EmailState = EmailState.QUEUED
    attempts: int = 0
    error: str = ""
    sent_at: datetime | None = None
    body_hash: str = ""
    revived_at: datetime | None = None
    readable: bool = True
    tried_at: datetime | None = None

    @property
    def message_key(self) -> str:
        """The email's own part of its Message-ID."""
        return extract_local_id(self.message_id)

    @property
    def attempting_since(self) -> datetime:
        return self.revived_at or self.queued_at


class OutboxTable(EncryptedTable, Records[OutboxEmail]):
    declaration = TableDeclaration(
        "outbox",
        Owner.PERSON,
        RetainedKind.EMAIL_RECORD,
        "emails until sent; then a record that they were",
        Expiry(CLOSED, at="queued_at", where="state != 'queued'"),
        Expiry(
            OPEN,
            at="coalesce(revived_at, queued_at)",
            where="state = 'dead'",
            clears="encrypted",
            kind=RetainedKind.EMAIL,
        ),
        Expiry(
            CLOSED,
            at="sent_at",
            where="state = 'sent'",
            clears="encrypted",
            kind=RetainedKind.EMAIL,
        ),
        # It goes when the invitation would in whose place it went, and of one that is open for
        # longer by then, what was not sent: else what is left would tell.
        Expiry(
            OPEN,
            at="queued_at",
            where="kind = 'invited-again' OR (kind = 'invitation' AND state != 'sent')",
            kind=RetainedKind.INVITATION,
        ),
        sealed=("error", "encrypted"),
        exported="emails",
        of_person="recipient_id = ?1 ORDER BY queued_at, rowid",
        erased_where="person_id = ?1 OR recipient_id = ?1",
        even_held=True,
    )

    record = OutboxEmail
    unstored = frozenset({"error", "readable"})
    select = """SELECT id, person_id, recipient_id, kind, dedupe_key, message_id, queued_at,
    due_at, state, attempts, sent_at, body_hash, revived_at, tried_at,
    encrypted IS NOT NULL AS readable, error AS sealed_error FROM outbox"""

    def insert_email(self, email: OutboxEmail, view: object) -> bool:
        """Keep the email and its view, once: return False where it repeats an earlier one.

        One recipient gets one email of a kind about a person with one `dedupe_key`.
        """
        with self.connection.begin_transaction():
            queued = self.connection.execute(
                """INSERT INTO outbox (id, person_id, recipient_id, kind, dedupe_key, message_id,
                queued_at, due_at, state, attempts, body_hash, encrypted)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'queued', 0, '', ?) ON CONFLICT DO NOTHING""",
                email.id,
                email.person_id,
                email.recipient_id,
                email.kind,
                email.dedupe_key,
                email.message_id,
                email.queued_at,
                email.due_at,
                self.encryption.encrypt(
                    email.person_id, _build_outbox_place(email.id, "encrypted"), view
                ),
            )
        return queued == 1

    def list_due_emails(self, now: datetime) -> tuple[OutboxEmail, ...]:
        return self.list_records(
            "WHERE state = 'queued' AND due_at <= ? ORDER BY due_at, rowid", now
        )

    def list_due_emails_of_kinds(
        self, kinds: Iterable[str], now: datetime
    ) -> tuple[OutboxEmail, ...]:
        return self.list_records(
            """WHERE state = 'queued' AND due_at <= ?1
            AND kind IN (SELECT value FROM json_each(?2)) ORDER BY due_at, rowid""",
            now,
            json.dumps(sorted(kinds)),
        )

    def find_next_due_time(self, after: datetime) -> datetime | None:
        """Return when the next queued email is due that is not due yet."""
        found = self.connection.fetch_row(
            "SELECT min(due_at) AS next FROM outbox WHERE state = 'queued' AND due_at > ?", after
        )
        return parse_optional_datetime(found["next"]) if found else None

    def find_last_untried_due_time(self, kinds: Iterable[str]) -> datetime | None:
        """Return when the last queued email of some kinds is due, those to retry left out."""
        found = self.connection.fetch_row(
            """SELECT max(due_at) AS last FROM outbox WHERE state = 'queued' AND attempts = 0
            AND kind IN (SELECT value FROM json_each(?))""",
            json.dumps(sorted(kinds)),
        )
        return None if found is None else parse_optional_datetime(found["last"])

    def list_queued_emails(self, recipient_id: str, kind: str) -> tuple[OutboxEmail, ...]:
        """Return what is queued of a kind for one reader, due or not."""
        return self.list_records(
            """WHERE state = 'queued' AND recipient_id = ? AND kind = ?
            ORDER BY queued_at, rowid""",
            recipient_id,
            kind,
        )

    def expedite_queued_emails(self, recipient_id: str, at: datetime) -> None:
        """Let what waits for a reader be due at once."""
        self.connection.write_rows(
            "UPDATE outbox SET due_at = ? WHERE state = 'queued' AND recipient_id = ?",
            at,
            recipient_id,
        )

    def find_email_by_message_key(self, message_key: str) -> OutboxEmail | None:
        """Find the email that a bounce is about, by its own part of its Message-ID."""
        return self.find_record(
            "WHERE message_id > '<' || ?1 || '@' AND message_id < '<' || ?1 || 'A'", message_key
        )

    def list_dead_emails(self) -> tuple[OutboxEmail, ...]:
        return self.list_records("WHERE state = 'dead' ORDER BY queued_at, rowid")

    def find_current_trouble(self) -> str:
        """Return why the last email was not taken, if none was sent since it was tried."""
        found = self.find_record(
            """WHERE state = 'queued' AND error IS NOT NULL AND attempts > 0
            AND last_tried_at >= coalesce((SELECT max(sent_at) FROM outbox), '')
            ORDER BY last_tried_at DESC, rowid DESC LIMIT 1"""
        )
        return found.error if found else ""

    def load_email(self, email_id: str) -> OutboxEmail:
        found = self.find_record("WHERE id = ?", email_id)
        if found is None:
            raise _build_missing_email_error(email_id)
        return found

    def has_email(self, email_id: str) -> bool:
        return self.connection.has_row("SELECT 1 FROM outbox WHERE id = ?", email_id)

    def list_emails(self) -> tuple[OutboxEmail, ...]:
        return self.list_records("ORDER BY queued_at, rowid")

    def find_last_queued_time(self, recipient_id: str, kind: str) -> datetime | None:
        """Return when the last email of this kind was queued for a reader, None if none was.

        One that was given up did not reach its reader, and does not count.
        """
        found = self.connection.fetch_row(
            """SELECT max(queued_at) FROM outbox
            WHERE recipient_id = ? AND kind = ? AND state != 'dead'""",
            recipient_id,
            kind,
        )
        return None if found is None else parse_optional_datetime(found[0])

    def find_first_queued_time(
        self, recipient_id: str, kind: str, since: datetime
    ) -> datetime | None:
        """Return when the first email of this kind was queued for a reader since then, if any."""
        found = self.connection.fetch_row(
            """SELECT min(queued_at) FROM outbox
            WHERE recipient_id = ? AND kind = ? AND queued_at >= ?""",
            recipient_id,
            kind,
            since,
        )
        return None if found is None else parse_optional_datetime(found[0])

    def load_email_view(self, email_id: str, shape: type[T]) -> T:
        """Return what the email is rendered from; InputError once it was sent and forgotten."""
        found = self.connection.fetch_row(
            "SELECT person_id, encrypted FROM outbox WHERE id = ?", email_id
        )
        if found is None or found["encrypted"] is None:
            raise _build_missing_email_error(email_id)
        return self.encryption.decrypt(
            found["person_id"],
            _build_outbox_place(email_id, "encrypted"),
            found["encrypted"],
            shape,
        )

    def find_last_sent_time(self, recipient_id: str, kind: str) -> datetime | None:
        """Return when the mail server last accepted one of this kind, None if it never did."""
        found = self.connection.fetch_row(
            "SELECT max(sent_at) FROM outbox WHERE recipient_id = ? AND kind = ?",
            recipient_id,
            kind,
        )
        return None if found is None else parse_optional_datetime(found[0])

    def record_attempts(self, email_ids: Iterable[str], dated: datetime, now: datetime) -> None:
        """Count a try before it is made: where nothing can be written, nothing is sent either."""
        sql = """UPDATE outbox SET attempts = attempts + 1, tried_at = coalesce(tried_at, ?),
            last_tried_at = ? WHERE id = ?"""
        with self.connection.begin_transaction():
            for email_id in email_ids:
                self.connection.execute(sql, dated, now, email_id)

    def mark_email_sent(self, email_id: str, at: datetime, body_hash: str) -> None:
        """Note that the mail server accepted it, and forget what it said."""
        self.connection.write_rows(
            """UPDATE outbox SET state = 'sent', sent_at = ?, body_hash = ?,
            error = NULL, encrypted = NULL WHERE id = ?""",
            at,
            body_hash,
            email_id,
        )

    def schedule_retry(
        self, email_id: str, due_at: datetime, error: str, tried_at: datetime | None = None
    ) -> None:
        self.connection.write_rows(
            "UPDATE outbox SET due_at = ?, error = ?, tried_at = ? WHERE id = ?",
            due_at,
            self._encrypt_error(email_id, error),
            tried_at,
            email_id,
        )

    def mark_email_dead(self, email_id: str, reason: str) -> None:
        """Give it up; its content stays for a while, in case it can be retried."""
        with self.connection.begin_transaction():
            error = self._encrypt_error(email_id, reason)
            self.connection.execute(
                "UPDATE outbox SET state = 'dead', error = ? WHERE id = ?", error, email_id
            )

    def delete_unsent_emails(self, recipient_id: str) -> None:
        """Forget every email that was not sent: its reader has left, or the address has."""
        sql = "DELETE FROM outbox WHERE recipient_id = ? AND state != 'sent'"
        self.connection.write_rows(sql, recipient_id)

    def delete_emails_of_kind(self, recipient_id: str, kind: str) -> None:
        sql = "DELETE FROM outbox WHERE recipient_id = ? AND kind = ?"
        self.connection.write_rows(sql, recipient_id, kind)

    def requeue_dead_email(self, email_id: str, at: datetime) -> None:
        """Give a dead email another chance; InputError where nothing is left of it."""
        with self.connection.begin_transaction():
            revived = self.connection.execute(
                """UPDATE outbox
                SET state = 'queued', due_at = ?1, revived_at = ?1, tried_at = NULL, attempts = 0
                WHERE id = ?2 AND state = 'dead' AND encrypted IS NOT NULL""",
                at,
                email_id,
            )
            if not revived:
                raise _build_missing_email_error(email_id)

    def update_email_view(self, email_id: str, view: object) -> None:
        """Keep what an email is rendered from by now."""
        person_id, place = self.load_email(email_id).person_id, "encrypted"
        sealed = self.encryption.encrypt(person_id, _build_outbox_place(email_id, place), view)
        self.connection.write_rows("UPDATE outbox SET encrypted = ? WHERE id = ?", sealed, email_id)

    def delete_email_view(self, email_id: str) -> None:
        """Forget what an email would have said."""
        self.connection.write_rows("UPDATE outbox SET encrypted = NULL WHERE id = ?", email_id)

    def _encrypt_error(self, email_id: str, error: str) -> bytes:
        # A mail server's refusal may name the address.
        return self.encryption.encrypt(
            self.load_email(email_id).person_id, _build_outbox_place(email_id, "error"), error
        )

    def parse_row(self, row: Row) -> OutboxEmail:
        error = self._decrypt_error(row["id"], row["person_id"], row["sealed_error"])
        return replace(super().parse_row(row), error=error)

    def _decrypt_error(self, email_id: str, person_id: str, sealed: bytes | None) -> str:
        if sealed is None:
            return ""
        try:
            return self.encryption.decrypt(
                person_id, _build_outbox_place(email_id, "error"), sealed, str
            )
        except DatabaseError:
            # One damaged row must not hold up all the others.
            return "its reason cannot be read"


def _build_outbox_place(email_id: str, column: str) -> str:
    return f"outbox/{email_id}/{column}"


def _build_missing_email_error(email_id: str) -> InputError:
    reason = (
        f"There is no email {email_id}, or nothing is left of it. `namesake mail list` shows those "
        "there are."
    )
    return InputError(reason)


class EmailCounts(Table):
    def count_emails_by_state(self, untold: Iterable[str] = ()) -> Mapping[EmailState, int]:
        """Count all; of `untold` kinds only what somebody was to get, and did not.

        A reminder among them never counts: by it, who has not answered would.
        """
        rows = self.connection.fetch_rows(
            """SELECT state, count(*) AS count FROM outbox
            WHERE kind NOT IN (SELECT value FROM json_each(?)) OR (kind != 'reminder'
            AND (error IS NOT NULL OR state = 'dead')
            AND (encrypted IS NOT NULL OR sent_at IS NOT NULL)) GROUP BY state""",
            json.dumps([*untold]),
        )
        return {EmailState(row["state"]): row["count"] for row in rows}

    def count_retrying_emails(self) -> int:
        """Count what waits for another try, or for its address."""
        return self.connection.count_rows("outbox", "state = 'queued' AND error IS NOT NULL")

    def is_any_refused_now(self, but: str) -> bool:
        """Tell whether an email of any kind but one waits since the server did not take it."""
        return self.connection.has_row(
            """SELECT 1 FROM outbox
            WHERE state = 'queued' AND error IS NOT NULL AND attempts > 0 AND kind != ?""",
            but,
        )

    def count_abandoned_emails(self, since: datetime) -> int:
        """Count what someone was to get and did not; what no one was to get any more is void."""
        return self.connection.count_rows(
            "outbox", "state = 'dead' AND encrypted IS NOT NULL AND queued_at >= ?", since
        )

    def count_office_emails(self, office: str, kind: str, since: datetime) -> int:
        """Count what was queued for an office since, once however many people hold it."""
        row = self.connection.fetch_row(
            """SELECT count(DISTINCT dedupe_key) AS count FROM outbox
            WHERE recipient_id LIKE ? || '-%' AND kind = ? AND queued_at > ?""",
            office,
            kind,
            since,
        )
        return int(row["count"]) if row else 0

    def find_oldest_queued_time(self, untold: Iterable[str] = ()) -> datetime | None:
        """Return when the oldest email that is not sent yet was queued, as they are counted."""
        row = self.connection.fetch_row(
            """SELECT min(queued_at) FROM outbox WHERE state = 'queued'
            AND (kind NOT IN (SELECT value FROM json_each(?))
            OR (error IS NOT NULL AND kind != 'reminder'))""",
            json.dumps([*untold]),
        )
        return None if row is None else parse_optional_datetime(row[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressedAddress:
    """`status` is what the mail server answered, such as 5.1.1."""

    person_id: str
    since: datetime
    status: str


class SuppressionListTable(EncryptedTable, Records[SuppressedAddress]):
    declaration = TableDeclaration(
        "suppression_list",
        Owner.PERSON,
        RetainedKind.PERSON,
        "addresses that reject email",
        exported="email_settings.suppressed",
        of_person="""person_id = ?1
        AND keyed_hash = (SELECT keyed_hash FROM people WHERE id = ?1)""",
        single=True,
    )

    record = SuppressedAddress

    def suppress_address(self, mail: str, suppressed: SuppressedAddress) -> None:
        self.replace_record(suppressed, keyed_hash=hash_mail_address(self.encryption, mail))

    def find_suppression(self, person_id: str, mail: str) -> SuppressedAddress | None:
        """Return the pause of this person's address; one of an earlier address counts no more."""
        return self.find_record(
            "WHERE person_id = ? AND keyed_hash = ?",
            person_id,
            hash_mail_address(self.encryption, mail),
        )

    def list_suppressions(self) -> tuple[SuppressedAddress, ...]:
        return self.list_records("ORDER BY since, person_id")

    def delete_suppression(self, person_id: str) -> bool:
        """Write to them again; return whether anything was held back."""
        gone = self.connection.write_rows(
            "DELETE FROM suppression_list WHERE person_id = ?", person_id
        )
        return gone == 1


LOG = logging.getLogger(__name__)
# Older emails have their own weeks: nothing creates one for a week that is long over.
SENT_LOG_RETENTION = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentLogEntry:
    """`message_key` is the email's own part of its Message-ID; `body_hash` is of its text."""

    message_key: str
    day: date
    body_hash: str


class SentLog:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, SentLogEntry] | None = None

    def find_sent_entry(self, message_key: str) -> SentLogEntry | None:
        return self._load_entries().get(message_key)

    def append_sent_entries(
        self, message_keys: Iterable[str], at: datetime, body_hash: str
    ) -> None:
        """Remember, whatever the disk says: the emails are out."""
        day = at.date()
        new = [
            SentLogEntry(message_key=message_key, day=day, body_hash=body_hash)
            for message_key in message_keys
        ]
        self._load_entries().update({entry.message_key: entry for entry in new})
        try:
            text = "".join(map(_format_entry, new))
            file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(file, "w", encoding="ascii") as lines:
                # What a crash left half written ends here, and is no mark.
                lines.write(f"\n{text}")
                lines.flush()
                os.fsync(lines.fileno())
        except OSError as error:
            reason = f"{self.path} cannot be written to ({error}); a restore would repeat."
            LOG.warning("sent_log_not_written", extra={"reason": reason})

    def delete_old_sent_entries(self, now: datetime) -> None:
        """Leave out what is too old to be repeated; to be called by anyone who holds the folder.

        Raises CannotWriteError, and forgets nothing then.
        """
        oldest = now.date() - SENT_LOG_RETENTION
        recent = {key: mark for key, mark in self._load_entries().items() if mark.day >= oldest}
        if len(recent) == len(self._load_entries()):
            return
        write_file(
            self.path, "".join(map(_format_entry, recent.values())).encode("ascii"), PRIVATE_MODE
        )
        self._known = recent

    def _load_entries(self) -> dict[str, SentLogEntry]:
        if self._known is None:
            self._known = {
                entry.message_key: entry for entry in map(_parse_entry, self._read_lines()) if entry
            }
        return self._known

    def _read_lines(self) -> list[str]:
        try:
            return self.path.read_text("ascii", "replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            # An email that waits costs less than one that is sent again, or given up for this.
            reason = f"{self.path} cannot be read ({error.strerror}): check its disk and rights."
            raise CannotWriteError(reason) from error


def _format_entry(entry: SentLogEntry) -> str:
    return f"{entry.day.isoformat()} {entry.message_key} {entry.body_hash}\n"


def _parse_entry(line: str) -> SentLogEntry | None:
    match line.split():
        case [day, message, body_hash]:
            try:
                return SentLogEntry(
                    message_key=message, day=date.fromisoformat(day), body_hash=body_hash
                )
            except ValueError:
                return None
    return None
