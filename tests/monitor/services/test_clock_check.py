"""A clock is believed or not by what it was last."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.services.clock_check import is_clock_plausible

LAST = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "moved",
    [
        timedelta(0),
        timedelta(hours=-1),
        timedelta(weeks=-1),
        timedelta(weeks=1),
        timedelta(days=9),
        timedelta(days=300),
    ],
)
def test_what_clocks_and_sleeping_machines_do_is_believed(moved):
    assert is_clock_plausible(LAST + moved, LAST)


@pytest.mark.parametrize("now", ["1970-01-01", "2026-11-01", "2027-12-01", "2106-02-07"])
def test_what_would_undo_or_end_everything_is_not(now):
    assert not is_clock_plausible(datetime.fromisoformat(f"{now}T00:00+00:00"), LAST)


def test_where_nothing_was_done_yet_only_a_forgotten_time_is_not_believed():
    assert is_clock_plausible(LAST, None)
    assert not is_clock_plausible(datetime(1970, 1, 1, tzinfo=UTC), None)
