"""While a person has paused, none of their time to answer runs out."""

from datetime import UTC, datetime, timedelta

from monitor.domain.case import Case
from monitor.domain.consent import Consent, apply_pause
from monitor.domain.disclosure import DisclosureInput, DisclosurePolicy, compute_review_opening
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import CaseKind, Decision, OpeningReason, Scope, Severity
from tests.cases import say

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)
CONSENT = Consent(
    person_id="rosa",
    text_version="1",
    text_hash="",
    scopes=frozenset(Scope),
    given_at=MONDAY - DAY,
    expires_at=MONDAY + 365 * DAY,
)
CASE = Case(
    id="case",
    person_id="rosa",
    finding_id="finding",
    kind=CaseKind.IMPERSONATION,
    severity=Severity.HIGH,
    opened_at=MONDAY,
    reasons=(Reason("known-handle"),),
    notified_at=MONDAY,
)


def opening(consent: Consent, days: int, case: Case = CASE):
    inputs = DisclosureInput(case=case, consent=consent)
    return compute_review_opening(inputs, MONDAY + days * DAY, DisclosurePolicy())


def test_the_days_of_a_pause_do_not_count():
    resting = apply_pause(CONSENT, MONDAY + 30 * DAY, MONDAY + 3 * DAY)

    assert opening(resting, 29) is None
    assert opening(resting, 33) is None
    assert opening(resting, 34).reason is OpeningReason.UNANSWERED


def test_what_was_open_when_a_pause_began_stays_open():
    resting = apply_pause(CONSENT, MONDAY + 30 * DAY, MONDAY + 8 * DAY)

    assert opening(resting, 9).at == MONDAY + 7 * DAY


def test_what_a_person_shares_opens_though_they_have_paused():
    resting = apply_pause(CONSENT, MONDAY + 30 * DAY, MONDAY)

    assert opening(resting, 2, say(CASE, Decision.SHARED, at=MONDAY + DAY))
