"""A redirect is a request like any other: in the queue of its host, after robots.txt, in time."""

from dataclasses import replace
from itertools import pairwise

import pytest

from scrapers.http.client import Redirect
from scrapers.http.errors import FailureReason
from scrapers.models import Outcome, Page, Request
from scrapers.source import AccessMode
from tests.scrapers.http.fakes import FakeClient, FakeClock, lanes_over, queries, site

ALPHA = site("alpha")
PAGES = site("alpha", access=AccessMode.PAGE)


def led(url: str) -> Redirect:
    return Redirect(Request(url=url, led=True))


def without_files(url: str, clock: FakeClock) -> Page | None:
    if url.endswith("/robots.txt"):
        return Page(url=url, status=404, body=b"", fetched_at=clock.now())
    return None


def test_a_hop_at_the_same_host_waits_its_turn(clock: FakeClock) -> None:
    ways = {"http://alpha.example/name0": led("http://alpha.example/new")}
    client = FakeClient(clock, respond=lambda url: ways.get(url, "absent"))

    (visit,) = lanes_over(client, ALPHA).crawl(queries(1, ALPHA))

    assert visit.result.outcome is Outcome.ABSENT
    assert [began for _, began, _ in client.asked] == [0.0, 1.0]
    assert client.urls == ["http://alpha.example/name0", "http://alpha.example/new"]


def test_a_hop_to_another_host_stands_in_that_hosts_queue(clock: FakeClock) -> None:
    beta = site("beta", seconds_between=30.0)
    ways = {"http://alpha.example/name0": led("http://beta.example/new")}
    pages = replace(beta, crawl_policy=replace(beta.crawl_policy, origins=("http://beta.example",)))
    client = FakeClient(clock, respond=lambda url: ways.get(url, "absent"))

    list(lanes_over(client, ALPHA, pages).crawl([*queries(1, pages), *queries(1, ALPHA)]))

    began = {url: began for url, began, _ in client.asked}
    assert began["http://beta.example/new"] >= began["http://beta.example/name0"] + 30.0


def test_a_hop_to_an_unknown_host_asks_for_its_robots_txt_first(clock: FakeClock) -> None:
    ways = {"http://alpha.example/name0": led("http://elsewhere.example/rosa")}
    client = FakeClient(
        clock, respond=lambda url: without_files(url, clock) or ways.get(url, "absent")
    )

    list(lanes_over(client, PAGES).crawl(queries(1, PAGES)))

    assert client.urls == [
        "http://alpha.example/robots.txt",
        "http://alpha.example/name0",
        "http://elsewhere.example/robots.txt",
        "http://elsewhere.example/rosa",
    ]


def test_a_reader_is_told_the_query_that_was_asked_and_the_page_that_came(
    clock: FakeClock,
) -> None:
    ways = {"http://alpha.example/name0": led("http://alpha.example/new")}
    client = FakeClient(clock, respond=lambda url: ways.get(url, "absent"))

    (visit,) = lanes_over(client, ALPHA).crawl(queries(1, ALPHA))

    assert visit.query.request.url == "http://alpha.example/name0"


@pytest.mark.parametrize("source", [ALPHA, PAGES], ids=["api", "page"])
def test_a_host_that_sends_us_round_for_ever_is_followed_five_times(
    clock: FakeClock, source: object
) -> None:
    round_again = led("http://alpha.example/again")
    client = FakeClient(clock, respond=lambda url: without_files(url, clock) or round_again)

    (visit,) = lanes_over(client, source).crawl(queries(1, source))  # type: ignore[arg-type] # a column of the table

    assert (visit.result.outcome, visit.result.note) == (Outcome.UNREADABLE, FailureReason.HOPS)
    assert len([url for url in client.urls if not url.endswith("robots.txt")]) == 6


def test_a_host_is_left_alone_as_its_own_source_wishes_whoever_is_led_there_first(
    clock: FakeClock,
) -> None:
    hasty, calm = site("hasty", seconds_between=1.0), site("calm", seconds_between=30.0)
    ways = {f"http://hasty.example/name{n}": led(f"http://calm.example/x{n}") for n in range(3)}
    client = FakeClient(clock, respond=lambda url: ways.get(url, "absent"))

    list(lanes_over(client, hasty, calm).crawl(queries(3, hasty)))

    assert [began for url, began, _ in client.asked if "calm" in url] == [0.0, 30.0, 60.0]


@pytest.mark.parametrize(
    "host", ["rosa.blogs.example", "ROSA.blogs.example", "rosa.blogs.example."]
)
def test_a_hop_into_a_site_of_subdomains_stands_in_the_queue_of_the_site(
    clock: FakeClock, host: str
) -> None:
    blogs = site("blogs", origins=("http://*.blogs.example",))
    ways = {f"http://alpha.example/name{n}": led(f"http://{host}/") for n in range(3)}
    client = FakeClient(clock, respond=lambda url: ways.get(url, "absent"))
    own = [blogs.query(f"n{n}", f"http://theo.blogs.example/{n}") for n in range(3)]

    list(lanes_over(client, ALPHA, blogs).crawl([*queries(3, ALPHA), *own]))

    at = sorted(began for url, began, _ in client.asked if "blogs" in url)
    assert all(later - before >= 1.0 for before, later in pairwise(at))


def test_two_sources_at_one_host_keep_the_longer_interval(clock: FakeClock) -> None:
    slow = replace(
        ALPHA, name="slow", crawl_policy=replace(ALPHA.crawl_policy, seconds_between=30.0)
    )
    client = FakeClient(clock)

    list(lanes_over(client, ALPHA, slow).crawl(queries(2, slow, ALPHA)))

    began = sorted(began for _, began, _ in client.asked)
    assert began == [0.0, 30.0, 60.0, 90.0]
