"""How a flag moves by decisions, by events and by time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.errors import InputError, MonitorError, NotPermittedError
from monitor.domain.events import Event
from monitor.domain.flag import (
    ALLOWED_DECISIONS,
    PREVIOUS_STATE,
    RESULTING_STATE,
    DecisionRecord,
    Flag,
    apply_decision,
    list_decision_steps,
    list_possible_decisions,
    mark_notice_bounced,
    mark_notified,
    reopen_if_lapsed,
    reopen_on_event,
)
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import Decision, EventKind, FlagKind, FlagState, Severity

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)
FLAG = Flag(
    id="flag",
    person_id="rosa",
    finding_id="finding",
    kind=FlagKind.IMPERSONATION,
    severity=Severity.HIGH,
    state=FlagState.OPEN,
    opened_at=MONDAY,
    reasons=(Reason("name-exact"),),
    notified_at=MONDAY,
)


def says(decision, at=MONDAY + DAY, **more):
    return DecisionRecord(
        flag_id="flag", decision=decision, by=more.pop("by", "rosa"), at=at, **more
    )


def after(flag, *decisions):
    return reduce(lambda now, each: apply_decision(now, says(each)), decisions, flag)


def event(kind, at=MONDAY + 9 * DAY, finding="finding"):
    return Event(person_id="rosa", finding_id=finding, kind=kind, at=at, fields=("name",))


@pytest.mark.parametrize(
    ("kind", "path", "state"),
    [
        (FlagKind.IMPERSONATION, "mine", FlagState.MINE),
        (FlagKind.IMPERSONATION, "namesake", FlagState.NAMESAKE),
        (FlagKind.IMPERSONATION, "unrelated", FlagState.HARMLESS),
        (FlagKind.IMPERSONATION, "impersonation reported removed", FlagState.REMOVED),
        (FlagKind.IMPERSONATION, "impersonation reported refused", FlagState.REFUSED),
        (FlagKind.OWN_ACCOUNT_CHANGED, "mine", FlagState.MINE),
        (FlagKind.OWN_ACCOUNT_CHANGED, "impersonation reported", FlagState.REPORTED),
        (FlagKind.EXPOSED_CONTACT, "harmless", FlagState.HARMLESS),
        (FlagKind.STUDENT_LINK, "student-link family", FlagState.FAMILY),
        (FlagKind.STUDENT_LINK, "student-link unlinked", FlagState.UNLINKED),
        (FlagKind.STUDENT_LINK, "harmless reopened student-link explained", FlagState.EXPLAINED),
    ],
)
def test_rulings_lead_step_by_step(kind, path, state):
    flag = after(replace(FLAG, kind=kind), *map(Decision, path.split()))

    assert flag.state is state
    assert flag.ruled_at == MONDAY + DAY


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (FlagKind.IMPERSONATION, "reported"),
        (FlagKind.IMPERSONATION, "mine namesake"),
        (FlagKind.IMPERSONATION, "impersonation removed"),
        (FlagKind.IMPERSONATION, "student-link"),
        (FlagKind.STUDENT_LINK, "impersonation"),
        (FlagKind.STUDENT_LINK, "family"),
        (FlagKind.EXPOSED_CONTACT, "impersonation"),
        (FlagKind.OWN_ACCOUNT_CHANGED, "namesake"),
        (FlagKind.IMPERSONATION, "reopened"),
    ],
)
def test_a_ruling_that_does_not_fit_is_refused_in_one_sentence(kind, path):
    with pytest.raises(InputError) as refused:
        after(replace(FLAG, kind=kind), *map(Decision, path.split()))

    assert str(refused.value).count(".") == 1


def test_a_ruling_about_another_flag_is_refused():
    with pytest.raises(InputError):
        apply_decision(FLAG, replace(says(Decision.MINE), flag_id="another"))


def test_a_new_flag_can_be_ruled_at_once():
    assert after(replace(FLAG, state=FlagState.NEW), Decision.MINE).state is FlagState.MINE


def test_only_the_person_shares_a_flag():
    with pytest.raises(NotPermittedError):
        apply_decision(FLAG, says(Decision.SHARED, by="reviewer"))

    assert after(FLAG, Decision.SHARED).shared_at == MONDAY + DAY


def test_taking_back_undoes_the_last_word_only():
    ruled_then_shared = apply_decision(
        after(FLAG, Decision.IMPERSONATION), says(Decision.SHARED, MONDAY + DAY)
    )
    shared_then_ruled = apply_decision(
        after(FLAG, Decision.SHARED), says(Decision.IMPERSONATION, MONDAY + 2 * DAY)
    )

    unshared = after(ruled_then_shared, Decision.REOPENED)
    unruled = after(shared_then_ruled, Decision.REOPENED)

    assert (unshared.state, unshared.shared_at) == (FlagState.IMPERSONATION, None)
    assert (unruled.state, unruled.shared_at) == (FlagState.OPEN, MONDAY + DAY)
    assert after(unruled, Decision.REOPENED).shared_at is None


@given(st.sampled_from(FlagKind), st.lists(st.sampled_from(Decision), max_size=12))
def test_whatever_people_say_every_state_leads_back_to_open(kind, decisions):
    flag = replace(FLAG, kind=kind)
    for decision in decisions:
        try:
            flag = after(flag, decision)
        except MonitorError:
            continue

    while flag.state is not FlagState.OPEN or flag.shared_at:
        flag = after(flag, Decision.REOPENED)
    assert flag == replace(FLAG, kind=kind)


@given(st.sampled_from(FlagKind), st.lists(st.sampled_from(Decision), max_size=6))
def test_what_is_called_possible_is_just_what_is_not_refused(kind, decisions):
    flag = replace(FLAG, kind=kind)
    for each in decisions:
        if each in list_possible_decisions(flag):
            flag = after(flag, *list_decision_steps(flag, each))

    for each in set(Decision) - {Decision.SHARED, Decision.REOPENED}:
        try:
            after(flag, *list_decision_steps(flag, each))
            taken = True
        except MonitorError:
            taken = False
        assert taken is (each in list_possible_decisions(flag))


def test_every_state_can_be_reached_by_a_ruling_that_fits_some_kind():
    assert set(RESULTING_STATE.values()) == set(PREVIOUS_STATE)
    # Nobody rules that something is gone: it is proved.
    assert {*PREVIOUS_STATE, FlagState.NEW, FlagState.OPEN, FlagState.GONE} == set(FlagState)
    assert frozenset().union(*ALLOWED_DECISIONS.values()) == set(RESULTING_STATE)


def test_harmless_lasts_until_it_lapses():
    flag = apply_decision(FLAG, says(Decision.HARMLESS, until=MONDAY + 30 * DAY))

    assert reopen_if_lapsed(flag, MONDAY + 29 * DAY) == flag
    assert reopen_if_lapsed(flag, MONDAY + 30 * DAY).state is FlagState.OPEN
    assert reopen_if_lapsed(FLAG, MONDAY + 900 * DAY) == FLAG


@pytest.mark.parametrize(
    ("decision", "until"), [(Decision.HARMLESS, MONDAY), (Decision.MINE, MONDAY + 9 * DAY)]
)
def test_an_end_that_makes_no_sense_is_refused(decision, until):
    with pytest.raises(InputError):
        apply_decision(FLAG, says(decision, until=until))


@pytest.mark.parametrize("decision", [Decision.HARMLESS, Decision.NAMESAKE])
def test_what_was_ruled_harmless_reopens_when_it_changes_and_begins_anew(decision):
    flag = after(FLAG, Decision.SHARED, decision)

    again = reopen_on_event(flag, event(EventKind.CHANGED))

    assert (again.state, again.opened_at) == (FlagState.OPEN, MONDAY + 9 * DAY)
    assert (again.notified_at, again.shared_at, again.ruled_at) == (None, None, None)


@pytest.mark.parametrize(
    ("kind", "path", "happens"),
    [
        (FlagKind.IMPERSONATION, "mine", EventKind.CHANGED),
        (FlagKind.IMPERSONATION, "harmless", EventKind.VANISHED),
        (FlagKind.IMPERSONATION, "impersonation", EventKind.CHANGED),
        (FlagKind.STUDENT_LINK, "harmless", EventKind.CHANGED),
        (FlagKind.STUDENT_LINK, "student-link family", EventKind.CHANGED),
        (FlagKind.OWN_ACCOUNT_CHANGED, "mine", EventKind.REAPPEARED),
    ],
)
def test_other_events_leave_a_ruling_alone(kind, path, happens):
    flag = after(replace(FLAG, kind=kind), *map(Decision, path.split()))

    assert reopen_on_event(flag, event(happens)) == flag


def test_an_event_of_another_finding_leaves_a_flag_alone():
    flag = after(FLAG, Decision.HARMLESS)

    assert reopen_on_event(flag, event(EventKind.CHANGED, finding="another")) == flag


def test_an_impersonation_that_was_removed_and_is_back_is_one_again():
    flag = after(FLAG, Decision.IMPERSONATION, Decision.REPORTED, Decision.REMOVED)

    back = reopen_on_event(flag, event(EventKind.REAPPEARED))

    assert (back.state, back.notified_at) == (FlagState.IMPERSONATION, None)


@pytest.mark.parametrize("happens", [EventKind.CHANGED, EventKind.VANISHED])
def test_an_own_account_that_changes_again_is_flagged_again(happens):
    flag = after(replace(FLAG, kind=FlagKind.OWN_ACCOUNT_CHANGED), Decision.MINE)

    assert reopen_on_event(flag, event(happens)).state is FlagState.OPEN


def test_a_flag_is_open_once_its_person_was_told_and_the_first_time_counts():
    flag = mark_notified(replace(FLAG, state=FlagState.NEW, notified_at=None), MONDAY)

    assert (flag.state, flag.notified_at) == (FlagState.OPEN, MONDAY)
    assert mark_notified(flag, MONDAY + DAY).notified_at == MONDAY
    assert mark_notice_bounced(flag).notified_at is None
