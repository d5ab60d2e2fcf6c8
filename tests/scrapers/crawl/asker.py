"""Asks a few hosts as a program of its own: `python -m tests.scrapers.crawl.asker FILE PORT NAME`.

FILE holds the pauses that all of them keep. It asks until it is killed, or has asked all.
"""

import sys
from pathlib import Path

from scrapers.crawl.pause_file import PauseFile
from scrapers.http.client import HttpClient
from scrapers.http.clock import SystemClock
from scrapers.http.fetch_limits import FetchLimits
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from scrapers.source import AccessMode, CrawlPolicy
from tests.scrapers.http.fakes import FakeSource, lanes_over
from tests.scrapers.http.watchful import ADDRESS
from tests.scrapers.http.wire import AGENT

PAUSE_SECONDS = 0.2
SITES = tuple(
    FakeSource(
        f"steady{number}",
        CrawlPolicy(
            origins=(f"http://steady{number}.example",),
            access=AccessMode.API,
            seconds_between=PAUSE_SECONDS,
        ),
    )
    for number in range(16)
)
QUERIES_EACH = 8


def ask_all(pauses: Path, port: int, name: str) -> None:
    places = {f"{site.name}.example": (ADDRESS, port) for site in SITES}
    egress = Dialer(address_map=places, resolve=resolve_nothing)
    client = HttpClient(egress, SystemClock(), AGENT, FetchLimits(idle_hosts=len(SITES)))
    crawler = lanes_over(client, *SITES, workers=32, pauses=PauseFile.open_first([pauses]))
    queries = [
        site.query(f"{name}{one_number}") for one_number in range(QUERIES_EACH) for site in SITES
    ]
    for _ in crawler.crawl(queries):
        pass
    crawler.close()
    client.close()


if __name__ == "__main__":
    ask_all(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
