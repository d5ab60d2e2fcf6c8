"""Every look that IT takes at a case."""

from datetime import datetime

from monitor.db.people import load_case_owner
from monitor.db.tables import CLOSED, Expiry, Owner, Table, TableDeclaration
from monitor.domain.retention import RetainedKind


class AccessLogTable(Table):
    """`reviewer` is an opaque id."""

    declaration = TableDeclaration(
        "access_log",
        Owner.PERSON,
        RetainedKind.ACCESS,
        "which reviewer opened which case, until when",
        Expiry(CLOSED, at="until"),
        not_exported="the audit log says who looked",
        even_held=True,
    )

    def record_access(self, reviewer_id: str, case_id: str, until: datetime) -> None:
        with self.connection.begin_transaction():
            self.connection.replace_row(
                "access_log",
                reviewer_id=reviewer_id,
                case_id=case_id,
                person_id=load_case_owner(self.connection, case_id),
                until=until,
            )

    def has_access(self, reviewer_id: str, case_id: str, now: datetime) -> bool:
        return self.connection.has_row(
            "SELECT 1 FROM access_log WHERE reviewer_id = ? AND case_id = ? AND until > ?",
            reviewer_id,
            case_id,
            now,
        )
