"""What many districts in one process cost: `python -m tests.bench.fleet` prints the figures.

A made-up internet in a process of its own notes when each request came. All districts are swept,
and meanwhile self-checks are asked for in some of them.
"""

import argparse
import json
import re
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic, process_time

from monitor.app import open_app
from monitor.db.database import Database
from monitor.demo.setup import StoryClock
from monitor.domain.vocabulary import SweepKind
from monitor.scheduler.job_scheduler import JobScheduler, Liveness
from scrapers.crawl.throttle import Throttle
from scrapers.http.clock import SystemClock
from tests.bench import scale
from tests.bench.cost import peak_mebibytes
from tests.monitor.fleet.world import Fleet, open_fleet
from tests.monitor.made_districts import FRIDAY, SUNDAY, list_handles, make_districts

# Sites ask for a second; the bench waits a twentieth of that.
PACE = 0.05
GAP = 0.05
# What the clock of the server and its thread may be off.
TOLERANCE = 0.001
MOST_SECONDS = 3_600.0
CHECKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetSize:
    districts: int
    people: int
    sites: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetFigures:
    """`too_close` counts requests to a host before its pause was over, as the server saw it.

    `opening_ms` is the mean, of processor time. `check_seconds` pass at most until the first answer
    of a self-check, while all districts are swept. `elsewhere` counts words of one district in the
    files of another.
    """

    requests: int
    too_close: int
    swept: int
    mebibytes_each: float
    opening_ms: float
    check_seconds: float
    check_median: float
    elsewhere: int
    seconds: float

    def told(self) -> str:
        return (
            f"{self.requests:,} requests, {self.too_close} too close, {self.swept} swept, "
            f"{self.seconds:.0f} s\n{self.mebibytes_each:.2f} MiB a district, opening "
            f"{self.opening_ms:.0f} ms, first answer {self.check_median:.2f} to "
            f"{self.check_seconds:.2f} s, "
            f"{self.elsewhere} words elsewhere\n"
        )


def measure_fleet(size: FleetSize, folder: Path) -> FleetFigures:
    names = tuple(f"district-{number:04}" for number in range(size.districts))
    districts = folder / "districts"
    make_districts(districts, names, size.people, size.sites)
    with ExitStack() as parts:
        web = parts.enter_context(scale.run_server_process(size.sites))
        load_code(folder / "first", size, web.address_map)
        asked_from = datetime.now(UTC)
        began, clock, before = monotonic(), StoryClock(FRIDAY), peak_mebibytes()
        throttle = Throttle(wait_factor=PACE)
        fleet = parts.enter_context(open_fleet(districts, web.address_map, clock, throttle))
        opening = measure_opening(fleet, names[:20])
        fleet.works_for(MOST_SECONDS)
        clock.at = SUNDAY
        checks = sweep_with_checks(fleet, names[-CHECKS:])
        memory = (peak_mebibytes() - before) / size.districts
        requests = [request for request in web.fetch_requests() if request[1] >= asked_from]
    return FleetFigures(
        requests=len(requests),
        too_close=count_too_close(requests),
        swept=sum(is_swept(districts / name / "state") for name in names),
        mebibytes_each=memory,
        opening_ms=1_000 * opening,
        check_seconds=max(checks),
        check_median=median(checks),
        elsewhere=count_elsewhere(districts, names, size.people),
        seconds=monotonic() - began,
    )


def load_code(folder: Path, size: FleetSize, addresses: dict[str, tuple[str, int]]) -> None:
    """Sweep one district without a pause, so that the figures are those of the others."""
    make_districts(folder, ("first",), size.people, size.sites)
    clock = StoryClock(FRIDAY)
    with open_fleet(folder, addresses, clock) as fleet:
        fleet.works()
        clock.at = SUNDAY
        fleet.works()


def measure_opening(fleet: Fleet, names: tuple[str, ...]) -> float:
    """Return the seconds of processor that opening a district takes, on average."""
    seconds = []
    for name in names:
        config = fleet.district(name).load_config()
        began = process_time()
        with open_app(
            config,
            fleet.resources.environment,
            fleet.resources.build_district_resources(name, config),
        ):
            seconds.append(process_time() - began)
    return sum(seconds) / len(seconds)


def sweep_with_checks(fleet: Fleet, names: tuple[str, ...]) -> list[float]:
    """Sweep all; meanwhile, people ask for checks, one after another, each in its own district.

    Return the seconds until each one's first source had answered.
    """
    work = threading.Thread(target=fleet.works_for, args=(MOST_SECONDS,))
    with run_scheduler(fleet) as scheduler:
        work.start()
        while not fleet.resources.engine.frontier.get_host_queue("site000.example"):
            work.join(0.01)
        seconds = [ask_for_check(fleet, name, scheduler, work) for name in names]
        work.join()
    return seconds


@contextmanager
def run_scheduler(fleet: Fleet) -> Iterator[JobScheduler]:
    """Look at the districts when the service does: each second, and when a page rings."""
    scheduler = JobScheduler(fleet.runner.list_timed_jobs(), Liveness(SystemClock()))
    scheduler.start()
    try:
        yield scheduler
    finally:
        scheduler.stop()


def ask_for_check(
    fleet: Fleet, name: str, scheduler: JobScheduler, work: threading.Thread
) -> float:
    with fleet.open_database(name) as db:
        request, began = fleet.ask_for_check(name), monotonic()
        fleet.runner.note_caller(str(fleet.folder / name / "state"))
        scheduler.answer_bell()
        while work.is_alive():
            done = db.jobs.load_progress(request)
            if any(state not in {"waiting", "testing", "asking"} for state in done.values()):
                break
            work.join(0.02)
        return monotonic() - began


def count_too_close(requests: list[tuple[str, datetime]]) -> int:
    times: dict[str, list[datetime]] = defaultdict(list)
    for host, at in requests:
        times[host].append(at)
    gaps = (
        (later - earlier).total_seconds()
        for at in times.values()
        for earlier, later in pairwise(sorted(at))
    )
    return sum(gap < GAP - TOLERANCE for gap in gaps)


def is_swept(state: Path) -> bool:
    with Database.open_folder(state) as db:
        return db.sweeps.find_last_closed_time(SweepKind.SWEEP) is not None


def count_elsewhere(folder: Path, names: tuple[str, ...], people: int) -> int:
    """Count handles of one district in the files of the others, and in what they share."""
    owners = {
        handle.encode(): name
        for number, name in enumerate(names)
        for handle in list_handles(number, people)
    }
    made_up = re.compile(scale.MADE_UP.pattern.encode())
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "reserve")
    return sum(
        word in owners and owners[word] not in path.parts
        for path in files
        for word in set(made_up.findall(path.read_bytes()))
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--districts", type=int, default=300)
    options.add_argument("--people", type=int, default=20)
    options.add_argument("--sites", type=int, default=60)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    size = FleetSize(districts=chosen.districts, people=chosen.people, sites=chosen.sites)
    with TemporaryDirectory() as folder:
        figures = measure_fleet(size, Path(folder))
    sys.stdout.write(json.dumps(asdict(figures)) if chosen.json else figures.told())


if __name__ == "__main__":
    main()
