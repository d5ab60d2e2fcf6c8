"""What reviewers do on a case: who has it, notes, early access; and the numbers of the district."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.db.encryption import SealedRecords
from monitor.db.open_files import parse_datetime
from monitor.db.people import load_case_owner
from monitor.db.tables import CLOSED, Expiry, Owner, Records, Table, TableDeclaration
from monitor.domain.errors import InputError
from monitor.domain.retention import RetainedKind
from monitor.domain.two_reviewers import EarlyAccess, EarlyAccessProposal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewAssignment:
    """`reviewer_id` is an opaque id."""

    case_id: str
    reviewer_id: str
    at: datetime


class AssignmentsTable(Table, Records[ReviewAssignment]):
    declaration = TableDeclaration(
        "assignments",
        Owner.PERSON,
        RetainedKind.FINDING,
        "which reviewer works on which case",
        exported="findings.cases.assigned_at",
    )

    record = ReviewAssignment

    def find_assignment(self, case_id: str) -> ReviewAssignment | None:
        return self.find_record("WHERE case_id = ?", case_id)

    def save_assignment(self, assignment: ReviewAssignment) -> None:
        with self.connection.begin_transaction():
            owner = load_case_owner(self.connection, assignment.case_id)
            self.replace_record(assignment, person_id=owner)

    def delete_assignment(self, case_id: str) -> None:
        self.connection.write_rows("DELETE FROM assignments WHERE case_id = ?", case_id)

    def delete_assignments_of_person(self, person_id: str, reviewer_id: str) -> None:
        self.connection.write_rows(
            "DELETE FROM assignments WHERE person_id = ? AND reviewer_id = ?",
            person_id,
            reviewer_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BarredReviewer:
    """Whom a person keeps from their cases, by an opaque id. They need not say why."""

    person_id: str
    reviewer_id: str
    at: datetime


class BarredReviewersTable(Table, Records[BarredReviewer]):
    declaration = TableDeclaration(
        "barred_reviewers",
        Owner.PERSON,
        RetainedKind.PERSON,
        "which reviewer may not see the person's cases",
        exported="barred_reviewer",
        single=True,
    )

    record = BarredReviewer

    def find_barred_reviewer(self, person_id: str) -> BarredReviewer | None:
        return self.find_record("WHERE person_id = ?", person_id)

    def save_barred_reviewer(self, barred: BarredReviewer) -> None:
        self.replace_record(barred)

    def delete_barred_reviewer(self, person_id: str) -> None:
        self.connection.write_rows("DELETE FROM barred_reviewers WHERE person_id = ?", person_id)


class ReviewNoteKind(StrEnum):
    NOTE = "note"
    QUESTION = "question"
    PARENTS_TOLD = "parents-told"
    STAFF_TOLD = "staff-told"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewNote:
    """`by` is a reviewer's address, as its person reads it."""

    case_id: str
    kind: ReviewNoteKind
    by: str
    at: datetime
    text: str


class ReviewNotesTable(SealedRecords[ReviewNote]):
    declaration = TableDeclaration(
        "review_notes",
        Owner.PERSON,
        RetainedKind.FINDING,
        "notes of reviewers, and questions to the person",
        sealed=("encrypted",),
        exported="findings.cases.notes",
    )

    record = ReviewNote
    stored = ("case_id", "at")
    key = ("seq",)

    def insert_review_note(self, note: ReviewNote) -> None:
        with self.connection.begin_transaction():
            owner = load_case_owner(self.connection, note.case_id)
            self.insert_record(note, person_id=owner)

    def list_review_notes_of_case(self, case_id: str) -> tuple[ReviewNote, ...]:
        return self.list_records("WHERE case_id = ? ORDER BY at, seq", case_id)

    def list_review_notes_of_person(self, person_id: str) -> tuple[ReviewNote, ...]:
        return self.list_records("WHERE person_id = ? ORDER BY at, seq", person_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOccurrence:
    """Something that happened to a person's case. `person_id` is opaque, and for counting only."""

    at: datetime
    person_id: str


class CaseStatistics(Table):
    def list_raised_cases(self, since: datetime) -> Iterator[CaseOccurrence]:
        """Yield when each case was opened, no matter who may see it."""
        return self._list_occurrences(
            "SELECT opened_at AS at, person_id FROM cases WHERE opened_at >= ? ORDER BY opened_at",
            since,
        )

    def list_decided_cases(self, since: datetime) -> Iterator[CaseOccurrence]:
        """Yield when each case got its last decision; sharing and taking back are none."""
        return self._list_occurrences(
            """SELECT max(at) AS at, person_id FROM decisions
            WHERE decision NOT IN ('shared', 'unshared', 'reopened', 'told', 'taken-back')
            AND decisions.at >= ? GROUP BY case_id ORDER BY 1""",
            since,
        )

    def _list_occurrences(self, query: str, since: datetime) -> Iterator[CaseOccurrence]:
        for row in self.connection.fetch_rows(query, since):
            yield CaseOccurrence(at=parse_datetime(row["at"]), person_id=row["person_id"])


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
