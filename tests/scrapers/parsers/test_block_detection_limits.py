from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.models import Outcome, Page
from scrapers.parsers.block_detection import build_limited_result, is_rate_limited
from scrapers.parsers.retry_after import LONGEST_WAIT, parse_backoff_time, parse_retry_time

Answered = Callable[..., Page]

# Monday 2 November 2026 at noon is 1793620800 seconds since 1970.
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
SAYS = [
    ({"retry-after": "120"}, 120),
    ({"retry-after": "1.5"}, 1.5),
    ({"retry-after": "Mon, 02 Nov 2026 12:10:00 GMT"}, 600),
    ({"x-ratelimit-remaining": "0, 14523", "x-ratelimit-reset": "1, 1419704"}, 1),
    ({"x-ratelimit-remaining": "0, 0", "x-ratelimit-reset": "1, 1419704"}, 1419704),
    ({"ratelimit-remaining": "0", "ratelimit-reset": "1793621100"}, 300),
    ({"x-ratelimit-reset": "2026-11-02T12:05:00.000Z"}, 300),
    ({"x-ratelimit-reset": "1793621100"}, 300),
    ({"x-rate-limit-reset": "1793621100000"}, 300),
    ({"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "74"}, 74),
    ({"ratelimit": '"default";r=0;t=30'}, 30),
    ({"ratelimit": "limit=100, remaining=0, reset=45"}, 45),
    ({"retry-after": "soon", "x-ratelimit-reset": "60"}, 60),
    ({"retry-after": "Sun, 01 Nov 2026 12:00:00 GMT", "x-ratelimit-reset": "60"}, 60),
]
SAYS_NOTHING = [
    {},
    {"retry-after": "soon"},
    {"retry-after": "-5"},
    {"retry-after": "Sun, 01 Nov 2026 12:00:00 GMT"},
    {"x-ratelimit-reset": "1000000000"},
    {"x-ratelimit-reset": "never"},
]


@pytest.mark.parametrize(("headers", "seconds"), SAYS)
def test_every_dialect_says_when_to_come_back(
    answered: Answered, headers: dict[str, str], seconds: float
) -> None:
    page = answered(status=429, headers=headers)

    assert parse_retry_time(page) == page.fetched_at + timedelta(seconds=seconds)


@pytest.mark.parametrize("headers", SAYS_NOTHING)
def test_garbage_and_the_past_say_nothing(answered: Answered, headers: dict[str, str]) -> None:
    assert parse_retry_time(answered(status=429, headers=headers)) is None


@pytest.mark.parametrize("body", ['{"backoff": 10}', '{"retry_after": 10.0}'])
def test_a_body_may_say_it_too(answered: Answered, body: str) -> None:
    page = answered(body)

    assert parse_retry_time(page) == page.fetched_at + timedelta(seconds=10)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"retry-after": "9" * 12}, ""),
        ({}, f'{{"backoff": {"9" * 400}}}'),
        ({}, '{"backoff": 1e999}'),
    ],
)
def test_nobody_makes_us_wait_longer_than_the_longest_quota(
    answered: Answered, headers: dict[str, str], body: str
) -> None:
    page = answered(body, status=429, headers=headers)

    assert parse_retry_time(page) == page.fetched_at + LONGEST_WAIT


def test_a_limited_visit_says_when_to_ask_again(answered: Answered) -> None:
    reading = build_limited_result(answered(status=429, headers={"retry-after": "5"}))

    assert reading.outcome is Outcome.LIMITED
    assert reading.retry_at is not None


def test_a_403_without_anything_left_of_the_quota_is_a_limit(answered: Answered) -> None:
    assert is_rate_limited(answered(status=403, headers={"x-ratelimit-remaining": "0"}))
    assert not is_rate_limited(answered(status=403, headers={"x-ratelimit-remaining": "9"}))
    assert not is_rate_limited(answered(status=403))


@given(
    st.dictionaries(
        st.sampled_from(["retry-after", "x-ratelimit-reset", "x-ratelimit-remaining", "ratelimit"]),
        st.text() | st.integers().map(str),
    ),
    st.binary(),
)
def test_no_header_is_too_strange(headers: dict[str, str], body: bytes) -> None:
    page = Page(url="https://a.example", status=429, body=body, fetched_at=NOON, headers=headers)
    when = parse_retry_time(page)

    assert when is None or NOON < when <= NOON + LONGEST_WAIT


def test_a_sentence_may_say_when_and_an_answer_may_ask_for_a_pause(answered: Answered) -> None:
    throttled = answered('{"error_message": "more requests available in 90 seconds"}', 400)
    busy = answered('{"items": [], "backoff": 10}')

    assert parse_retry_time(throttled) == NOON + timedelta(seconds=90)
    assert parse_backoff_time(busy) == NOON + timedelta(seconds=10)
    assert parse_backoff_time(answered('{"items": []}')) is None
