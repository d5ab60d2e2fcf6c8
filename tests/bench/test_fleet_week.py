"""Where districts want more of a site than its week has, each gets its share, and says so.

`make test` runs a few districts, `make soak` 500 with 50,000 people.
"""

import pytest

from tests.bench.fleet_week import WeekSize, simulate_weeks

# As crowded as 50,000 people at a site with a pause of 5 seconds.
SMALL = WeekSize(districts=6, people=10, pause=3_600.0)


@pytest.mark.parametrize(
    "size",
    [
        pytest.param(SMALL, id="small"),
        pytest.param(WeekSize(), id="whole", marks=pytest.mark.soak),
    ],
)
def test_each_district_gets_its_share_and_who_is_left_out_is_told(tmp_path, size):
    figures = simulate_weeks(size, tmp_path)

    assert figures.unkept == 0
    assert figures.untold == 0
    assert figures.asked[0] <= figures.capacity
    # What some left of the first week, they asked in the second.
    assert sum(figures.asked) <= 2 * figures.capacity
    assert figures.left_out[0] > 0
    # Every week begins with other people.
    assert figures.left_out_twice < min(figures.left_out)
