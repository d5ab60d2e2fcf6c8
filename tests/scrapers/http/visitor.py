"""A process of its own that visits one server, and tells what that cost.

The parent's memory must not stand in the figure, and what an earlier visit left must not hide a
later one: hence one process for each server.
"""

import json
import subprocess
import sys
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


def visit_apart(calm: int, hostile: int, limits: FetchLimits, scheme: str = "http") -> Cost:
    """Visit the server at port `hostile` twice, as an API and as a page, in a new process."""
    wish = [calm, hostile, limits.total_seconds, scheme]
    command = [sys.executable, "-m", "tests.scrapers.http.visitor", json.dumps(wish)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    return Cost(**json.loads(told.stdout))


def main() -> None:
    calm, hostile, seconds, scheme = json.loads(sys.argv[1])
    places = {CALM: ("127.0.0.1", calm), HOSTILE: ("127.0.0.1", hostile)}
    egress = Dialer(address_map=places, resolve=resolve_nothing)
    limits = FetchLimits(total_seconds=seconds)
    client = HttpClient(egress, SystemClock(), "Namesake/0.1 (+mailto:it@district.example)", limits)

    follower = Follower(client)

    def visit(origin: str, access: AccessMode) -> str:
        came = follower.fetch(Request(url=origin), CrawlPolicy(origins=(origin,), access=access))
        return "Page" if isinstance(came, Page) else came.outcome

    for access in AccessMode:
        visit(f"http://{CALM}", access)
    idle, longest, came = peak_mebibytes(), 0.0, []
    for access in AccessMode:
        began = monotonic()
        came.append(visit(f"{scheme}://{HOSTILE}", access))
        longest = max(longest, monotonic() - began)
    cost = Cost(seconds=longest, mebibytes=peak_mebibytes() - idle, came=came)
    sys.stdout.write(json.dumps(asdict(cost)))


if __name__ == "__main__":
    main()
