"""A long queue opens as fast as a short one, and its hundredth page as fast as its first."""

import pytest

from tests.bench.review_queue import Size, measured

WHOLE = Size()
TENTH = Size(cases=WHOLE.cases // 10, people=WHOLE.people // 10, loads=7)
WITHIN = 0.1


@pytest.mark.parametrize("size", [TENTH, pytest.param(WHOLE, marks=pytest.mark.soak)])
def test_a_page_of_the_queue_takes_less_than_a_tenth_of_a_second(size: Size) -> None:
    figures = measured(size)

    assert figures.open == size.cases
    assert max(figures.medians.values()) < WITHIN
