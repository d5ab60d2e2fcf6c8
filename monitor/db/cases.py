"""What was flagged, and what people ruled."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from monitor.db.connection import Row, find_next_seq
from monitor.db.encryption import EncryptedTable
from monitor.db.open_files import build_damage_error, format_datetime
from monitor.db.people import (
    PeopleTable,
    build_missing_case_error,
    load_case_owner,
    resolve_id_prefix,
)
from monitor.db.review_index import ReviewIndexTable
from monitor.db.tables import CLOSED, OPEN, Expiry, Owner, Records, TableDeclaration
from monitor.domain.case import Case, exclude_contact_kinds, join_logs, rank_decision
from monitor.domain.case_log import DecisionRecord
from monitor.domain.retention import RetainedKind
from monitor.domain.vocabulary import CaseKind, CaseState

UNDECIDED_STATES = (CaseState.NEW, CaseState.OPEN)
_DECIDED_STATES_SQL = ", ".join(
    f"'{state}'" for state in CaseState if state not in UNDECIDED_STATES
)
# What reviewers did with a case, and its screenshots, go with it when two become one.
_MOVE_ROWS = (
    "UPDATE screenshots SET case_id = ? WHERE case_id = ?",
    "UPDATE review_notes SET case_id = ? WHERE case_id = ?",
    "UPDATE OR IGNORE assignments SET case_id = ? WHERE case_id = ?",
    "UPDATE OR IGNORE access_log SET case_id = ? WHERE case_id = ?",
)


class CasesTable(EncryptedTable, Records[Case]):
    declaration = TableDeclaration(
        "cases",
        Owner.PERSON,
        RetainedKind.FINDING,
        "cases: kind, state, address, reasons, severity",
        Expiry(OPEN, kind=RetainedKind.STUDENT_EVIDENCE),
        Expiry(CLOSED, kind=RetainedKind.STUDENT_EVIDENCE),
        sealed=("encrypted",),
        exported="findings.cases",
    )
    attached = (
        TableDeclaration(
            "decisions",
            Owner.PERSON,
            RetainedKind.FINDING,
            "answers to cases, with note",
            sealed=("encrypted",),
            exported="findings.cases.decisions",
        ),
    )

    record = Case
    stored = ("id", "person_id", "finding_id", "kind", "relation", "state", "opened_at")

    @classmethod
    def list_selected_columns(cls) -> tuple[str, ...]:
        return (*cls.stored, "encrypted")

    def insert_case(self, case: Case) -> None:
        with self.connection.begin_transaction():
            self.insert_record(case, encrypted=self._encrypt_case(case))
            self._append_entries(case)
            self.update_review_index(case)

    def update_case(self, case: Case) -> None:
        """Store it, with what its log has more than the stored one: that is only added to."""
        with self.connection.begin_transaction():
            load_case_owner(self.connection, case.id)
            self._append_entries(case)
            whole = replace(case, log=self._list_log(case.id))
            self.replace_record(whole, encrypted=self._encrypt_case(whole))
            self.update_review_index(whole)

    def update_review_index(self, case: Case) -> None:
        """Note when it opens and ends, so that a long queue is found without opening each."""
        school = PeopleTable(self.connection, self.encryption).load_person(case.person_id).school
        ReviewIndexTable(self.connection, self.encryption).index_case(case, school)

    def _encrypt_case(self, case: Case) -> bytes:
        """Leave out its log, which has rows of its own."""
        return self.encrypt_value(case.person_id, case.id, replace(case, log=()))

    def _append_entries(self, case: Case) -> None:
        """Add what is not stored yet: others may have spoken since the case was read."""
        unknown = Counter(case.log)
        unknown.subtract(self._list_log(case.id))
        for record in case.log:
            if unknown[record] <= 0:
                continue
            unknown[record] -= 1
            seq = find_next_seq(self.connection, "decisions")
            self.connection.insert_row(
                "decisions",
                seq=seq,
                case_id=case.id,
                person_id=case.person_id,
                decision=record.decision,
                at=record.at,
                encrypted=self.encryption.encrypt(
                    case.person_id, f"decisions/{seq}/encrypted", record
                ),
            )

    def load_case(self, case_id: str) -> Case:
        found = self.find_record("WHERE id = ?", case_id)
        if found is None:
            raise build_missing_case_error(case_id)
        return found

    def load_case_of_person(self, person_id: str, case_id: str) -> Case:
        """Return a case of this person; anyone else's is not there."""
        case = self.load_case(case_id)
        if case.person_id != person_id:
            raise build_missing_case_error(case_id)
        return case

    def resolve_case_prefix(self, id_prefix: str) -> str:
        """Complete an id that an email has cut."""
        query = "SELECT id FROM cases WHERE substr(id, 1, length(?1)) = ?1 LIMIT 2"
        return resolve_id_prefix(id_prefix, self.connection.fetch_rows(query, id_prefix))

    def find_case(self, finding_id: str, kind: CaseKind, relation: str = "") -> Case | None:
        """Return the one that asks this; a harmful page has one, whatever details it shows."""
        if kind is CaseKind.HARMFUL_PAGE:
            return self.find_record("WHERE finding_id = ? AND kind = ?", finding_id, kind)
        return self.find_record(
            "WHERE finding_id = ? AND kind = ? AND relation = ?", finding_id, kind, relation
        )

    def list_people_with_cases(self) -> tuple[str, ...]:
        query = "SELECT DISTINCT person_id FROM cases ORDER BY person_id"
        return tuple(row["person_id"] for row in self.connection.fetch_rows(query))

    def list_cases_of_person(self, person_id: str) -> tuple[Case, ...]:
        with self.encryption.keys.hold_keys():
            return self.list_records("WHERE person_id = ? ORDER BY opened_at, rowid", person_id)

    def list_cases_of_finding(self, finding_id: str) -> tuple[Case, ...]:
        return self.list_records("WHERE finding_id = ? ORDER BY opened_at, rowid", finding_id)

    def list_cases_of_kind(self, kind: CaseKind) -> tuple[Case, ...]:
        return self.list_records("WHERE kind = ? ORDER BY opened_at, rowid", kind)

    def list_reported_cases(
        self, since: datetime, people: Collection[str], least: int
    ) -> tuple[Case, ...]:
        """Return what these people have had reported, or asked to be removed, the oldest first.

        Where fewer than `least` have, nothing is even opened.
        """
        sent = """FROM decisions WHERE at >= ?1 AND decision IN ('reported', 'removal-asked')
            AND person_id IN (SELECT value FROM json_each(?2))"""
        with self.encryption.keys.hold_keys():
            return self.list_records(
                f"""WHERE id IN (SELECT case_id {sent})
                AND (SELECT count(DISTINCT person_id) {sent}) >= ?3 ORDER BY opened_at, rowid""",
                since,
                json.dumps(sorted(people)),
                least,
            )

    def list_undecided_cases(self) -> tuple[Case, ...]:
        """Return those that no one has ruled on, the oldest first."""
        return self.list_records(
            f"WHERE state NOT IN ({_DECIDED_STATES_SQL}) ORDER BY opened_at, rowid"
        )

    def count_cases(self) -> Mapping[tuple[CaseKind, CaseState], int]:
        rows = self.connection.fetch_rows(
            "SELECT kind, state, count(*) AS count FROM cases GROUP BY kind, state"
        )
        return {(CaseKind(row["kind"]), CaseState(row["state"])): row["count"] for row in rows}

    def delete_case(self, case_id: str) -> None:
        """Forget the case with its decisions."""
        self.connection.write_rows("DELETE FROM cases WHERE id = ?", case_id)

    def list_decisions(self, case_id: str) -> tuple[DecisionRecord, ...]:
        """Return what was ever said and done about it, in order of time."""
        return tuple(sorted(self._list_log(case_id), key=lambda record: record.at))

    def _list_log(self, case_id: str) -> tuple[DecisionRecord, ...]:
        rows = self.connection.fetch_rows(
            "SELECT seq, person_id, encrypted FROM decisions WHERE case_id = ? ORDER BY seq",
            case_id,
        )
        return tuple(map(self._decrypt_decision, rows))

    def list_altered_case_ids(self) -> Iterator[str]:
        """Yield each case with plain columns, of its own or its decisions, that were altered."""
        for row in self.connection.fetch_rows(self.select):
            if self._is_altered(row, self._decrypt_case(row)):
                yield row["id"]
        for row in self.connection.fetch_rows(
            "SELECT case_id, decision, at, seq, person_id, encrypted FROM decisions"
        ):
            record = self._decrypt_decision(row)
            expected = {
                "case_id": record.case_id,
                "decision": record.decision,
                "at": format_datetime(record.at),
            }
            if any(row[column] != value for column, value in expected.items()):
                yield row["case_id"]

    def move_to_finding(self, finding_id: str, target_id: str) -> None:
        """Move them to another finding of the same person; of two alike, the stronger one stays."""
        with self.connection.begin_transaction():
            for case in self.list_cases_of_finding(finding_id):
                if case.kind is CaseKind.EXPOSED_CONTACT:
                    self._move_exposure(case, target_id)
                    continue
                twin = self.find_case(target_id, case.kind, case.relation)
                if twin is None:
                    self.update_case(replace(case, finding_id=target_id))
                else:
                    stronger = min(twin, case, key=lambda entry: rank_decision(entry.state))
                    weaker = case if stronger is twin else twin
                    whole = replace(
                        stronger,
                        id=twin.id,
                        finding_id=twin.finding_id,
                        opened_at=min(twin.opened_at, case.opened_at),
                        notified_at=_pick_earlier(twin.notified_at, case.notified_at),
                    )
                    self._store_joined(join_logs(whole, weaker), case.id)

    def merge_cases(self, whole: Case, part_id: str) -> None:
        """Store `whole`, which has become one with another case, with what was said of both."""
        with self.connection.begin_transaction():
            self._store_joined(join_logs(whole, self.load_case(part_id)), part_id)

    def _store_joined(self, whole: Case, part_id: str) -> None:
        with self.connection.begin_transaction():
            for follow in _MOVE_ROWS:
                self.connection.execute(follow, whole.id, part_id)
            self.connection.execute("DELETE FROM cases WHERE id = ?", part_id)
            self.connection.execute("DELETE FROM decisions WHERE case_id = ?", whole.id)
            self.update_case(whole)

    def _move_exposure(self, case: Case, target_id: str) -> None:
        """Move a case about contact details; the stronger answer covers what both findings show."""
        moved: Case = replace(case, finding_id=target_id)
        for twin in self.list_cases_of_finding(target_id):
            common = set(twin.contact_kinds).intersection(moved.contact_kinds)
            if twin.kind is not moved.kind or not common:
                continue
            strong, weak = sorted((moved, twin), key=lambda side: rank_decision(side.state))
            left = exclude_contact_kinds(weak, strong.contact_kinds)
            if left is None:
                self.merge_cases(strong, weak.id)
            elif weak is twin:
                self.update_case(left)
            if weak is not twin:
                if left is None:
                    return
                moved = left
        self.update_case(moved)

    def _decrypt_decision(self, row: Row) -> DecisionRecord:
        return self.encryption.decrypt(
            row["person_id"], f"decisions/{row['seq']}/encrypted", row["encrypted"], DecisionRecord
        )

    def parse_row(self, row: Row) -> Case:
        """Raise DatabaseError where a plain column says something else than what is encrypted."""
        case = self._decrypt_case(row)
        if self._is_altered(row, case):
            raise build_damage_error(self.connection.path)
        return case

    def _is_altered(self, row: Row, case: Case) -> bool:
        columns = {**self.build_row(case), "opened_at": format_datetime(case.opened_at)}
        return any(row[name] != value for name, value in columns.items())

    def _decrypt_case(self, row: Row) -> Case:
        case = self.decrypt_value(row["person_id"], row["id"], row["encrypted"], Case)
        return replace(case, log=self._list_log(row["id"]))


def _pick_earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((side for side in (one, other) if side is not None), default=None)
