"""How a case moves by decisions, by events and by time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.case import (
    ALLOWED_DECISIONS,
    PREVIOUS_STATE,
    RESULTING_STATE,
    Case,
    DecisionRecord,
    apply_decision,
    list_decision_steps,
    list_possible_decisions,
    mark_notice_bounced,
    mark_notified,
    reopen_if_lapsed,
    reopen_on_event,
)
from monitor.domain.errors import InputError, MonitorError, NotPermittedError
from monitor.domain.events import Event
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import CaseKind, CaseState, Decision, EventKind, Severity

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)
CASE = Case(
    id="case",
    person_id="rosa",
    finding_id="finding",
    kind=CaseKind.IMPERSONATION,
    severity=Severity.HIGH,
    state=CaseState.OPEN,
    opened_at=MONDAY,
    reasons=(Reason("name-exact"),),
    notified_at=MONDAY,
)


def says(decision, at=MONDAY + DAY, **more):
    return DecisionRecord(
        case_id="case", decision=decision, by=more.pop("by", "rosa"), at=at, **more
    )


def after(case, *decisions):
    return reduce(lambda now, entry: apply_decision(now, says(entry)), decisions, case)


def event(kind, at=MONDAY + 9 * DAY, finding="finding"):
    return Event(person_id="rosa", finding_id=finding, kind=kind, at=at, fields=("name",))


@pytest.mark.parametrize(
    ("kind", "path", "state"),
    [
        (CaseKind.IMPERSONATION, "mine", CaseState.MINE),
        (CaseKind.IMPERSONATION, "namesake", CaseState.NAMESAKE),
        (CaseKind.IMPERSONATION, "unrelated", CaseState.HARMLESS),
        (CaseKind.IMPERSONATION, "impersonation reported removed", CaseState.REMOVED),
        (CaseKind.IMPERSONATION, "impersonation reported refused", CaseState.REFUSED),
        (CaseKind.OWN_ACCOUNT_CHANGED, "mine", CaseState.MINE),
        (CaseKind.OWN_ACCOUNT_CHANGED, "impersonation reported", CaseState.REPORTED),
        (CaseKind.EXPOSED_CONTACT, "harmless", CaseState.HARMLESS),
        (CaseKind.STUDENT_LINK, "student-link family", CaseState.FAMILY),
        (CaseKind.STUDENT_LINK, "student-link unlinked", CaseState.UNLINKED),
        (CaseKind.STUDENT_LINK, "harmless reopened student-link explained", CaseState.EXPLAINED),
    ],
)
def test_rulings_lead_step_by_step(kind, path, state):
    case = after(replace(CASE, kind=kind), *map(Decision, path.split()))

    assert case.state is state
    assert case.ruled_at == MONDAY + DAY


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (CaseKind.IMPERSONATION, "reported"),
        (CaseKind.IMPERSONATION, "mine namesake"),
        (CaseKind.IMPERSONATION, "impersonation removed"),
        (CaseKind.IMPERSONATION, "student-link"),
        (CaseKind.STUDENT_LINK, "impersonation"),
        (CaseKind.STUDENT_LINK, "family"),
        (CaseKind.EXPOSED_CONTACT, "impersonation"),
        (CaseKind.OWN_ACCOUNT_CHANGED, "namesake"),
        (CaseKind.IMPERSONATION, "reopened"),
    ],
)
def test_a_ruling_that_does_not_fit_is_refused_in_one_sentence(kind, path):
    with pytest.raises(InputError) as refused:
        after(replace(CASE, kind=kind), *map(Decision, path.split()))

    assert str(refused.value).count(".") == 1


def test_a_ruling_about_another_case_is_refused():
    with pytest.raises(InputError):
        apply_decision(CASE, replace(says(Decision.MINE), case_id="another"))


def test_a_new_case_can_be_ruled_at_once():
    assert after(replace(CASE, state=CaseState.NEW), Decision.MINE).state is CaseState.MINE


def test_only_the_person_shares_a_case():
    with pytest.raises(NotPermittedError):
        apply_decision(CASE, says(Decision.SHARED, by="reviewer"))

    assert after(CASE, Decision.SHARED).shared_at == MONDAY + DAY


def test_taking_back_undoes_the_last_word_only():
    ruled_then_shared = apply_decision(
        after(CASE, Decision.IMPERSONATION), says(Decision.SHARED, MONDAY + DAY)
    )
    shared_then_ruled = apply_decision(
        after(CASE, Decision.SHARED), says(Decision.IMPERSONATION, MONDAY + 2 * DAY)
    )

    unshared = after(ruled_then_shared, Decision.REOPENED)
    unruled = after(shared_then_ruled, Decision.REOPENED)

    assert (unshared.state, unshared.shared_at) == (CaseState.IMPERSONATION, None)
    assert (unruled.state, unruled.shared_at) == (CaseState.OPEN, MONDAY + DAY)
    assert after(unruled, Decision.REOPENED).shared_at is None


@given(st.sampled_from(CaseKind), st.lists(st.sampled_from(Decision), max_size=12))
def test_whatever_people_say_every_state_leads_back_to_open(kind, decisions):
    case = replace(CASE, kind=kind)
    for decision in decisions:
        try:
            case = after(case, decision)
        except MonitorError:
            continue

    while case.state is not CaseState.OPEN or case.shared_at:
        case = after(case, Decision.REOPENED)
    assert case == replace(CASE, kind=kind)


@given(st.sampled_from(CaseKind), st.lists(st.sampled_from(Decision), max_size=6))
def test_what_is_called_possible_is_just_what_is_not_refused(kind, decisions):
    case = replace(CASE, kind=kind)
    for decision in decisions:
        if decision in list_possible_decisions(case):
            case = after(case, *list_decision_steps(case, decision))

    for decision in set(Decision) - {Decision.SHARED, Decision.REOPENED}:
        try:
            after(case, *list_decision_steps(case, decision))
            taken = True
        except MonitorError:
            taken = False
        assert taken is (decision in list_possible_decisions(case))


def test_every_state_can_be_reached_by_a_ruling_that_fits_some_kind():
    assert set(RESULTING_STATE.values()) == set(PREVIOUS_STATE)
    # Nobody rules that something is gone: it is proved.
    assert {*PREVIOUS_STATE, CaseState.NEW, CaseState.OPEN, CaseState.GONE} == set(CaseState)
    assert frozenset().union(*ALLOWED_DECISIONS.values()) == set(RESULTING_STATE)


def test_harmless_lasts_until_it_lapses():
    case = apply_decision(CASE, says(Decision.HARMLESS, until=MONDAY + 30 * DAY))

    assert reopen_if_lapsed(case, MONDAY + 29 * DAY) == case
    assert reopen_if_lapsed(case, MONDAY + 30 * DAY).state is CaseState.OPEN
    assert reopen_if_lapsed(CASE, MONDAY + 900 * DAY) == CASE


@pytest.mark.parametrize(
    ("decision", "until"), [(Decision.HARMLESS, MONDAY), (Decision.MINE, MONDAY + 9 * DAY)]
)
def test_an_end_that_makes_no_sense_is_refused(decision, until):
    with pytest.raises(InputError):
        apply_decision(CASE, says(decision, until=until))


@pytest.mark.parametrize("decision", [Decision.HARMLESS, Decision.NAMESAKE])
def test_what_was_ruled_harmless_reopens_when_it_changes_and_begins_anew(decision):
    case = after(CASE, Decision.SHARED, decision)

    again = reopen_on_event(case, event(EventKind.CHANGED))

    assert (again.state, again.opened_at) == (CaseState.OPEN, MONDAY + 9 * DAY)
    assert (again.notified_at, again.shared_at, again.ruled_at) == (None, None, None)


@pytest.mark.parametrize(
    ("kind", "path", "happens"),
    [
        (CaseKind.IMPERSONATION, "mine", EventKind.CHANGED),
        (CaseKind.IMPERSONATION, "harmless", EventKind.VANISHED),
        (CaseKind.IMPERSONATION, "impersonation", EventKind.CHANGED),
        (CaseKind.STUDENT_LINK, "harmless", EventKind.CHANGED),
        (CaseKind.STUDENT_LINK, "student-link family", EventKind.CHANGED),
        (CaseKind.OWN_ACCOUNT_CHANGED, "mine", EventKind.REAPPEARED),
    ],
)
def test_other_events_leave_a_ruling_alone(kind, path, happens):
    case = after(replace(CASE, kind=kind), *map(Decision, path.split()))

    assert reopen_on_event(case, event(happens)) == case


def test_an_event_of_another_finding_leaves_a_case_alone():
    case = after(CASE, Decision.HARMLESS)

    assert reopen_on_event(case, event(EventKind.CHANGED, finding="another")) == case


def test_an_impersonation_that_was_removed_and_is_back_is_one_again():
    case = after(CASE, Decision.IMPERSONATION, Decision.REPORTED, Decision.REMOVED)

    back = reopen_on_event(case, event(EventKind.REAPPEARED))

    assert (back.state, back.notified_at) == (CaseState.IMPERSONATION, None)


@pytest.mark.parametrize("happens", [EventKind.CHANGED, EventKind.VANISHED])
def test_an_own_account_that_changes_again_is_flagged_again(happens):
    case = after(replace(CASE, kind=CaseKind.OWN_ACCOUNT_CHANGED), Decision.MINE)

    assert reopen_on_event(case, event(happens)).state is CaseState.OPEN


def test_a_case_is_open_once_its_person_was_told_and_the_first_time_counts():
    case = mark_notified(replace(CASE, state=CaseState.NEW, notified_at=None), MONDAY)

    assert (case.state, case.notified_at) == (CaseState.OPEN, MONDAY)
    assert mark_notified(case, MONDAY + DAY).notified_at == MONDAY
    assert mark_notice_bounced(case).notified_at is None
