"""When things are due, whatever clocks, zones and long sleeps do."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.schedule import (
    DIGEST,
    NIGHT,
    WEEKS_IN_QUARTER,
    compute_digest_week,
    compute_next_digest,
    compute_next_sweep,
    compute_sweep_week,
    format_iso_week,
    list_quarter_weeks,
)
from tests.rows import over_rows

ZONES = (
    "America/Chicago",
    "America/St_Johns",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
)
START = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2036, 12, 31, tzinfo=UTC)
REFS = st.text(alphabet="0123456789abcdef", min_size=1, max_size=32)
MOMENTS = st.datetimes(
    min_value=START.replace(tzinfo=None), max_value=END.replace(tzinfo=None), timezones=st.just(UTC)
)
SLOTS = ((compute_next_digest, compute_digest_week), (compute_next_sweep, compute_sweep_week))


def grid(following, zone):
    at = following(START, "ref", zone)
    while at < END:
        yield at
        at = following(at, "ref", zone)


@pytest.mark.parametrize(
    ("at", "zone", "week"),
    [
        ("2026-11-30T00:00+00:00", "UTC", "2026-W49"),
        ("2026-11-30T00:00+00:00", "America/Chicago", "2026-W48"),
        ("2027-01-01T12:00+00:00", "UTC", "2026-W53"),
        ("2024-12-31T12:00+00:00", "UTC", "2025-W01"),
    ],
)
def test_a_week_is_the_iso_week_of_the_local_day(at, zone, week):
    assert format_iso_week(datetime.fromisoformat(at), zone) == week


@over_rows("zone", ZONES)
@over_rows(("following", "week"), SLOTS)
def test_from_2026_to_2036_every_iso_week_has_exactly_one(following, week, zone):
    weeks = [week(at, "ref", zone) for at in grid(following, zone)]

    days = (START + timedelta(days=number) for number in range((END - START).days))
    every = {format_iso_week(day, zone) for day in days} - {
        format_iso_week(END, zone),
        format_iso_week(START, zone),
    }
    assert len(weeks) == len(set(weeks))
    assert every <= set(weeks)


@pytest.mark.parametrize("zone", ZONES)
def test_a_digest_comes_on_monday_morning_at_the_same_local_minute(zone):
    local = [at.astimezone(ZoneInfo(zone)) for at in grid(compute_next_digest, zone)]

    assert {at.isoweekday() for at in local} == {1}
    assert len({at.time() for at in local}) == 1
    assert 6 <= local[0].hour < 9


@pytest.mark.parametrize("zone", ZONES)
def test_a_sweep_is_over_a_day_before_the_next_digest(zone):
    for at in grid(compute_next_sweep, zone):
        assert compute_next_digest(at, "rosa", zone) - at > timedelta(days=1)


@given(REFS, st.sampled_from(ZONES), MOMENTS)
def test_the_next_time_is_later_and_at_most_a_week_away(ref, zone, now):
    for following, _ in SLOTS:
        # The hour by which clocks may have been set back comes on top.
        assert now < following(now, ref, zone) <= now + timedelta(days=7, hours=1)


@given(REFS, st.sampled_from(ZONES), MOMENTS, st.timedeltas(timedelta(0), timedelta(days=30)))
def test_however_long_the_sleep_one_run_makes_up_for_it(ref, zone, due, asleep):
    for following, week in SLOTS:
        at = following(due, ref, zone)
        woken = at + asleep

        after = following(woken, ref, zone)

        assert after > woken
        assert week(woken, ref, zone) < week(after, ref, zone)


@given(REFS, st.sampled_from(ZONES), MOMENTS)
def test_a_late_run_stands_for_the_last_time_that_passed(ref, zone, now):
    for following, week in SLOTS:
        at = following(now, ref, zone)

        assert (
            week(at, ref, zone)
            == week(at + timedelta(days=1), ref, zone)
            == format_iso_week(at, zone)
        )
        assert week(at - timedelta(minutes=1), ref, zone) < week(at, ref, zone)


@given(REFS, st.sampled_from(ZONES), MOMENTS)
def test_a_digest_that_comes_again_after_the_clock_was_set_back_is_the_same_one(ref, zone, now):
    ran = compute_next_digest(now, ref, zone)

    again = compute_next_digest(ran - timedelta(hours=1), ref, zone)

    assert compute_digest_week(again, ref, zone) == compute_digest_week(ran, ref, zone)


def test_people_are_spread_over_the_morning():
    times = {DIGEST.compute_next_time(START, f"person {number}", "UTC") for number in range(500)}

    assert len(times) > 150
    assert max(times) - min(times) < timedelta(hours=3)


@given(st.sampled_from(ZONES), MOMENTS)
def test_a_night_is_the_next_4_am_wherever_someone_is(zone, now):
    night = NIGHT.compute_next_time(now, "", zone)

    assert timedelta(0) < night - now <= timedelta(hours=25)
    assert night.astimezone(ZoneInfo(zone)).hour == 4
    assert NIGHT.compute_next_time(night, "", zone) > night


@pytest.mark.parametrize("days", [1, 7, 28])
def test_each_week_of_a_quarter_comes_once_however_often_one_looks(days: int) -> None:
    monday = datetime(2026, 11, 23, 12, tzinfo=UTC)
    looks = [monday + timedelta(days=day) for day in range(0, 7 * WEEKS_IN_QUARTER * 4 + 1, days)]
    begun = [list_quarter_weeks("rosa", before, now) for before, now in pairwise(looks)]
    weeks = [week for some in begun for week in sorted(some)]

    assert sorted(weeks) == sorted(list(range(WEEKS_IN_QUARTER)) * 4)
