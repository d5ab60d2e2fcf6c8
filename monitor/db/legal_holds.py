"""Who may not be erased, and why."""

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from monitor.db.encryption import Ledger, SealedRecords
from monitor.db.tables import Owner, TableDeclaration
from monitor.domain.retention import RetainedKind
from monitor.domain.serialization import decode_json


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHold:
    """The person reads `reason` and `by`. `lifted_at` is None while the hold is in place.

    Both are empty where the hold is known from the keys alone, after a restore.
    """

    person_id: str
    placed_at: datetime
    by: tuple[str, ...] = ()
    reason: str = ""
    lifted_at: datetime | None = None


class LegalHoldsTable(SealedRecords[LegalHold], Ledger):
    declaration = TableDeclaration(
        "legal_holds",
        Owner.PERSON,
        RetainedKind.PERSON,
        "legal holds, with reason",
        sealed=("encrypted",),
        exported="legal_holds",
        of_person="person_id = ?1 ORDER BY seq",
    )

    record = LegalHold
    stored = ("person_id", "placed_at", "lifted_at")
    key = ("seq",)
    updated = ("lifted_at",)
    line_fields = MappingProxyType({name: name for name in stored})

    def insert_legal_hold(self, hold: LegalHold) -> None:
        with self.connection.begin_transaction():
            self.insert_record(hold)
            self.keep_last_line(hold.person_id)

    def follow_line(self, line: str) -> None:
        hold = decode_json(line.encode(), LegalHold)
        whose, values = "person_id = ?1 AND placed_at = ?2", (hold.person_id, hold.placed_at)
        if self.connection.has_row(f"SELECT 1 FROM legal_holds WHERE {whose}", *values):  # noqa: S608 - our own words
            # One that was lifted is never put in place again.
            sql = f"UPDATE legal_holds SET lifted_at = ?3 WHERE {whose} AND lifted_at IS NULL"  # noqa: S608 - our own words
            self.connection.execute(sql, *values, hold.lifted_at)
            return
        # There is one at a time, so whatever else is in place was lifted by then.
        self.connection.execute(
            "UPDATE legal_holds SET lifted_at = ?2 WHERE person_id = ?1 AND lifted_at IS NULL",
            *values,
        )
        self.insert_record(hold)

    def list_active_legal_holds(self) -> tuple[LegalHold, ...]:
        """Return every hold in place, the oldest first."""
        return self.list_records("WHERE lifted_at IS NULL ORDER BY placed_at, seq")

    def list_legal_holds_changed_since(self, at: datetime) -> tuple[LegalHold, ...]:
        return self.list_records("WHERE max(placed_at, ifnull(lifted_at, '')) > ?", at)

    def lift_legal_holds(self, person_id: str, at: datetime) -> bool:
        """Lift every hold of a person; return whether there was one."""
        with self.connection.begin_transaction():
            lifted = self.connection.execute(
                "UPDATE legal_holds SET lifted_at = ? WHERE person_id = ? AND lifted_at IS NULL",
                at,
                person_id,
            )
            self.keep_last_line(person_id)
        return lifted > 0

    def find_active_legal_hold(self, person_id: str) -> LegalHold | None:
        """Return the hold under which a person is, None where there is none."""
        return next(
            (hold for hold in self.list_legal_holds_of_person(person_id) if hold.lifted_at is None),
            None,
        )

    def has_active_legal_hold(self, person_id: str) -> bool:
        """Tell it without opening anything."""
        return self.connection.has_row(
            "SELECT 1 FROM legal_holds WHERE person_id = ? AND lifted_at IS NULL", person_id
        )

    def list_legal_holds_of_person(self, person_id: str) -> tuple[LegalHold, ...]:
        return self.list_records("WHERE person_id = ? ORDER BY seq", person_id)
