"""Made-up districts in one process: a folder with some, and a service that looks when told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from monitor.app import Environment, open_portal_app
from monitor.app.sources import PortableSources
from monitor.config.sections import FetchConfig, SourcesConfig
from monitor.db.database import Database
from monitor.db.jobs import build_request
from monitor.demo.setup import StoryClock
from monitor.fleet.config import FleetConfig, FleetFile
from monitor.fleet.db.mailbox import BatchBody
from monitor.fleet.db.shared_database import SharedDatabase
from monitor.fleet.district_folders import DistrictFolder, list_district_folders
from monitor.fleet.hosted_districts import SharedResources
from monitor.fleet.runner import MOST_OPEN, FleetRunner
from monitor.scheduler.job_scheduler import Liveness
from monitor.services.consent_end import withdraw_consent
from scrapers.crawl.routing import CrawlQuery, HostManners
from scrapers.crawl.throttle import Throttle
from scrapers.http.clock import SystemClock
from scrapers.http.fetch_limits import PATIENT_LIMITS
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from scrapers.models import CrawlPriority, Query, QueryKind, Request

PATIENCE = 240.0
FLEET_KEY = "a key that is made for the tests alone"
NOW = datetime(2026, 9, 11, 20, tzinfo=UTC)


def build_batch_body() -> BatchBody:
    """Two queries of one district to one host, about two people."""
    queries = tuple(
        CrawlQuery(
            query=Query(
                source="pages",
                kind=QueryKind.PRESENCE,
                terms=(name,),
                request=Request(url=f"https://alpha.example/u/{name}"),
                subject=name,
            )
        )
        for name in ("rosa", "ana")
    )
    return BatchBody(
        sent_at=NOW,
        district="cedar",
        contact="privacy@cedar.example",
        sources=PortableSources(sources=SourcesConfig()),
        keeps_pages=False,
        picture_subjects=("rosa",),
        manners=HostManners(host="alpha.example", pause=5.0),
        priority=CrawlPriority.USUAL,
        queries=queries,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """A service without a scheduler: it works when a test says so."""

    folder: Path
    runner: FleetRunner
    resources: SharedResources
    clock: StoryClock

    def works(self) -> None:
        self.works_for(PATIENCE)

    def works_for(self, seconds: float) -> None:
        """Look and work until nothing waits anymore."""
        until = monotonic() + seconds
        while monotonic() < until:
            busy = not self.runner.wait_until_idle(0)
            if not self.runner.submit_looks() and not busy:
                return
            self.runner.wait_until_idle(until - monotonic())

    def district(self, name: str) -> DistrictFolder:
        return next(folder for folder in list_district_folders(self.folder) if folder.name == name)

    @contextmanager
    def open_database(self, name: str) -> Iterator[Database]:
        """Open a district's database as another process would, such as the portal."""
        with Database.open_folder(self.folder / name / "state") as db:
            yield db

    def withdraw(self, name: str, number: int) -> None:
        """End the consent of a person, as they do on the portal."""
        config = self.district(name).load_config()
        with open_portal_app(config, Environment(clock=self.clock)) as app:
            withdraw_consent(app, sorted(app.db.people.list_person_ids())[number])

    def ask_for_check(self, name: str, person_id: str = "") -> str:
        """Ask for a check of a person, or of the first one, as a page does."""
        with self.open_database(name) as db:
            person = person_id or db.people.list_person_ids()[0]
            request = build_request("check", f"check-{name}", self.clock.now(), person)
            db.jobs.insert_request(request)
        return request.subject


@contextmanager
def open_fleet(
    folder: Path,
    addresses: dict[str, tuple[str, int]],
    clock: StoryClock,
    throttle: Throttle | None = None,
    most_open: int = MOST_OPEN,
) -> Iterator[Fleet]:
    environment = Environment(
        clock=clock,
        dialer=Dialer(address_map=addresses, resolve=resolve_nothing),
        throttle=throttle or Throttle(wait_factor=0.0, patience_seconds=0.0),
        limits=PATIENT_LIMITS,
    )
    file = FleetFile(fleet=FleetConfig(districts=folder), fetch=FetchConfig())
    with SharedDatabase.open_folder(folder) as shared:
        resources = SharedResources(shared, environment, file.fetch, 10)
        runner = FleetRunner(file, resources, Liveness(SystemClock()), most_open)
        try:
            yield Fleet(folder=folder, runner=runner, resources=resources, clock=clock)
        finally:
            runner.close()
            resources.close()
