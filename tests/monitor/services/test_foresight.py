"""What stands beside an answer for IT, asked of the law before it is given."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.case import Case
from monitor.domain.consent import Consent
from monitor.domain.disclosure import (
    DisclosureInput,
    DisclosurePolicy,
    compute_review_opening,
)
from monitor.domain.reason import Reason
from monitor.domain.two_reviewers import EarlyAccess
from monitor.domain.vocabulary import CaseKind, Decision, Scope, Severity, WhoSees
from monitor.services.foresight import foresee_answer
from tests.cases import say

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY = DisclosurePolicy(told_in=frozenset({"tells of it"}))
CONSENT = Consent(
    person_id="rosa",
    text_version="1",
    text_hash="tells of it",
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
NOW = MONDAY + 8 * DAY
MILD = replace(CASE, severity=Severity.MEDIUM)
GLASS = EarlyAccess(
    case_id=CASE.id,
    reviewers=frozenset({"ana", "bo"}),
    reason="a threat",
    at=NOW - DAY / 4,
    until=NOW + DAY / 2,
)


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        (Decision.MINE, WhoSees.NOBODY),
        (Decision.NAMESAKE, WhoSees.NOBODY),
        (Decision.MOCK, WhoSees.NOBODY),
        (Decision.IMPERSONATION, WhoSees.REVIEWERS),
    ],
)
def test_an_answer_ends_what_silence_opened_but_for_what_pretends_to_be_them(answer, after):
    then = foresee_answer(DisclosureInput(case=CASE, consent=CONSENT), answer, NOW, POLICY)

    assert (then.before, then.after, then.until) == (WhoSees.REVIEWERS, after, None)
    # Who says so reports it first, and has three days.
    reports_from = NOW + 3 * DAY if answer is Decision.IMPERSONATION else None
    assert then.reports_from == reports_from


def test_no_answer_ends_early_access_and_it_ends_on_its_day():
    inputs = DisclosureInput(case=MILD, consent=CONSENT, glass=(GLASS,))

    for answer in (Decision.MINE, Decision.NAMESAKE, Decision.MOCK):
        then = foresee_answer(inputs, answer, NOW, POLICY)
        assert (then.after, then.until) == (WhoSees.REVIEWERS, GLASS.until), answer


def test_who_decided_in_early_access_keeps_it_after_the_day_that_an_answer_names():
    decided = say(MILD, Decision.IMPERSONATION, by="ana", at=NOW - DAY / 8)
    inputs = DisclosureInput(case=decided, consent=CONSENT, glass=(GLASS,))

    for answer, later in ((Decision.NAMESAKE, "ana"), (Decision.MOCK, "ana"), (Decision.MINE, "")):
        then = foresee_answer(inputs, answer, NOW, POLICY)
        assert (then.after, then.until) == (WhoSees.REVIEWERS, GLASS.until), answer
        assert then.later is (WhoSees.WHO_DECIDED if later else WhoSees.NOBODY), answer
        # The law says so of each reviewer on that very moment.
        answered = replace(inputs, case=say(decided, answer, at=NOW))
        seeing = {
            one
            for one in ("ana", "bo")
            if compute_review_opening(answered, GLASS.until, POLICY, one)
        }
        assert seeing == ({later} - {""}), answer


def test_what_is_shared_is_seen_for_a_week_after_an_answer_that_ends_it():
    shared = say(MILD, Decision.SHARED, at=NOW - DAY)
    inputs = DisclosureInput(case=shared, consent=CONSENT)

    ended = foresee_answer(inputs, Decision.HARMLESS, NOW, POLICY)
    assert (ended.after, ended.until) == (WhoSees.REVIEWERS, NOW + 7 * DAY)
    assert foresee_answer(inputs, Decision.MOCK, NOW, POLICY).until is None


def test_who_decided_keeps_all_but_what_is_its_persons_own():
    decided = say(CASE, Decision.IMPERSONATION, by="ana", at=NOW - DAY / 2)
    inputs = DisclosureInput(case=decided, consent=CONSENT)

    other = foresee_answer(inputs, Decision.NAMESAKE, NOW, POLICY)
    assert (other.after, other.until) == (WhoSees.WHO_DECIDED, NOW + 7 * DAY)
    mine = foresee_answer(inputs, Decision.MINE, NOW, POLICY)
    assert (mine.after, mine.needs_sign_in) == (WhoSees.NOBODY, True)


def test_it_reports_nothing_that_it_says_is_harmless():
    doubted = say(CASE, Decision.HARMLESS, by="ana", at=NOW - DAY / 2)

    then = foresee_answer(
        DisclosureInput(case=doubted, consent=CONSENT), Decision.IMPERSONATION, NOW, POLICY
    )
    assert then.is_doubted
    assert then.reports_from is None
