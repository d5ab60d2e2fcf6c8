"""Have many readers turn the pages at once, beside self-checks and a sweep; print how all fared.

    python -m tests.bench.portal --readers 200 --checks 10 --seconds 30 --pause 1

The made-up internet, the service, the pages and the readers are each a process of their own, as in
the field. A reader has a connection that is kept, looks at a page, and then reads for `--pause`
seconds on average. What is printed of them is the time from asking to the last byte, in
milliseconds; of the sweep, what the hosts saw of it before the readers came and beside them.
"""

import argparse
import json
import random
import statistics
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from itertools import islice, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import structs

from monitor.app import open_app
from monitor.config.sections import PortalConfig
from monitor.db.database import Database
from monitor.db.jobs import build_request
from monitor.scheduler.daemon import WakeSocket
from monitor.services.job_kinds import SWEEP, run_full_sweep
from monitor.web.server import LOOPBACK
from tests.bench import scale
from tests.bench.apart import Site, at_work, cookies
from tests.bench.selfcheck import vouched, with_handles
from tests.bench.sweep import configuration, enrol
from tests.real.process import free_ports

PLACES = ("/me", "/me/sort", "/me/check", "/me/data", "/sign-in", "/static/page.css")
STARTING_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """`interval` are the seconds that the sweep leaves between two requests at a host."""

    readers: int = 200
    checks: int = 10
    seconds: float = 30.0
    pause: float = 1.0
    people: int = 30
    sites: int = 60
    handles: int = 4
    interval: float = 1.0


@dataclass
class Ledger:
    """What all readers saw together: seconds for each answer, and what was no page."""

    seconds: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    port: int
    cookie: str
    lots: random.Random
    pause: float
    until: float

    def read(self, ledger: Ledger) -> None:
        line = HTTPConnection(LOOPBACK, self.port, timeout=30)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What the hosts saw of the service: `longest_gap` is the longest time that none was asked.

    `soonest` are the seconds between two requests at one host, where they were fewest.
    """

    a_second: float
    longest_gap: float
    soonest: float


# Longer than any machine needs; a test that fails then has found something.
PATIENCE = 120.0


def measured(size: Size) -> dict[str, object]:
    """Let a sweep run by itself for a while, then beside the readers and the checks."""
    with _district(size) as (site, web):
        visitors = cookies(site, size.readers)
        with Database.open_folder(site.config.state) as state, at_work(site):
            time.sleep(STARTING_SECONDS)
            alone = _during(web, size.seconds / 2)
            asked = tuple(_ask_for_checks(state, size.checks))
            WakeSocket(site.config.state).wake_daemon()
            ledger, beside = _read(web, site.port, visitors, size)
            served = [state.jobs.find_request(text) for text in asked]
            begun = sum(1 for text in asked if state.jobs.load_progress(text))
    done = sum(1 for request in served if request and request.done_at)
    return {
        **_told(ledger),
        "checks": f"{begun} of {size.checks} begun, {done} done",
        "sweep alone": asdict(alone),
        "sweep beside": asdict(beside),
    }


@contextmanager
def _district(size: Size) -> Iterator[tuple[Site, scale.ScaleServerProcess]]:
    """Make a district that was swept once, and whose next sweep is due."""
    with TemporaryDirectory() as folder, scale.run_server_process(size.sites) as web:
        (port,) = free_ports(1)
        config = structs.replace(
            vouched(configuration(Path(folder), size.sites)),
            portal=PortalConfig(address=f"http://{LOOPBACK}:{port}"),
        )
        staff = (with_handles(member, size.handles) for member in scale.build_staff(size.people))
        site = Site(config=config, web=web.address_map, port=port, stretch=size.interval)
        with Database.create_or_open_folder(config.state) as state:
            enrol(state, tuple(staff))
        with open_app(config, replace(site, stretch=0.0).environment) as service:
            run_full_sweep(service)
            service.db.jobs.ensure_job(SWEEP, "", service.clock.now())
        yield site, web


def _ask_for_checks(state: Database, count: int) -> Iterator[str]:
    for person in islice(state.people.list_person_ids(), count):
        ref = f"check of {person}"
        state.jobs.insert_request(build_request("check", ref, datetime.now(UTC), person))
        yield ref


def _read(
    web: scale.ScaleServerProcess, port: int, visitors: tuple[str, ...], size: Size
) -> tuple[Ledger, Pace]:
    ledger, until = Ledger(), time.monotonic() + size.seconds
    readers = [
        threading.Thread(
            target=Reader(
                port=port,
                cookie=cookie,
                lots=random.Random(number),  # noqa: S311 - the same again is the point
                pause=size.pause,
                until=until,
            ).read,
            args=(ledger,),
        )
        for number, cookie in enumerate(visitors)
    ]
    for reader in readers:
        reader.start()
    pace = _during(web, size.seconds)
    for reader in readers:
        reader.join()
    return ledger, pace


def _during(web: scale.ScaleServerProcess, seconds: float) -> Pace:
    """Wait, and tell what the hosts saw meanwhile.

    A busy machine may ask no host twice in that time; then the wait goes on until one was.
    """
    before, began = len(web.fetch_requests()), time.monotonic()
    time.sleep(seconds)
    while (
        not (gaps := _gaps(web.fetch_requests()[before:])) and time.monotonic() < began + PATIENCE
    ):
        time.sleep(1)
    knocks, took = web.fetch_requests()[before:], time.monotonic() - began
    return Pace(
        a_second=round(len(knocks) / took, 1),
        longest_gap=round(_widest(sorted(at.timestamp() for _, at in knocks)), 2),
        soonest=round(min(gaps), 3),
    )


def _gaps(knocks: Sequence[tuple[str, datetime]]) -> list[float]:
    """Return the seconds between two requests to one host."""
    hosts = defaultdict(list)
    for host, at in knocks:
        hosts[host].append(at.timestamp())
    return [after - at for one_host in hosts.values() for at, after in pairwise(one_host)]


def _widest(times: list[float]) -> float:
    return max((after - at for at, after in pairwise(times)), default=0.0)


def _told(ledger: Ledger) -> dict[str, object]:
    shares = [round(quantile * 1000, 1) for quantile in statistics.quantiles(ledger.seconds, n=100)]
    return {
        "answers": len(ledger.seconds),
        "median_ms": shares[49],
        "p95_ms": shares[94],
        "p99_ms": shares[98],
        "faults": dict(ledger.faults),
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    for name, usual in asdict(Size()).items():
        options.add_argument(f"--{name}", type=type(usual), default=usual)
    figures = measured(Size(**vars(options.parse_args())))
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
