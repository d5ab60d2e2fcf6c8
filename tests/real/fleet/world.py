"""A whole fleet for a test: a made-up web, PostgreSQL, machines that ask, and a home."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from monitor.db.database import Database
from monitor.demo.setup import StoryClock
from monitor.domain.vocabulary import SweepKind
from tests.bench import scale
from tests.monitor.fleet_world import FRIDAY, SUNDAY, Fleet, make_districts, open_fleet
from tests.real.fleet.asker import AskerSettings
from tests.real.fleet.machines import (
    PATIENCE,
    Asker,
    count_too_close,
    open_home,
    run_askers,
    wait_for,
)


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
    def questions(self) -> int:
        """Count the questions about people; canaries and robots.txt come on top."""
        return self.districts * self.people * self.sites


SMALL = FleetSize(districts=3, people=4, sites=6)
# Few hosts that are asked slowly by many districts in turn: a missing guard shows for certain.
SLOW = FleetSize(districts=3, people=3, sites=3, pace=2.0)
WHOLE = FleetSize(districts=50, people=17, sites=60)


@dataclass(slots=True, kw_only=True)
class FleetWorld:
    """All districts have been opened once, so a sweep may begin."""

    size: FleetSize
    folder: Path
    database: str
    home: Fleet
    clock: StoryClock
    askers: list[Asker]
    fetch_requests: Callable[[], list[tuple[str, datetime]]]

    def start_sweep(self) -> threading.Thread:
        """Have all districts sweep, on a thread."""
        self.clock.at = SUNDAY
        thread = threading.Thread(target=self.home.works_for, args=(4 * PATIENCE,))
        thread.start()
        return thread

    def count_requests(self) -> int:
        return len(self.fetch_requests())

    def wait_for_requests(self, number: int) -> None:
        wait_for(lambda: self.count_requests() >= number)

    def count_too_close(self) -> int:
        return count_too_close(self.fetch_requests(), timedelta(seconds=self.size.pace))

    def list_traces(self) -> dict[str, set[str]]:
        return list_traces(self.folder, self.size.names)


@contextmanager
def build_world(
    folder: Path, database: str, size: FleetSize = SMALL, *machines: AskerSettings
) -> Iterator[FleetWorld]:
    """Build a fleet of two machines that ask, or of those that are named."""
    districts = folder / "districts"
    make_districts(districts, size.names, size.people, size.sites)
    shutil.copytree(districts, folder / "alone")
    clock = StoryClock(FRIDAY)
    with (
        scale.run_server_process(size.sites) as web,
        open_home(database, districts, clock) as home,
    ):
        settings = [
            replace(each, database=database, addresses=web.address_map, pace=size.pace)
            for each in machines or (AskerSettings(), AskerSettings())
        ]
        with run_askers(folder, *settings) as askers:
            home.works()
            yield FleetWorld(
                size=size,
                folder=districts,
                database=database,
                home=home,
                clock=clock,
                askers=askers,
                fetch_requests=web.fetch_requests,
            )


def sweep_alone(folder: Path, size: FleetSize) -> dict[str, set[str]]:
    """Return what one process finds that asks for a copy of the same districts by itself."""
    clock = StoryClock(FRIDAY)
    with (
        scale.run_server_process(size.sites) as web,
        open_fleet(folder / "alone", web.address_map, clock) as fleet,
    ):
        fleet.works()
        clock.at = SUNDAY
        fleet.works_for(4 * PATIENCE)
    return list_traces(folder / "alone", size.names)


def list_traces(folder: Path, names: tuple[str, ...]) -> dict[str, set[str]]:
    """Return what each district has found of its people, and how many questions were answered."""
    traces = {}
    for name in names:
        with Database.open_folder(folder / name / "state") as db:
            found = {
                f"{person_id} {item.portrait.key}"
                for person_id in db.people.list_person_ids()
                for item in db.items.list_items_of_person(person_id)
            }
            sweep = db.sweeps.find_latest_sweep(SweepKind.SWEEP)
            assert sweep is not None
            assert sweep.closed_at is not None
            runs = db.sweeps.list_source_runs(sweep.id)
            found |= {f"{each.source} {each.outcome} {each.asked} {each.answered}" for each in runs}
        traces[name] = found
    return traces
