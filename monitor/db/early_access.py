"""Two reviewers' early access to a case: asked for, confirmed, for how long."""

from datetime import datetime

from monitor.db.encryption import SealedRecords
from monitor.db.tables import CLOSED, Expiry, Owner, TableDeclaration
from monitor.domain.errors import InputError
from monitor.domain.retention import RetainedKind
from monitor.domain.two_reviewers import EarlyAccess, EarlyAccessProposal


class EarlyAccessTable(SealedRecords[EarlyAccessProposal]):
    declaration = TableDeclaration(
        "early_access",
        Owner.PERSON,
        RetainedKind.EARLY_ACCESS,
        "early access to a case by two reviewers",
        Expiry(CLOSED, at="ifnull(until, at)"),
        sealed=("encrypted",),
        exported="findings.cases.opened_early",
        even_held=True,
    )

    record = EarlyAccessProposal
    stored = ("id", "case_id", "person_id", "at", "broken_at")

    def save_early_access_proposal(self, proposal: EarlyAccessProposal) -> None:
        """Keep it, in place of what it was before."""
        broken = proposal.early_access
        self.replace_record(proposal, until=broken.until if broken else None)

    def load_early_access_proposal(self, proposal_id: str) -> EarlyAccessProposal:
        found = self.find_record("WHERE id = ?", proposal_id)
        if found is None:
            reason = "There is no such proposal; it may have been withdrawn with its person."
            raise InputError(reason)
        return found

    def delete_early_access_proposal(self, proposal_id: str) -> None:
        self.connection.write_rows("DELETE FROM early_access WHERE id = ?", proposal_id)

    def list_early_access_proposals(self) -> tuple[EarlyAccessProposal, ...]:
        return self.list_records("ORDER BY at, id")

    def list_unconfirmed_proposals(self) -> tuple[EarlyAccessProposal, ...]:
        """Return what no second reviewer has confirmed, the oldest first."""
        return self.list_records("WHERE broken_at IS NULL ORDER BY at, id")

    def list_active_early_access(self, case_id: str, now: datetime) -> tuple[EarlyAccess, ...]:
        """Return what holds a case open now."""
        found = self.list_records(
            "WHERE case_id = ?1 AND broken_at <= ?2 AND until > ?2 ORDER BY at, id", case_id, now
        )
        opened = (proposal.early_access for proposal in found)
        return tuple(early_access for early_access in opened if early_access)
