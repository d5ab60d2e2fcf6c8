"""Days and times are written as Americans read them, on the reader's own clock."""

from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.domain.english_dates import (
    format_date,
    format_day,
    format_local_time,
    format_near_time,
    format_week_start,
    format_weekday_date,
    is_past_day,
)

MONDAY = datetime(2026, 9, 28, 11, 0, tzinfo=UTC)
CHICAGO = "America/Chicago"


@pytest.mark.parametrize(("hours", "said"), [(0, False), (17.9, False), (18, True), (-24, False)])
def test_a_day_is_over_at_midnight_on_the_readers_clock(hours: float, said: object) -> None:
    assert is_past_day(MONDAY, MONDAY + timedelta(hours=hours), CHICAGO) is said


def test_a_time_is_written_on_the_readers_clock() -> None:
    assert format_near_time(MONDAY, CHICAGO) == "Mon, Sep 28, 6:00 AM CDT"
    assert format_local_time(MONDAY, CHICAGO) == "Mon, Sep 28, 2026, 6:00 AM CDT"
    assert format_local_time(MONDAY, CHICAGO, 2026) == format_near_time(MONDAY, CHICAGO)


@pytest.mark.parametrize(
    ("hour", "written"), [(0, "12:00 AM"), (11, "11:00 AM"), (12, "12:00 PM"), (23, "11:00 PM")]
)
def test_a_day_has_two_halves(hour: int, written: str) -> None:
    assert format_near_time(MONDAY.replace(hour=hour), "UTC").endswith(f"{written} UTC")


def test_a_day_is_that_of_the_reader() -> None:
    late = datetime(2026, 9, 28, 3, 0, tzinfo=UTC)

    assert format_day(late, "UTC") == "Sep 28, 2026"
    assert format_day(late, CHICAGO) == "Sep 27, 2026"


def test_a_year_that_goes_without_saying_is_left_out() -> None:
    assert format_date(date(2026, 9, 28), 2026) == "Sep 28"
    assert format_date(date(2027, 1, 4), 2026) == "Jan 4, 2027"
    assert format_weekday_date(date(2027, 1, 4)) == "Mon, Jan 4"


def test_a_week_is_that_of_its_monday() -> None:
    assert format_week_start("2026-W39") == "September 21, 2026"
    assert format_week_start("2026-W39", 2026) == "September 21"


def test_a_time_without_its_zone_is_not_written() -> None:
    with pytest.raises(ValueError, match="zone"):
        format_day(MONDAY.replace(tzinfo=None), CHICAGO)


def test_a_zone_without_a_short_name_is_called_by_its_place() -> None:
    assert format_near_time(MONDAY, "Asia/Dubai").endswith("3:00 PM Dubai time")
