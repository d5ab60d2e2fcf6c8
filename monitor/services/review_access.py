"""Which cases a reviewer may open now; what they look at is recorded."""

from collections.abc import Iterable
from datetime import timedelta

from monitor.app import App
from monitor.db.review_index import DisclosureCutoff, ReviewFilter
from monitor.domain.case import Case
from monitor.domain.disclosure import ReviewOpening
from monitor.domain.errors import NotPermittedError
from monitor.domain.person import Reviewer
from monitor.services.consent_terms import build_disclosure_policy
from monitor.services.disclosure import disclose, find_review_opening, is_barred
from reports.case_view import CaseView

NOT_YET = (
    "Only the staff member can see this case so far. "
    "Early access takes two reviewers and a reason, and the staff member is notified."
)


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


ANY_CASE = ReviewFilter()


VIEWED = "viewed"
OPENED_BY = "opened-by"
# Reading on is no new look; coming back after lunch is.
VIEW_LASTS = timedelta(minutes=30)


def record_case_views(app: App, reviewer: Reviewer, case_ids: Iterable[str]) -> None:
    """Record that a reviewer views these cases, all or none, before they are shown."""
    cases = [app.db.cases.load_case(case_id) for case_id in dict.fromkeys(case_ids)]
    now = app.clock.now()
    with app.db.begin_transaction():
        for case in cases:
            check_may_review(app, reviewer, case)
            opening = check_review_access(app, case, reviewer.id)
            app.db.access_log.record_access(reviewer.id, case.id, now + VIEW_LASTS)
            app.db.audit.append_entry(
                now, reviewer.id, VIEWED, case.id, {OPENED_BY: opening.reason}
            )


def load_opened_case(app: App, reviewer: Reviewer, case_id: str) -> CaseView | None:
    """Return a case that this reviewer opened recently, else None.

    Raises NotPermittedError if it is not open to IT, or no longer.
    """
    case = app.db.cases.load_case(case_id)
    check_may_review(app, reviewer, case)
    check_review_access(app, case, reviewer.id)
    return disclose(app, case, reviewer)


def check_may_review(app: App, reviewer: Reviewer, case: Case) -> None:
    """No one reviews what is about themselves, or about a person who keeps them from it.

    To those, it is a case that is not open: no one is told that they are kept from one.
    """
    if reviewer.person_id and reviewer.person_id == case.person_id:
        raise NotPermittedError(
            "This case is about you. Find it under Home; another reviewer decides."
        )
    if is_barred(app, case, reviewer.id):
        raise NotPermittedError(NOT_YET)
