"""The queue of the review desk: which cases are open now, what needs IT first, then the worst.

The plain columns only narrow a long queue: whether a case may be shown is decided again, by the one
rule, for each that is.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain

from monitor.db.encryption import EncryptedTable
from monitor.db.open_files import format_datetime, parse_optional_datetime
from monitor.db.people import hash_school
from monitor.db.tables import Owner, TableDeclaration
from monitor.domain.case import Case
from monitor.domain.case_end import Countdown
from monitor.domain.case_progress import find_review_turn
from monitor.domain.disclosure import KEPT_AFTER_END, forecast_opening
from monitor.domain.retention import RetainedKind
from monitor.domain.vocabulary import CaseBin, CaseKind, Severity

_NEVER = datetime.max.replace(tzinfo=UTC)
_SEVERITY_RANKS = {severity: rank for rank, severity in enumerate(Severity)}

# Nothing opens, or stays open, without a consent in force. A time limit is over when its span is,
# and the time of a pause within it. Most cases have none, and SQLite sees that faster than we do.
_DATED_CASES_SQL = """WITH live AS (
    SELECT person_id, text_hash IN (SELECT value FROM json_each(?2)) AS told,
        paused_from, paused_until FROM consents
    WHERE seq IN (SELECT max(seq) FROM consents GROUP BY person_id)
    AND withdrawn_at IS NULL AND given_at <= ?1 AND expires_at > ?1),
dated AS MATERIALIZED (
    SELECT case_id, review_index.person_id, school, kind, severity, opened_at, since,
        turn_from, takes_back, told, ifnull(reviewer_id, '') AS assignee,
        kind = 'impersonation' AND severity = 0 AND state = 'open' AND NOT is_ruled AS is_kept,
        iif(unanswered_from IS NOT NULL AND (told OR NOT is_ruled),
            end_countdown(unanswered_from, unanswered_for, paused_from, paused_until), NULL)
            AS unanswered_at,
        iif(told AND counsel_from IS NOT NULL,
            end_countdown(counsel_from, ?3, paused_from, paused_until), NULL) AS counsel_at,
        min(ifnull(ended_at, ?4), iif(lapse_from IS NULL, ?4, ifnull(
            end_countdown(lapse_from, lapse_for, paused_from, paused_until), ?4))) AS over_at
    FROM review_index JOIN live USING (person_id) LEFT JOIN assignments USING (case_id)),
opened AS (
    SELECT case_id, person_id, school, kind, severity, opened_at,
        turn_from, takes_back, is_kept, assignee,
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
        CASE WHEN takes_back THEN 'needs-you'
        WHEN stage = 'in-progress' AND (is_open OR is_kept) AND turn_from <= ?1
        THEN 'needs-you' ELSE stage END AS bin
    FROM opened WHERE (is_open OR is_held) AND person_id <> ?15
    AND person_id NOT IN (SELECT person_id FROM barred_reviewers WHERE reviewer_id = ?6))
"""
_WANTED_SQL = """(?7 = '' OR kind = ?7)
AND (?8 < 0 OR severity = ?8)
AND (?9 = '[]' OR bin IN (SELECT value FROM json_each(?9)))
AND (?10 IS NULL OR school = ?10)
AND (?11 IS NULL OR assignee = ?11)
AND (?12 IS NULL OR opened_at <= ?12)"""
# The numbers about a long queue come from one pass over it.
_GROUPS_SQL = f"""{_DATED_CASES_SQL}
SELECT bin, assignee, school, {_WANTED_SQL} AS is_wanted,
    min(person_id) AS person_id, count(*) AS number
FROM visible GROUP BY bin, assignee, school, is_wanted"""  # noqa: S608 - our own words
_PAGE_SQL = f"""{_DATED_CASES_SQL}
SELECT case_id FROM visible WHERE {_WANTED_SQL}
ORDER BY CASE bin WHEN 'needs-you' THEN 0 WHEN 'in-progress' THEN 1 ELSE 2 END,
    kind <> 'harmful-page', severity, opened_at, case_id
LIMIT ?13 OFFSET ?14"""  # noqa: S608 - our own words
_OLDEST_SQL = f"{_DATED_CASES_SQL} SELECT min(opened_at) FROM visible WHERE {_WANTED_SQL}"  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureCutoff:
    """What is open at a moment, to one reviewer or, where `reviewer_id` is empty, to all.

    What is about `own_person_id` is left out: no one reviews what is about themselves. So is what
    is about people who keep this reviewer from their cases.
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
class CaseGroup:
    """Visible cases that are alike; `is_wanted` are those that a filter leaves.

    `reviewer_id` is empty for what no one has taken. `person_id` is of one of them: only people
    know the name of their school. It is empty where that is none, or not for IT to read.
    """

    bin: CaseBin
    reviewer_id: str
    school_hash: bytes
    is_wanted: bool
    person_id: str
    count: int


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
                # Of what is their own, IT reads no school either.
                school=hash_school(self.encryption, "" if case.is_own else school),
                kind=case.kind,
                severity=_SEVERITY_RANKS[case.severity],
                state=case.state,
                opened_at=case.opened_at,
                since=ahead.since,
                counsel_from=_join_times(ahead.counsel),
                ended_at=ahead.ended_at,
                turn_from=turn.since if turn else None,
                is_ruled=ahead.is_ruled_by_it,
                takes_back=case.report_to_take_back is not None,
                unanswered_from=_join_times(ahead.unanswered),
                unanswered_for=_count_seconds(ahead.unanswered),
                lapse_from=_join_times(ahead.lapse),
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
        """Return the ids of one page: what needs IT first, then the worst, then the oldest."""
        values = self._build_query_values(cutoff, review_filter, part)
        return tuple(case_id for (case_id,) in self.connection.fetch_rows(_PAGE_SQL, *values))

    def group_visible_cases(
        self, cutoff: DisclosureCutoff, review_filter: ReviewFilter
    ) -> tuple[CaseGroup, ...]:
        """Group all visible cases, those that the filter leaves out as well."""
        nowhere = hash_school(self.encryption, "")
        return tuple(
            CaseGroup(
                bin=CaseBin(row["bin"]),
                reviewer_id=row["assignee"],
                school_hash=row["school"],
                is_wanted=bool(row["is_wanted"]),
                person_id="" if row["school"] == nowhere else row["person_id"],
                count=row["number"],
            )
            for row in self.connection.fetch_rows(
                _GROUPS_SQL, *self._build_query_values(cutoff, review_filter)
            )
        )

    def find_oldest_time(self, cutoff: DisclosureCutoff, wanted: CaseBin) -> datetime | None:
        """Return when the oldest visible case that is listed there was opened."""
        narrowed = ReviewFilter(bins=(wanted,))
        found = self.connection.fetch_row(_OLDEST_SQL, *self._build_query_values(cutoff, narrowed))
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


def _join_times(countdown: Countdown | None) -> str | None:
    """Write when it began to run, stopped, went on, and so forth."""
    if countdown is None:
        return None
    return " ".join(map(format_datetime, (countdown.start, *chain(*countdown.stops))))


def _count_seconds(countdown: Countdown | None) -> int | None:
    return int(countdown.span.total_seconds()) if countdown else None
