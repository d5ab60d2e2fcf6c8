"""Weeks of many districts at one slow site: `python -m tests.bench.fleet_week` prints the shares.

Half of the districts ask about one handle a person and leave a part of their share; the others ask
about three, which is more than fits. In the second week all ask about three. Districts, sweeps,
shares and emails are the product's own; the clock is set from week to week, and the site answers in
this process, at once: no pause is waited for, and nothing reaches a network.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from monitor.app import App, Environment, open_app
from monitor.config.sections import FetchConfig
from monitor.db.database import Database
from monitor.demo.response import FakeRequest
from monitor.demo.setup import StoryClock
from monitor.domain.person import Person
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import SweepKind
from monitor.fleet.config import FleetConfig, FleetFile
from monitor.fleet.db.shared_database import SharedDatabase
from monitor.fleet.hosted_districts import SharedResources
from monitor.fleet.runner import FleetRunner
from monitor.scheduler.job_scheduler import Liveness
from monitor.services.digests import build_digest_view
from scrapers.crawl.sharing import WEEK_SECONDS, compute_allowance
from scrapers.crawl.throttle import Throttle
from scrapers.http.clock import SystemClock
from scrapers.http.errors import FailureReason
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from scrapers.models import Page, Request
from scrapers.source import CrawlPolicy
from tests.bench import scale
from tests.monitor.fleet.world import Fleet
from tests.monitor.made_districts import CATALOG, FRIDAY, SUNDAY, make_district

SITE = "site000.example"
MOST_SECONDS = 6 * 3_600.0
FEW, MANY = 1, 3
# They are asked under the share of the district that happens to be first.
SITE_TESTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekSize:
    """`people` is the mean of a district; they differ. `pause` are the site's seconds."""

    districts: int = 500
    people: int = 100
    pause: float = 5.0

    @property
    def staff(self) -> dict[str, int]:
        """Return how many people each district has: half as many, as many, half as many more."""
        return {
            f"district-{number:03}": self.people // 2 * (number % 3 + 1)
            for number in range(self.districts)
        }

    @property
    def everyone(self) -> int:
        return sum(self.staff.values())

    @property
    def capacity(self) -> int:
        return int(WEEK_SECONDS / (self.pause + 0.2))


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictWeek:
    """A week of a district: `share` is all that it might ask, and `counted` what it did ask.

    `wanted` and `asked` are handles, so tests of the site are not among them. `left_out` are people
    of whom a handle was not asked about, `untold` those whose weekly email does not say why.
    """

    share: int
    counted: int
    wanted: int
    asked: int
    left_out: frozenset[str]
    untold: int

    @property
    def is_kept(self) -> bool:
        """Tell whether it asked no more than its share, and of that what it could."""
        least = min(self.wanted, self.share) - SITE_TESTS
        return least <= self.asked <= self.counted <= self.share


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFigures:
    """Lists are by week. `unkept` counts the weeks of districts that are not at their share."""

    districts: int
    people: int
    capacity: int
    asked: list[int]
    left_out: list[int]
    left_out_twice: int
    untold: int
    unkept: int
    seconds: float

    def describe(self) -> str:
        return (
            f"{self.districts} districts, {self.people:,} people; the site's week has room for "
            f"{self.capacity:,} queries\n"
            f"queries asked by week: {self.asked}; people left out: {self.left_out}, "
            f"{self.left_out_twice} of them twice, {self.untold} untold\n"
            f"{self.unkept} districts not at their share; {self.seconds:.0f} s of processor\n"
        )


WeekOfAll = dict[str, DistrictWeek]


@dataclass(slots=True)
class InstantWeb:
    """The site in this process; it notes which handles it was asked about."""

    clock: StoryClock
    asked: list[str] = field(default_factory=list)
    internet: scale.ScaleInternet = field(default_factory=lambda: scale.ScaleInternet(sites=1))

    def fetch(self, request: Request, policy: CrawlPolicy) -> Page:  # noqa: ARG002 - as a client has it
        path = "/" + request.url.partition("//")[2].partition("/")[2]
        self.asked.append(path.removeprefix(scale.PROFILE_PATH))
        answer = self.internet.answer_request(FakeRequest(host=SITE, path=path))
        assert answer is not None
        headers = {name.casefold(): value for name, value in answer.headers}
        return Page(
            url=request.url,
            status=answer.status,
            body=answer.body,
            fetched_at=self.clock.now(),
            headers=headers,
        )


class InstantResources(SharedResources):
    """What districts share, with a web that answers at once."""

    web: InstantWeb

    def _build_crawler(self, *words: object) -> object:
        return replace(super()._build_crawler(*words), client=self.web)


def make_districts(folder: Path, size: WeekSize) -> None:
    (entry,) = scale.build_site_catalog(1)["sites"]
    catalog = {"sites": [{**entry, "seconds_between": size.pause}]}
    folder.mkdir()
    (folder / CATALOG).write_text(json.dumps(catalog), "utf-8")
    everyone = iter(scale.build_staff(size.everyone))
    for number, (name, staff) in enumerate(size.staff.items()):
        people = [next(everyone) for _ in range(staff)]
        handles = MANY if number % 2 else FEW
        members = (
            replace(person, person=with_handles(person.person, handles)) for person in people
        )
        make_district(folder, name, tuple(members))


def with_handles(person: Person, number: int) -> Person:
    (first, *_) = person.handles
    return replace(person, handles=tuple(first + "x" * extra for extra in range(number)))


def give_more_handles(folder: Path, size: WeekSize) -> None:
    for name in size.staff:
        with Database.open_folder(folder / name / "state") as db, db.begin_transaction():
            for person_id in db.people.list_person_ids():
                person = db.people.load_person(person_id)
                if len(person.handles) < MANY:
                    db.people.update_person(with_handles(person, MANY))


@contextmanager
def open_fleet(folder: Path, clock: StoryClock, web: InstantWeb) -> Iterator[Fleet]:
    environment = Environment(
        clock=clock,
        dialer=Dialer(address_map={}, resolve=resolve_nothing),
        throttle=Throttle(wait_factor=0.0, patience_seconds=0.0),
    )
    file = FleetFile(fleet=FleetConfig(districts=folder), fetch=FetchConfig())
    with SharedDatabase.open_folder(folder) as shared:
        resources = InstantResources(shared, environment, file.fetch, 500)
        resources.web = web
        runner = FleetRunner(file, resources, Liveness(SystemClock()))
        try:
            yield Fleet(folder=folder, runner=runner, resources=resources, clock=clock)
        finally:
            runner.close()
            resources.close()


def simulate_weeks(size: WeekSize, folder: Path) -> WeekFigures:
    districts, clock = folder / "districts", StoryClock(FRIDAY)
    make_districts(districts, size)
    web, began = InstantWeb(clock), process_time()
    with open_fleet(districts, clock, web) as fleet:
        fleet.works_for(MOST_SECONDS)
        first = run_week(fleet, size, web, SUNDAY)
        give_more_handles(districts, size)
        second = run_week(fleet, size, web, SUNDAY + timedelta(weeks=1))
    weeks = (first, second)
    return WeekFigures(
        districts=size.districts,
        people=size.everyone,
        capacity=size.capacity,
        asked=[sum(value.asked for value in week.values()) for week in weeks],
        left_out=[sum(len(value.left_out) for value in week.values()) for week in weeks],
        left_out_twice=sum(len(first[name].left_out & second[name].left_out) for name in first),
        untold=sum(value.untold for week in weeks for value in week.values()),
        unkept=sum(not value.is_kept for week in weeks for value in week.values()),
        seconds=process_time() - began,
    )


def run_week(fleet: Fleet, size: WeekSize, web: InstantWeb, at: datetime) -> WeekOfAll:
    """Sweep all districts, and see what became of their queries."""
    web.asked.clear()
    fleet.clock.at = at
    fleet.works_for(MOST_SECONDS)
    asked = frozenset(web.asked)
    return {name: look_at_district(fleet, size, name, asked) for name in size.staff}


def look_at_district(
    fleet: Fleet, size: WeekSize, name: str, asked: frozenset[str]
) -> DistrictWeek:
    resources, config = fleet.resources, fleet.district(name).load_config()
    (share,) = resources.shared.list_host_shares(name)
    shared = resources.build_district_resources(name, config)
    with open_app(config, resources.environment, shared) as app:
        sweep = app.db.sweeps.find_latest_sweep(SweepKind.SWEEP)
        assert sweep is not None
        assert sweep.closed_at == fleet.clock.at
        people = {
            person_id: app.db.people.load_person(person_id)
            for person_id in app.db.people.list_person_ids()
        }
        left_out = {key for key, person in people.items() if not asked.issuperset(person.handles)}
        return DistrictWeek(
            share=compute_allowance(size.pause, len(people) / size.everyone) + share.carried,
            counted=share.asked,
            wanted=sum(len(person.handles) for person in people.values()),
            asked=sum(handle in asked for person in people.values() for handle in person.handles),
            left_out=frozenset(left_out),
            untold=sum(not is_told_why(app, person) for person in left_out),
        )


def is_told_why(app: App, person_id: str) -> bool:
    """Tell whether a person's weekly email says that their site's week was used up."""
    gaps = build_digest_view(app, person_id).coverage.gaps
    return [gap.note for gap in gaps] == [Reason(f"note.{FailureReason.SHARE_USED}")]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--districts", type=int, default=500)
    options.add_argument("--people", type=int, default=100)
    options.add_argument("--pause", type=float, default=5.0)
    chosen = options.parse_args()
    with TemporaryDirectory() as folder:
        figures = simulate_weeks(WeekSize(**vars(chosen)), Path(folder))
    sys.stdout.write(figures.describe())


if __name__ == "__main__":
    main()
