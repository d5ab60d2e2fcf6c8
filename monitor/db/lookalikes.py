"""What looks like the district: under the district's own key, since it is about no person."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from monitor.db.encryption import DISTRICT, SealedRecords
from monitor.db.tables import Expiry, Owner, Records, Table, TableDeclaration
from monitor.domain.district.findings import DistrictFinding
from monitor.domain.errors import InputError
from monitor.domain.retention import RetainedKind
from scrapers.models import Outcome

_ALL_FINDINGS = "district findings"


class DistrictFindingsTable(SealedRecords[DistrictFinding]):
    declaration = TableDeclaration(
        "district_findings",
        Owner.DISTRICT,
        RetainedKind.LOOKALIKE,
        "look-alike domains and accounts of the district",
        Expiry(),
        sealed=("encrypted",),
    )

    record = DistrictFinding
    stored = ("id", "state")
    key_owner = ""

    def save_district_finding(self, finding: DistrictFinding) -> None:
        with self.connection.begin_transaction():
            self.replace_record(finding, keyed_hash=self._hash_key(finding.trace.key))
            self.connection.forget_read(_ALL_FINDINGS)

    def load_district_finding(self, finding_id: str) -> DistrictFinding:
        found = self.find_record("WHERE id = ?", finding_id)
        if found is None:
            raise InputError("This look-alike is no longer stored. Reload the list.")
        return found

    def find_district_finding_by_key(self, key: str) -> DistrictFinding | None:
        """Return what is known of an account or a domain; None where nothing is."""
        return self.find_record("WHERE keyed_hash = ?", self._hash_key(key))

    def list_district_findings(self) -> tuple[DistrictFinding, ...]:
        """Return all of them, the first stored first."""
        return self.connection.read_once(
            _ALL_FINDINGS, partial(self.list_records, "ORDER BY rowid")
        )

    def delete_district_finding(self, finding_id: str) -> None:
        with self.connection.begin_transaction():
            self.connection.execute("DELETE FROM district_findings WHERE id = ?", finding_id)
            self.connection.forget_read(_ALL_FINDINGS)

    def _hash_key(self, key: str) -> bytes:
        return self.encryption.keyed_hash(DISTRICT, f"look-alike {key}")


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
