"""Times as text sort like times, and come back as they were."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.db.open_files import format_datetime, parse_datetime

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=zones)  # noqa: DTZ001 - bounds


@given(times)
def test_a_time_comes_back_in_utc(at):
    assert parse_datetime(format_datetime(at)) == at
    assert parse_datetime(format_datetime(at)).tzinfo == UTC


@given(times, times)
def test_text_sorts_like_the_times(one, other):
    assert (format_datetime(one) < format_datetime(other)) == (one < other)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="without a zone"):
        format_datetime(datetime(2026, 1, 5))  # noqa: DTZ001 - the fault itself
