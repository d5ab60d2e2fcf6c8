"""How a case moves by decisions, by events and by time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.case import (
    Case,
    apply_decision,
    list_possible_decisions,
    mark_notice_bounced,
    mark_notified,
    reopen_if_lapsed,
    reopen_on_event,
    resume_case,
)
from monitor.domain.case_log import CONFIRMATIONS, DISMISSALS, LEVERS, UNSPOKEN, DecisionRecord
from monitor.domain.errors import InputError, MonitorError, NotPermittedError
from monitor.domain.finding_events import Event
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import (
    CaseKind,
    CaseState,
    Decision,
    EventKind,
    Means,
    Severity,
    Side,
)
from tests.rows import over_rows

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)
CASE = Case(
    id="case",
    person_id="rosa",
    finding_id="finding",
    kind=CaseKind.IMPERSONATION,
    severity=Severity.HIGH,
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


@over_rows(
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
        (CaseKind.STUDENT_LINK, "family", CaseState.FAMILY),
        (CaseKind.STUDENT_LINK, "unlinked", CaseState.UNLINKED),
        (CaseKind.IMPERSONATION, "mine namesake", CaseState.NAMESAKE),
        (CaseKind.IMPERSONATION, "mock", CaseState.MOCK),
        (CaseKind.IMPERSONATION, "reported", CaseState.REPORTED),
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
        (CaseKind.IMPERSONATION, "mine reported"),
        (CaseKind.IMPERSONATION, "impersonation removed"),
        (CaseKind.IMPERSONATION, "unshared"),
        (CaseKind.IMPERSONATION, "student-link"),
        (CaseKind.STUDENT_LINK, "impersonation"),
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
    assert after(replace(CASE, notified_at=None), Decision.MINE).state is CaseState.MINE


def test_only_the_person_shares_a_case():
    with pytest.raises(NotPermittedError):
        apply_decision(CASE, says(Decision.SHARED, by="reviewer"))

    assert after(CASE, Decision.SHARED).shared_at == MONDAY + DAY


def test_taking_back_undoes_the_last_word_and_no_sharing():
    shared = after(CASE, Decision.NAMESAKE, Decision.IMPERSONATION, Decision.SHARED)

    once = after(shared, Decision.REOPENED)
    twice = after(once, Decision.REOPENED)

    assert (once.state, once.shared_at) == (CaseState.NAMESAKE, MONDAY + DAY)
    assert (twice.state, twice.shared_at) == (CaseState.OPEN, MONDAY + DAY)
    assert after(twice, Decision.UNSHARED).shared_at is None


@given(st.sampled_from(CaseKind), st.lists(st.sampled_from(Decision), max_size=12))
def test_whatever_people_say_every_state_leads_back_to_open(kind, decisions):
    case = replace(CASE, kind=kind)
    for decision in decisions:
        try:
            case = after(case, decision)
        except MonitorError:
            continue

    while case.standing:
        case = after(case, Decision.REOPENED)
    assert case.state is CaseState.OPEN
    assert case.is_undecided
    assert case.ruled_at is None


@given(st.sampled_from(CaseKind), st.lists(st.sampled_from(Decision), max_size=6))
def test_what_is_called_possible_is_just_what_is_not_refused(kind, decisions):
    case = replace(CASE, kind=kind)
    for decision in decisions:
        if decision in list_possible_decisions(case):
            case = after(case, decision)

    for decision in set(Decision) - UNSPOKEN:
        try:
            after(case, decision)
            taken = True
        except MonitorError:
            taken = False
        assert taken is (decision in list_possible_decisions(case))


def test_every_word_and_lever_fits_some_kind():
    tables = (CONFIRMATIONS, DISMISSALS, LEVERS)
    fitting = {said for table in tables for words in table.values() for said in words}

    assert fitting == set(Decision) - UNSPOKEN
    assert all(set(table) == set(CaseKind) for table in tables)


def test_each_side_takes_back_its_own_last_word_and_never_the_others():
    case = after(CASE, Decision.IMPERSONATION)
    both = apply_decision(case, says(Decision.HARMLESS, by="reviewer"))

    assert both.get_last_entry(Side.PERSON) == both.log[0]
    own_back = apply_decision(both, says(Decision.REOPENED))
    theirs_back = apply_decision(both, says(Decision.REOPENED, by="reviewer"))

    assert (both.get_verdict(Side.PERSON), both.get_verdict(Side.IT)) == (
        Decision.IMPERSONATION,
        Decision.HARMLESS,
    )
    assert (own_back.get_verdict(Side.PERSON), own_back.get_verdict(Side.IT)) == (
        None,
        Decision.HARMLESS,
    )
    assert theirs_back.get_verdict(Side.PERSON) is Decision.IMPERSONATION
    assert theirs_back.get_verdict(Side.IT) is None
    with pytest.raises(InputError):
        apply_decision(theirs_back, says(Decision.REOPENED, by="another"))


@pytest.mark.parametrize("word", [Decision.HARMLESS, Decision.NAMESAKE, Decision.IMPERSONATION])
def test_no_word_of_it_answers_for_the_person(word):
    case = apply_decision(CASE, says(word, by="reviewer"))

    assert case.is_undecided
    assert case.state is CaseState.OPEN
    assert case.get_verdict(Side.PERSON) is None
    assert list_possible_decisions(case) == list_possible_decisions(CASE)


def test_who_says_family_says_nothing_of_students():
    case = after(replace(CASE, kind=CaseKind.STUDENT_LINK), Decision.FAMILY)

    assert [entry.decision for entry in case.log] == [Decision.FAMILY]


def test_an_imitation_that_others_made_is_one_case_with_that_answer():
    mocked = after(CASE, Decision.MOCK)

    assert mocked.nature is CaseKind.MOCK_ACCOUNT
    assert not mocked.is_dismissed
    assert after(mocked, Decision.IMPERSONATION).nature is CaseKind.IMPERSONATION


def test_a_link_alone_does_not_wave_away_what_it_calls_serious():
    called = apply_decision(CASE, says(Decision.IMPERSONATION, by="reviewer"))

    by_link = apply_decision(called, says(Decision.NAMESAKE, means=Means.LINK))

    assert by_link.awaits_confirmation
    assert by_link.is_undecided
    assert after(by_link, Decision.NAMESAKE).is_dismissed
    assert apply_decision(CASE, says(Decision.NAMESAKE, means=Means.LINK)).is_dismissed


def test_what_is_still_read_contradicts_who_said_that_it_is_gone():
    said = after(replace(CASE, kind=CaseKind.STUDENT_LINK), Decision.UNLINKED)

    again = resume_case(said, MONDAY + 9 * DAY)

    assert again.is_undecided
    assert again.notified_at is None


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
        (CaseKind.STUDENT_LINK, "family", EventKind.CHANGED),
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


@pytest.mark.parametrize("happens", [EventKind.CHANGED, EventKind.REAPPEARED])
def test_an_own_account_that_was_given_up_is_asked_about_again_if_it_changes_or_is_back(happens):
    own = replace(CASE, kind=CaseKind.OWN_ACCOUNT_CHANGED)
    case = after(own, Decision.IMPERSONATION, Decision.LOCKED_OUT, Decision.GIVEN_UP)

    assert case.is_dismissed
    assert reopen_on_event(case, event(EventKind.VANISHED)) == case
    assert reopen_on_event(case, event(happens)).state is CaseState.OPEN


def test_a_case_is_open_once_its_person_was_told_and_the_first_time_counts():
    case = mark_notified(replace(CASE, notified_at=None), MONDAY)

    assert (case.state, case.notified_at) == (CaseState.OPEN, MONDAY)
    assert mark_notified(case, MONDAY + DAY).notified_at == MONDAY
    bounced = mark_notice_bounced(case, MONDAY + DAY)
    assert (bounced.notified_at, bounced.bounced_at) == (None, MONDAY + DAY)
