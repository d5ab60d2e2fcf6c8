"""Five copies within any hour, and not one more, whatever a clock has done."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.person_limits import AN_HOUR, MAX_EXPORTS_AN_HOUR, compute_next_export

NOON = datetime(2026, 9, 5, 12, tzinfo=UTC)
MINUTES = st.lists(st.integers(0, 40), max_size=60)


@given(MINUTES)
def test_no_hour_sees_more_than_five_however_often_one_asks(pauses: list[int]):
    now, made = NOON, []
    for pause in pauses:
        now += timedelta(minutes=pause)
        if compute_next_export(made, now) is None:
            made.append(now)

    for entry in made:
        assert sum(entry <= at < entry + AN_HOUR for at in made) <= MAX_EXPORTS_AN_HOUR


@given(MINUTES)
def test_the_next_may_be_made_at_the_time_that_is_said_and_not_before(pauses: list[int]):
    made = [NOON - timedelta(minutes=pause) for pause in pauses]
    at = compute_next_export(made, NOON)
    if at:
        assert NOON < at <= NOON + AN_HOUR
        assert compute_next_export(made, at - timedelta(microseconds=1))
        assert compute_next_export(made, at) is None


def test_a_clock_that_ran_ahead_holds_nobody_up():
    assert compute_next_export([NOON + AN_HOUR] * MAX_EXPORTS_AN_HOUR, NOON) is None
