"""A year of the service, without its waits: `python -m tests.bench.year` prints what it leaves.

52 weeks of 50 people and 40 sites, with the faults that sites, networks, mail servers, disks and
machines have. The world stands still but for a few profiles that come and go: all other events
would be false.
"""

import argparse
import gc
import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from monitor.app import App, Environment, open_app
from monitor.db.database import DATABASE_FILE, Database
from monitor.demo.setup import StoryClock
from monitor.domain.consent import Consent
from monitor.domain.email_delivery import Delivery, DeliveryStatus, Envelope
from monitor.domain.errors import BusyError
from monitor.domain.vocabulary import EventKind
from monitor.services.due_jobs import (
    run_due_sweeps,
    run_mail_and_cleanup,
    run_requested_checks,
    run_upkeep,
    take_over_jobs,
)
from reports.emails.render import Email
from tests.bench import scale
from tests.bench.sweep import UNGUESSABLE, configuration
from tests.bench.troubled import TroubledWeb

BEGINS = datetime(2026, 1, 5, 20, tzinfo=UTC)  # a Monday
A_DAY, A_WEEK = timedelta(days=1), timedelta(weeks=1)
KNOWN = 4  # the week by which everything is loaded that a year needs
COMES_EVERY, GOES_EVERY = 5, 7
# What comes or goes later may not be proved before the year ends.
SETTLES_IN = 5
ASLEEP, OFFLINE, SILENT, BUSY = 10, 20, 30, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    people: int = 50
    sites: int = 40
    weeks: int = 52


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`missed` and `false` are events; memory and database are those of the 4th and last week."""

    asked: int
    told: int
    missed: int
    false: int
    digests: int
    repeated: int
    mebibytes_early: float
    mebibytes_late: float
    database_early: int
    database_late: int
    processor: float
    rows: dict[str, int]

    def grown(self, size: Size) -> float:
        """Return the bytes that one person adds in one year."""
        years = (size.weeks - KNOWN) / 52
        return (self.database_late - self.database_early) / size.people / years

    def said(self, size: Size) -> str:
        largest = sorted(self.rows.items(), key=lambda row: -row[1])[:8]
        change = 100 * (self.mebibytes_late / self.mebibytes_early - 1)
        return (
            f"{size.weeks} weeks, {size.people} people, {size.sites} sites: "
            f"{self.asked:,} queries, {self.processor:.0f} s of processor\n"
            f"events: {self.told} true, {self.missed} missed, {self.false} false; "
            f"{self.digests} digests, {self.repeated} repeated\n"
            f"memory: {self.mebibytes_early:.1f} MiB in week {KNOWN}, "
            f"{self.mebibytes_late:.1f} MiB at the end ({change:+.1f} %)\n"
            f"database: {self.database_early / 1e6:.2f} MB in week {KNOWN}, "
            f"{self.database_late / 1e6:.2f} MB at the end: "
            f"{self.grown(size) / 1000:.0f} kB a person and year\n"
            f"rows: {', '.join(f'{count:,} {name}' for name, count in largest)}\n"
        )


@dataclass(slots=True)
class Emails:
    """A mail server that counts what it takes; it is silent for three days of the year."""

    silent: bool = False
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)

    def send_email(self, _email: Email, envelope: Envelope) -> Delivery:
        if self.silent:
            return Delivery(status=DeliveryStatus.DEFERRED, note="it cannot be reached")
        if envelope.kind == "digest":
            self.taken[envelope.recipient, envelope.dedupe_key] += 1
        return Delivery(status=DeliveryStatus.ACCEPTED)


@dataclass(slots=True, kw_only=True)
class Year:
    """One district through its year, a day at a time."""

    size: Size
    clock: StoryClock
    app: App
    web: TroubledWeb
    emails: Emails
    expected: set[tuple[str, EventKind, str]] = field(default_factory=set)

    @property
    def district(self) -> App:
        """The district with the year's web and mail server."""
        web: Any = self.web
        mailer = replace(self.app.mailer, transport=self.emails)
        return self.app.copy_with(crawler=web, mailer=mailer)

    def passes(self, week: int) -> None:
        self._changes(week)
        self.web.offline = week == OFFLINE
        for day in range(7):
            self.emails.silent = week == SILENT and day in {0, 1, 2}
            if week == ASLEEP or (week == ASLEEP + 1 and day < 2):
                self.clock.at += A_DAY
                continue
            self.web.breaks_after = self.size.people if week == BUSY else 0
            self._works()
            self.clock.at += A_DAY

    def _works(self) -> None:
        """Look twice an hour apart, so that what was missed or failed is made up for."""
        rounds = self.district
        for _ in range(2):
            run_requested_checks(rounds)
            with suppress(BusyError):
                run_due_sweeps(rounds)
            self.web.breaks_after = 0
            run_mail_and_cleanup(rounds)
            run_upkeep(rounds)
            self.clock.at += timedelta(hours=1)
        self.clock.at -= timedelta(hours=2)

    def _changes(self, week: int) -> None:
        """Let a profile come or go now and then, and note what is to be told of it."""
        if week + SETTLES_IN > self.size.weeks or week < 2:
            return
        if week % COMES_EVERY == 0:
            self._becomes(week, there=True)
        if week % GOES_EVERY == 0:
            self._becomes(week, there=False)

    def _becomes(self, week: int, *, there: bool) -> None:
        for number in range(week, week + self.size.people * self.size.sites):
            member = scale.build_staff(self.size.people)[number % self.size.people]
            host = f"site{number // self.size.people % self.size.sites:03}.example"
            (handle,) = member.person.handles
            if (host, handle) not in self.web.truth and scale.has_profile(
                host, handle
            ) is not there:
                self.web.truth[host, handle] = there
                kind = EventKind.APPEARED if there else EventKind.VANISHED
                self.expected.add((member.person.id, kind, f"http://{host}/u/{handle}"))
                return


def lived(size: Size, folder: Path) -> Figures:
    clock, began = StoryClock(BEGINS), process_time()
    with district(size, folder, clock) as year:
        early = (0.0, 0)
        for week in range(size.weeks):
            year.passes(week)
            if week + 1 == KNOWN:
                early = weighed(year)
        late = weighed(year)
        told = {
            (ref, event.event.kind, event.url)
            for ref in year.app.db.people.list_person_ids()
            for event in year.app.db.events.list_events_of_person(ref, BEGINS)
        }
        return Figures(
            asked=year.web.asked,
            told=len(told & year.expected),
            missed=len(year.expected - told),
            false=len(told - year.expected),
            digests=len(year.emails.taken),
            repeated=year.emails.taken.total() - len(year.emails.taken),
            mebibytes_early=early[0],
            mebibytes_late=late[0],
            database_early=early[1],
            database_late=late[1],
            processor=process_time() - began,
            rows=counted(year.app.db),
        )


@contextmanager
def district(size: Size, folder: Path, clock: StoryClock) -> Iterator[Year]:
    config = configuration(folder, size.sites)
    Database.create_or_open_folder(config.state).close()
    with open_app(config, Environment(clock=clock)) as app:
        join(app.db, size)
        take_over_jobs(app)
        web = TroubledWeb(
            sources=app.sources, internet=scale.ScaleInternet(sites=size.sites), now=clock.now
        )
        yield Year(size=size, clock=clock, app=app, web=web, emails=Emails())


def join(state: Database, size: Size) -> None:
    with state.begin_transaction():
        for member in scale.build_staff(size.people):
            state.people.insert_person(replace(member.person, name=UNGUESSABLE))
            state.consents.insert_consent(
                Consent(
                    person_id=member.person.id,
                    text_version="1",
                    text_hash="",
                    scopes=member.scopes,
                    given_at=BEGINS,
                    expires_at=BEGINS + 2 * 52 * A_WEEK,
                )
            )


def weighed(year: Year) -> tuple[float, int]:
    """Return the mebibytes that we hold, and the bytes of the database."""
    gc.collect()
    database = year.app.db.jobs.connection
    database.checkpoint()
    return resident_mebibytes(), (database.path.parent / DATABASE_FILE).stat().st_size


def resident_mebibytes() -> float:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def counted(state: Database) -> dict[str, int]:
    database = state.jobs.connection
    names = [
        name for (name,) in database.fetch_rows("SELECT name FROM sqlite_master WHERE type='table'")
    ]
    counts = {}
    for name in names:
        found = database.fetch_row(f"SELECT count(*) FROM {name}")  # noqa: S608 - a table of ours
        counts[name] = found[0] if found else 0
    return counts


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=50)
    options.add_argument("--sites", type=int, default=40)
    options.add_argument("--weeks", type=int, default=52)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    if chosen.weeks <= KNOWN:
        options.error(f"--weeks must be more than {KNOWN}: what a year needs is loaded by then.")
    size = Size(people=chosen.people, sites=chosen.sites, weeks=chosen.weeks)
    with TemporaryDirectory() as folder:
        figures = lived(size, Path(folder))
    sys.stdout.write(json.dumps(asdict(figures)) if chosen.json else figures.said(size))


if __name__ == "__main__":
    main()
