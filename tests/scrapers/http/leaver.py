"""Many processes that ask hosts and end: each in the same way, and a few side by side.

They are forked from one that has everything imported, and end as any program does: a process of
multiprocessing would leave out what the interpreter does last, and that is what is looked at.
"""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from threading import Event, Thread

from scrapers.crawl.crawler import Crawler
from scrapers.crawl.throttle import WITHOUT_WAITS
from scrapers.http.client import HttpClient
from scrapers.http.clock import SystemClock
from scrapers.http.fetch_limits import FetchLimits
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from scrapers.models import CrawlResult
from tests.scrapers.http.fakes import FakeSource, lanes_over, queries, site
from tests.scrapers.http.wire import AGENT

ROOT = Path(__file__).parents[3]
SIDE_BY_SIDE = 6
HOSTS = 12
# Longer than any test lasts: who waits for the answers that never come does not end.
LIMITS = FetchLimits(total_seconds=3_600.0)


class Way(StrEnum):
    """How a process comes to its end. In all but the first, requests are in flight then."""

    RETURN = "return"
    CLOSE = "close"
    EXCEPTION = "exception"
    TERMINATED = "terminated"
    CTRL_C = "ctrl-c"


# Ctrl-C ends Python by the signal itself, once the interpreter has been taken down.
EXPECTED: Mapping[Way, int] = {
    Way.RETURN: 0,
    Way.CLOSE: 0,
    Way.EXCEPTION: 1,
    Way.TERMINATED: 0,
    Way.CTRL_C: -signal.SIGINT,
}


def exits(way: Way, port: int, count: int) -> Mapping[int, int]:
    """Have so many processes ask the server at `port` and end; return how often each code came.

    None may leave a socket to the collector.
    """
    strict = [sys.executable, "-W", "always::ResourceWarning"]
    command = [*strict, "-m", "tests.scrapers.http.leaver", way, str(port), str(count)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    assert "unclosed" not in told.stderr
    return {int(code): times for code, times in json.loads(told.stdout).items()}


def leave(way: Way, port: int) -> None:
    lanes, asked = _lanes(port)
    visits = lanes.crawl(queries(3 if way is Way.RETURN else 1, *asked))
    match way:
        case Way.RETURN:
            list(visits)
        case Way.CLOSE:
            with closing(visits):
                next(visits)
        case Way.EXCEPTION:
            next(visits)
            raise LookupError
        case Way.TERMINATED:
            _serve(lanes, visits)
        case Way.CTRL_C:
            next(visits)
            os.kill(os.getpid(), signal.SIGINT)
            next(visits)


def _serve(lanes: Crawler, visits: Iterator[CrawlResult]) -> None:
    """Ask in another thread until SIGTERM, as the service does."""
    stopping, begun = Event(), Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stopping.set())

    def ask() -> None:
        for _ in visits:
            begun.set()

    asking = Thread(target=ask, daemon=True)
    asking.start()
    begun.wait()
    os.kill(os.getpid(), signal.SIGTERM)
    stopping.wait()
    lanes.stop()
    asking.join()


def _lanes(port: int) -> tuple[Crawler, list[FakeSource]]:
    asked = [site(f"host{number}") for number in range(HOSTS)]
    places = {f"{entry.name}.example": ("127.0.0.1", port) for entry in asked}
    egress = Dialer(address_map=places, resolve=resolve_nothing)
    client = HttpClient(egress, SystemClock(), AGENT, LIMITS)
    return lanes_over(client, *asked, throttle=WITHOUT_WAITS, workers=HOSTS), asked


def main() -> None:
    way, port, count = Way(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    codes: Counter[int] = Counter()
    running = 0
    for _ in range(count):
        if running == SIDE_BY_SIDE:
            codes[_ended()] += 1
            running -= 1
        if os.fork() == 0:
            leave(way, port)
            return
        running += 1
    codes.update(_ended() for _ in range(running))
    sys.stdout.write(json.dumps(codes))


def _ended() -> int:
    return os.waitstatus_to_exitcode(os.wait()[1])


if __name__ == "__main__":
    main()
