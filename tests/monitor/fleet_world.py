"""Made-up districts in one process: a folder with some, and a service that looks when told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from monitor.app import Environment, open_portal_app
from monitor.config import CONSENT_DURATION, FetchConfig, FleetConfig, FleetFile
from monitor.db.database import Database
from monitor.db.shared import SharedDatabase
from monitor.db.sweeps import RunRequest
from monitor.demo.district import StaffMember
from monitor.demo.setup import StoryClock
from monitor.domain.consent import Consent
from monitor.domain.person import PersonName
from monitor.domain.vocabulary import SweepKind
from monitor.scheduler.fleet import MOST_OPEN, FleetRunner
from monitor.scheduler.hosted_districts import SharedResources
from monitor.scheduler.workers import Liveness
from monitor.services.erasure import withdraw_consent
from monitor.services.fleet import DISTRICT_CONFIG, DistrictFolder, list_district_folders
from scrapers.crawl.throttle import Throttle
from scrapers.http.clock import SystemClock
from scrapers.http.limits import PATIENT_LIMITS
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from tests.bench import scale

FRIDAY = datetime(2026, 9, 11, 20, tzinfo=UTC)
JOINED = FRIDAY - timedelta(days=1)
# In the night to Sunday, every sweep is due.
SUNDAY = datetime(2026, 9, 13, 8, tzinfo=UTC)
PATIENCE = 240.0
CATALOG = "catalog.json"
MOST_PEOPLE = 6_000
# Written in letters that no site allows in a handle, so the declared handle alone is asked about.
UNGUESSABLE = PersonName(given="美香", family="鈴木")
SETTINGS = """\
state = "state"

[district]
id = "{name}"
name = "District of {name}"
zone = "America/Chicago"
domains = ["{name}.example"]
contact = "privacy@{name}.example"

[mail]
sender = "Namesake <namesake@{name}.example>"

[portal]
address = "https://namesake.{name}.example"

[sources.bluesky]
enabled = false

[sources.sites]
own = false
files = ["../catalog.json"]
"""


def make_districts(folder: Path, names: tuple[str, ...], people: int, sites: int) -> None:
    """Make districts whose people have handles that no other district has."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CATALOG).write_text(json.dumps(scale.build_site_catalog(sites)), "utf-8")
    for number, name in enumerate(names):
        make_district(folder, name, _list_members(number, people))


def make_district(folder: Path, name: str, members: tuple[StaffMember, ...]) -> None:
    path = folder / name
    path.mkdir()
    (path / DISTRICT_CONFIG).write_text(SETTINGS.format(name=name), "utf-8")
    with Database.create_or_open_folder(path / "state") as db:
        enroll_members(db, name, members)


def enroll_members(db: Database, name: str, members: tuple[StaffMember, ...]) -> None:
    with db.begin_transaction():
        for member in members:
            mail = member.person.mail.partition("@")[0] + f"@{name}.example"
            db.people.insert_person(replace(member.person, name=UNGUESSABLE, mail=mail))
            consent = Consent(
                person_id=member.person.id,
                text_version="1",
                text_hash="",
                scopes=member.scopes,
                given_at=JOINED,
                expires_at=JOINED + CONSENT_DURATION,
            )
            db.consents.insert_consent(consent)


def list_handles(number: int, people: int) -> list[str]:
    """Return the handles of the people of the district with this number."""
    return [each.person.handles[0] for each in _list_members(number, people)]


def _list_members(number: int, people: int) -> tuple[StaffMember, ...]:
    return _build_everyone()[number * people : (number + 1) * people]


@cache
def _build_everyone() -> tuple[StaffMember, ...]:
    return scale.build_staff(MOST_PEOPLE)


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
        self.runner.finish_waiting_work(seconds)

    def district(self, name: str) -> DistrictFolder:
        return next(each for each in list_district_folders(self.folder) if each.name == name)

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
            request = RunRequest(
                id=f"check-{name}",
                kind=SweepKind.SELFCHECK,
                asked_at=self.clock.now(),
                person_id=person,
            )
            db.run_requests.insert_run_request(request)
        return request.id


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
