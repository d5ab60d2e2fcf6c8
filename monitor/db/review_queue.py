"""The queue of the review desk: which cases are open to reviewers now, worst first, then oldest.

The plain columns only narrow a long queue: whether a case may be shown is decided again, by the one
rule, for each that is.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.db.connection import (
    parse_optional_datetime,
)
from monitor.db.declarations import Owner, TableDeclaration
from monitor.db.encryption import EncryptedTable
from monitor.db.people import hash_school
from monitor.domain.case import Case
from monitor.domain.case_end import Countdown
from monitor.domain.case_progress import find_review_turn
from monitor.domain.disclosure import KEPT_AFTER_END, forecast_opening
from monitor.domain.retention import RetainedKind
from monitor.domain.vocabulary import CaseBin, CaseKind, Severity

_NEVER = datetime.max.replace(tzinfo=UTC)
_SEVERITY_RANKS = {severity: rank for rank, severity in enumerate(Severity)}

# Nothing opens, or stays open, without a consent in force. A time limit is over when its span is,
# and the time of a pause within it.
_DATED_CASES_SQL = """WITH live AS (
    SELECT person_id, text_hash IN (SELECT value FROM json_each(?2)) AS told,
        paused_from, paused_until FROM consents
    WHERE seq IN (SELECT max(seq) FROM consents GROUP BY person_id)
    AND withdrawn_at IS NULL AND given_at <= ?1 AND expires_at > ?1),
dated AS (
    SELECT case_id, review_index.person_id, school, kind, severity, opened_at, since,
        turn_from, told, ifnull(reviewer_id, '') AS assignee,
        iif(told OR NOT is_ruled,
            end_countdown(unanswered_from, unanswered_for, paused_from, paused_until), NULL)
            AS unanswered_at,
        iif(told, end_countdown(counsel_from, ?3, paused_from, paused_until), NULL)
            AS counsel_at,
        min(ifnull(ended_at, ?4),
            ifnull(end_countdown(lapse_from, lapse_for, paused_from, paused_until), ?4))
            AS over_at
    FROM review_index JOIN live USING (person_id) LEFT JOIN assignments USING (case_id)),
opened AS (
    SELECT case_id, person_id, school, kind, severity, opened_at, turn_from, assignee,
        (since <= ?1 AND max(over_at, since) > ?5)
        OR (unanswered_at <= ?1 AND max(over_at, unanswered_at) > ?5)
        OR (counsel_at <= ?1 AND max(over_at, counsel_at) > ?5)
        OR case_id IN (
            SELECT case_id FROM early_access WHERE broken_at <= ?1 AND until > ?1
            AND broken_at >= dated.opened_at) AS is_open,
        told AND case_id IN (
            SELECT case_id FROM review_holds WHERE reviewer_id = ?6
            AND since <= ?1 AND max(over_at, last_at) > ?5) AS is_held,
        CASE WHEN over_at <= ?1 THEN 'done' ELSE 'in-progress' END AS stage
    FROM dated),
visible AS (
    SELECT case_id, person_id, school, kind, severity, opened_at, assignee,
        CASE WHEN stage = 'in-progress' AND is_open AND turn_from <= ?1
        THEN 'needs-you' ELSE stage END AS bin
    FROM opened WHERE (is_open OR is_held) AND person_id <> ?15)
"""
_FILTERS_SQL = """ FROM visible WHERE (?7 = '' OR kind = ?7)
AND (?8 < 0 OR severity = ?8)
AND (?9 = '[]' OR bin IN (SELECT value FROM json_each(?9)))
AND (?10 IS NULL OR school = ?10)
AND (?11 IS NULL OR assignee = ?11)
AND (?12 IS NULL OR opened_at <= ?12)
"""
_COUNT_SQL = "SELECT bin, severity, count(*) AS number"
_GROUP_BY_BIN_SQL = " GROUP BY bin, severity"
_PAGE_SQL = "SELECT case_id"
_ORDER_SQL = """ ORDER BY kind <> 'harmful-page', severity, opened_at, case_id
LIMIT ?13 OFFSET ?14"""
_SCHOOLS_SQL = "SELECT min(person_id)"
_GROUP_BY_SCHOOL_SQL = " GROUP BY school"
_OLDEST_SQL = "SELECT min(opened_at)"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureCutoff:
    """What is open at a moment, to one reviewer or, where `reviewer_id` is empty, to all.

    What is about `own_person_id` is left out: no one reviews what is about themselves.
    `student_link_days` and `consent_text_hashes` are of a district's days, if any.
    """

    now: datetime
    student_link_days: int | None = None
    consent_text_hashes: tuple[str, ...] = ()
    reviewer_id: str = ""
    own_person_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFilter:
    """What a reviewer chose to see; what is None or empty narrows nothing.

    `reviewer_id` is a reviewer's id, and empty for what no one has taken.
    """

    kind: CaseKind | None = None
    severity: Severity | None = None
    bins: tuple[CaseBin, ...] = ()
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
    attached = (
        TableDeclaration(
            "review_holds",
            Owner.PERSON,
            RetainedKind.FINDING,
            "which reviewers keep which case",
            not_exported="repeats what the cases have",
        ),
    )

    def index_case(self, case: Case, school: str) -> None:
        ahead, turn = forecast_opening(case), find_review_turn(case)
        with self.connection.begin_transaction():
            self.connection.execute("DELETE FROM review_holds WHERE case_id = ?", case.id)
            self.connection.replace_row(
                "review_index",
                case_id=case.id,
                person_id=case.person_id,
                school=hash_school(self.encryption, school),
                kind=case.kind,
                severity=_SEVERITY_RANKS[case.severity],
                state=case.state,
                opened_at=case.opened_at,
                since=ahead.since,
                counsel_from=ahead.counsel_from,
                ended_at=ahead.ended_at,
                turn_from=turn.since if turn else None,
                is_ruled=ahead.is_ruled_by_it,
                unanswered_from=ahead.unanswered.start if ahead.unanswered else None,
                unanswered_for=_count_seconds(ahead.unanswered),
                lapse_from=ahead.lapse.start if ahead.lapse else None,
                lapse_for=_count_seconds(ahead.lapse),
            )
            for hold in ahead.holds:
                self.connection.insert_row(
                    "review_holds",
                    case_id=case.id,
                    person_id=case.person_id,
                    reviewer_id=hold.reviewer_id,
                    since=hold.since,
                    last_at=hold.last_at,
                )

    def list_visible_case_ids(
        self, cutoff: DisclosureCutoff, review_filter: ReviewFilter, part: ListSlice
    ) -> tuple[str, ...]:
        """Return the ids of one page, the worst first, among equals the oldest."""
        query = _DATED_CASES_SQL + _PAGE_SQL + _FILTERS_SQL + _ORDER_SQL
        values = self._build_query_values(cutoff, review_filter, part)
        return tuple(case_id for (case_id,) in self.connection.fetch_rows(query, *values))

    def count_visible_cases(
        self, cutoff: DisclosureCutoff, review_filter: ReviewFilter
    ) -> Mapping[tuple[CaseBin, Severity], int]:
        """Count by where they are listed for the reader, and by severity."""
        query = _DATED_CASES_SQL + _COUNT_SQL + _FILTERS_SQL + _GROUP_BY_BIN_SQL
        severities = tuple(Severity)
        return {
            (CaseBin(row["bin"]), severities[row["severity"]]): row["number"]
            for row in self.connection.fetch_rows(
                query, *self._build_query_values(cutoff, review_filter)
            )
        }

    def list_one_person_per_school(self, cutoff: DisclosureCutoff) -> tuple[str, ...]:
        """Return a person of each school of which a case is open: only they know its name."""
        query = _DATED_CASES_SQL + _SCHOOLS_SQL + _FILTERS_SQL + _GROUP_BY_SCHOOL_SQL
        rows = self.connection.fetch_rows(query, *self._build_query_values(cutoff, ReviewFilter()))
        return tuple(case_id for (case_id,) in rows)

    def find_oldest_time(self, cutoff: DisclosureCutoff, wanted: CaseBin) -> datetime | None:
        """Return when the oldest visible case that is listed there was opened."""
        query = _DATED_CASES_SQL + _OLDEST_SQL + _FILTERS_SQL
        narrowed = ReviewFilter(bins=(wanted,))
        found = self.connection.fetch_row(query, *self._build_query_values(cutoff, narrowed))
        return parse_optional_datetime(found[0]) if found else None

    def _build_query_values(
        self, cutoff: DisclosureCutoff, review_filter: ReviewFilter, part: ListSlice = WHOLE_LIST
    ) -> Iterator[object]:
        yield cutoff.now
        yield json.dumps(cutoff.consent_text_hashes)
        days = cutoff.student_link_days
        yield None if days is None else int(timedelta(days=days).total_seconds())
        yield _NEVER
        yield cutoff.now - KEPT_AFTER_END
        yield cutoff.reviewer_id
        yield review_filter.kind or ""
        yield -1 if review_filter.severity is None else _SEVERITY_RANKS[review_filter.severity]
        yield json.dumps(review_filter.bins)
        yield (
            None
            if review_filter.school is None
            else hash_school(self.encryption, review_filter.school)
        )
        yield review_filter.reviewer_id
        yield review_filter.opened_before
        yield part.length
        yield part.start
        yield cutoff.own_person_id


def _count_seconds(countdown: Countdown | None) -> int | None:
    return int(countdown.span.total_seconds()) if countdown else None
