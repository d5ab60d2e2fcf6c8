"""The matcher's budget: used up it stays used up, until another day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.students.matching import (
    MatcherQuota,
    MatcherUsage,
    has_quota_for,
    record_answered_list,
    record_refused_list,
    roll_over_usage,
)

MONDAY = date(2026, 9, 14)
SMALL = MatcherQuota(lists=3, contacts=100)


def asked(sizes, spent, budget=SMALL):
    """Ask for lists of these sizes one after the other."""
    for size in sizes:
        spent = (
            record_answered_list(spent, size)
            if has_quota_for(budget, spent, size)
            else record_refused_list(spent)
        )
    return spent


@given(st.lists(st.integers(0, 200), max_size=12))
def test_no_more_is_answered_than_the_budget_has(sizes):
    spent = asked(sizes, MatcherUsage(day=MONDAY))

    assert spent.lists <= SMALL.lists
    assert spent.contacts <= SMALL.contacts
    assert spent.lists + spent.refused == len(sizes)


def test_what_is_refused_costs_nothing():
    spent = asked([101, 99], MatcherUsage(day=MONDAY))

    assert spent == MatcherUsage(day=MONDAY, lists=1, contacts=99, refused=1)


def test_another_day_begins_with_nothing_and_the_same_day_goes_on():
    spent = asked([50, 40, 1, 1], MatcherUsage(day=MONDAY))

    assert roll_over_usage(MONDAY, spent) == spent
    assert roll_over_usage(MONDAY + timedelta(days=1), spent) == MatcherUsage(
        day=MONDAY + timedelta(days=1)
    )


def test_the_budget_leaves_room_for_a_district_of_five_hundred():
    assert has_quota_for(
        MatcherQuota(), MatcherUsage(day=MONDAY, lists=999, contacts=999 * 300), 300
    )
