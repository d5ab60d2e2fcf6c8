"""Crawlers of one process share hosts, pauses and robots.txt, and nothing that is a district's."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from scrapers.crawl.crawler import CrawlEngine, Crawler
from scrapers.crawl.quotas import QuotaTracker
from scrapers.crawl.robots import RobotsCache
from scrapers.crawl.routing import HostDirectory, list_manners
from scrapers.crawl.throttle import Throttle
from scrapers.models import CrawlPriority, CrawlResult, Outcome, Query
from scrapers.source import AccessMode, RequestQuota
from tests.scrapers.http.fakes import FakeClient, FakeClock, FakeSource, lanes_over, queries, site
from tests.scrapers.http.memories import InMemoryQuotaStore

ALPHA = site("alpha", seconds_between=5.0)


def together(engine: CrawlEngine, client: FakeClient, *sources: FakeSource) -> Crawler:
    return replace(lanes_over(client, *sources), engine=engine, owns_engine=False)


def at_once(*runs: tuple[Crawler, list[Query]]) -> list[list[CrawlResult]]:
    """Have each crawler ask on a thread of its own."""
    visits: list[list[CrawlResult]] = [[] for _ in runs]

    def ask(number: int) -> None:
        crawler, asked = runs[number]
        visits[number].extend(crawler.crawl(asked))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(runs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return visits


def test_crawlers_of_one_hub_are_together_as_polite_as_one(clock: FakeClock) -> None:
    client, engine = FakeClient(clock), CrawlEngine(clock=clock)
    crawlers = [together(engine, client, ALPHA) for _ in range(3)]

    visits = at_once(*((crawler, queries(4, ALPHA)) for crawler in crawlers))

    assert [len(visit) for visit in visits] == [4, 4, 4]
    begun = sorted(began for _, began, _ in client.asked)
    assert all(later - earlier >= 5.0 for earlier, later in pairwise(begun))
    engine.close()


def test_a_host_that_refuses_one_district_is_left_alone_by_all(clock: FakeClock) -> None:
    client, engine = FakeClient(clock, respond=lambda _: "blocked"), CrawlEngine(clock=clock)
    first, second = (together(engine, client, ALPHA) for _ in range(2))
    list(first.crawl(queries(2, ALPHA)))
    asked = len(client.asked)

    visits = list(second.crawl(queries(2, ALPHA)))

    assert len(client.asked) == asked
    assert {visit.result.outcome for visit in visits} == {Outcome.BLOCKED}
    engine.close()


def test_robots_txt_is_asked_once_for_all(clock: FakeClock) -> None:
    pages = site("alpha", access=AccessMode.PAGE)
    client, engine = FakeClient(clock), CrawlEngine(clock=clock, robots=RobotsCache())
    for _ in range(3):
        list(together(engine, client, pages).crawl(queries(1, pages)))

    assert sum(url.endswith("/robots.txt") for url in client.urls) == 1
    engine.close()


def test_what_one_district_may_not_ask_another_one_may(clock: FakeClock) -> None:
    client, engine = FakeClient(clock), CrawlEngine(clock=clock)
    free = together(engine, client, ALPHA)
    bound = replace(free, may_ask=lambda _: False)

    asked, unasked = at_once((free, queries(2, ALPHA)), (bound, queries(2, ALPHA)))

    assert {entry.result.outcome for entry in asked} == {Outcome.ABSENT}
    assert {entry.result.outcome for entry in unasked} == {Outcome.SKIPPED}
    engine.close()


def test_each_district_asks_its_own_source_of_a_name_with_its_own_client(clock: FakeClock) -> None:
    engine, here, there = CrawlEngine(clock=clock), FakeClient(clock), FakeClient(clock)
    other = replace(ALPHA, crawl_policy=replace(ALPHA.crawl_policy, origins=("http://b.example",)))
    first, second = together(engine, here, ALPHA), together(engine, there, other)

    at_once((first, queries(1, ALPHA)), (second, queries(1, other)))

    assert here.urls == ["http://alpha.example/name0"]
    assert there.urls == ["http://b.example/name0"]
    engine.close()


def test_to_stop_one_district_leaves_the_others_at_work(clock: FakeClock) -> None:
    client, engine = FakeClient(clock), CrawlEngine(clock=clock)
    stopped, other = (together(engine, client, ALPHA) for _ in range(2))
    stopped.close()

    assert list(stopped.crawl(queries(2, ALPHA))) == []
    assert len(list(other.crawl(queries(2, ALPHA)))) == 2
    assert stopped.is_stopped()
    assert not other.is_stopped()
    engine.close()


def test_one_api_key_is_one_budget_however_many_districts_use_it(clock: FakeClock) -> None:
    limited = site("alpha", quota=RequestQuota(daily=3))
    spending = InMemoryQuotaStore()
    engine = CrawlEngine(clock=clock, quota=QuotaTracker(spending, clock))
    client = FakeClient(clock)
    same = [replace(together(engine, client, limited), budgets={"alpha": "key"}) for _ in range(2)]
    own = together(engine, client, limited)

    visits = [list(entry.crawl(queries(2, limited))) for entry in (*same, own)]

    outcomes = [[entry.result.outcome for entry in told] for told in visits]
    assert outcomes[1] == [Outcome.ABSENT, Outcome.SKIPPED]
    assert outcomes[2] == [Outcome.ABSENT, Outcome.ABSENT]
    assert {name: usage.today for name, usage in spending.usages.items()} == {"key": 3, "alpha": 2}
    engine.close()


def test_a_self_check_comes_before_the_sweeps_of_all_districts(clock: FakeClock) -> None:
    asking, queued = threading.Event(), threading.Event()

    def respond(url: str) -> str:
        if url.endswith("name0"):
            asking.set()
            queued.wait(120)
        return "absent"

    def plan() -> Iterator[Query]:
        yield ALPHA.query("rosa")
        queued.set()

    client = FakeClient(clock, respond=respond)
    engine = CrawlEngine(clock=clock, throttle=Throttle(wait_factor=0))
    sweeping, checking = (together(engine, client, ALPHA) for _ in range(2))
    sweep = threading.Thread(target=lambda: list(sweeping.crawl(queries(100, ALPHA))))
    sweep.start()
    asking.wait(120)
    list(checking.crawl(plan(), priority=CrawlPriority.FIRST))
    sweep.join(120)

    assert client.urls.index("http://alpha.example/rosa") == 1
    engine.close()


def test_a_site_that_a_later_district_declares_waits_for_its_subdomains(clock: FakeClock) -> None:
    one = site("rosa", seconds_between=50.0)
    many = FakeSource(
        name="many", crawl_policy=replace(one.crawl_policy, origins=("http://*.example",))
    )
    client, engine = FakeClient(clock), CrawlEngine(clock=clock)
    list(together(engine, client, one).crawl([one.query("a")]))
    list(together(engine, client, many).crawl([many.query("b", "http://ben.example/b")]))

    (_, _, ended), (_, began, _) = client.asked
    assert began - ended >= 50.0
    engine.close()


def test_groups_of_hosts_are_joined_by_the_longer_pause() -> None:
    quick = list_manners([site("alpha", seconds_between=1.0)])
    slow = list_manners([ALPHA, site("beta")])

    for order in ((quick, slow), (slow, quick, quick)):
        both = HostDirectory()
        for entry in order:
            both.add_manners(entry)

        assert both.get_pause("alpha.example", 0.0) == 5.0
        assert both.is_declared("beta.example")
        assert both.find_manners("alpha.example") == slow[0]
