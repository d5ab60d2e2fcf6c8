"""What looks like the district: under the district's own key, since it is about no person."""

from dataclasses import dataclass
from datetime import datetime

from monitor.db.connection import Records, Table
from monitor.db.declarations import Expiry, Owner, TableDeclaration
from monitor.db.encryption import DISTRICT, EncryptedTable
from monitor.domain.district.findings import DistrictFinding
from monitor.domain.errors import InputError
from monitor.domain.retention import RetainedKind
from scrapers.models import Outcome

_ALL_FINDINGS = "district findings"


class DistrictFindingsTable(EncryptedTable):
    declaration = TableDeclaration(
        "district_findings",
        Owner.DISTRICT,
        RetainedKind.LOOKALIKE,
        "look-alike domains and accounts of the district",
        Expiry(),
        sealed=("encrypted",),
    )

    def save_district_finding(self, finding: DistrictFinding) -> None:
        with self.connection.begin_transaction():
            self.connection.execute(
                """INSERT INTO district_findings (id, keyed_hash, state, encrypted)
                VALUES (?, ?, ?, ?)
                ON CONFLICT (id)
                DO UPDATE SET state = excluded.state, encrypted = excluded.encrypted""",
                finding.id,
                self._hash_key(finding.trace.key),
                finding.state,
                self.encrypt_value(DISTRICT, finding.id, finding),
            )
            self.connection.forget_read(_ALL_FINDINGS)

    def load_district_finding(self, finding_id: str) -> DistrictFinding:
        row = self.connection.fetch_row(
            "SELECT encrypted FROM district_findings WHERE id = ?", finding_id
        )
        if row is None:
            message = "This look-alike is no longer stored. Reload the list."
            raise InputError(message)
        return self._decrypt_finding(finding_id, row["encrypted"])

    def find_district_finding_by_key(self, key: str) -> DistrictFinding | None:
        """Return what is known of an account or a domain; None where nothing is."""
        row = self.connection.fetch_row(
            "SELECT id, encrypted FROM district_findings WHERE keyed_hash = ?", self._hash_key(key)
        )
        return self._decrypt_finding(row["id"], row["encrypted"]) if row else None

    def list_district_findings(self) -> tuple[DistrictFinding, ...]:
        """Return all of them, the first stored first."""
        return self.connection.read_once(_ALL_FINDINGS, self._read_district_findings)

    def _read_district_findings(self) -> tuple[DistrictFinding, ...]:
        rows = self.connection.fetch_rows(
            "SELECT id, encrypted FROM district_findings ORDER BY rowid"
        )
        return tuple(self._decrypt_finding(row["id"], row["encrypted"]) for row in rows)

    def delete_district_finding(self, finding_id: str) -> None:
        with self.connection.begin_transaction():
            self.connection.execute("DELETE FROM district_findings WHERE id = ?", finding_id)
            self.connection.forget_read(_ALL_FINDINGS)

    def _hash_key(self, key: str) -> bytes:
        return self.encryption.keyed_hash(DISTRICT, f"look-alike {key}")

    def _decrypt_finding(self, finding_id: str, blob: bytes) -> DistrictFinding:
        return self.decrypt_value(DISTRICT, finding_id, blob, DistrictFinding)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictCheck:
    """What the last look at one source came to, of so many queries."""

    source: str
    outcome: Outcome
    asked: int
    at: datetime
    note: str = ""


class DistrictChecksTable(Table, Records[DistrictCheck]):
    declaration = TableDeclaration(
        "district_checks",
        Owner.DISTRICT,
        RetainedKind.LOOKALIKE,
        "when the district's own names were checked",
        Expiry(at="at"),
    )
    record = DistrictCheck

    def save_district_check(self, check: DistrictCheck) -> None:
        self.replace_record(check)

    def list_district_checks(self) -> tuple[DistrictCheck, ...]:
        return self.list_records("ORDER BY source")
