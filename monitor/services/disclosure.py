"""Who may see a case now, and how it stands for them: with current data, by the one rule.

Every page, email and program asks here, so that none shows what another hides.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from monitor.app import App
from monitor.domain.case import Case
from monitor.domain.case_progress import CaseStanding, find_case_standing
from monitor.domain.disclosure import (
    DisclosureInput,
    ReviewOpening,
    compute_review_opening,
    forecast_time_opening,
    list_holds,
)
from monitor.domain.vocabulary import CaseBin, Side
from monitor.services.consent import build_disclosure_policy


def find_review_opening(app: App, case: Case, reviewer_id: str = "") -> ReviewOpening | None:
    """Return why IT may see it, or one reviewer who has decided on it; None while it may not."""
    inputs = _load_input(app, case)
    if inputs is None:
        return None
    policy = build_disclosure_policy(app)
    return compute_review_opening(inputs, app.clock.now(), policy, reviewer_id)


def list_holder_ids(app: App, case: Case) -> tuple[str, ...]:
    """Return which reviewers still see what the others do not, because they decided on it."""
    if find_review_opening(app, case):
        return ()
    holders = (hold.reviewer_id for hold in list_holds(case))
    return tuple(holder for holder in holders if find_review_opening(app, case, holder))


def find_standing(
    app: App, case: Case, reader: Side = Side.PERSON, reviewer_id: str = ""
) -> CaseStanding | None:
    """Return who acts next, by when, and where it is listed for a reader; None if they may not.

    Nobody does anything about a case of someone without a consent.
    """
    inputs = _load_input(app, case)
    if inputs is None:
        return None
    policy = build_disclosure_policy(app)
    return find_case_standing(inputs, app.clock.now(), policy, reader, reviewer_id)


def list_own_standings(app: App, person_id: str) -> tuple[tuple[Case, CaseStanding], ...]:
    """Return a person's cases with how each stands, the oldest first."""
    cases = app.db.cases.list_cases_of_person(person_id)
    found = ((case, find_standing(app, case)) for case in cases)
    return tuple((case, standing) for case, standing in found if standing)


def count_own_cases(app: App, person_id: str) -> Mapping[CaseBin, int]:
    """Count a person's cases as every page, email and program of theirs does."""
    counted = Counter(standing.bin for _, standing in list_own_standings(app, person_id))
    return {one_bin: counted[one_bin] for one_bin in CaseBin}


def forecast_own_opening(app: App, case: Case) -> datetime | None:
    """Return when a case opens to IT by itself if the person does not answer; None for never."""
    inputs = _load_input(app, case)
    return forecast_time_opening(inputs, build_disclosure_policy(app)) if inputs else None


def _load_input(app: App, case: Case) -> DisclosureInput | None:
    consent = app.db.consents.find_latest_consent(case.person_id)
    if consent is None:
        return None
    glass = app.db.break_glass.list_active_break_glass(case.id, app.clock.now())
    return DisclosureInput(case=case, consent=consent, glass=glass)
