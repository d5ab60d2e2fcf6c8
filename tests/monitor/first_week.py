"""The demo district's first week, as others begin with it: everybody joins, and is swept once."""

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

from monitor.app import OUTBOX, Environment, IdSource, open_app
from monitor.db.database import Database
from monitor.demo import data as days
from monitor.demo import setup as stage
from monitor.demo.internet import Internet
from monitor.demo.response import FakeRequest, FakeResponse
from monitor.demo.server import WebServer
from monitor.demo.setup import StoryClock
from monitor.demo.story import EMAILS_AFTER, JOINING_DAYS_BEFORE, enroll_everyone
from monitor.services.due_jobs import run_due_sweeps, run_mail_and_cleanup, run_upkeep
from scrapers.crawl.throttle import WITHOUT_WAITS
from scrapers.http.fetch_limits import PATIENT_LIMITS
from scrapers.http.ssrf_guard import Dialer, resolve_nothing


@dataclass(frozen=True, slots=True)
class SteadyInternet:
    """Answers every time the same: what differs in the end differs because of us."""

    internet: Internet = field(default_factory=Internet)

    @property
    def hosts(self) -> frozenset[str]:
        return self.internet.hosts

    def answer_request(self, asked: FakeRequest) -> FakeResponse | None:
        return self.internet.answer_request(replace(asked, nth=0))


def first_week_in(folder: Path, web: WebServer) -> None:
    """Let the first week pass; the web is then in its second one."""
    config = stage.build_config(folder)
    stage.hash_roster(config)
    clock = StoryClock(days.compute_sweep_time(1) - JOINING_DAYS_BEFORE)
    environment = Environment(
        clock=clock,
        # A person's digest has its minute by their id; drawn, it could be that of the sweep.
        ids=IdSource(new_id=stage.build_id_source("ref"), new_code=stage.build_id_source("code")),
        dialer=Dialer(address_map=web.build_address_map(), resolve=resolve_nothing),
        throttle=WITHOUT_WAITS,
        limits=PATIENT_LIMITS,
        name_email=stage.name_email_file,
    )
    Database.create_or_open_folder(config.state).close()
    with open_app(config, environment) as app:
        enroll_everyone(app, config.state / OUTBOX)
        clock.at = days.compute_sweep_time(1)
        run_due_sweeps(app)
        clock.at += EMAILS_AFTER
        run_mail_and_cleanup(app)
        run_upkeep(app)
    shutil.rmtree(config.state / OUTBOX)
    web.week = 2
