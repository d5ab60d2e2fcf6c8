"""One request in flight a host, spaced from the end of one answer to the next request."""

import threading
from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from urllib.parse import urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.crawl.throttle import Throttle
from scrapers.http.event_loop import run_in_thread
from scrapers.models import CrawlPriority, Outcome, Page, ParseResult
from scrapers.source import AccessMode
from tests.scrapers.http.fakes import (
    FakeClient,
    FakeClock,
    asked_while_a_run_goes_on,
    lanes_over,
    queries,
    site,
)

TOLERANCE = 1e-6
ALPHA, BETA = site("alpha"), site("beta")


def times(client: FakeClient) -> dict[str, list[tuple[float, float]]]:
    """Return when each host's requests began and ended, in order."""
    by_host = defaultdict(list)
    for url, began, ended in client.asked:
        by_host[urlsplit(url).hostname or ""].append((began, ended))
    return {host: sorted(spans) for host, spans in by_host.items()}


def gaps(client: FakeClient, host: str) -> list[float]:
    spans = times(client)[host]
    return [later[0] - earlier[1] for earlier, later in pairwise(spans)]


@settings(max_examples=40, deadline=None)
@given(
    takes=st.dictionaries(st.sampled_from("abc"), st.floats(0, 5), min_size=3),
    between=st.floats(0, 10),
    stretch=st.floats(1, 3),
    workers=st.integers(1, 8),
)
def test_no_gap_is_shorter_than_the_interval_or_the_last_answer(
    takes: dict[str, float], between: float, stretch: float, workers: int
) -> None:
    sources = [site(name, seconds_between=between) for name in takes]
    client = FakeClient(FakeClock(), takes=lambda url: takes[url[len("http://")]])
    lanes = lanes_over(client, *sources, throttle=Throttle(wait_factor=stretch), workers=workers)

    visits = list(lanes.crawl(queries(4, *sources)))

    assert len(visits) == 4 * len(sources)
    for host, spans in times(client).items():
        took = takes[host[0]]
        assert all(gap >= max(between * stretch, took) - TOLERANCE for gap in gaps(client, host))
        assert len(spans) == 4


def test_the_interval_counts_from_the_end_of_the_answer(clock: FakeClock) -> None:
    client = FakeClient(clock, takes=lambda _: 0.25)

    list(lanes_over(client, ALPHA).crawl(queries(3, ALPHA)))

    assert times(client)["alpha.example"] == [(0.0, 0.25), (1.25, 1.5), (2.5, 2.75)]


def test_a_slow_answer_is_followed_by_as_long_a_pause(clock: FakeClock) -> None:
    client = FakeClient(clock, takes=lambda _: 4.0)

    list(lanes_over(client, ALPHA).crawl(queries(2, ALPHA)))

    assert times(client)["alpha.example"] == [(0.0, 4.0), (8.0, 12.0)]


def test_hosts_do_not_wait_for_each_other(clock: FakeClock) -> None:
    sources = [site(f"s{number}") for number in range(8)]
    together = threading.Barrier(len(sources), timeout=120)

    def meet(_: str) -> str:
        run_in_thread(together.wait)
        return "absent"

    client = FakeClient(clock, respond=meet)
    visits = list(lanes_over(client, *sources, workers=8).crawl(queries(1, *sources)))

    assert len(visits) == len(sources)


def test_one_host_is_never_asked_twice_at_once(clock: FakeClock) -> None:
    busy: defaultdict[str, int] = defaultdict(int)
    most: list[int] = []

    def count(url: str) -> str:
        host = url.split("/")[2]
        busy[host] += 1
        most.append(busy[host])
        threading.Event().wait(0.001)
        busy[host] -= 1
        return "absent"

    client = FakeClient(clock, respond=count)
    lanes = lanes_over(client, ALPHA, BETA, throttle=Throttle(wait_factor=0), workers=8)
    list(lanes.crawl(queries(20, ALPHA, BETA)))

    assert set(most) == {1}


def test_two_runs_at_once_share_the_queues(clock: FakeClock) -> None:
    client = FakeClient(clock, takes=lambda _: 0.1)
    lanes = lanes_over(client, ALPHA)
    self_check = lanes.crawl(
        [ALPHA.query("rosa"), ALPHA.query("ros")], priority=CrawlPriority.FIRST
    )
    sweep = lanes.crawl(queries(5, ALPHA))
    visits = [next(sweep), next(self_check), *self_check, *sweep]

    assert len(visits) == 7
    assert all(gap >= 1.0 - TOLERANCE for gap in gaps(client, "alpha.example"))


def test_a_self_check_goes_before_what_a_sweep_has_queued(clock: FakeClock) -> None:
    asked = asked_while_a_run_goes_on(clock, CrawlPriority.FIRST)

    assert asked[1] == "http://alpha.example/rosa"
    assert len(asked) == 201


def test_sources_at_one_host_stand_in_one_queue(clock: FakeClock) -> None:
    twin = replace(ALPHA, name="twin")
    client = FakeClient(clock)

    list(lanes_over(client, ALPHA, twin).crawl(queries(3, ALPHA, twin)))

    assert min(gaps(client, "alpha.example")) >= 1.0 - TOLERANCE


def test_subdomains_of_one_site_stand_in_one_queue(clock: FakeClock) -> None:
    blogs = site("blogs", origins=("http://*.blogs.example",))
    client = FakeClient(clock)
    asked = [blogs.query(name, f"http://{name}.blogs.example/") for name in ("rosa", "ben", "kim")]

    list(lanes_over(client, blogs).crawl(asked))

    began = sorted(began for _, began, _ in client.asked)
    assert began == [0.0, 1.0, 2.0]


def robots_then(file: str, status: int = 200) -> FakeClient:
    clock = FakeClock()

    def respond(url: str) -> Page | str:
        if not url.endswith("/robots.txt"):
            return "absent"
        return Page(url=url, status=status, body=file.encode(), fetched_at=clock.now())

    return FakeClient(clock, respond=respond)


def test_asking_for_robots_txt_is_a_request_like_any_other() -> None:
    client = robots_then("User-agent: *\nCrawl-delay: 7\n")
    pages = site("alpha", access=AccessMode.PAGE)

    list(lanes_over(client, pages).crawl(queries(2, pages)))

    assert [(url.rpartition("/")[2], began) for url, began, _ in client.asked] == [
        ("robots.txt", 0.0),
        ("name0", 7.0),
        ("name1", 14.0),
    ]


def test_what_robots_txt_forbids_is_declined_without_being_asked_or_waited_for() -> None:
    client = robots_then("User-agent: *\nDisallow: /\n")
    pages = site("alpha", access=AccessMode.PAGE)

    visits = list(lanes_over(client, pages).crawl(queries(50, pages)))

    assert {visit.result.outcome for visit in visits} == {Outcome.DECLINED}
    assert client.urls == ["http://alpha.example/robots.txt"]
    assert client.clock.seconds <= 1.0


def test_a_host_whose_robots_txt_cannot_be_fetched_counts_as_failing(clock: FakeClock) -> None:
    client = FakeClient(clock, respond=lambda _: ParseResult(outcome=Outcome.FAILED, note="no"))
    pages = site("alpha", access=AccessMode.PAGE)

    visits = list(lanes_over(client, pages).crawl(queries(5, pages)))

    assert {visit.result.outcome for visit in visits} == {Outcome.FAILED}
    assert client.urls == ["http://alpha.example/robots.txt"] * 2
