"""Which cases IT may see now, and which fields.

The review queue is a list without names, and cases that are opened one by one. Each case is checked
by the rule in `monitor/domain/disclosure.py`, with current data.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from monitor.app import App
from monitor.db.review_queue import WHOLE_LIST, DisclosureCutoff, ListSlice, ReviewFilter
from monitor.domain.case import Case, list_possible_decisions
from monitor.domain.detection.waves import WAVE_WITHIN, count_people, find_wave
from monitor.domain.disclosure import (
    ReviewOpening,
)
from monitor.domain.errors import NotPermittedError
from monitor.domain.person import Reviewer
from monitor.domain.vocabulary import (
    CaseBin,
    CaseKind,
    Decision,
)
from monitor.services.consent_terms import build_disclosure_policy
from monitor.services.disclosure import disclose, find_review_opening, summarize
from reports.finding_view import CaseSummary, CaseView
from reports.pages.review import WaveLine

NOT_YET = (
    "Only the staff member can see this case so far. "
    "Early access takes two reviewers and a reason, and the staff member is notified."
)


def count_review_cases(app: App, reviewer: Reviewer | None = None) -> Mapping[CaseBin, int]:
    """Count the cases that IT, or one reviewer, may see, as queue, feed and email do."""
    counts = app.db.review_index.count_visible_cases(build_review_gate(app, reviewer), ANY_CASE)
    counted = Counter[CaseBin]()
    for (one_bin, _), number in counts.items():
        counted[one_bin] += number
    return {one_bin: counted[one_bin] for one_bin in CaseBin}


def check_review_access(app: App, case: Case, reviewer_id: str = "") -> ReviewOpening:
    """Raise NotPermittedError while only its person may see it."""
    opening = find_review_opening(app, case, reviewer_id)
    if opening is None:
        raise NotPermittedError(NOT_YET)
    return opening


def build_review_gate(app: App, reviewer: Reviewer | None = None) -> DisclosureCutoff:
    """Return the same rule in terms of plain columns."""
    policy = build_disclosure_policy(app)
    return DisclosureCutoff(
        now=app.clock.now(),
        student_link_days=policy.student_link_days,
        consent_text_hashes=tuple(policy.told_in),
        reviewer_id=reviewer.id if reviewer else "",
        own_person_id=reviewer.person_id if reviewer else "",
    )


PAGE_SIZE = 25
ANY_CASE = ReviewFilter()
# An unanswered case opens after a week, and a wave goes on for three.
_WAVE_SHOWN_FOR = 2 * WAVE_WITHIN
_WAVE_CASES = frozenset({CaseKind.IMPERSONATION, CaseKind.MOCK_ACCOUNT})
VIEWED = "viewed"
# Reading on is no new look; coming back after lunch is.
VIEW_LASTS = timedelta(minutes=30)
# What IT may rule. Sharing, and asking a site for removal, are their person's alone to do.
REVIEWER_DECISIONS = frozenset(Decision) - {
    Decision.SHARED,
    Decision.UNSHARED,
    Decision.REOPENED,
    Decision.MINE,
    Decision.FAMILY,
    Decision.REMOVAL_ASKED,
    Decision.REMOVAL_DONE,
}
ABOUT_YOURSELF = "This case is about you. Find it under Home; another reviewer decides."


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    rows: tuple[CaseSummary, ...]
    number: int
    last: int
    total: int


def load_queue_page(app: App, reviewer: Reviewer, wanted: ReviewFilter, number: int) -> QueuePage:
    """Return one page; a number after the last gives the last."""
    gate = build_review_gate(app, reviewer)
    total = count_queue_cases(app, reviewer, wanted)
    last = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, number), last)
    part = ListSlice(start=(number - 1) * PAGE_SIZE, length=PAGE_SIZE)
    case_ids = app.db.review_index.list_visible_case_ids(gate, wanted, part)
    rows = _list_summaries(app, reviewer, case_ids)
    return QueuePage(rows=rows, number=number, last=last, total=total)


def count_queue_cases(app: App, reviewer: Reviewer, wanted: ReviewFilter) -> int:
    """Count the cases of the queue that a filter leaves."""
    gate = build_review_gate(app, reviewer)
    return sum(app.db.review_index.count_visible_cases(gate, wanted).values())


def list_review_openings(
    app: App, wanted: ReviewFilter = ANY_CASE, reviewer: Reviewer | None = None
) -> tuple[tuple[Case, ReviewOpening], ...]:
    """Return every case that IT, or one reviewer, may see now, with why and since when."""
    case_ids = app.db.review_index.list_visible_case_ids(
        build_review_gate(app, reviewer), wanted, WHOLE_LIST
    )
    cases = map(app.db.cases.load_case, case_ids)
    who = reviewer.id if reviewer else ""
    found = ((case, find_review_opening(app, case, who)) for case in cases)
    return tuple((case, opening) for case, opening in found if opening)


def list_queue_rows(
    app: App, reviewer: Reviewer, wanted: ReviewFilter, before: str, length: int
) -> tuple[CaseSummary, ...]:
    """Return the next rows for a program, by descending ID: cases that come and go move none.

    `before` is the last ID it has, empty for none.
    """
    gate = build_review_gate(app, reviewer)
    visible = app.db.review_index.list_visible_case_ids(gate, wanted, WHOLE_LIST)
    ids = [
        visible_case_id
        for visible_case_id in sorted(visible, reverse=True)
        if not before or visible_case_id < before
    ]
    return _list_summaries(app, reviewer, ids[:length])


_THIS_WEEK = timedelta(weeks=1)


def list_open_waves(app: App) -> tuple[WaveLine, ...]:
    """List the waves of which a case is open to IT, the latest first; nobody in them is named."""
    waves: dict[str, WaveLine] = {}
    for case_id in app.db.new_accounts.list_case_ids(app.clock.now() - _WAVE_SHOWN_FOR):
        case = app.db.cases.load_case(case_id)
        if case.kind not in _WAVE_CASES:
            continue
        accounts = app.db.new_accounts.list_accounts_of_same_place(case.finding_id)
        wave = find_wave(case.finding_id, accounts)
        if wave and find_review_opening(app, case):
            latest = max(account.appeared_at for account in wave)
            waves[accounts[0].finding_id] = WaveLine(
                size=count_people(wave),
                platform=app.db.findings.load_finding(case.finding_id).portrait.platform,
                latest_at=latest,
                is_this_week=app.clock.now() - latest < _THIS_WEEK,
            )
    return tuple(sorted(waves.values(), key=lambda one_wave: one_wave.latest_at, reverse=True))


def list_open_schools(app: App) -> tuple[str, ...]:
    """List the schools with an open case."""
    people = app.db.review_index.list_one_person_per_school(build_review_gate(app))
    return tuple(
        sorted({app.db.people.load_person(person_id).school for person_id in people} - {""})
    )


def record_case_views(app: App, reviewer: Reviewer, case_ids: Iterable[str]) -> None:
    """Record that a reviewer views these cases, all or none, before they are shown."""
    cases = [app.db.cases.load_case(case_id) for case_id in dict.fromkeys(case_ids)]
    now = app.clock.now()
    with app.db.begin_transaction():
        for case in cases:
            check_not_own_case(reviewer, case)
            opening = check_review_access(app, case, reviewer.id)
            app.db.access_log.record_access(reviewer.id, case.id, now + VIEW_LASTS)
            app.db.audit.append_entry(
                now, reviewer.id, VIEWED, case.id, {"opened-by": opening.reason}
            )


def load_opened_case(app: App, reviewer: Reviewer, case_id: str) -> CaseView | None:
    """Return a case that this reviewer opened recently, else None.

    Raises NotPermittedError if it is not open to IT, or no longer.
    """
    case = app.db.cases.load_case(case_id)
    check_not_own_case(reviewer, case)
    check_review_access(app, case, reviewer.id)
    return disclose(app, case, reviewer)


def list_allowed_decisions(case: Case) -> tuple[Decision, ...]:
    """Return what IT may decide now."""
    allowed = REVIEWER_DECISIONS & list_possible_decisions(case)
    return tuple(decision for decision in Decision if decision in allowed)


def _list_summaries(
    app: App, reviewer: Reviewer, case_ids: Iterable[str]
) -> tuple[CaseSummary, ...]:
    cases = map(app.db.cases.load_case, case_ids)
    return tuple(row for case in cases if (row := summarize(app, case, reviewer)))


def check_not_own_case(reviewer: Reviewer, case: Case) -> None:
    """No one reviews what is about themselves."""
    if reviewer.person_id and reviewer.person_id == case.person_id:
        raise NotPermittedError(ABOUT_YOURSELF)
