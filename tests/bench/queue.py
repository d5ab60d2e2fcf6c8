"""What a self-check waits for beside a full sweep: `python -m tests.bench.queue` prints JSON.

The lanes, their queues, their workers and the clock are the real ones. There is no network: a host
answers after `--answer` seconds of sleep. So the figures are of the queues alone, and what a
machine needs to fetch a page is not in them.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from threading import Event, Thread
from time import monotonic
from urllib.parse import urlsplit

from scrapers.crawl.crawler import Crawler
from scrapers.http.clock import SystemClock
from scrapers.models import CrawlPriority, Query
from tests.scrapers.http.fakes import FakeClient, FakeSource, lanes_over, site

LONGEST_FILL_SECONDS = 60.0
SELF, SWEEP = "rosa", "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A sweep of `queued` checks over `hosts`; a self-check asks `sites` of them `each` times.

    `interval` and `answer` are in seconds.
    """

    queued: int = 200_000
    hosts: int = 700
    sites: int = 60
    each: int = 8
    interval: float = 1.0
    answer: float = 0.02
    workers: int = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Times are in seconds from the wish for a self-check.

    `queued` checks of the sweep lay in the lanes' queues by then, after `filled` seconds.
    `floor` is what the hosts' own queues take, given when the sweep has asked each of them last;
    `idle_floor` is what they would take if no host had been asked before. `overtaken` is how often
    the sweep was let before the self-check, at the host where that happened most.
    """

    queued: int
    filled: float
    first_asked: float
    last_site_begun: float
    done: float
    floor: float
    idle_floor: float
    answered: int
    swept_a_second: float
    overtaken: int

    @property
    def stretch(self) -> float:
        return self.done / self.floor


@dataclass(slots=True)
class District:
    """`filled` is set once the whole sweep lies in the lanes' queues, `pulled` of it so far."""

    size: Size
    pulled: int = 0
    sources: list[FakeSource] = field(init=False)
    client: FakeClient = field(init=False)
    lanes: Crawler = field(init=False)
    filled: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        manners = {"seconds_between": self.size.interval}
        self.sources = [site(f"s{number}", **manners) for number in range(self.size.hosts)]
        self.client = FakeClient(SystemClock(), takes=lambda _: self.size.answer)
        # All of it is lined up, whether or not the machine keeps up with what the hosts allow.
        look_ahead, workers = self.size.queued, self.size.workers
        self.lanes = lanes_over(self.client, *self.sources, workers=workers, look_ahead=look_ahead)

    def sweep(self) -> Iterator[Query]:
        for number in range(self.size.queued):
            self.pulled += 1
            yield self.sources[number % self.size.hosts].query(f"{SWEEP}{number}")
        self.filled.set()

    def self_check(self) -> Iterator[Query]:
        for number in range(self.size.each):
            for source in self.sources[: self.size.sites]:
                yield source.query(f"{SELF}{number}")


def measured(size: Size) -> Figures:
    district = District(size)
    began = monotonic()
    sweeping = Thread(target=lambda: sum(1 for _ in district.lanes.crawl(district.sweep())))
    sweeping.start()
    district.filled.wait(LONGEST_FILL_SECONDS)
    wished = monotonic()
    queued = district.pulled - len(district.client.asked)
    visits = list(district.lanes.crawl(district.self_check(), priority=CrawlPriority.FIRST))
    done = monotonic()
    district.lanes.stop()
    sweeping.join()
    figures = figured(size, district.client.asked, wished)
    return replace(
        figures,
        queued=queued,
        filled=wished - began,
        done=done - wished,
        answered=len(visits),
    )


def figured(size: Size, asked: list[tuple[str, float, float]], wished: float) -> Figures:
    """Work out what the client's notes tell: (URL, when it was asked, when it had answered)."""
    begun, free = defaultdict(list), defaultdict(lambda: wished)
    sweeping = defaultdict(list)
    swept = 0
    for url, began, ended in asked:
        place = urlsplit(url)
        if place.path.startswith(f"/{SELF}"):
            begun[place.hostname].append(began - wished)
        elif began < wished:
            free[place.hostname] = max(free[place.hostname], ended + size.interval)
        else:
            sweeping[place.hostname].append(began - wished)
        swept += place.path.startswith(f"/{SWEEP}") and began >= wished
    own = size.each * (size.answer + size.interval) - size.interval
    firsts = [min(times) for times in begun.values()]
    lasted = max(max(times) for times in begun.values()) + size.answer
    return Figures(
        queued=0,
        filled=0.0,
        first_asked=min(firsts),
        last_site_begun=max(firsts),
        done=lasted,
        floor=max(free[host] for host in begun) - wished + own,
        idle_floor=own,
        answered=0,
        swept_a_second=swept / lasted,
        overtaken=max(
            sum(at < max(times) for at in sweeping[host]) for host, times in begun.items()
        ),
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    for name, usual in asdict(Size()).items():
        options.add_argument(f"--{name}", type=type(usual), default=usual)
    figures = measured(Size(**vars(options.parse_args())))
    told = {**asdict(figures), "stretch": figures.stretch}
    sys.stdout.write(json.dumps({name: round(value, 3) for name, value in told.items()}) + "\n")


if __name__ == "__main__":
    main()
