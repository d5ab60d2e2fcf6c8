"""The audit log: rows that are appended, chained, and survive an erasure.

The end of the log is sealed twice, because no later row vouches for the last one. One seal is
written to the database with the row; without the district's key no one can make it fit a shorter
log. The other lies with the keys and is written after the row, so that a replaced or older
database is noticed too.
"""

import hmac
import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from monitor.db.encryption import DISTRICT, AuditPosition, EncryptedTable
from monitor.db.open_files import format_datetime, parse_datetime
from monitor.db.tables import Owner, Records, TableDeclaration
from monitor.domain.errors import MonitorError
from monitor.domain.person import CURRENT_MEANS
from monitor.domain.retention import RetainedKind
from monitor.domain.vocabulary import AuditEndStatus


class AuditLogEnd(EncryptedTable):
    def load_last_position(self) -> AuditPosition:
        row = self.connection.fetch_row("SELECT seq, link FROM audit ORDER BY seq DESC LIMIT 1")
        return AuditPosition() if row is None else AuditPosition(row["seq"], row["link"])

    def load_sealed_position(self) -> AuditPosition:
        """Return the end that lies with the keys; an empty one where none was sealed yet."""
        return self.encryption.keys.load_audit_position()

    def has_row_at(self, end: AuditPosition) -> bool:
        """Tell whether the row that was the last one once is still there."""
        row = self.connection.fetch_row("SELECT link FROM audit WHERE seq = ?", end.seq)
        return row is not None and hmac.compare_digest(row["link"], end.link)

    def check_end(self) -> AuditEndStatus:
        """Say whether anything is missing at the end; `verify_chain` says so of all before it.

        A kill between a row and its second seal leaves that seal behind, which is no alarm.
        """
        if not self._matches_seal(self.load_last_position()):
            return AuditEndStatus.CUT
        sealed = self.load_sealed_position()
        if not sealed.seq or self.has_row_at(sealed):
            return AuditEndStatus.WHOLE
        if sealed.seq <= self.load_last_position().seq:
            return AuditEndStatus.REPLACED
        return AuditEndStatus.OLDER if self._load_seal() else AuditEndStatus.CUT

    @property
    def missing_row_count(self) -> int:
        """Count the rows that were sealed and are not there, as far as their numbers tell."""
        return max(0, self.load_sealed_position().seq - self.load_last_position().seq)

    def seal_appended_row(self, before: AuditPosition, after: AuditPosition) -> None:
        """Seal the new end in its row's own transaction, and in the key file after the commit.

        A seal that did not fit stays as it is: it is the evidence that something is wrong.
        """
        if self._matches_seal(before):
            self._save_seal(after)
        self.connection.run_after_commit(self._save_end_with_keys)

    def seal_empty_log(self) -> None:
        """Seal a log that no row was ever written to, or its first copy would seem to be cut."""
        if (
            self._load_seal() is None
            and not self.load_last_position().seq
            and not self.load_sealed_position().seq
        ):
            self._save_seal(AuditPosition())

    def accept_current_end(self) -> None:
        """Seal the end that is there, whatever was sealed before; inside `write()`."""
        self._save_seal(self.load_last_position())
        self.connection.run_after_commit(
            lambda: self.encryption.keys.save_audit_position(self.load_last_position())
        )

    def _save_end_with_keys(self) -> None:
        # The row is committed already; the seal of the next row covers it as well.
        with suppress(MonitorError), self.encryption.keys.lock_for_writing():
            sealed, now = self.load_sealed_position(), self.load_last_position()
            if now.seq > sealed.seq and (not sealed.seq or self.has_row_at(sealed)):
                self.encryption.keys.save_audit_position(now)

    def _matches_seal(self, end: AuditPosition) -> bool:
        seal = self._load_seal()
        return seal is None or hmac.compare_digest(seal, self._compute_seal(end))

    def _load_seal(self) -> bytes | None:
        """Return the seal beside the rows; None where no row was written since there are seals."""
        row = self.connection.fetch_row("SELECT seal FROM audit_end")
        return None if row is None else row["seal"]

    def _save_seal(self, end: AuditPosition) -> None:
        self.connection.execute(
            "INSERT OR REPLACE INTO audit_end (one, seal) VALUES (1, ?)", self._compute_seal(end)
        )

    def _compute_seal(self, end: AuditPosition) -> bytes:
        return self.encryption.keyed_hash(DISTRICT, f"audit ends with {end.text_form}")


# Refs, kinds, counts, times and commitments pass; names, addresses and sentences do not.
OPAQUE_PATTERN = re.compile(r"[A-Za-z0-9+:._-]{0,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """`actor` and `subject` are opaque ids or roles; `subject` is empty for the district.

    `means` is how the actor did it: `service`, `page`, `link` for one that was mailed, `token:ID`,
    or `shell:USER`.
    """

    seq: int
    at: datetime
    actor: str
    means: str
    action: str
    subject: str
    details: Mapping[str, str] = field(default_factory=dict)


# In the order in which they are hashed.
_LINKED_COLUMNS = ("seq", "at", "actor", "means", "action", "subject", "details")


class AuditTable(EncryptedTable, Records[AuditEntry]):
    """Each row holds a keyed hash of itself and of the row before it."""

    declaration = TableDeclaration(
        "audit",
        Owner.DISTRICT,
        RetainedKind.AUDIT,
        "who did what, how and when: IDs and hashes, no names but those of users of the shell",
        exported="audit_log",
        of_person="""subject = ?1 OR subject IN (SELECT id FROM findings WHERE person_id = ?1)
        OR subject IN (SELECT id FROM cases WHERE person_id = ?1) ORDER BY seq""",
    )
    attached = (
        TableDeclaration(
            "audit_end", Owner.NOBODY, RetainedKind.AUDIT, "seal on the end of the audit log"
        ),
    )

    record = AuditEntry
    as_json = frozenset({"details"})

    def append_entry(
        self, at: datetime, actor: str, action: str, subject: str, details: Mapping[str, str]
    ) -> None:
        """Append a row. What is not opaque is refused: give its `compute_commitment` instead."""
        means = CURRENT_MEANS.get()
        _check_opaque(actor, means, action, subject, *details, *details.values())
        with self.connection.begin_transaction():
            last = self.log_end.load_last_position()
            entry_values = (
                last.seq + 1,
                format_datetime(at),
                actor,
                means,
                action,
                subject,
                json.dumps(dict(details)),
            )
            link = self._compute_link(last.link, entry_values)
            self.connection.execute(
                """INSERT INTO audit (seq, at, actor, means, action, subject, details, link)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                *entry_values,
                link,
            )
            self.log_end.seal_appended_row(last, AuditPosition(last.seq + 1, link))

    def compute_commitment(self, subject: str, text: str) -> str:
        """Replace text by a hash that can be checked only while the subject's key exists."""
        return self.encryption.keyed_hash(subject, text).hex()

    def list_entries_of_subjects(self, subjects: Iterable[str]) -> tuple[AuditEntry, ...]:
        """Return the rows about any of several subjects, the oldest first."""
        return self.list_records(
            "WHERE subject IN (SELECT value FROM json_each(?)) ORDER BY seq",
            json.dumps(list(subjects)),
        )

    def count_entries_about_cases(self, person_id: str, action: str, after: datetime) -> int:
        """Count how often such an act was about a case of a person's."""
        row = self.connection.fetch_row(
            """SELECT count(*) FROM audit WHERE action = ? AND at > ?
            AND subject IN (SELECT id FROM cases WHERE person_id = ?)""",
            action,
            after,
            person_id,
        )
        return row[0] if row else 0

    def list_subjects_of_means(self, means: str, actions: Iterable[str]) -> tuple[str, ...]:
        """Return what such acts by a means were about, each once."""
        rows = self.connection.fetch_rows(
            """SELECT subject FROM audit WHERE means = ?1
            AND action IN (SELECT value FROM json_each(?2)) GROUP BY subject ORDER BY min(seq)""",
            means,
            json.dumps(sorted(actions)),
        )
        return tuple(subject for (subject,) in rows)

    def list_own_action_times(
        self, person_id: str, action: str, limit: int
    ) -> tuple[datetime, ...]:
        """Return when a person last did something about themselves, the newest first."""
        rows = self.connection.fetch_rows(
            """SELECT at FROM audit WHERE subject = ?1 AND actor = ?1 AND action = ?2
            ORDER BY seq DESC LIMIT ?3""",
            person_id,
            action,
            limit,
        )
        return tuple(parse_datetime(at) for (at,) in rows)

    def find_last_entry_of_action(self, action: str) -> AuditEntry | None:
        """Return the newest row of an action; None where it was never done."""
        return self.find_record("WHERE action = ? ORDER BY seq DESC LIMIT 1", action)

    def find_last_entry_time(self) -> datetime | None:
        """Return when the newest row was written; None where there is none."""
        row = self.connection.fetch_row("SELECT at FROM audit ORDER BY seq DESC LIMIT 1")
        return None if row is None else parse_datetime(row["at"])

    def list_privileged_entries(
        self, actions: Iterable[str], before: int, limit: int
    ) -> tuple[AuditEntry, ...]:
        """Return the newest such acts of reviewers and operators before a number; 0 is the end.

        What people did about themselves is not among them.
        """
        return self.list_records(
            """WHERE (actor = 'operator' OR substr(actor, 1, 8) = 'reviewer')
            AND action IN (SELECT value FROM json_each(?1)) AND (?2 = 0 OR seq < ?2)
            ORDER BY seq DESC LIMIT ?3""",
            json.dumps(sorted(actions)),
            before,
            limit,
        )

    def list_entries_of_office(
        self, office: str, start: datetime, end: datetime
    ) -> tuple[AuditEntry, ...]:
        """Return what reviewers or operators did from one time until before another one."""
        return self.list_records(
            "WHERE substr(actor, 1, 8) = ? AND at >= ? AND at < ? ORDER BY seq", office, start, end
        )

    def find_people_of_subjects(self, subjects: Iterable[str]) -> Mapping[str, str]:
        """Return whom the rows about any of several subjects are about, where they are here."""
        rows = self.connection.fetch_rows(
            """SELECT asked.value AS subject,
            coalesce(people.id, cases.person_id, findings.person_id) AS whose
            FROM json_each(?) AS asked LEFT JOIN people ON people.id = asked.value
            LEFT JOIN cases ON cases.id = asked.value
            LEFT JOIN findings ON findings.id = asked.value WHERE whose IS NOT NULL""",
            json.dumps(sorted(set(subjects))),
        )
        return {row["subject"]: row["whose"] for row in rows}

    def list_entries(self) -> tuple[AuditEntry, ...]:
        return self.list_records("ORDER BY seq")

    def verify_chain(self) -> int | None:
        """Return the number of the first row that is not as it was written, or None.

        Nothing later vouches for the last ones: `log_end` tells whether rows were cut off there.
        """
        before, expected = b"", 1
        for row in self.connection.fetch_rows(
            "SELECT seq, at, actor, means, action, subject, details, link FROM audit ORDER BY seq"
        ):
            link = self._compute_link(before, (row[column] for column in _LINKED_COLUMNS))
            if row["seq"] != expected or not hmac.compare_digest(link, row["link"]):
                return expected
            before, expected = row["link"], expected + 1
        return None

    @property
    def log_end(self) -> AuditLogEnd:
        return AuditLogEnd(self.connection, self.encryption)

    def _compute_link(self, before: bytes, values: Iterable[object]) -> bytes:
        return self.encryption.keyed_hash(DISTRICT, json.dumps([before.hex(), *values]))


def _check_opaque(*words: str) -> None:
    if not all(OPAQUE_PATTERN.fullmatch(word) for word in words):
        raise ValueError("audit rows hold opaque ids and commitments only")
