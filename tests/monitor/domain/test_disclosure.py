"""The person first; IT only what was opened to it, and of that only a closed list of fields."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.case import Case, apply_decision, mark_notified, reopen_on_event
from monitor.domain.case_log import DecisionRecord
from monitor.domain.consent import Consent
from monitor.domain.disclosure import (
    DISCLOSURE_RULES,
    DisclosureInput,
    DisclosurePolicy,
    NoticeTiming,
    ReviewOpening,
    compute_review_opening,
    forecast_opening,
    forecast_time_opening,
    get_notice_timing,
    needs_immediate_notice,
)
from monitor.domain.errors import ConfigError, InputError
from monitor.domain.finding import Finding
from monitor.domain.finding_events import Event
from monitor.domain.person import Person, PersonName
from monitor.domain.reason import Reason
from monitor.domain.two_reviewers import EarlyAccess
from monitor.domain.vocabulary import (
    CaseKind,
    Decision,
    EventKind,
    OpeningReason,
    Scope,
    Severity,
    Side,
)
from scrapers.models import Trace, TraceKind

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)
NEVER = MONDAY + 300 * DAY
POLICY = DisclosurePolicy()
COUNSELLED = DisclosurePolicy(
    student_link_days=21,
    counsel="Ada Roe",
    counsel_approved_on="2026-09-01",
    told_in=frozenset({"tells of it"}),
)
CONSENT = Consent(
    person_id="rosa",
    text_version="1",
    text_hash="tells of it",
    scopes=frozenset(Scope),
    given_at=MONDAY - DAY,
    expires_at=MONDAY + 365 * DAY,
)
PERSON = Person(
    id="rosa",
    name=PersonName(given="Rosa", family="Marchetti"),
    mail="rosa@cedar.example",
    organization="Cedar Valley",
    school="Cedar Valley High School",
    zone="America/Chicago",
)
FINDING = Finding(
    id="finding",
    person_id="rosa",
    portrait=Trace(
        key="https://skies.example/r0sa",
        kind=TraceKind.ACCOUNT,
        url="https://skies.example/r0sa",
        account="skies:7",
        name="R0sa",
        bio="text from the web",
    ),
    first_seen=MONDAY,
    last_seen=MONDAY,
)


def case(kind=CaseKind.IMPERSONATION, severity=Severity.HIGH, relation="follows"):
    return Case(
        id="case",
        person_id="rosa",
        finding_id="finding",
        kind=kind,
        severity=severity,
        opened_at=MONDAY,
        reasons=(Reason("known-handle"),),
        relation=relation,
        notified_at=MONDAY,
    )


def inputs(case, *decisions, by="rosa", consent=CONSENT):
    """Let somebody rule on consecutive days."""
    for day, decision in enumerate(decisions, start=1):
        judgment = DecisionRecord(case_id=case.id, decision=decision, by=by, at=MONDAY + day * DAY)
        case = apply_decision(case, judgment)
    return DisclosureInput(case=case, consent=consent)


def opening(inputs, now=NEVER, policy=POLICY):
    return compute_review_opening(inputs, now, policy)


def test_silence_opens_nothing_on_a_site_for_adults_or_for_dating():
    intimate = replace(case(), is_intimate=True)

    assert opening(inputs(case()))
    assert opening(inputs(intimate)) is None
    assert forecast_time_opening(inputs(intimate), POLICY) is None
    assert forecast_opening(intimate).unanswered is None
    assert opening(inputs(intimate, Decision.IMPERSONATION))


def test_what_is_shared_after_its_end_is_forecast_from_that_day():
    gone = replace(case(), gone_at=MONDAY)
    shared = inputs(gone, Decision.IMPERSONATION, Decision.SHARED)
    shared_at = MONDAY + 2 * DAY

    assert forecast_opening(shared.case).since == shared_at
    assert opening(shared, shared_at + 6.9 * DAY)
    assert opening(shared, shared_at + 7 * DAY) is None
    assert forecast_opening(replace(shared.case, gone_at=None)).since == MONDAY + DAY


@pytest.mark.parametrize(
    ("kind", "severity", "when", "letter"),
    [
        (CaseKind.IMPERSONATION, Severity.HIGH, NoticeTiming.AT_ONCE, True),
        (CaseKind.IMPERSONATION, Severity.LOW, NoticeTiming.AT_ONCE, False),
        (CaseKind.OWN_ACCOUNT_CHANGED, Severity.HIGH, NoticeTiming.AT_ONCE, True),
        (CaseKind.OWN_ACCOUNT_CHANGED, Severity.MEDIUM, NoticeTiming.IN_DIGEST, False),
        (CaseKind.EXPOSED_CONTACT, Severity.HIGH, NoticeTiming.IN_DIGEST, False),
        (CaseKind.STUDENT_LINK, Severity.HIGH, NoticeTiming.IN_DIGEST, False),
    ],
)
def test_the_person_hears_of_each_case_in_its_time(kind, severity, when, letter):
    assert get_notice_timing(case(kind, severity)) is when
    assert needs_immediate_notice(case(kind, severity)) is letter


def test_the_table_holds_every_kind_of_case():
    assert set(DISCLOSURE_RULES) == set(CaseKind)
    assert not any(
        OpeningReason.EARLY_ACCESS in rule.opened_by for rule in DISCLOSURE_RULES.values()
    )


@pytest.mark.parametrize("kind", CaseKind)
def test_sharing_opens_a_case_of_any_kind_from_then_on(kind):
    shared = inputs(case(kind), Decision.SHARED)

    assert opening(shared, MONDAY) is None
    assert opening(shared) == ReviewOpening(at=MONDAY + DAY, reason=OpeningReason.SHARED)


@pytest.mark.parametrize("severity", Severity)
def test_confirming_an_impersonation_opens_it(severity):
    confirmed = inputs(case(severity=severity), Decision.IMPERSONATION, Decision.REPORTED)

    assert opening(confirmed) == ReviewOpening(at=MONDAY + DAY, reason=OpeningReason.CONFIRMED)


def test_confirming_that_an_own_account_was_taken_over_opens_nothing():
    assert opening(inputs(case(CaseKind.OWN_ACCOUNT_CHANGED), Decision.IMPERSONATION)) is None


def test_what_a_reviewer_rules_is_no_confirmation():
    quiet = replace(case(), severity=Severity.LOW)

    assert opening(inputs(quiet, Decision.IMPERSONATION, by="reviewer")) is None


def test_a_serious_impersonation_opens_seven_days_after_the_letter_arrived():
    waiting = inputs(case())

    assert opening(waiting, MONDAY + 7 * DAY - timedelta(seconds=1)) is None
    assert opening(waiting) == ReviewOpening(at=MONDAY + 7 * DAY, reason=OpeningReason.UNANSWERED)


@pytest.mark.parametrize("act", [Decision.IMPERSONATION, Decision.REPORTED, Decision.SHARED])
def test_what_opened_by_time_keeps_its_day_and_its_reason_after_an_answer(act):
    late = DecisionRecord(case_id="case", decision=act, by="rosa", at=MONDAY + 8 * DAY)
    answered = DisclosureInput(case=apply_decision(case(), late), consent=CONSENT)

    assert opening(answered) == ReviewOpening(at=MONDAY + 7 * DAY, reason=OpeningReason.UNANSWERED)


def test_what_its_person_closed_and_confirmed_later_opens_by_that_alone():
    denied = DecisionRecord(
        case_id="case", decision=Decision.NAMESAKE, by="rosa", at=MONDAY + 8 * DAY
    )
    confirmed = replace(denied, decision=Decision.IMPERSONATION, at=MONDAY + 9 * DAY)
    both = apply_decision(apply_decision(case(), denied), confirmed)

    told = opening(DisclosureInput(case=both, consent=CONSENT))

    assert told == ReviewOpening(at=MONDAY + 9 * DAY, reason=OpeningReason.CONFIRMED)


@pytest.mark.parametrize(
    "silent",
    [
        replace(case(), severity=Severity.MEDIUM),
        replace(case(), notified_at=None),
        replace(case(CaseKind.OWN_ACCOUNT_CHANGED)),
        replace(case(CaseKind.EXPOSED_CONTACT)),
        replace(case(CaseKind.STUDENT_LINK)),
    ],
)
def test_nothing_else_ever_opens_by_itself(silent):
    assert opening(inputs(silent)) is None


@pytest.mark.parametrize("answer", [Decision.MINE, Decision.NAMESAKE, Decision.HARMLESS])
def test_an_answer_stops_the_clock_until_it_is_undone(answer):
    assert opening(inputs(case(), answer)) is None
    # Given after a day, and undone a day later.
    assert opening(inputs(case(), answer, Decision.REOPENED)) == ReviewOpening(
        at=MONDAY + 8 * DAY, reason=OpeningReason.UNANSWERED
    )


def test_the_undo_of_an_answer_that_came_too_late_leaves_it_open_since_its_day():
    late = DecisionRecord(
        case_id="case", decision=Decision.NAMESAKE, by="rosa", at=MONDAY + 8 * DAY
    )
    undo = replace(late, decision=Decision.REOPENED, at=MONDAY + 20 * DAY)
    undone = apply_decision(apply_decision(case(), late), undo)

    told = opening(DisclosureInput(case=undone, consent=CONSENT))

    assert told == ReviewOpening(at=MONDAY + 7 * DAY, reason=OpeningReason.UNANSWERED)


def test_a_case_that_begins_anew_is_its_persons_alone_again():
    before = inputs(case(), Decision.SHARED, Decision.HARMLESS)
    changed = Event(
        person_id="rosa", finding_id="finding", kind=EventKind.CHANGED, at=MONDAY + 30 * DAY
    )
    anew = replace(before, case=reopen_on_event(before.case, changed))

    assert opening(anew) is None
    notified = replace(anew, case=mark_notified(anew.case, MONDAY + 31 * DAY))
    assert opening(notified) == ReviewOpening(at=MONDAY + 38 * DAY, reason=OpeningReason.UNANSWERED)


def test_student_links_open_after_the_days_that_counsel_approved():
    link = inputs(case(CaseKind.STUDENT_LINK))

    assert opening(link, MONDAY + 20 * DAY, COUNSELLED) is None
    assert opening(link, MONDAY + 30 * DAY, COUNSELLED) == ReviewOpening(
        at=MONDAY + 21 * DAY, reason=OpeningReason.COUNSEL
    )


def test_who_follows_an_account_is_never_anybody_elses_to_know():
    followers = inputs(case(CaseKind.STUDENT_LINK, relation="followers"))

    assert opening(followers, NEVER, COUNSELLED) is None


def test_student_links_open_to_nobody_for_who_agreed_to_a_text_without_it():
    consent = replace(CONSENT, text_hash="an older text")

    assert opening(inputs(case(CaseKind.STUDENT_LINK), consent=consent), NEVER, COUNSELLED) is None


@pytest.mark.parametrize("settled", ["harmless", "family", "explained"])
def test_a_settled_student_link_never_opens_by_itself(settled):
    link = inputs(case(CaseKind.STUDENT_LINK), *map(Decision, settled.split()))

    assert opening(link, NEVER, COUNSELLED) is None


def test_who_takes_back_that_a_student_link_is_settled_has_the_days_left_again():
    link = inputs(
        case(CaseKind.STUDENT_LINK), Decision.STUDENT_LINK, Decision.EXPLAINED, Decision.REOPENED
    )

    assert opening(link, NEVER, COUNSELLED) == ReviewOpening(
        at=MONDAY + 23 * DAY, reason=OpeningReason.COUNSEL
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"student_link_days": 13, "counsel": "Ada Roe", "counsel_approved_on": "2026-09-01"},
        {"student_link_days": 14, "counsel": "Ada Roe"},
        {"student_link_days": 14, "counsel": " ", "counsel_approved_on": "2026-09-01"},
    ],
)
def test_no_district_opens_student_links_early_or_without_counsel(wrong):
    with pytest.raises(ConfigError):
        DisclosurePolicy(**wrong)


def glass(case="case", at=MONDAY, reviewers=("one", "two"), reason="A child may be in danger."):
    return EarlyAccess(case_id=case, reviewers=frozenset(reviewers), reason=reason, at=at)


@pytest.mark.parametrize(
    "alone", [{"reviewers": ["one"]}, {"reviewers": ["one", " "]}, {"reason": "  "}]
)
def test_breaking_the_glass_takes_two_reviewers_and_a_reason(alone):
    with pytest.raises(InputError):
        glass(**alone)


@pytest.mark.parametrize("kind", CaseKind)
def test_broken_glass_opens_that_case_and_no_other(kind):
    broken = replace(inputs(case(kind)), glass=(glass(at=MONDAY + DAY),))
    elsewhere = replace(inputs(case(CaseKind.STUDENT_LINK)), glass=(glass(case="another"),))

    assert opening(broken) == ReviewOpening(at=MONDAY + DAY, reason=OpeningReason.EARLY_ACCESS)
    assert opening(elsewhere) is None


def test_glass_broken_before_a_case_began_anew_does_not_open_it():
    stale = replace(inputs(case(CaseKind.STUDENT_LINK)), glass=(glass(at=MONDAY - DAY),))

    assert opening(stale) is None


def test_a_ruling_taken_back_is_the_persons_word_no_more():
    taken_back = inputs(case(), Decision.HARMLESS, Decision.REOPENED)
    kept = inputs(case(), Decision.IMPERSONATION, Decision.REPORTED, Decision.REOPENED)

    assert taken_back.case.get_verdict(Side.PERSON) is None
    assert kept.case.get_verdict(Side.PERSON) is Decision.IMPERSONATION
