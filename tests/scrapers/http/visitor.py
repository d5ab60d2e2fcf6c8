"""A process of its own for each visit to a server, which tells what that cost.

The parent's memory must not stand in the figure, and what an earlier visit left must not hide a
later one: hence one process for each server.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic

from scrapers.http.client import HttpClient
from scrapers.http.clock import SystemClock
from scrapers.http.fetch_limits import FetchLimits
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from scrapers.models import Page, Request
from scrapers.source import AccessMode, CrawlPolicy
from tests.bench.cost import peak_mebibytes
from tests.scrapers.http.follower import Follower

ROOT = Path(__file__).parents[3]
CALM, HOSTILE = "calm.example", "hostile.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """`came` is what each visit came to: "Page", or the outcome of a reading."""

    seconds: float
    mebibytes: float
    came: list[str]


@contextmanager
def running_visitor() -> Iterator[Callable[..., Cost]]:
    """Start Python and load the client once: each visit is a copy of this process."""
    command = [sys.executable, "-m", "tests.scrapers.http.visitor"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def visit_apart(calm: int, hostile: int, limits: FetchLimits, scheme: str = "http") -> Cost:
            """Visit the server at port `hostile` twice, as an API and as a page."""
            print(
                json.dumps([calm, hostile, limits.total_seconds, scheme]),
                file=process.stdin,
                flush=True,
            )
            return Cost(**json.loads(process.stdout.readline()))

        yield visit_apart
        process.stdin.close()


def visit(calm: int, hostile: int, seconds: float, scheme: str) -> Cost:
    places = {CALM: ("127.0.0.1", calm), HOSTILE: ("127.0.0.1", hostile)}
    egress = Dialer(address_map=places, resolve=resolve_nothing)
    limits = FetchLimits(total_seconds=seconds)
    client = HttpClient(egress, SystemClock(), "Namesake/0.1 (+mailto:it@district.example)", limits)

    follower = Follower(client)

    def fetch(origin: str, access: AccessMode) -> str:
        came = follower.fetch(Request(url=origin), CrawlPolicy(origins=(origin,), access=access))
        return "Page" if isinstance(came, Page) else came.outcome

    for access in AccessMode:
        fetch(f"http://{CALM}", access)
    idle, longest, came = peak_mebibytes(), 0.0, []
    for access in AccessMode:
        began = monotonic()
        came.append(fetch(f"{scheme}://{HOSTILE}", access))
        longest = max(longest, monotonic() - began)
    return Cost(seconds=longest, mebibytes=peak_mebibytes() - idle, came=came)


def main() -> None:
    for wish in sys.stdin:
        if pid := os.fork():
            os.waitpid(pid, 0)
        else:
            sys.stdout.write(f"{json.dumps(asdict(visit(*json.loads(wish))))}\n")
            sys.stdout.flush()
            os._exit(0)


if __name__ == "__main__":
    main()
