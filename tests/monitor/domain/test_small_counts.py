"""What is counted of people is shown so that no single one can be noticed."""

import pytest

from monitor.domain.small_counts import round_down_to_band


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, None), (19, None), (20, 20), (21, 20), (49, 20), (50, 50), (101, 100), (4_321, 2_000)],
)
def test_a_count_is_told_by_the_start_of_its_band(count, told):
    assert round_down_to_band(count) == told
