"""What a large district's sweep costs: `python -m tests.bench.sweep` prints the figures.

The internet is served by a process of its own and asked without a pause, so the figures are of
our own work, and of a disk that keeps what is told to be kept. A real sweep waits most of the time.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from monitor.app import App, Environment, open_app
from monitor.app.builders import PAUSES_VARIABLE, open_shared_pauses
from monitor.config.sections import (
    CONSENT_DURATION,
    BlueskyConfig,
    Config,
    DistrictConfig,
    MailConfig,
    PortalConfig,
    SiteCatalogConfig,
    SourcesConfig,
)
from monitor.db.database import Database
from monitor.demo import district
from monitor.demo.district import StaffMember
from monitor.demo.setup import PORTAL_URL
from monitor.domain.consent import Consent
from monitor.domain.person import PersonName
from monitor.services.job_kinds import run_full_sweep
from scrapers.crawl.throttle import WITHOUT_WAITS
from scrapers.http.fetch_limits import PATIENT_LIMITS
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from tests.bench import scale
from tests.bench.cost import peak_mebibytes

# Written in letters that no site allows in a handle, so the declared handle alone is asked about.
UNGUESSABLE = PersonName(given="美香", family="鈴木")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    people: int
    sites: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`asked` and `answered` are queries about people; times are in seconds."""

    asked: int
    answered: int
    settled: int
    sources: int
    asking: float
    settling: float
    worked: float
    peak_mebibytes: float

    def told(self) -> str:
        wall = self.asking + self.settling
        return (
            f"{self.asked:,} queries, {self.answered:,} answered, {self.settled:,} settled, "
            f"{self.sources} sources closed\n"
            f"wall {wall:.1f} s: asking {self.asking:.1f} s ({self.asked / self.asking:.0f} "
            f"queries/s), settling {self.settling:.1f} s\n"
            f"processor {1000 * self.worked / self.asked:.2f} ms a query, "
            f"peak {self.peak_mebibytes:.0f} MiB\n"
        )


def measured(size: Size, folder: Path) -> Figures:
    with scale.run_server_process(size.sites) as web:
        environment = Environment(
            dialer=Dialer(address_map=web.address_map, resolve=resolve_nothing),
            throttle=WITHOUT_WAITS,
            limits=PATIENT_LIMITS,
            # As the service keeps them, in a file that no other program has.
            open_pauses=partial(open_shared_pauses, {PAUSES_VARIABLE: str(folder / "pauses")}),
        )
        with district_of(size, folder, environment) as app:
            return swept(app)


@contextmanager
def district_of(size: Size, folder: Path, environment: Environment) -> Iterator[App]:
    config = configuration(folder, size.sites)
    Database.create_or_open_folder(config.state).close()
    with open_app(config, environment) as app:
        enrol(app.db, scale.build_staff(size.people))
        yield app


def configuration(folder: Path, sites: int) -> Config:
    catalog = folder / "catalog.json"
    catalog.write_text(json.dumps(scale.build_site_catalog(sites)), "utf-8")
    return Config(
        state=folder / "state",
        district=DistrictConfig(
            id=district.DISTRICT_ID,
            name=district.NAME,
            zone=district.ZONE,
            domains=(district.MAIL_DOMAIN,),
            contact=district.CONTACT,
        ),
        mail=MailConfig(sender=district.SENDER),
        portal=PortalConfig(address=PORTAL_URL),
        sources=SourcesConfig(
            bluesky=BlueskyConfig(enabled=False),
            sites=SiteCatalogConfig(own=False, files=(catalog,)),
        ),
    )


def enrol(state: Database, members: tuple[StaffMember, ...]) -> None:
    now = datetime.now(UTC)
    with state.begin_transaction():
        for member in members:
            state.people.insert_person(replace(member.person, name=UNGUESSABLE))
            state.consents.insert_consent(
                Consent(
                    person_id=member.person.id,
                    text_version="1",
                    text_hash="",
                    scopes=member.scopes,
                    given_at=now,
                    expires_at=now + CONSENT_DURATION,
                )
            )


def swept(app: App) -> Figures:
    began, worked = datetime.now(UTC), process_time()
    sweep = run_full_sweep(app)
    worked, ended = process_time() - worked, datetime.now(UTC)
    runs = app.db.sweeps.list_source_runs(sweep.id)
    # The first source closes once all have been asked.
    asked_until = min(run.at for run in runs)
    people = app.db.people.list_person_ids()
    return Figures(
        asked=sum(run.asked for run in runs),
        answered=sum(run.answered for run in runs),
        settled=sum(len(app.db.queries.list_queries_of_person(ref)) for ref in people),
        sources=len(runs),
        asking=(asked_until - began).total_seconds(),
        settling=(ended - asked_until).total_seconds(),
        worked=worked,
        peak_mebibytes=peak_mebibytes(),
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=500)
    options.add_argument("--sites", type=int, default=60)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    with TemporaryDirectory() as folder:
        figures = measured(Size(people=chosen.people, sites=chosen.sites), Path(folder))
    sys.stdout.write(json.dumps(asdict(figures)) if chosen.json else figures.told())


if __name__ == "__main__":
    main()
