"""What fails is tried less and less often, and given up where that is agreed."""

from datetime import timedelta

import pytest

from scrapers.retry import Retry

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("failures", "minutes"), [(1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (1_000_000, 60)]
)
def test_each_failure_doubles_the_wait_up_to_the_longest(failures: int, minutes: int) -> None:
    retry = Retry(first=5 * MINUTE, longest=HOUR)

    assert retry.compute_delay(failures) == minutes * MINUTE


def test_a_factor_of_one_waits_equally_long_each_time() -> None:
    retry = Retry(first=5 * MINUTE, factor=1, longest=HOUR)

    assert {retry.compute_delay(failures) for failures in range(1, 100)} == {5 * MINUTE}


def test_what_is_never_given_up_is_tried_for_ever() -> None:
    assert not Retry(first=MINUTE, longest=HOUR).is_over(10_000 * HOUR)


def test_what_is_given_up_is_tried_for_the_whole_time() -> None:
    retry = Retry(first=MINUTE, longest=HOUR, give_up_after=24 * HOUR)

    assert not retry.is_over(24 * HOUR)
    assert retry.is_over(24 * HOUR + MINUTE)
