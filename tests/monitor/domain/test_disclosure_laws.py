"""What holds of disclosure whatever is flagged, ruled, told, shared or broken."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.case import Case, apply_decision
from monitor.domain.case_log import DecisionRecord
from monitor.domain.consent import Consent
from monitor.domain.disclosure import (
    DISCLOSURE_RULES,
    DisclosureInput,
    DisclosurePolicy,
    compute_review_opening,
)
from monitor.domain.errors import MonitorError
from monitor.domain.two_reviewers import EarlyAccess
from monitor.domain.vocabulary import CaseKind, Decision, Scope, Severity

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)
CONSENT = Consent(
    person_id="rosa",
    text_version="1",
    text_hash="tells of it",
    scopes=frozenset(Scope),
    given_at=MONDAY - DAY,
    expires_at=MONDAY + 365 * DAY,
)
COUNSELLED = DisclosurePolicy(
    student_link_days=21,
    counsel="Ada Roe",
    counsel_approved_on="2026-09-01",
    told_in=frozenset({"tells of it"}),
)
POLICIES = st.sampled_from([DisclosurePolicy(), COUNSELLED])
MOMENTS = st.integers(0, 60).map(lambda days: MONDAY + days * DAY)
CASES = st.builds(
    Case,
    id=st.just("case"),
    person_id=st.just("rosa"),
    finding_id=st.just("finding"),
    kind=st.sampled_from(CaseKind),
    severity=st.sampled_from(Severity),
    opened_at=st.just(MONDAY),
    reasons=st.just(()),
    notified_at=st.sampled_from([None, MONDAY]),
    relation=st.sampled_from(["", "follows", "followers"]),
    lowered_by=st.just(()),
)
GLASS = st.builds(
    EarlyAccess,
    case_id=st.sampled_from(["case", "another"]),
    reviewers=st.just(frozenset({"one", "two"})),
    reason=st.just("A child may be in danger."),
    at=MOMENTS,
)


@st.composite
def drawn_inputs(draw):
    """Cases that decisions really lead to, told or not, with and without broken glass."""
    case = draw(CASES)
    for day, decision in enumerate(draw(st.lists(st.sampled_from(Decision), max_size=6))):
        by = draw(st.sampled_from(["rosa", "reviewer"]))
        judgment = DecisionRecord(case_id="case", decision=decision, by=by, at=MONDAY + day * DAY)
        try:
            case = apply_decision(case, judgment)
        except MonitorError:
            continue
    broken = tuple(draw(st.lists(GLASS, max_size=2)))
    return DisclosureInput(case=case, consent=CONSENT, glass=broken)


@given(drawn_inputs(), MOMENTS, POLICIES)
def test_withdrawing_consent_reveals_nothing(inputs, now, policy):
    withdrawn = replace(inputs, consent=replace(CONSENT, withdrawn_at=now))

    assert compute_review_opening(withdrawn, now, policy) is None


@given(drawn_inputs(), MOMENTS, POLICIES)
def test_taking_back_the_sharing_never_reveals_more(inputs, now, policy):
    if inputs.case.shared_at is None:
        return
    at = inputs.case.log[-1].at
    taken_back = DecisionRecord(case_id="case", decision=Decision.UNSHARED, by="rosa", at=at)
    unshared = replace(inputs, case=apply_decision(inputs.case, taken_back))

    if compute_review_opening(unshared, now, policy):
        assert compute_review_opening(inputs, now, policy)


@given(drawn_inputs(), MOMENTS, POLICIES, st.sampled_from(Decision))
def test_only_sharing_confirming_and_reporting_ever_open_a_case(inputs, now, policy, decision):
    # Taking a word back leaves the one before it, and what is shared is open while it goes on.
    opening = {Decision.SHARED, Decision.IMPERSONATION, Decision.REPORTED, Decision.REOPENED}
    if decision in opening or inputs.case.shared_at or compute_review_opening(inputs, now, policy):
        return
    judgment = DecisionRecord(case_id="case", decision=decision, by="rosa", at=now)
    try:
        ruled_case = apply_decision(inputs.case, judgment)
    except MonitorError:
        return

    later = replace(inputs, case=ruled_case)

    assert compute_review_opening(later, now, policy) is None


@given(drawn_inputs(), MOMENTS, POLICIES)
def test_without_broken_glass_only_the_keys_of_its_kind_open_a_case(inputs, now, policy):
    found = compute_review_opening(replace(inputs, glass=()), now, policy)

    assert found is None or (
        found.reason in DISCLOSURE_RULES[inputs.case.nature].opened_by and found.at <= now
    )
