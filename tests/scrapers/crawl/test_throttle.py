"""How long a host is left alone, and why."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.crawl.throttle import HostState, Throttle, apply_result
from scrapers.models import Outcome, ParseResult
from tests.scrapers.http.fakes import MONDAY

ALPHA = HostState(host="alpha.example")
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
SECONDS = st.floats(0, 1_000)


@given(wished=SECONDS, took=SECONDS, stretch=st.floats(1, 100))
def test_a_pause_is_never_shorter_than_wished_nor_than_the_answer_took(
    wished: float, took: float, stretch: float
) -> None:
    pause = Throttle(wait_factor=stretch).compute_pause(wished, took=took)

    assert pause >= wished
    assert pause >= took


@given(wished=SECONDS, took=SECONDS)
def test_without_pace_there_is_no_pause(wished: float, took: float) -> None:
    assert Throttle(wait_factor=0).compute_pause(wished, took=took) == 0


def blocked(times: int) -> HostState:
    state = ALPHA
    for _ in range(times):
        state = apply_result(state, ParseResult(outcome=Outcome.BLOCKED), MONDAY)
    return state


def test_a_host_that_blocks_is_left_alone_for_twice_as_long_each_time_up_to_a_week() -> None:
    waits = [blocked(times).parked_until for times in range(1, 10)]

    hours = [(until - MONDAY) / HOUR for until in waits if until]
    assert hours == [1, 2, 4, 8, 16, 32, 64, 128, 168]


@pytest.mark.parametrize("outcome", [Outcome.FOUND, Outcome.ABSENT, Outcome.UNCHANGED])
def test_an_answer_makes_up_for_earlier_blocks(outcome: Outcome) -> None:
    state = apply_result(blocked(3), ParseResult(outcome=outcome), MONDAY)

    assert state == ALPHA


@pytest.mark.parametrize(
    "outcome", [Outcome.FAILED, Outcome.UNREADABLE, Outcome.SKIPPED, Outcome.DECLINED]
)
def test_a_visit_that_proves_nothing_changes_nothing(outcome: Outcome) -> None:
    assert apply_result(blocked(3), ParseResult(outcome=outcome), MONDAY) == blocked(3)


@pytest.mark.parametrize(
    ("retry_after", "parked_for"),
    [(None, HOUR), (timedelta(minutes=2), timedelta(minutes=2)), (timedelta(days=400), WEEK)],
)
def test_a_host_that_limits_us_is_left_alone_until_it_says_but_a_week_at_most(
    retry_after: timedelta | None, parked_for: timedelta
) -> None:
    retry_at = MONDAY + retry_after if retry_after else None

    state = apply_result(ALPHA, ParseResult(outcome=Outcome.LIMITED, retry_at=retry_at), MONDAY)

    assert state.parked_until == MONDAY + parked_for
    assert state.is_parked(MONDAY + parked_for - timedelta(seconds=1))
    assert not state.is_parked(MONDAY + parked_for)


@pytest.mark.parametrize("outcome", [Outcome.LIMITED, Outcome.BLOCKED])
def test_a_parked_host_answers_for_itself(outcome: Outcome) -> None:
    state = apply_result(ALPHA, ParseResult(outcome=outcome), MONDAY)

    assert state.parked_result.outcome is outcome
    assert state.parked_result.retry_at == MONDAY + HOUR
    assert state.parked_result.note


def test_a_clock_that_was_set_back_does_not_keep_us_waiting() -> None:
    state = replace(blocked(9), next_at=MONDAY + timedelta(seconds=5))
    year_before = MONDAY - timedelta(days=365)

    assert not state.is_parked(year_before)
    assert state.get_remaining_wait(year_before) == HOUR.total_seconds()
    assert state.get_remaining_wait(MONDAY) == 5
    assert state.get_remaining_wait(MONDAY + timedelta(seconds=9)) == 0
