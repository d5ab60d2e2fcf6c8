"""A whole fleet for a test: a made-up web, PostgreSQL, machines that ask, and a home."""

import logging
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.db.database import Database
from monitor.demo.setup import StoryClock
from monitor.domain.vocabulary import SweepKind
from monitor.fleet.db.postgres import FleetConnection
from monitor.fleet.db.seal import FleetSeal
from tests.bench import scale
from tests.monitor.fleet.world import Fleet, open_fleet
from tests.monitor.made_districts import FRIDAY, SUNDAY, list_handles, make_districts
from tests.real.fleet.asker import FLEET_KEY, AskerSettings
from tests.real.fleet.machines import (
    PATIENCE_FOR_DATABASE,
    SWEEP_PATIENCE,
    Asker,
    count_too_close,
    open_home,
    run_askers,
    wait_for,
)

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetSize:
    """`pace` is how many seconds each site wants between two requests."""

    districts: int
    people: int
    sites: int
    pace: float = 0.2

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"district-{number:02}" for number in range(self.districts))

    @property
    def queries(self) -> int:
        """Count the queries about people; canaries and robots.txt come on top."""
        return self.districts * self.people * self.sites


# The small forms fit into every test run; the whole ones ask more than 50,000 queries each.
SMALL = FleetSize(districts=3, people=4, sites=6)
WHOLE = FleetSize(districts=50, people=17, sites=60)
# One host that machines ask by turns: a missing guard shows for certain.
BY_TURNS = FleetSize(districts=6, people=2, sites=1, pace=2.0)


@dataclass(slots=True, kw_only=True)
class FleetWorld:
    """All districts have been opened once, so a sweep may begin."""

    size: FleetSize
    folder: Path
    connection: FleetConnection
    home: Fleet
    clock: StoryClock
    askers: list[Asker]
    web: scale.ScaleServerProcess

    def start_sweep(self) -> threading.Thread:
        """Have all districts sweep, on a thread."""
        self.clock.at = SUNDAY
        thread = threading.Thread(target=self.home.works_for, args=(SWEEP_PATIENCE,))
        thread.start()
        return thread

    def wait_for_queries(self, part: float) -> None:
        """Wait until so much of the queries about people has been asked, or about that."""
        canaries = 4 * self.size.sites
        wait_for(lambda: self.web.count_requests() >= canaries + part * self.size.queries)

    def count_too_close(self) -> int:
        """Count requests that came too soon, as the server saw it."""
        requests = self.web.fetch_requests()
        count = count_too_close(requests, timedelta(seconds=self.size.pace))
        LOG.info("%s: %s requests, %s too close", self.size, len(requests), count)
        return count

    def list_traces(self) -> dict[str, set[str]]:
        return list_traces(self.folder, self.size.names)

    def count_swept(self) -> int:
        """Count the districts that have been swept."""
        swept = 0
        for name in self.size.names:
            with Database.open_folder(self.folder / name / "state") as db:
                swept += db.sweeps.find_last_closed_time(SweepKind.SWEEP) is not None
        return swept

    def list_queries(self) -> list[tuple[str, str, datetime]]:
        """Return the host, handle and time of all queries about people."""
        districts = range(self.size.districts)
        people = {
            handle for number in districts for handle in list_handles(number, self.size.people)
        }
        return [query for query in self.web.fetch_queries() if query[1] in people]

    def count_asked_again(self) -> Counter[str]:
        """Count by host the queries about people that were asked more often than once."""
        asked = Counter((host, handle) for host, handle, _ in self.list_queries())
        again: Counter[str] = Counter()
        for (host, _), times in asked.items():
            again[host] += times - 1
        return +again

    def wait_for_held_hosts(self) -> frozenset[str]:
        """Wait until a machine has not been heard of for long, and return the hosts it holds."""
        seal, locks = FleetSeal(FLEET_KEY), set[str | None]()

        def find_locks() -> set[str | None]:
            rows = self.connection.fetch_rows(
                """SELECT job.lock FROM procrastinate_workers AS worker
                LEFT JOIN procrastinate_jobs AS job
                    ON job.worker_id = worker.id AND job.status = 'doing'
                WHERE clock_timestamp() - worker.last_heartbeat
                    BETWEEN interval '14 s' AND interval '24 s'"""
            )
            locks.update(row["lock"] for row in rows)
            return locks

        wait_for(find_locks)
        hosts = scale.ScaleInternet(sites=self.size.sites).hosts
        return frozenset(host for host in hosts if seal.hash_name("host", host) in locks)

    def list_quiet_seconds(self, hosts: frozenset[str], since: datetime) -> list[float]:
        """Return how long each host was not asked, from the shortest; some may never be again."""
        first: dict[str, datetime] = {}
        # What was on its way to the server arrives a little later.
        for host, at in self.web.fetch_requests():
            if host in hosts and at > since + timedelta(seconds=5):
                first.setdefault(host, at)
        return sorted((at - since).total_seconds() for at in first.values())


@contextmanager
def build_world(
    folder: Path,
    database: str,
    size: FleetSize = SMALL,
    *machines: AskerSettings,
    patience: timedelta = PATIENCE_FOR_DATABASE,
) -> Iterator[FleetWorld]:
    """Build a fleet of two machines that ask, or of those that are named."""
    districts = folder / "districts"
    make_districts(districts, size.names, size.people, size.sites)
    clock = StoryClock(FRIDAY)
    with (
        scale.run_server_process(size.sites) as web,
        open_home(database, districts, clock, patience=patience) as home,
        closing(FleetConnection.open_address(database)) as connection,
    ):
        settings = [
            replace(
                machine,
                database=database,
                addresses=web.address_map,
                pace=size.pace,
                # The first has no room for all hosts, so others have some; they can have all.
                workers=size.sites if number else max(2 * size.sites // 3, 1),
            )
            for number, machine in enumerate(machines or (AskerSettings(), AskerSettings()))
        ]
        with run_askers(folder, *settings) as askers:
            home.works()
            yield FleetWorld(
                size=size,
                folder=districts,
                connection=connection,
                home=home,
                clock=clock,
                askers=askers,
                web=web,
            )


def sweep_alone(size: FleetSize) -> dict[str, set[str]]:
    """Return what one process finds that asks for the same districts by itself."""
    return _sweep_alone(replace(size, pace=0.0))


@cache
def _sweep_alone(size: FleetSize) -> dict[str, set[str]]:
    clock = StoryClock(FRIDAY)
    with TemporaryDirectory() as folder, scale.run_server_process(size.sites) as web:
        make_districts(Path(folder), size.names, size.people, size.sites)
        with open_fleet(Path(folder), web.address_map, clock) as fleet:
            fleet.works()
            clock.at = SUNDAY
            fleet.works_for(SWEEP_PATIENCE)
        return list_traces(Path(folder), size.names)


def list_traces(folder: Path, names: tuple[str, ...]) -> dict[str, set[str]]:
    """Return what each district has found of its people, and how many queries were answered."""
    traces = {}
    for name in names:
        with Database.open_folder(folder / name / "state") as db:
            found = {
                f"{person_id} {finding.portrait.key}"
                for person_id in db.people.list_person_ids()
                for finding in db.findings.list_findings_of_person(person_id)
            }
            sweep = db.sweeps.find_latest_sweep(SweepKind.SWEEP)
            assert sweep is not None
            assert sweep.closed_at is not None
            runs = db.sweeps.list_source_runs(sweep.id)
            found |= {f"{run.source} {run.outcome} {run.asked} {run.answered}" for run in runs}
        traces[name] = found
    return traces
