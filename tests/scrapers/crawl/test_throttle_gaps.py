"""No host is ever asked too soon, as the hosts themselves count it, over real connections."""

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

import pytest

from scrapers.crawl.crawler import Crawler
from scrapers.http.client import HttpClient
from scrapers.http.clock import SystemClock
from scrapers.http.fetch_limits import FetchLimits
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from scrapers.models import CrawlPriority, Outcome, Page, ParseResult, Query
from scrapers.parsers.block_detection import build_limited_result, is_rate_limited
from scrapers.source import AccessMode, CrawlPolicy
from tests.scrapers.http.fakes import FakeSource, lanes_over
from tests.scrapers.http.watchful import (
    ADDRESS,
    ODD_CONDUCT,
    RETRY_AFTER,
    Note,
    Watched,
    watched_hosts,
)
from tests.scrapers.http.wire import AGENT

# Each with 32 workers and with 256.
WHOLE = 100_000
FEW = 2_500
SITES = 250
LIMITING = 20
INTERVALS = (0.1, 0.15, 0.2)
# Both clocks are one, but the wall's, by which a Retry-After is kept, may be nudged meanwhile.
NUDGE = 0.005


class Site(FakeSource):
    """Knows no answer but "nobody here", and the ways in which a host gives none."""

    def parse_response(self, query: Query, page: Page) -> ParseResult:  # noqa: ARG002 - the protocol names it
        if is_rate_limited(page):
            return build_limited_result(page)
        return ParseResult(outcome=Outcome.ABSENT if page.status == 200 else Outcome.FAILED)


def sites(count: int, kind: str) -> list[Site]:
    """Make most of them pages, which have a robots.txt, and a quarter APIs, which need none."""
    return [
        Site(
            f"{kind}{number}",
            CrawlPolicy(
                origins=(f"http://{kind}{number}.example",),
                access=AccessMode.PAGE if number % 4 else AccessMode.API,
                seconds_between=INTERVALS[number % len(INTERVALS)],
            ),
        )
        for number in range(count)
    ]


STEADY, FICKLE = sites(SITES, "steady"), sites(LIMITING, "limiting")
SOURCES = {site.name: site for site in (*STEADY, *FICKLE)}


def host_of(site: Site) -> str:
    return f"{site.name}.example"


PAUSES = {host_of(site): site.crawl_policy.seconds_between for site in SOURCES.values()}


def lanes_to(watched: Watched, workers: int) -> Crawler:
    places = dict.fromkeys(PAUSES, (ADDRESS, watched.port))
    egress = Dialer(address_map=places, resolve=resolve_nothing)
    # A connection kept for each: to open a hundred thousand would use up the machine's ports.
    client = HttpClient(egress, SystemClock(), AGENT, FetchLimits(idle_hosts=len(places)))
    return lanes_over(client, *SOURCES.values(), workers=workers)


def sweep(numbers: Iterable[int]) -> Iterator[Query]:
    for number in numbers:
        yield STEADY[number % SITES].query(f"name{number}")
        if number % 100 == 0:
            # Three in a row, so that the last two come up while a Retry-After holds.
            yield FICKLE[number // 300 % LIMITING].query(f"name{number}")


def self_check() -> Iterator[Query]:
    for number in range(3 * 60):
        yield STEADY[number % 60].query(f"rosa{number}")


def by_host(notes: Iterable[Note]) -> Mapping[str, list[Note]]:
    asked = defaultdict(list)
    for note in sorted(notes, key=lambda note: note.began):
        asked[note.host].append(note)
    return asked


def owed(before: Note) -> float:
    """Return the seconds that a host must be left alone after this request."""
    if before.conduct == "limits":
        return RETRY_AFTER - NUDGE
    return max(PAUSES[before.host], before.ended - before.began)


def too_soon(notes: Iterable[Note]) -> list[tuple[Note, Note]]:
    return [
        (before, later)
        for asked in by_host(notes).values()
        for before, later in pairwise(asked)
        if later.began - before.ended < owed(before)
    ]


@pytest.mark.parametrize("workers", [32, 256])
@pytest.mark.parametrize(
    "fetches", [FEW, pytest.param(WHOLE, marks=pytest.mark.soak)], ids=["few", "whole"]
)
def test_no_gap_is_shorter_than_configured_whatever_runs_at_once(
    fetches: int, workers: int
) -> None:
    with watched_hosts() as watched:
        lanes = lanes_to(watched, workers)
        checking = threading.Thread(
            target=lambda: list(lanes.crawl(self_check(), priority=CrawlPriority.FIRST))
        )
        visits = lanes.crawl(sweep(range(fetches)))
        next(visits)
        checking.start()
        for _visit in visits:
            pass
        checking.join(120)
        lanes.client.close()

    assert too_soon(watched.notes) == []
    assert len(watched.notes) >= fetches
    assert {note.conduct for note in watched.notes} >= {*ODD_CONDUCT.values(), "limits"}
    assert sum(note.path.startswith("/rosa") for note in watched.notes) == 180


def led_around(numbers: Iterable[int]) -> Iterator[Query]:
    """Ask pages that lead to other hosts of the same pace, by up to four redirects."""
    pages = [page for page in STEADY if page.crawl_policy.access is AccessMode.PAGE]
    for number in numbers:
        alike = [page for page in pages if PAUSES[host_of(page)] == INTERVALS[number % 3]]
        stops = [alike[number * (7 + hop) % len(alike)] for hop in range(2 + number % 4)]
        onward = "/to/".join(host_of(stop) for stop in stops[1:])
        yield stops[0].query(
            f"name{number}", f"http://{host_of(stops[0])}/to/{onward}/name{number}"
        )


@pytest.mark.parametrize("workers", [32, 256])
def test_no_hop_comes_sooner_than_a_query_would(share, workers: int) -> None:
    numbers = share(range(8_000), of=25)
    with watched_hosts() as watched:
        lanes = lanes_to(watched, workers)
        visits = list(lanes.crawl(led_around(numbers)))
        lanes.client.close()

    assert too_soon(watched.notes) == []
    assert len(visits) == len(numbers)
    assert sum(note.conduct == "leads on" for note in watched.notes) > len(numbers)
