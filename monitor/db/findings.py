"""What exists about each person: findings, what was decided about them, and new accounts.

Decisions are appended; the finding itself holds the current one.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from monitor.db.cases import CasesTable
from monitor.db.connection import Row
from monitor.db.encryption import DISTRICT, EncryptedTable, SealedRecords
from monitor.db.evidence_pages import PagesTable
from monitor.db.finding_history import EventsTable, SightingsTable, VersionsTable
from monitor.db.open_files import parse_datetime
from monitor.db.people import build_missing_finding_error, load_finding_owner, resolve_id_prefix
from monitor.db.tables import CLOSED, Expiry, Owner, Records, Table, TableDeclaration
from monitor.domain.case import rank_decision
from monitor.domain.feedback import Feedback, resolve_decision
from monitor.domain.finding import Finding, merge_findings
from monitor.domain.retention import RetainedKind
from monitor.domain.vocabulary import Decision, OwnershipLabel, WaveMark

if TYPE_CHECKING:
    from monitor.domain.detection.assessment import Assessment
    from monitor.domain.detection.waves import NewAccount


class FeedbackTable(Table, Records[Feedback]):
    declaration = TableDeclaration(
        "feedback",
        Owner.PERSON,
        RetainedKind.FINDING,
        'answers to "whose is this?"',
        exported="findings.feedback",
        of_person="person_id = ?1 ORDER BY seq",
    )

    record = Feedback
    empty_as_null = frozenset({"case_id"})

    def list_feedback_of_finding(self, finding_id: str) -> tuple[Feedback, ...]:
        return self.list_records("WHERE finding_id = ? ORDER BY seq", finding_id)

    def insert_feedback(self, feedback: Feedback) -> Decision | None:
        """Store an answer, and return the one that counts now, which the finding stores too."""
        with self.connection.begin_transaction():
            person_id = load_finding_owner(self.connection, feedback.finding_id)
            self.insert_record(feedback, person_id=person_id)
            stands = resolve_decision(self.list_feedback_of_finding(feedback.finding_id))
            self.connection.execute(
                "UPDATE findings SET feedback = ? WHERE id = ?", stands, feedback.finding_id
            )
            self.connection.forget_read(_build_feedback_key(person_id))
        return stands

    def move_to_finding(self, finding_id: str, target_id: str) -> None:
        self.connection.write_rows(
            "UPDATE feedback SET finding_id = ? WHERE finding_id = ?", target_id, finding_id
        )


class FindingsTable(SealedRecords[Finding]):
    """`aliases` are all the keys a finding is known by: canonical URLs and account keys."""

    declaration = TableDeclaration(
        "findings",
        Owner.PERSON,
        RetainedKind.FINDING,
        "findings: title, names, text and address, as published",
        Expiry(CLOSED),
        sealed=("assessment", "encrypted"),
        exported="findings.finding",
        of_person="person_id = ?1 ORDER BY first_seen, rowid",
    )
    attached = (
        TableDeclaration(
            "aliases",
            Owner.PERSON,
            RetainedKind.FINDING,
            "hashes by which a finding is recognized",
            not_exported="keyed hashes of what the findings have",
        ),
    )

    record = Finding
    stored = ("id", "person_id", "first_seen")

    def list_findings_of_person(self, person_id: str) -> tuple[Finding, ...]:
        return self.list_records("WHERE person_id = ? ORDER BY first_seen, rowid", person_id)

    def list_finding_ids_of_person(self, person_id: str) -> tuple[str, ...]:
        rows = self.connection.fetch_rows(
            "SELECT id FROM findings WHERE person_id = ? ORDER BY first_seen, rowid", person_id
        )
        return tuple(finding_id for (finding_id,) in rows)

    def sort_finding_ids(self, finding_ids: Collection[str]) -> tuple[str, ...]:
        """Return some findings' ids, the oldest finding first; what is not there is left out."""
        rows = self.connection.fetch_rows(
            """SELECT id FROM findings WHERE id IN (SELECT value FROM json_each(?))
            ORDER BY first_seen, rowid""",
            json.dumps(sorted(finding_ids)),
        )
        return tuple(finding_id for (finding_id,) in rows)

    def load_finding(self, finding_id: str) -> Finding:
        return self.connection.read_once(
            ("finding", finding_id), partial(self._read_finding, finding_id)
        )

    def load_finding_of_person(self, person_id: str, finding_id: str) -> Finding:
        """Return a person's finding; what is another person's is as if it were not there."""
        if load_finding_owner(self.connection, finding_id) != person_id:
            raise build_missing_finding_error(finding_id)
        return self.load_finding(finding_id)

    def resolve_finding_prefix(self, id_prefix: str) -> str:
        """Complete an id that an email has cut."""
        query = "SELECT id FROM findings WHERE substr(id, 1, length(?1)) = ?1 LIMIT 2"
        return resolve_id_prefix(id_prefix, self.connection.fetch_rows(query, id_prefix))

    def find_findings_by_aliases(
        self, person_id: str, aliases: Iterable[str]
    ) -> tuple[Finding, ...]:
        """Return every finding known by one of the aliases, the oldest first."""
        finding_ids = {self._find_finding_of_alias(person_id, alias) for alias in aliases}
        findings = (
            self.load_finding(finding_id) for finding_id in finding_ids if finding_id is not None
        )
        return tuple(sorted(findings, key=lambda finding: (finding.first_seen, finding.id)))

    def insert_finding(self, finding: Finding, aliases: Iterable[str]) -> None:
        with self.connection.begin_transaction():
            self.insert_record(finding)
            self._insert_aliases(finding, aliases)

    def update_finding(self, finding: Finding, aliases: Iterable[str] = ()) -> None:
        """Keep its new value and further aliases; those it had stay."""
        with self.connection.begin_transaction():
            load_finding_owner(self.connection, finding.id)
            self.replace_record(finding)
            self.connection.forget_read(
                ("finding", finding.id), _build_feedback_key(finding.person_id)
            )
            self._insert_aliases(finding, aliases)

    def delete_finding(self, finding_id: str) -> None:
        """Forget the finding with its sightings, versions, events and cases."""
        with self.connection.begin_transaction():
            self.connection.execute("DELETE FROM findings WHERE id = ?", finding_id)
            self.connection.execute("DELETE FROM jobs WHERE subject = ?", finding_id)
            self.connection.forget_read()

    def merge_findings(self, keep: Finding, drop: Finding) -> Finding:
        """Make two findings one: the older history and the stronger decision stay.

        What is known of an account of which no text is kept stays, too: nothing can say it again.
        """
        if keep.person_id != drop.person_id:
            raise ValueError("two people's findings never become one")
        whole = replace(merge_findings((keep, drop)), id=keep.id)
        with self.connection.begin_transaction():
            self.connection.execute(
                "UPDATE aliases SET finding_id = ? WHERE finding_id = ?", keep.id, drop.id
            )
            self.connection.forget_read()
            for noun in (SightingsTable, VersionsTable, EventsTable, CasesTable, PagesTable):
                noun(self.connection, self.encryption).move_to_finding(drop.id, keep.id)
            FeedbackTable(self.connection).move_to_finding(drop.id, keep.id)
            decisions = (self.find_finding_feedback(keep.id), self.find_finding_feedback(drop.id))
            self.set_finding_feedback(keep.id, min(decisions, key=rank_decision))
            known = self.find_assessment(drop.id)
            if known and drop.portrait.withheld and not keep.portrait.withheld:
                self.set_assessment(keep.id, known)
            self.delete_finding(drop.id)
            self.update_finding(whole)
        return whole

    def find_finding_feedback(self, finding_id: str) -> Decision | None:
        """Return what the person last said of it, None before they did."""
        found = self.connection.fetch_row("SELECT feedback FROM findings WHERE id = ?", finding_id)
        return None if found is None or found["feedback"] is None else Decision(found["feedback"])

    def set_finding_feedback(self, finding_id: str, feedback: Decision | None) -> None:
        with self.connection.begin_transaction():
            self.connection.execute(
                "UPDATE findings SET feedback = ? WHERE id = ?", feedback, finding_id
            )
            self.connection.forget_read()

    def list_findings_with_feedback(self, person_id: str) -> tuple[tuple[Finding, Decision], ...]:
        """Return what the person decided about, with the decision, the oldest first."""
        return self.connection.read_once(
            _build_feedback_key(person_id), partial(self._read_findings_with_feedback, person_id)
        )

    def _read_findings_with_feedback(self, person_id: str) -> tuple[tuple[Finding, Decision], ...]:
        rows = tuple(
            self.connection.fetch_rows(
                """SELECT id, person_id, encrypted, feedback FROM findings
                WHERE person_id = ? AND feedback IS NOT NULL ORDER BY first_seen, rowid""",
                person_id,
            )
        )
        with self.encryption.keys.hold_keys():
            return tuple((self.parse_row(row), Decision(row["feedback"])) for row in rows)

    def count_findings_with_feedback(self, person_id: str) -> int:
        """Count what the person decided about, without opening anything."""
        return self.connection.count_rows(
            "findings", "person_id = ? AND feedback IS NOT NULL", person_id
        )

    def list_findings_awaiting_feedback(
        self, person_id: str
    ) -> tuple[tuple[Finding, "Assessment"], ...]:
        """Return what was assessed and has no decision of the person's, the oldest first."""
        rows = tuple(
            self.connection.fetch_rows(
                """SELECT id, person_id, encrypted, assessment FROM findings WHERE person_id = ?
                AND feedback IS NULL AND assessment IS NOT NULL ORDER BY first_seen, rowid""",
                person_id,
            )
        )
        with self.encryption.keys.hold_keys():
            return tuple((self.parse_row(row), self._decrypt_assessment(row)) for row in rows)

    def find_finding_label(self, finding_id: str) -> OwnershipLabel | None:
        found = self.connection.fetch_row("SELECT label FROM findings WHERE id = ?", finding_id)
        return None if found is None or found["label"] is None else OwnershipLabel(found["label"])

    def find_assessment(self, finding_id: str) -> "Assessment | None":
        found = self.connection.fetch_row(
            "SELECT id, person_id, assessment FROM findings WHERE id = ?", finding_id
        )
        if found is None or found["assessment"] is None:
            return None
        return self._decrypt_assessment(found)

    def set_assessment(self, finding_id: str, assessment: "Assessment") -> None:
        with self.connection.begin_transaction():
            person = load_finding_owner(self.connection, finding_id)
            self.connection.execute(
                "UPDATE findings SET label = ?, assessment = ? WHERE id = ?",
                assessment.label,
                self.encryption.encrypt(person, _build_assessment_place(finding_id), assessment),
                finding_id,
            )

    def _find_finding_of_alias(self, person_id: str, alias: str) -> str | None:
        return self.connection.read_once(
            ("alias", person_id, alias), partial(self._read_finding_of_alias, person_id, alias)
        )

    def _read_finding_of_alias(self, person_id: str, alias: str) -> str | None:
        found = self.connection.fetch_row(
            "SELECT finding_id FROM aliases WHERE person_id = ? AND alias = ?",
            person_id,
            self.encryption.keyed_hash(person_id, alias),
        )
        return None if found is None else str(found["finding_id"])

    def _insert_aliases(self, finding: Finding, aliases: Iterable[str]) -> None:
        for alias in aliases:
            owner = self._find_finding_of_alias(finding.person_id, alias)
            if owner not in {None, finding.id}:
                raise ValueError(f"{owner} is known by an alias of {finding.id}: merge them first")
            self.connection.execute(
                """INSERT INTO aliases (person_id, alias, finding_id) VALUES (?, ?, ?)
                ON CONFLICT DO NOTHING""",
                finding.person_id,
                self.encryption.keyed_hash(finding.person_id, alias),
                finding.id,
            )
            self.connection.forget_read(("alias", finding.person_id, alias))

    def _decrypt_assessment(self, row: Row) -> "Assessment":
        from monitor.domain.detection.assessment import Assessment  # noqa: PLC0415 - all rules

        return self.encryption.decrypt(
            row["person_id"], _build_assessment_place(row["id"]), row["assessment"], Assessment
        )

    def _read_finding(self, finding_id: str) -> Finding:
        found = self.find_record("WHERE id = ?", finding_id)
        if found is None:
            raise build_missing_finding_error(finding_id)
        return found

    def parse_row(self, row: Row) -> Finding:
        return self.connection.read_once(("finding", row["id"]), partial(super().parse_row, row))


def _build_feedback_key(person_id: str) -> tuple[str, str]:
    return "findings with feedback", person_id


def _build_assessment_place(finding_id: str) -> str:
    return f"findings/{finding_id}/assessment"


# Accounts of which the person said that they are theirs, or a stranger's, are no wave.
_OUTSIDE_A_WAVE = (Decision.MINE, Decision.NAMESAKE, Decision.UNRELATED)


class NewAccountsTable(EncryptedTable):
    """New accounts under a name of the staff, by what each may share with those of others.

    It is one hash, shared by people; no more is compared between them than when such accounts
    appeared.
    """

    declaration = TableDeclaration(
        "new_accounts",
        Owner.PERSON,
        RetainedKind.FINDING,
        "new accounts under a name: date, hashes of school and network, words, links, picture",
        not_exported="keyed hashes of what the findings have",
    )

    def save_new_account(
        self, finding: Finding, marks: Iterable[tuple[WaveMark, str]], appeared_at: datetime
    ) -> None:
        """Keep what it may share with others; when it appeared stays as first kept."""
        known = "SELECT appeared_at FROM new_accounts WHERE finding_id = ?"
        with self.connection.begin_transaction():
            first = self.connection.fetch_row(known, finding.id)
            self.connection.execute("DELETE FROM new_accounts WHERE finding_id = ?", finding.id)
            for mark, shared in marks:
                self.connection.execute(
                    """INSERT INTO new_accounts (finding_id, person_id, mark, shared, appeared_at)
                    VALUES (?, ?, ?, ?, ?)""",
                    finding.id,
                    finding.person_id,
                    mark,
                    self.encryption.keyed_hash(DISTRICT, f"{mark}\n{shared}"),
                    first["appeared_at"] if first else appeared_at,
                )

    def delete_marks(self, person_id: str, mark: WaveMark) -> None:
        """Forget what a person's new accounts may share of one kind."""
        sql = "DELETE FROM new_accounts WHERE person_id = ? AND mark = ?"
        self.connection.write_rows(sql, person_id, mark)

    def delete_text_marks(self, finding_id: str) -> None:
        """Forget what an account may share of words, links and a picture."""
        sql = "DELETE FROM new_accounts WHERE finding_id = ? AND mark != ?"
        self.connection.write_rows(sql, finding_id, WaveMark.PLACE)

    def list_new_account_ids(self, person_id: str) -> tuple[str, ...]:
        """Return the ids of the person's findings that are such accounts."""
        rows = self.connection.fetch_rows(
            "SELECT DISTINCT finding_id FROM new_accounts WHERE person_id = ? ORDER BY finding_id",
            person_id,
        )
        return tuple(finding_id for (finding_id,) in rows)

    def list_accounts_of_same_place(self, finding_id: str) -> tuple["NewAccount", ...]:
        """Return those of the same school and network, itself included; none if it is not new."""
        alike = self.list_accounts_alike(finding_id)
        return next((accounts for mark, accounts in alike if mark is WaveMark.PLACE), ())

    def list_accounts_alike(
        self, finding_id: str
    ) -> tuple[tuple[WaveMark, tuple["NewAccount", ...]], ...]:
        """Return, for each thing that an account may share, all that share it, itself included."""
        from monitor.domain.detection.waves import NewAccount  # noqa: PLC0415 - all rules

        rows = self.connection.fetch_rows(
            """SELECT here.mark, here.shared, other.finding_id, other.person_id, other.appeared_at
            FROM new_accounts AS here
            JOIN new_accounts AS other ON other.shared = here.shared
            JOIN findings ON findings.id = other.finding_id
            WHERE here.finding_id = ?
            AND ifnull(findings.feedback, '') NOT IN (SELECT value FROM json_each(?))
            ORDER BY here.shared, other.appeared_at, other.finding_id""",
            finding_id,
            json.dumps(_OUTSIDE_A_WAVE),
        )
        alike: dict[tuple[str, bytes], list[NewAccount]] = {}
        for row in rows:
            alike.setdefault((row["mark"], row["shared"]), []).append(
                NewAccount(
                    finding_id=row["finding_id"],
                    person_id=row["person_id"],
                    appeared_at=parse_datetime(row["appeared_at"]),
                )
            )
        return tuple((WaveMark(mark), tuple(accounts)) for (mark, _), accounts in alike.items())

    def list_case_ids(self, since: datetime) -> tuple[str, ...]:
        """Return the cases of such accounts that appeared since."""
        rows = self.connection.fetch_rows(
            """SELECT DISTINCT cases.id FROM new_accounts
            JOIN cases ON cases.finding_id = new_accounts.finding_id
            WHERE new_accounts.appeared_at >= ? ORDER BY new_accounts.appeared_at, cases.id""",
            since,
        )
        return tuple(case_id for (case_id,) in rows)
