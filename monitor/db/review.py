"""What reviewers open, take, note and propose, and the district's numbers.

The plain columns only narrow a long queue: whether a case may be shown is decided again, by the one
rule, for each that is.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.db.connection import (
    Records,
    Row,
    Table,
    find_next_seq,
    parse_datetime,
    parse_optional_datetime,
)
from monitor.db.declarations import CLOSED, Expiry, Owner, TableDeclaration
from monitor.db.encryption import EncryptedTable
from monitor.db.people import hash_school, load_case_owner
from monitor.domain.case import Case
from monitor.domain.disclosure import BreakGlass, BreakGlassProposal, OpeningForecast
from monitor.domain.errors import InputError
from monitor.domain.retention import RetainedKind
from monitor.domain.vocabulary import CaseKind, CaseState, Severity

_SEVERITY_RANKS = {severity: rank for rank, severity in enumerate(Severity)}

# Nothing opens, or stays open, without a consent in force.
_LIVE_CONSENTS_SQL = """WITH live AS (
    SELECT person_id, text_hash FROM consents
    WHERE seq IN (SELECT max(seq) FROM consents GROUP BY person_id)
    AND withdrawn_at IS NULL AND given_at <= ?1 AND expires_at > ?1)
"""
_VISIBLE_CASES_SQL = """
FROM review_index JOIN live ON live.person_id = review_index.person_id
LEFT JOIN assignments ON assignments.case_id = review_index.case_id
WHERE (
    since <= ?1
    OR (counted_from <= ?2 AND text_hash IN (SELECT value FROM json_each(?3)))
    OR review_index.case_id IN (
        SELECT case_id FROM break_glass WHERE broken_at <= ?1 AND until > ?1
        AND broken_at >= review_index.opened_at))
"""
_FILTERS_SQL = """
AND (?4 = '' OR kind = ?4) AND (?5 < 0 OR severity = ?5)
AND (?6 = '[]' OR state IN (SELECT value FROM json_each(?6)))
AND (?7 IS NULL OR school = ?7)
AND (?8 IS NULL OR ifnull(reviewer_id, '') = ?8)
AND (?9 IS NULL OR opened_at <= ?9)
"""
_COUNT_SQL = "SELECT count(*)"
_PAGE_SQL = "SELECT review_index.case_id"
_ORDER_SQL = " ORDER BY severity, review_index.opened_at, review_index.case_id LIMIT ?10 OFFSET ?11"
_SCHOOLS_SQL = "SELECT min(review_index.person_id)"
_GROUP_BY_SCHOOL_SQL = " GROUP BY school"
_OLDEST_SQL = "SELECT min(review_index.opened_at)"
_UNDECIDED_SQL = " AND state IN ('new', 'open')"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureCutoff:
    """What opens at a moment.

    `counted_before` and `consent_text_hashes` are of a district's days, if any.
    """

    now: datetime
    counted_before: datetime | None = None
    consent_text_hashes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFilter:
    """What a reviewer chose to see; what is None or empty narrows nothing.

    `reviewer_id` is a reviewer's id, and empty for what no one has taken.
    """

    kind: CaseKind | None = None
    severity: Severity | None = None
    states: tuple[CaseState, ...] = ()
    school: str | None = None
    reviewer_id: str | None = None
    opened_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSlice:
    """A part of a list; a length below 0 goes on to its end."""

    start: int
    length: int


WHOLE_LIST = ListSlice(start=0, length=-1)


class ReviewIndexTable(EncryptedTable):
    declaration = TableDeclaration(
        "review_index",
        Owner.PERSON,
        RetainedKind.FINDING,
        "what the review queue sorts by",
        not_exported="repeats what the cases have",
    )

    def index_case(self, case: Case, foreseen: OpeningForecast, school: str) -> None:
        self.connection.write_rows(
            """INSERT OR REPLACE INTO review_index (case_id, person_id, school, kind, severity,
                state, opened_at, since, counted_from)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            case.id,
            case.person_id,
            hash_school(self.encryption, school),
            case.kind,
            _SEVERITY_RANKS[case.severity],
            case.state,
            case.opened_at,
            foreseen.since,
            foreseen.counted_from,
        )

    def list_visible_case_ids(
        self, cutoff: DisclosureCutoff, review_filter: ReviewFilter, part: ListSlice
    ) -> tuple[str, ...]:
        """Return the ids of one page, the worst first, among equals the oldest."""
        query = _LIVE_CONSENTS_SQL + _PAGE_SQL + _VISIBLE_CASES_SQL + _FILTERS_SQL + _ORDER_SQL
        values = (*self._build_query_values(cutoff, review_filter), part.length, part.start)
        return tuple(case_id for (case_id,) in self.connection.fetch_rows(query, *values))

    def count_visible_cases(self, cutoff: DisclosureCutoff, review_filter: ReviewFilter) -> int:
        query = _LIVE_CONSENTS_SQL + _COUNT_SQL + _VISIBLE_CASES_SQL + _FILTERS_SQL
        found = self.connection.fetch_row(query, *self._build_query_values(cutoff, review_filter))
        return int(found[0]) if found else 0

    def list_one_person_per_school(self, cutoff: DisclosureCutoff) -> tuple[str, ...]:
        """Return a person of each school of which a case is open: only they know its name."""
        query = (
            _LIVE_CONSENTS_SQL
            + _SCHOOLS_SQL
            + _VISIBLE_CASES_SQL
            + _FILTERS_SQL
            + _GROUP_BY_SCHOOL_SQL
        )
        rows = self.connection.fetch_rows(query, *self._build_query_values(cutoff, ReviewFilter()))
        return tuple(case_id for (case_id,) in rows)

    def find_oldest_undecided_time(self, cutoff: DisclosureCutoff) -> datetime | None:
        """Return when the oldest open case that no one ruled on was opened."""
        query = (
            _LIVE_CONSENTS_SQL + _OLDEST_SQL + _VISIBLE_CASES_SQL + _FILTERS_SQL + _UNDECIDED_SQL
        )
        found = self.connection.fetch_row(query, *self._build_query_values(cutoff, ReviewFilter()))
        return parse_optional_datetime(found[0]) if found else None

    def _build_query_values(
        self, cutoff: DisclosureCutoff, review_filter: ReviewFilter
    ) -> Iterator[object]:
        yield cutoff.now
        yield cutoff.counted_before
        yield json.dumps(cutoff.consent_text_hashes)
        yield review_filter.kind or ""
        yield -1 if review_filter.severity is None else _SEVERITY_RANKS[review_filter.severity]
        yield json.dumps(review_filter.states)
        yield (
            None
            if review_filter.school is None
            else hash_school(self.encryption, review_filter.school)
        )
        yield review_filter.reviewer_id
        yield review_filter.opened_before


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


class ReviewNoteKind(StrEnum):
    NOTE = "note"
    QUESTION = "question"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewNote:
    """`by` is a reviewer's address, as its person reads it."""

    case_id: str
    kind: ReviewNoteKind
    by: str
    at: datetime
    text: str


class ReviewNotesTable(EncryptedTable, Records[ReviewNote]):
    declaration = TableDeclaration(
        "review_notes",
        Owner.PERSON,
        RetainedKind.FINDING,
        "notes of reviewers, and questions to the person",
        sealed=("encrypted",),
        exported="findings.cases.notes",
    )

    select = "SELECT seq, person_id, encrypted FROM review_notes"

    def insert_review_note(self, note: ReviewNote) -> None:
        with self.connection.begin_transaction():
            person = load_case_owner(self.connection, note.case_id)
            seq = find_next_seq(self.connection, "review_notes")
            self.connection.execute(
                """INSERT INTO review_notes (seq, case_id, person_id, at, encrypted)
                VALUES (?, ?, ?, ?, ?)""",
                seq,
                note.case_id,
                person,
                note.at,
                self.encrypt_value(person, seq, note),
            )

    def list_review_notes_of_case(self, case_id: str) -> tuple[ReviewNote, ...]:
        return self.list_records("WHERE case_id = ? ORDER BY at, seq", case_id)

    def list_review_notes_of_person(self, person_id: str) -> tuple[ReviewNote, ...]:
        return self.list_records("WHERE person_id = ? ORDER BY at, seq", person_id)

    def parse_row(self, row: Row) -> ReviewNote:
        return self.decrypt_value(row["person_id"], row["seq"], row["encrypted"], ReviewNote)


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


class BreakGlassTable(EncryptedTable, Records[BreakGlassProposal]):
    declaration = TableDeclaration(
        "break_glass",
        Owner.PERSON,
        RetainedKind.BREAK_GLASS,
        "early access to a case by two reviewers",
        Expiry(CLOSED, at="ifnull(until, at)"),
        sealed=("encrypted",),
        exported="findings.cases.opened_early",
        even_held=True,
    )

    select = "SELECT id, person_id, encrypted FROM break_glass"

    def save_break_glass_proposal(self, proposal: BreakGlassProposal) -> None:
        """Keep it, in place of what it was before."""
        broken = proposal.break_glass
        self.connection.write_rows(
            """INSERT OR REPLACE INTO break_glass (id, case_id, person_id, at, broken_at, until,
                encrypted)
                VALUES (?, ?, ?, ?, ?, ?, ?)""",
            proposal.id,
            proposal.case_id,
            proposal.person_id,
            proposal.at,
            proposal.broken_at,
            broken.until if broken else None,
            self.encrypt_value(proposal.person_id, proposal.id, proposal),
        )

    def load_break_glass_proposal(self, proposal_id: str) -> BreakGlassProposal:
        found = self.find_record("WHERE id = ?", proposal_id)
        if found is None:
            reason = "There is no such proposal; it may have been withdrawn with its person."
            raise InputError(reason)
        return found

    def list_break_glass_proposals(self) -> tuple[BreakGlassProposal, ...]:
        return self.list_records("ORDER BY at, id")

    def list_unconfirmed_proposals(self) -> tuple[BreakGlassProposal, ...]:
        """Return what no second reviewer has confirmed, the oldest first."""
        return self.list_records("WHERE broken_at IS NULL ORDER BY at, id")

    def list_active_break_glass(self, case_id: str, now: datetime) -> tuple[BreakGlass, ...]:
        """Return what holds a case open now."""
        rows = self.connection.fetch_rows(
            """SELECT id, person_id, encrypted FROM break_glass
            WHERE case_id = ?1 AND broken_at <= ?2 AND until > ?2 ORDER BY at, id""",
            case_id,
            now,
        )
        found = (self.parse_row(row).break_glass for row in rows)
        return tuple(break_glass for break_glass in found if break_glass)

    def parse_row(self, row: Row) -> BreakGlassProposal:
        return self.decrypt_value(row["person_id"], row["id"], row["encrypted"], BreakGlassProposal)


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
            WHERE decision NOT IN ('shared', 'reopened') AND decisions.at >= ?
            GROUP BY case_id ORDER BY 1""",
            since,
        )

    def _list_occurrences(self, query: str, since: datetime) -> Iterator[CaseOccurrence]:
        for row in self.connection.fetch_rows(query, since):
            yield CaseOccurrence(at=parse_datetime(row["at"]), person_id=row["person_id"])
