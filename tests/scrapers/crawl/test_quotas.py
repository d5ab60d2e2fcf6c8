"""A source gets no more requests on a day, and in a week, than its budget says."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.crawl.crawler import Crawler
from scrapers.crawl.quotas import QuotaUsage, check_quota, count_request, roll_over_usage
from scrapers.crawl.throttle import Throttle
from scrapers.http.errors import FailureReason
from scrapers.models import CrawlPriority, CrawlResult, Outcome, Page, ParseResult
from scrapers.source import AccessMode, RequestQuota
from tests.scrapers.http.fakes import (
    MONDAY,
    FakeClient,
    FakeClock,
    FakeSource,
    lanes_over,
    queries,
    site,
)
from tests.scrapers.http.memories import InMemoryQuotaStore

SUNDAY_NIGHT = datetime(2026, 11, 8, 23, 59, 59, tzinfo=UTC)
SPENT = QuotaUsage(source="alpha", day=date(2026, 11, 8), today=3, this_week=9)
NO_PAUSE = Throttle(wait_factor=0)


def lanes_of(
    client: FakeClient, *sources: FakeSource, spending: InMemoryQuotaStore | None = None
) -> Crawler:
    lanes = lanes_over(client, *sources, throttle=NO_PAUSE, workers=8)
    return lanes if spending is None else replace(lanes, quota_store=spending)


def skipped(visits: list[CrawlResult]) -> list[ParseResult]:
    return [visit.result for visit in visits if visit.result.outcome is Outcome.SKIPPED]


def test_a_request_counts_for_its_day_and_for_its_week() -> None:
    assert count_request(SPENT, SUNDAY_NIGHT) == replace(SPENT, today=4, this_week=10)


@pytest.mark.parametrize(
    ("now", "today", "this_week"),
    [
        (SUNDAY_NIGHT, 3, 9),
        (SUNDAY_NIGHT + timedelta(seconds=1), 0, 0),
        (SUNDAY_NIGHT - timedelta(days=1), 0, 9),
        (SUNDAY_NIGHT - timedelta(weeks=1), 0, 0),
        (SUNDAY_NIGHT + timedelta(weeks=52), 0, 0),
    ],
    ids=["the same", "the next", "a day back", "a week back", "a year on"],
)
def test_a_day_and_a_week_begin_with_nothing_whichever_way_the_clock_went(
    now: datetime, today: int, this_week: int
) -> None:
    known = roll_over_usage(SPENT, now)

    assert (known.day, known.today, known.this_week) == (now.date(), today, this_week)


@pytest.mark.parametrize(
    ("budget", "note", "renewed"),
    [
        (RequestQuota(), None, None),
        (RequestQuota(daily=4, weekly=10), None, None),
        (RequestQuota(daily=3), FailureReason.SPENT_TODAY, datetime(2026, 11, 9, tzinfo=UTC)),
        (RequestQuota(weekly=9), FailureReason.SPENT_THIS_WEEK, datetime(2026, 11, 9, tzinfo=UTC)),
        (
            RequestQuota(daily=4, weekly=9),
            FailureReason.SPENT_THIS_WEEK,
            datetime(2026, 11, 9, tzinfo=UTC),
        ),
    ],
)
def test_a_budget_that_is_used_up_says_so_and_when_it_is_renewed(
    budget: RequestQuota, note: FailureReason | None, renewed: datetime | None
) -> None:
    refusal = check_quota(SPENT, budget, SUNDAY_NIGHT)

    if note is None:
        assert refusal is None
    else:
        assert refusal == ParseResult(outcome=Outcome.SKIPPED, note=note, retry_at=renewed)


@given(
    at=st.datetimes(datetime(2024, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    budget=st.builds(RequestQuota, daily=st.integers(1, 4), weekly=st.integers(1, 9)),
)
def test_a_budget_is_open_again_when_it_says_and_not_a_second_earlier(
    at: datetime, budget: RequestQuota
) -> None:
    spent, refusal = QuotaUsage(source="alpha", day=at.date()), None
    while refusal is None:
        spent = count_request(spent, at)
        refusal = check_quota(spent, budget, at)

    renewed = refusal.retry_at
    assert renewed is not None
    assert at < renewed <= at + timedelta(weeks=1)
    assert check_quota(spent, budget, renewed - timedelta(seconds=1)) is not None
    assert check_quota(spent, budget, renewed) is None


def test_no_more_is_asked_than_the_budget_has_left(clock: FakeClock) -> None:
    alpha, beta = site("alpha", quota=RequestQuota(daily=3)), site("beta")
    client = FakeClient(clock)

    visits = list(lanes_of(client, alpha, beta).crawl(queries(5, alpha, beta)))

    assert len([url for url in client.urls if "alpha" in url]) == 3
    assert len([url for url in client.urls if "beta" in url]) == 5
    assert [result.note for result in skipped(visits)] == [FailureReason.SPENT_TODAY] * 2


def test_the_budget_is_the_sources_whichever_of_its_hosts_is_asked(clock: FakeClock) -> None:
    hosts = tuple(f"http://{number}.example" for number in range(8))
    alpha = site("alpha", origins=hosts, quota=RequestQuota(weekly=50))
    asked = [
        alpha.query(f"{number} {host}", f"{host}/{number}")
        for number in range(20)
        for host in hosts
    ]
    client = FakeClient(clock)

    visits = list(lanes_of(client, alpha).crawl(asked))

    assert len(client.urls) == 50
    assert len(skipped(visits)) == 110


def test_several_runs_share_one_budget_and_a_self_check_has_none_of_its_own(
    clock: FakeClock,
) -> None:
    alpha = site("alpha", quota=RequestQuota(daily=60))
    client = FakeClient(clock)
    lanes = lanes_of(client, alpha)
    came: list[CrawlResult] = []

    def run(number: int) -> None:
        rank = CrawlPriority.FIRST if number else CrawlPriority.USUAL
        asked = [alpha.query(f"{number}-{one_number}") for one_number in range(50)]
        came.extend(lanes.crawl(asked, priority=rank))

    runs = [threading.Thread(target=run, args=(number,)) for number in range(3)]
    for thread in runs:
        thread.start()
    for thread in runs:
        thread.join(120)

    assert len(came) == 150
    assert len(client.urls) == 60
    assert len(skipped(came)) == 90


def test_a_restart_forgets_nothing_that_was_spent(clock: FakeClock) -> None:
    alpha = site("alpha", quota=RequestQuota(daily=5))
    client, spending = FakeClient(clock), InMemoryQuotaStore()

    for _ in range(3):
        list(lanes_of(client, alpha, spending=spending).crawl(queries(2, alpha)))

    assert len(client.urls) == 5
    assert spending.usages["alpha"] == QuotaUsage(
        source="alpha", day=MONDAY.date(), today=5, this_week=5
    )


def test_what_was_spent_is_written_down_before_the_answer_is_taken(clock: FakeClock) -> None:
    alpha = site("alpha", quota=RequestQuota(daily=5))
    spending = InMemoryQuotaStore()
    visits = lanes_of(FakeClient(clock), alpha, spending=spending).crawl(queries(3, alpha))

    next(visits)

    assert spending.usages["alpha"].today >= 1
    visits.close()


def test_the_next_day_it_is_asked_again(clock: FakeClock) -> None:
    alpha = site("alpha", quota=RequestQuota(daily=2, weekly=3))
    client = FakeClient(clock)
    lanes = lanes_of(client, alpha)
    for _ in range(3):
        list(lanes.crawl(queries(4, alpha)))
        clock.sleep(timedelta(days=1).total_seconds())

    assert len(client.urls) == 3


def test_failures_count_and_robots_txt_does_not(clock: FakeClock) -> None:
    alpha = site("alpha", access=AccessMode.PAGE, quota=RequestQuota(daily=2))

    def respond(url: str) -> Page | ParseResult:
        if url.endswith("/robots.txt"):
            return Page(url=url, status=404, body=b"", fetched_at=MONDAY)
        return ParseResult(outcome=Outcome.FAILED, note="no")

    client = FakeClient(clock, respond=respond)
    spending = InMemoryQuotaStore()

    list(lanes_of(client, alpha, spending=spending).crawl(queries(4, alpha)))

    assert len(client.urls) == 3
    assert spending.usages["alpha"].today == 2


def test_what_is_never_asked_costs_nothing(clock: FakeClock) -> None:
    alpha = site("alpha", quota=RequestQuota(daily=10))
    client = FakeClient(clock, respond=lambda _: "blocked")
    spending = InMemoryQuotaStore()

    list(lanes_of(client, alpha, spending=spending).crawl(queries(4, alpha)))

    assert spending.usages["alpha"].today == 1


def test_a_source_without_a_budget_is_not_counted(clock: FakeClock) -> None:
    spending = InMemoryQuotaStore()

    list(
        lanes_of(FakeClient(clock), site("alpha"), spending=spending).crawl(
            queries(3, site("alpha"))
        )
    )

    assert spending.usages == {}
