"""The matcher's budget: used up it stays used up, until another day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.students.matching import Budget, Spent, affords, answered, on, refused

MONDAY = date(2026, 9, 14)
SMALL = Budget(lists=3, contacts=100)


def asked(sizes, spent, budget=SMALL):
    """Ask for lists of these sizes one after the other."""
    for size in sizes:
        spent = answered(spent, size) if affords(budget, spent, size) else refused(spent)
    return spent


@given(st.lists(st.integers(0, 200), max_size=12))
def test_no_more_is_answered_than_the_budget_has(sizes):
    spent = asked(sizes, Spent(day=MONDAY))

    assert spent.lists <= SMALL.lists
    assert spent.contacts <= SMALL.contacts
    assert spent.lists + spent.refused == len(sizes)


def test_what_is_refused_costs_nothing():
    spent = asked([101, 99], Spent(day=MONDAY))

    assert spent == Spent(day=MONDAY, lists=1, contacts=99, refused=1)


def test_another_day_begins_with_nothing_and_the_same_day_goes_on():
    spent = asked([50, 40, 1, 1], Spent(day=MONDAY))

    assert on(MONDAY, spent) == spent
    assert on(MONDAY + timedelta(days=1), spent) == Spent(day=MONDAY + timedelta(days=1))


def test_the_budget_leaves_room_for_a_district_of_five_hundred():
    assert affords(Budget(), Spent(day=MONDAY, lists=999, contacts=999 * 300), 300)
