"""A figure that would tell who is not shown."""

import pytest

from monitor.domain.disclosure import FEWEST, SMALLEST_DISTRICT, Count, large_enough


def test_nothing_is_shown_as_nothing():
    assert Count().shown == 0


@pytest.mark.parametrize("people", range(1, FEWEST))
def test_a_number_with_few_people_behind_it_is_not_shown_however_large(people):
    assert Count(number=1000, people=people).shown is None


def test_a_number_with_enough_people_behind_it_is_shown():
    assert Count(number=7, people=FEWEST).shown == 7


def test_a_small_district_has_no_figures():
    assert not large_enough(SMALLEST_DISTRICT - 1)
    assert large_enough(SMALLEST_DISTRICT)
