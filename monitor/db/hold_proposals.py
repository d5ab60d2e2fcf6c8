"""Legal holds that one reviewer proposed and no other has confirmed."""

from monitor.db.encryption import SealedRecords
from monitor.db.tables import CLOSED, Expiry, Owner, TableDeclaration
from monitor.domain.errors import InputError
from monitor.domain.retention import RetainedKind
from monitor.domain.two_reviewers import HoldProposal


class HoldProposalsTable(SealedRecords[HoldProposal]):
    declaration = TableDeclaration(
        "hold_proposals",
        Owner.PERSON,
        RetainedKind.EARLY_ACCESS,
        "a legal hold that one reviewer proposed",
        Expiry(CLOSED, at="at"),
        sealed=("encrypted",),
        exported="hold_proposals",
        of_person="person_id = ?1 ORDER BY at, id",
        even_held=True,
    )

    record = HoldProposal
    stored = ("id", "person_id", "at")

    def insert_hold_proposal(self, proposal: HoldProposal) -> None:
        self.insert_record(proposal)

    def load_hold_proposal(self, proposal_id: str) -> HoldProposal:
        found = self.find_record("WHERE id = ?", proposal_id)
        if found is None:
            reason = "There is no such proposal: it was confirmed, it is over, or its person left."
            raise InputError(reason)
        return found

    def list_hold_proposals(self) -> tuple[HoldProposal, ...]:
        """Return all that are stored, the oldest first; some may have expired."""
        return self.list_records("ORDER BY at, id")

    def delete_hold_proposal(self, proposal_id: str) -> None:
        self.connection.write_rows("DELETE FROM hold_proposals WHERE id = ?", proposal_id)

    def delete_proposals_of_person(self, person_id: str) -> None:
        """Drop what was proposed of a person: something was confirmed, and changed the ground."""
        self.connection.write_rows("DELETE FROM hold_proposals WHERE person_id = ?", person_id)
