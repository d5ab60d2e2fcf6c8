"""What was flagged, and what people ruled."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from monitor.db.connection import (
    Records,
    Row,
    build_damage_error,
    find_next_seq,
    format_datetime,
)
from monitor.db.declarations import CLOSED, OPEN, Expiry, Owner, TableDeclaration
from monitor.db.encryption import EncryptedTable
from monitor.db.people import (
    PeopleTable,
    build_missing_flag_error,
    load_flag_owner,
    resolve_id_prefix,
)
from monitor.db.review import ReviewIndexTable
from monitor.domain.disclosure import FlagHistory, forecast_opening
from monitor.domain.flag import DecisionRecord, Flag, exclude_contact_kinds, rank_decision
from monitor.domain.retention import RetainedKind
from monitor.domain.vocabulary import FlagKind, FlagState

UNDECIDED_STATES = (FlagState.NEW, FlagState.OPEN)
_DECIDED_STATES_SQL = ", ".join(
    f"'{state}'" for state in FlagState if state not in UNDECIDED_STATES
)
# What reviewers did with a flag, and its screenshots, go with it when two become one.
_MOVE_ROWS = (
    "UPDATE screenshots SET flag_id = ? WHERE flag_id = ?",
    "UPDATE review_notes SET flag_id = ? WHERE flag_id = ?",
    "UPDATE OR IGNORE assignments SET flag_id = ? WHERE flag_id = ?",
    "UPDATE OR IGNORE access_log SET flag_id = ? WHERE flag_id = ?",
)


class FlagsTable(EncryptedTable, Records[Flag]):
    declaration = TableDeclaration(
        "flags",
        Owner.PERSON,
        RetainedKind.FINDING,
        "flags: kind, state, address, reasons, severity",
        Expiry(OPEN, kind=RetainedKind.STUDENT_EVIDENCE),
        Expiry(CLOSED, kind=RetainedKind.STUDENT_EVIDENCE),
        sealed=("encrypted",),
        exported="findings.flags",
    )
    attached = (
        TableDeclaration(
            "decisions",
            Owner.PERSON,
            RetainedKind.FINDING,
            "answers to flags, with note",
            sealed=("encrypted",),
            exported="findings.flags.decisions",
        ),
    )

    select = """SELECT id, person_id, finding_id, kind, relation, state, opened_at, encrypted
    FROM flags"""

    def insert_flag(self, flag: Flag) -> None:
        with self.connection.begin_transaction():
            self.connection.execute(
                """INSERT INTO flags (id, person_id, finding_id, kind, relation, state, opened_at,
                encrypted)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                flag.id,
                flag.person_id,
                flag.finding_id,
                flag.kind,
                flag.relation,
                flag.state,
                flag.opened_at,
                self.encrypt_value(flag.person_id, flag.id, flag),
            )
            self.update_review_index(flag)

    def update_flag(self, flag: Flag) -> None:
        with self.connection.begin_transaction():
            load_flag_owner(self.connection, flag.id)
            self.connection.execute(
                """UPDATE flags SET finding_id = ?, kind = ?, relation = ?, state = ?,
                opened_at = ?, encrypted = ? WHERE id = ?""",
                flag.finding_id,
                flag.kind,
                flag.relation,
                flag.state,
                flag.opened_at,
                self.encrypt_value(flag.person_id, flag.id, flag),
                flag.id,
            )
            self.update_review_index(flag)

    def update_review_index(self, flag: Flag) -> None:
        """Note when it opens to IT, so that a long queue is found without opening each."""
        history = FlagHistory(flag=flag, decisions=self.list_decisions(flag.id))
        school = PeopleTable(self.connection, self.encryption).load_person(flag.person_id).school
        ReviewIndexTable(self.connection, self.encryption).index_flag(
            flag, forecast_opening(history), school
        )

    def load_flag(self, flag_id: str) -> Flag:
        found = self.find_record("WHERE id = ?", flag_id)
        if found is None:
            raise build_missing_flag_error(flag_id)
        return found

    def load_flag_of_person(self, person_id: str, flag_id: str) -> Flag:
        """Return a flag of this person; anyone else's is not there."""
        flag = self.load_flag(flag_id)
        if flag.person_id != person_id:
            raise build_missing_flag_error(flag_id)
        return flag

    def resolve_flag_prefix(self, id_prefix: str) -> str:
        """Complete an id that an email has cut."""
        query = "SELECT id FROM flags WHERE substr(id, 1, length(?1)) = ?1 LIMIT 2"
        return resolve_id_prefix(id_prefix, self.connection.fetch_rows(query, id_prefix))

    def find_flag(self, finding_id: str, kind: FlagKind, relation: str = "") -> Flag | None:
        return self.find_record(
            "WHERE finding_id = ? AND kind = ? AND relation = ?", finding_id, kind, relation
        )

    def list_flags_of_person(self, person_id: str) -> tuple[Flag, ...]:
        with self.encryption.keys.hold_keys():
            return self.list_records("WHERE person_id = ? ORDER BY opened_at, rowid", person_id)

    def list_flags_of_finding(self, finding_id: str) -> tuple[Flag, ...]:
        return self.list_records("WHERE finding_id = ? ORDER BY opened_at, rowid", finding_id)

    def list_flags_of_kind(self, kind: FlagKind) -> tuple[Flag, ...]:
        return self.list_records("WHERE kind = ? ORDER BY opened_at, rowid", kind)

    def list_undecided_flags(self) -> tuple[Flag, ...]:
        """Return those that no one has ruled on, the oldest first."""
        return self.list_records(
            f"WHERE state NOT IN ({_DECIDED_STATES_SQL}) ORDER BY opened_at, rowid"
        )

    def count_flags(self) -> Mapping[tuple[FlagKind, FlagState], int]:
        rows = self.connection.fetch_rows(
            "SELECT kind, state, count(*) AS count FROM flags GROUP BY kind, state"
        )
        return {(FlagKind(row["kind"]), FlagState(row["state"])): row["count"] for row in rows}

    def delete_flag(self, flag_id: str) -> None:
        """Forget the flag with its decisions."""
        self.connection.write_rows("DELETE FROM flags WHERE id = ?", flag_id)

    def insert_decision(self, record: DecisionRecord) -> None:
        """Append it; what it makes of the flag is for the caller to `replace`."""
        with self.connection.begin_transaction():
            person = load_flag_owner(self.connection, record.flag_id)
            seq = find_next_seq(self.connection, "decisions")
            self.connection.execute(
                """INSERT INTO decisions (seq, flag_id, person_id, decision, at, encrypted)
                VALUES (?, ?, ?, ?, ?, ?)""",
                seq,
                record.flag_id,
                person,
                record.decision,
                record.at,
                self.encryption.encrypt(person, f"decisions/{seq}/encrypted", record),
            )
            self.update_review_index(self.load_flag(record.flag_id))

    def list_decisions(self, flag_id: str) -> tuple[DecisionRecord, ...]:
        rows = self.connection.fetch_rows(
            "SELECT seq, person_id, encrypted FROM decisions WHERE flag_id = ? ORDER BY at, seq",
            flag_id,
        )
        return tuple(map(self._decrypt_decision, rows))

    def list_altered_flag_ids(self) -> Iterator[str]:
        """Yield each flag with plain columns, of its own or its decisions, that were altered."""
        for row in self.connection.fetch_rows(self.select):
            if _is_altered(row, self._decrypt_flag(row)):
                yield row["id"]
        for row in self.connection.fetch_rows(
            "SELECT flag_id, decision, at, seq, person_id, encrypted FROM decisions"
        ):
            record = self._decrypt_decision(row)
            expected = {
                "flag_id": record.flag_id,
                "decision": record.decision,
                "at": format_datetime(record.at),
            }
            if any(row[column] != value for column, value in expected.items()):
                yield row["flag_id"]

    def move_to_finding(self, finding_id: str, target_id: str) -> None:
        """Move them to another finding of the same person; of two alike, the stronger one stays."""
        with self.connection.begin_transaction():
            for flag in self.list_flags_of_finding(finding_id):
                if flag.kind is FlagKind.EXPOSED_CONTACT:
                    self._move_exposure(flag, target_id)
                    continue
                twin = self.find_flag(target_id, flag.kind, flag.relation)
                if twin is None:
                    self.update_flag(replace(flag, finding_id=target_id))
                else:
                    self._merge_flags(twin, flag)

    def merge_flags(self, whole: Flag, part_id: str) -> None:
        """Store `whole`, which has become one with another flag, with what was said of both."""
        with self.connection.begin_transaction():
            records = self.list_decisions(part_id)
            for follow in _MOVE_ROWS:
                self.connection.execute(follow, whole.id, part_id)
            self.connection.execute("DELETE FROM flags WHERE id = ?", part_id)
            for each in records:
                self.insert_decision(replace(each, flag_id=whole.id))
            self.update_flag(whole)

    def _move_exposure(self, flag: Flag, target_id: str) -> None:
        """Move a flag about contact details; the stronger answer covers what both findings show."""
        moved: Flag = replace(flag, finding_id=target_id)
        for twin in self.list_flags_of_finding(target_id):
            if set(twin.contact_kinds).isdisjoint(moved.contact_kinds):
                continue
            strong, weak = sorted((moved, twin), key=lambda each: rank_decision(each.state))
            left = exclude_contact_kinds(weak, strong.contact_kinds)
            if left is None:
                self.merge_flags(strong, weak.id)
            elif weak is twin:
                self.update_flag(left)
            if weak is not twin:
                if left is None:
                    return
                moved = left
        self.update_flag(moved)

    def _merge_flags(self, keep: Flag, drop: Flag) -> None:
        stronger = min(keep, drop, key=lambda each: rank_decision(each.state))
        whole = replace(
            stronger,
            id=keep.id,
            finding_id=keep.finding_id,
            opened_at=min(keep.opened_at, drop.opened_at),
            shared_at=_pick_earlier(keep.shared_at, drop.shared_at),
            notified_at=_pick_earlier(keep.notified_at, drop.notified_at),
        )
        self.merge_flags(whole, drop.id)

    def _decrypt_decision(self, row: Row) -> DecisionRecord:
        return self.encryption.decrypt(
            row["person_id"], f"decisions/{row['seq']}/encrypted", row["encrypted"], DecisionRecord
        )

    def parse_row(self, row: Row) -> Flag:
        """Raise DatabaseError where a plain column says something else than what is encrypted."""
        flag = self._decrypt_flag(row)
        if _is_altered(row, flag):
            raise build_damage_error(self.connection.path)
        return flag

    def _decrypt_flag(self, row: Row) -> Flag:
        return self.decrypt_value(row["person_id"], row["id"], row["encrypted"], Flag)


def _is_altered(row: Row, flag: Flag) -> bool:
    return tuple(row)[:-1] != (
        flag.id,
        flag.person_id,
        flag.finding_id,
        flag.kind,
        flag.relation,
        flag.state,
        format_datetime(flag.opened_at),
    )


def _pick_earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((each for each in (one, other) if each is not None), default=None)
