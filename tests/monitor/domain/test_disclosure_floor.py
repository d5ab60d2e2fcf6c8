"""A figure that would tell who is not shown."""

import pytest

from monitor.domain.small_counts import (
    MIN_DISTRICT_SIZE,
    MIN_PEOPLE_SHOWN,
    ReportableCount,
    is_large_enough,
)


def test_nothing_is_shown_as_nothing():
    assert ReportableCount().visible_number == 0


@pytest.mark.parametrize("people", range(1, MIN_PEOPLE_SHOWN))
def test_a_number_with_few_people_behind_it_is_not_shown_however_large(people):
    assert ReportableCount(number=1000, people=people).visible_number is None


def test_a_number_with_enough_people_behind_it_is_shown():
    assert ReportableCount(number=7, people=MIN_PEOPLE_SHOWN).visible_number == 7


def test_a_small_district_has_no_figures():
    assert not is_large_enough(MIN_DISTRICT_SIZE - 1)
    assert is_large_enough(MIN_DISTRICT_SIZE)
