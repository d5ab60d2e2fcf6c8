"""Somebody waits for a self-check; nobody waits for a sweep."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from scrapers.crawl.crawler import Crawler
from scrapers.crawl.throttle import Throttle
from scrapers.http.event_loop import run_in_thread
from scrapers.models import CrawlPriority, Query
from tests.scrapers.http.fakes import FakeClient, FakeClock, FakeSource, lanes_over, queries, site

WORKERS = 4
LONG = 10  # seconds, until which a test that fails hangs
SLOW = [site(f"slow{number}") for number in range(100)]
QUICK = [site(f"quick{number}") for number in range(2 * WORKERS)]


@contextmanager
def hanging_sweep(
    sweep: list[Query], quick: list[FakeSource]
) -> Iterator[tuple[Crawler, list[str]]]:
    """Have every worker ask a host that does not answer; yield the lanes, and what is asked."""
    begun, may_answer, full = [], threading.Event(), threading.Event()

    def respond(url: str) -> str:
        begun.append(url)
        if len(begun) == WORKERS:
            full.set()
        if "slow" in url:
            run_in_thread(lambda: may_answer.wait(LONG))
        return "absent"

    client = FakeClient(FakeClock(), respond=respond)
    lanes = lanes_over(client, *SLOW, *quick, throttle=Throttle(wait_factor=0), workers=WORKERS)
    sweeping = threading.Thread(target=lambda: list(lanes.crawl(sweep)))
    sweeping.start()
    assert full.wait(LONG)
    try:
        yield lanes, begun
    finally:
        may_answer.set()
        sweeping.join(LONG)


def test_a_self_check_waits_for_no_worker_that_hangs_at_a_slow_host_of_the_sweep() -> None:
    with hanging_sweep(queries(3, *SLOW), QUICK) as (lanes, begun):
        visits = list(lanes.crawl(queries(2, *QUICK), priority=CrawlPriority.FIRST))

        assert len(visits) == 2 * len(QUICK)
        assert sum("slow" in url for url in begun) == WORKERS
    assert len(begun) == 3 * len(SLOW) + 2 * len(QUICK)


def test_what_a_sweep_wants_of_other_hosts_waits_for_a_worker_all_the_same() -> None:
    with hanging_sweep(queries(1, *SLOW, *QUICK), QUICK) as (lanes, begun):
        list(lanes.crawl([QUICK[0].query("rosa")], priority=CrawlPriority.FIRST))

        assert [url for url in begun if "quick" in url] == ["http://quick0.example/rosa"]


def test_self_checks_together_ask_no_more_hosts_at_once_than_a_sweep_may(clock: FakeClock) -> None:
    under_way: list[str] = []
    most: list[int] = []

    def respond(url: str) -> str:
        under_way.append(url)
        most.append(len(under_way))
        run_in_thread(lambda: None)
        under_way.remove(url)
        return "absent"

    lanes = lanes_over(FakeClient(clock, respond=respond), *QUICK, workers=WORKERS)
    list(lanes.crawl(queries(2, *QUICK), priority=CrawlPriority.FIRST))

    assert max(most) == WORKERS
