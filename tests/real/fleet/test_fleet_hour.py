"""Three machines for an hour, of which one is killed each minute, and PostgreSQL five times.

Meanwhile people leave, and others wait for checks. `NAMESAKE_FLEET_MINUTES` makes it shorter.
"""

import logging
import os
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest

from monitor.app import Environment, open_portal_app
from monitor.db.database import Database
from monitor.db.jobs import build_request
from monitor.demo.setup import StoryClock
from monitor.domain.vocabulary import SweepKind
from monitor.fleet.district_folders import find_district_folder
from monitor.fleet.fence import LONGEST_REQUEST, OTHERS_STOP_WITHIN
from monitor.services.consent_end import withdraw_consent
from tests.bench import scale
from tests.monitor.made_districts import FRIDAY, SUNDAY, list_handles, make_districts
from tests.real.fleet.asker import AskerSettings
from tests.real.fleet.conftest import FragilePostgres
from tests.real.fleet.machines import (
    SWEEP_PATIENCE,
    Asker,
    HomeProcess,
    count_too_close,
    open_home,
    run_askers,
    wait_for,
)
from tests.real.fleet.world import FleetSize

pytestmark = [pytest.mark.real, pytest.mark.soak]

LOG = logging.getLogger(__name__)
MINUTE = 60.0
CRASHES = 5
# What a machine or the database had under way as it fell may be asked again.
UNDER_WAY = timedelta(seconds=LONGEST_REQUEST + 2)


@dataclass(slots=True, kw_only=True)
class Hour:
    """What happened when; handles are those of people."""

    size: FleetSize
    folder: Path
    fell_at: list[datetime] = field(default_factory=list)
    left_at: dict[str, datetime] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)

    def get_state(self, name: str) -> Path:
        return self.folder / name / "state"

    def kill_next(self, minute: int, askers: list[Asker], home: HomeProcess) -> None:
        """Kill one machine after the other; each is started again at once."""
        if minute % 3 == 2:
            home.kill()
            home.start()
            return
        process = askers[minute % 3].process
        assert process is not None
        self.fell_at.append(datetime.now(UTC))
        process.kill()

    def leave(self, minute: int) -> None:
        """Have one person leave as the pages do it, the last of a district first."""
        number = minute % self.size.districts
        config = find_district_folder(self.folder, self.size.names[number]).load_config()
        with open_portal_app(config, Environment(clock=StoryClock(SUNDAY))) as app:
            person = app.db.people.load_person(
                max(app.db.consents.list_queryable_person_ids(SUNDAY))
            )
            withdraw_consent(app, person.id)
        self.left_at[person.handles[0]] = datetime.now(UTC)

    def ask_for_check(self, minute: int) -> None:
        """Have the first person of a district wait for a check, as a command does."""
        name = self.size.names[minute % self.size.districts]
        with Database.open_folder(self.get_state(name)) as db:
            person = min(db.people.list_person_ids())
            request = build_request("check", f"check-{minute}", SUNDAY, person)
            db.jobs.insert_request(request)
        self.requests.append((name, request.subject))

    def count_waiting(self) -> int:
        """Count what is not done: sweeps, and checks that someone waits for."""
        waiting = 0
        for name in self.size.names:
            with Database.open_folder(self.get_state(name)) as db:
                waiting += db.sweeps.find_last_closed_time(SweepKind.SWEEP) is None
                for _, subject in (found for found in self.requests if found[0] == name):
                    request = db.jobs.find_request(subject)
                    waiting += request is None or request.done_at is None
        return waiting

    def list_checked_handles(self) -> set[str]:
        """Return the handles that are asked about more often, since checks are."""
        handles = set()
        for name in self.size.names:
            with Database.open_folder(self.get_state(name)) as db:
                handles.add(db.people.load_person(min(db.people.list_person_ids())).handles[0])
        return handles

    def list_staying_handles(self) -> set[str]:
        size = self.size
        everyone = (list_handles(number, size.people) for number in range(size.districts))
        return {handle for handles in everyone for handle in handles} - self.left_at.keys()

    def fell_soon_after(self, at: datetime) -> bool:
        return any(timedelta(seconds=-1) <= fell - at <= UNDER_WAY for fell in self.fell_at)


def test_an_hour_of_kills_costs_no_answer_and_asks_no_one_who_left(
    fragile: FragilePostgres, tmp_path: Path
) -> None:
    minutes = int(os.environ.get("NAMESAKE_FLEET_MINUTES", "60"))
    # A site answers 60 queries a minute, less while its machine is down: it has enough to the end.
    size = FleetSize(districts=3, people=17 * minutes, sites=12, pace=1.0)
    folder, pause = tmp_path / "districts", threading.Event()
    make_districts(folder, size.names, size.people, size.sites)
    hour = Hour(size=size, folder=folder)
    words = ("-m", "tests.real.fleet.home", fragile.address, str(folder), str(90 * minutes))
    home = HomeProcess(words, tmp_path / "home.log")
    with scale.run_server_process(size.sites) as web:
        with open_home(fragile.address, folder, StoryClock(FRIDAY)) as opened:
            opened.works()
        settings = AskerSettings(
            database=fragile.address, addresses=web.address_map, pace=size.pace
        )
        with run_askers(tmp_path, settings, settings) as askers:
            for asker in askers:
                asker.always_returns = True
            home.start()
            began = monotonic()
            for minute in range(minutes):
                hour.ask_for_check(minute)
                hour.leave(minute)
                pause.wait(MINUTE / 2)
                hour.kill_next(minute, askers, home)
                if (minute + 1) * CRASHES // minutes > minute * CRASHES // minutes:
                    hour.fell_at.append(datetime.now(UTC))
                    fragile.crash()
                pause.wait(max(began + MINUTE * (minute + 1) - monotonic(), 0.0))
            wait_for(lambda: not hour.count_waiting(), SWEEP_PATIENCE)
            LOG.info("all was done after %.1f minutes", (monotonic() - began) / MINUTE)
            home.kill()
        requests, queries = web.fetch_requests(), web.fetch_queries()

    judge(hour, requests, queries)


def judge(
    hour: Hour, requests: list[tuple[str, datetime]], queries: list[tuple[str, str, datetime]]
) -> None:
    times: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    staying, checked = hour.list_staying_handles(), hour.list_checked_handles()
    people = staying | hour.left_at.keys()
    for host, handle, at in queries:
        if handle in people:
            times[host, handle].append(at)
    hosts = scale.ScaleInternet(sites=hour.size.sites).hosts
    lost = sum((host, handle) not in times for host in hosts for handle in staying)
    again = [
        at
        for (_, handle), asked in times.items()
        if handle not in checked
        for at in sorted(asked)[:-1]
    ]
    twice = sum(not hour.fell_soon_after(at) for at in again)
    late = max(
        (
            at - hour.left_at[handle]
            for (_, handle), asked in times.items()
            if handle in hour.left_at
            for at in asked
        ),
        default=timedelta(),
    )
    close = count_too_close(requests, timedelta(seconds=hour.size.pace))
    LOG.info(
        "%s requests, %s too close, %s lost, %s asked again, %s of them paid twice, %s checks, "
        "%s left, the last one asked about %.1f s after that",
        *(len(requests), close, lost, len(again), twice, len(hour.requests), len(hour.left_at)),
        late.total_seconds(),
    )
    assert (close, lost, twice) == (0, 0, 0)
    assert late <= OTHERS_STOP_WITHIN
