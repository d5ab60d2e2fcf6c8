"""Which cases IT may see now, and which fields.

The review queue is a list without names, and cases that are opened one by one. Each case is checked
by the rule in `monitor/domain/disclosure.py`, with current data.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.app import App
from monitor.db.review_index import WHOLE_LIST, CaseGroup, ListSlice, ReviewFilter
from monitor.domain.case import Case, list_possible_decisions
from monitor.domain.case_log import UNSPOKEN, is_confirmation, is_lever
from monitor.domain.case_progress import find_time_of_more
from monitor.domain.detection.waves import WAVE_WITHIN, count_people, find_wave
from monitor.domain.disclosure import ReviewOpening
from monitor.domain.person import Reviewer
from monitor.domain.vocabulary import CaseBin, CaseKind, Decision, OpeningReason, Side
from monitor.services.disclosure import find_review_opening, summarize
from monitor.services.review_access import ANY_CASE, build_review_gate
from reports.case_view import CaseSummary
from reports.pages.review import WaveLine


def count_review_cases(app: App, reviewer: Reviewer | None = None) -> Mapping[CaseBin, int]:
    """Count the cases that IT, or one reviewer, may see, as queue, feed and email do."""
    counted = Counter[CaseBin]()
    for group in app.db.review_index.group_visible_cases(
        build_review_gate(app, reviewer), ANY_CASE
    ):
        counted[group.bin] += group.count
    return {one_bin: counted[one_bin] for one_bin in CaseBin}


PAGE_SIZE = 25
# An unanswered case opens after a week, and a wave goes on for three.
_WAVE_SHOWN_FOR = 2 * WAVE_WITHIN
_WAVE_CASES = frozenset({CaseKind.IMPERSONATION, CaseKind.MOCK_ACCOUNT})
# What IT may rule. Sharing, and asking a site for removal, are their person's alone to do.
REVIEWER_DECISIONS = frozenset(Decision) - {
    *UNSPOKEN,
    Decision.MINE,
    Decision.FAMILY,
    Decision.REMOVAL_ASKED,
    Decision.REMOVAL_DONE,
    Decision.RECOVERED,
    Decision.LOCKED_OUT,
    Decision.GIVEN_UP,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """`groups` and `schools` are of all that the reader may see, whatever a filter leaves."""

    groups: tuple[CaseGroup, ...]
    schools: tuple[str, ...]
    rows: tuple[CaseSummary, ...]
    number: int
    last: int
    total: int


def load_queue_page(app: App, reviewer: Reviewer, wanted: ReviewFilter, number: int) -> QueuePage:
    """Return one page; a number after the last gives the last."""
    gate = build_review_gate(app, reviewer)
    groups = app.db.review_index.group_visible_cases(gate, wanted)
    total = sum(group.count for group in groups if group.is_wanted)
    last = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, number), last)
    part = ListSlice(start=(number - 1) * PAGE_SIZE, length=PAGE_SIZE)
    case_ids = app.db.review_index.list_visible_case_ids(gate, wanted, part)
    rows = _list_summaries(app, reviewer, case_ids)
    # Only its people know the name of a school.
    people = {group.school_hash: group.person_id for group in groups if group.person_id}.values()
    schools = {app.db.people.load_person(person_id).school for person_id in people}
    return QueuePage(
        groups=groups,
        schools=tuple(sorted(schools)),
        rows=rows,
        number=number,
        last=last,
        total=total,
    )


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


def list_open_waves(app: App, reviewer: Reviewer) -> tuple[WaveLine, ...]:
    """List the waves of which a case is open to them, the latest first; nobody in them is named."""
    waves: dict[str, WaveLine] = {}
    for case_id in app.db.new_accounts.list_case_ids(app.clock.now() - _WAVE_SHOWN_FOR):
        case = app.db.cases.load_case(case_id)
        if case.kind not in _WAVE_CASES:
            continue
        accounts = app.db.new_accounts.list_accounts_of_same_place(case.finding_id)
        wave = find_wave(case.finding_id, accounts)
        opening = find_review_opening(app, case, reviewer.id)
        if wave and opening and opening.reason is not OpeningReason.REPORT_BACK:
            latest = max(account.appeared_at for account in wave)
            waves[accounts[0].finding_id] = WaveLine(
                size=count_people(wave),
                platform=app.db.findings.load_finding(case.finding_id).portrait.platform,
                latest_at=latest,
                is_this_week=app.clock.now() - latest < _THIS_WEEK,
            )
    return tuple(sorted(waves.values(), key=lambda one_wave: one_wave.latest_at, reverse=True))


def may_rule(case: Case, decision: Decision) -> bool:
    """Tell whether it is IT's to say; what a link to students is, only its person can find out."""
    own = case.kind is CaseKind.STUDENT_LINK and decision is not Decision.HARMLESS
    return decision in REVIEWER_DECISIONS and not own


def list_allowed_decisions(case: Case, now: datetime) -> tuple[Decision, ...]:
    """Return what IT may say now; it reports only what its person, or else IT, says is real.

    Against its own word it reports nothing: it changes that first.
    """
    allowed = {said for said in list_possible_decisions(case) if may_rule(case, said)}
    # That nothing more is needed is said once, and of what has no answer.
    if case.kind is CaseKind.STUDENT_LINK and any(map(case.get_verdict, Side)):
        return ()
    own = case.get_verdict(Side.PERSON)
    verdict = own or case.get_verdict(Side.IT)
    # Who cannot get into their own account is helped all the same.
    is_doubted = case.is_doubted and not (own and case.kind is CaseKind.OWN_ACCOUNT_CHANGED)
    if is_doubted or not is_confirmation(case.kind, verdict):
        allowed = {decision for decision in allowed if not is_lever(decision)}
    # There is one way to report an account that was taken over: again, if it did not help.
    sent = case.find_report(Side.IT)
    if case.kind is CaseKind.OWN_ACCOUNT_CHANGED and sent and sent == case.last_lever:
        again_from = find_time_of_more(case, sent)
        if again_from is None or now < again_from:
            allowed -= {Decision.REPORTED}
    return tuple(decision for decision in Decision if decision in allowed)


def _list_summaries(
    app: App, reviewer: Reviewer, case_ids: Iterable[str]
) -> tuple[CaseSummary, ...]:
    cases = map(app.db.cases.load_case, case_ids)
    return tuple(row for case in cases if (row := summarize(app, case, reviewer)))
