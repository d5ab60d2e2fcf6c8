"""Often where it brings something new, seldom where it does not, and never not at all."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.planning.rotation import (
    CLEAN_TO_HALVE,
    MAX_INTERVAL,
    AnswerNovelty,
    QueryHistory,
    RotationTurn,
    compute_interval,
    compute_offset,
    get_default_interval,
    record_answer,
    to_week_number,
)
from tests.monitor.domain.planning.drawn import WEEK, histories

ranks = st.integers(0, 9)
offsets = st.integers(0, MAX_INTERVAL - 1)
brought = st.sampled_from(AnswerNovelty)


def turn(history, rank, put_off):
    return RotationTurn(
        interval=compute_interval(history, rank),
        offset=put_off,
        asked_week=history.asked if history else None,
    )


def test_the_best_query_is_usually_asked_weekly_and_the_least_every_eight_weeks():
    assert [get_default_interval(rank) for rank in range(5)] == [1, 4, 4, 8, 8]


def test_four_answers_without_news_halve_the_rate_down_to_the_floor():
    history, rates = QueryHistory(asked=WEEK), []
    for week in range(WEEK + 1, WEEK + 1 + 5 * CLEAN_TO_HALVE):
        rates.append(compute_interval(history, 0))
        history = record_answer(history, week, AnswerNovelty.NOTHING)

    assert rates == [rate for rate in (1, 2, 4, 8, 8) for _ in range(CLEAN_TO_HALVE)]


@given(histories, ranks, st.integers(WEEK, WEEK + 9))
def test_a_new_hit_makes_the_best_query_weekly_and_any_other_two_weekly(history, rank, week):
    rate = compute_interval(record_answer(history, week, AnswerNovelty.NEWS), rank)

    # The first answer is no news.
    assert rate == (get_default_interval(rank) if history is None else 2 if rank else 1)


@given(histories, ranks, st.integers(WEEK, WEEK + 9))
def test_a_new_hit_never_makes_a_query_rarer(history, rank, week):
    assert compute_interval(
        record_answer(history, week, AnswerNovelty.NEWS), rank
    ) <= compute_interval(history, rank)


@given(histories, ranks)
def test_no_query_is_rarer_than_the_floor(history, rank):
    assert 1 <= compute_interval(history, rank) <= MAX_INTERVAL


@given(ranks, offsets, st.lists(brought, min_size=30, max_size=60))
def test_every_query_comes_round_within_its_floor(rank, put_off, answers):
    history, last = record_answer(None, WEEK, AnswerNovelty.NOTHING), WEEK
    for week, came in enumerate(answers, WEEK + 1):
        if turn(history, rank, put_off).is_due(week):
            history, last = record_answer(history, week, came), week
        assert week - last < MAX_INTERVAL


@given(histories, ranks, offsets)
def test_what_is_told_of_the_next_turn_comes_true(history, rank, put_off):
    its = turn(history, rank, put_off)
    due = [week for week in range(WEEK, WEEK + MAX_INTERVAL + 1) if its.is_due(week)]

    assert its.compute_next_week(WEEK) == due[0]


def test_a_turn_that_was_missed_is_made_up_for():
    its = RotationTurn(interval=8, offset=0, asked_week=WEEK - 9)

    assert all(its.is_due(week) for week in range(WEEK, WEEK + MAX_INTERVAL))


@given(histories)
def test_two_answers_in_one_week_are_one_run_without_news(history):
    once = record_answer(history, WEEK + 1, AnswerNovelty.NOTHING)

    assert record_answer(once, WEEK + 1, AnswerNovelty.NOTHING) == once


def test_the_bill_is_even_and_each_persons_queries_fall_on_different_weeks():
    weeks = [compute_offset(f"person {number}", 0) for number in range(800)]
    counts = [weeks.count(week) for week in range(MAX_INTERVAL)]

    assert max(counts) < 1.4 * min(counts)
    assert {compute_offset("rosa", place) for place in range(MAX_INTERVAL)} == set(
        range(MAX_INTERVAL)
    )


def test_weeks_are_counted_over_the_ends_of_years():
    assert to_week_number("2027-W01") - to_week_number("2026-W53") == 1
