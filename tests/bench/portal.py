"""Have many readers turn the pages at once, beside self-checks, and say how long they waited.

    python -m tests.bench.portal --readers 200 --checks 10 --seconds 20 --pause 5

Everything runs on this machine: the demo's district, its made-up internet, its service, and the
readers, each on a connection of their own that is kept. A reader looks at a page, then thinks for
`--pause` seconds on average. What is printed is the time from asking to the last byte.
"""

import argparse
import json
import random
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from monitor.demo.story import play
from monitor.domain.role import Way
from monitor.store.requests import RunRequest
from monitor.store.sweeps import SweepKind
from monitor.web.app import desk_of
from tests.real.pages import Pages, served

PLACES = ("/me", "/me/sort", "/me/check", "/me/data", "/sign-in", "/static/page.css")


@dataclass
class Ledger:
    """What all readers saw together: seconds for each answer, and what was no page."""

    seconds: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    address: str
    cookie: str
    lots: random.Random
    pause: float
    until: float

    def read(self, ledger: Ledger) -> None:
        parts = urlsplit(self.address)
        line = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        time.sleep(self.lots.random() * self.pause)
        while time.monotonic() < self.until:
            began = time.perf_counter()
            try:
                line.request("GET", self.lots.choice(PLACES), headers={"Cookie": self.cookie})
                answer = line.getresponse()
                answer.read()
            except (OSError, HTTPException) as error:
                ledger.faults[type(error).__name__] += 1
                line.close()
            else:
                ledger.seconds.append(time.perf_counter() - began)
                if answer.status != 200:
                    ledger.faults[str(answer.status)] += 1
            time.sleep(self.lots.uniform(0.5, 1.5) * self.pause)
        line.close()


def run(pages: Pages, wishes: argparse.Namespace) -> dict[str, object]:
    cookies = [cookie for cookie, _ in zip(_cookies(pages), range(wishes.readers), strict=False)]
    ledger, until = Ledger(), time.monotonic() + wishes.seconds
    readers = [
        threading.Thread(
            target=Reader(
                address=pages.address,
                cookie=cookie,
                lots=random.Random(number),  # noqa: S311 - the same again is the point
                pause=wishes.pause,
                until=until,
            ).read,
            args=(ledger,),
        )
        for number, cookie in enumerate(cookies)
    ]
    for reader in readers:
        reader.start()
    asked = _ask_for_checks(pages, wishes.checks)
    for reader in readers:
        reader.join()
    done = [pages.service.state.requests.get(each) for each in asked]
    shares = statistics.quantiles(ledger.seconds, n=100)
    return {
        "readers": wishes.readers,
        "answers": len(ledger.seconds),
        "median_ms": round(shares[49] * 1000, 1),
        "p95_ms": round(shares[94] * 1000, 1),
        "longest_ms": round(max(ledger.seconds) * 1000, 1),
        "faults": dict(ledger.faults),
        "checks": f"{sum(1 for each in done if each and each.done_at)} of {len(asked)} done",
    }


def _cookies(pages: Pages) -> Iterator[str]:
    """Sign the people of the demo in, over and over, each time in a browser of their own."""
    service = pages.service
    visits = desk_of(service, lambda: None).visits
    people = service.state.consents.live(service.now())
    while True:
        for person in people:
            session = service.admitting.begin(person, Way.DEMO)
            stamp = int(service.now().timestamp())
            yield f"{visits.cookie}={visits.signer.dumps([session, stamp])}"


def _ask_for_checks(pages: Pages, count: int) -> list[str]:
    service = pages.service
    people = service.state.consents.live(service.now())
    refs = [service.new_ref() for _ in range(count)]
    for number, ref in enumerate(refs):
        service.state.requests.add(
            RunRequest(
                ref=ref,
                kind=SweepKind.SELFCHECK,
                asked_at=service.now(),
                person=people[number % len(people)],
            )
        )
    pages.wake()
    return refs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--checks", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--pause", type=float, default=5)
    wishes = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        play(Path(folder) / "demo")
        with served(Path(folder) / "demo") as pages:
            print(json.dumps(run(pages, wishes), indent=2))  # noqa: T201 - that is what it is for


if __name__ == "__main__":
    main()
