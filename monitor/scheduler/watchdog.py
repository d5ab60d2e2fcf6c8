"""Watch the jobs: pause on a full disk, and ping a monitor each minute while all is well.

A monitor that gets no ping for a while knows that something is wrong.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import version

from monitor.app import App
from monitor.config import WatchConfig
from monitor.db.files import DiskReserve, write_file
from monitor.domain.health import compute_exit_code
from monitor.domain.vocabulary import HealthLevel
from monitor.environment import Environment
from monitor.errors import CannotWriteError, MonitorError
from monitor.services import jobs
from monitor.services.backups import remove_abandoned_trial, renew_key_backup
from monitor.services.health import Vitals, check_vitals, collect_vitals
from monitor.services.metrics import render_metrics
from monitor.services.notifications import queue_operator_emails
from reports.emails.operator import DiskFullView
from scrapers.http.client import HttpClient
from scrapers.models import Page, Request
from scrapers.source import AccessMode, CrawlPolicy

LOG = logging.getLogger(__name__)
HEARTBEAT_INTERVAL = timedelta(minutes=1)
# A copy on trial is restored in minutes.
TRIAL_ABANDONED_AFTER = timedelta(hours=1)
NO_ROOM = "The disk is full. Searches are paused until there is space."

HeartbeatFunction = Callable[[Vitals, HealthLevel], None]
"""Told of the numbers, and of whether all is well."""


@dataclass(slots=True, kw_only=True)
class SupervisedRunner:
    """What the daemon calls. Each kind of work has a thread of its own, and fails by itself."""

    app: App
    reserve: DiskReserve
    heartbeat: HeartbeatFunction
    _failed: set[str] = field(default_factory=set)
    _last_heartbeat: datetime | None = None

    def run_requested_checks(self) -> None:
        if self.reserve.ensure_reserve():
            with self._track_failure("serve"):
                jobs.run_requested_checks(self.app)

    def run_due_sweeps(self) -> None:
        """Ask what is due; on a full disk not even begin: it would be answered in vain."""
        if self.reserve.ensure_reserve():
            with self._track_failure("ask"):
                jobs.run_due_sweeps(self.app)

    def run_mail_and_cleanup(self) -> None:
        """Write and send, on a full disk, too: what was kept back is there for this."""
        with self._track_failure("write"):
            jobs.run_mail_and_cleanup(self.app)
        if (
            self._last_heartbeat is None
            or abs(self.app.clock.now() - self._last_heartbeat) >= HEARTBEAT_INTERVAL
        ):
            self._last_heartbeat = self.app.clock.now()
            self._renew_keys()
            self._send_heartbeat()

    def describe_wait(self) -> str:
        return jobs.describe_wait(self.app) or ("" if self.reserve.ensure_reserve() else NO_ROOM)

    def check_files(self) -> None:
        jobs.check_files(self.app)

    def stop_running_sweep(self) -> None:
        jobs.stop_running_sweep(self.app)

    @contextmanager
    def _track_failure(self, job: str) -> Iterator[None]:
        try:
            yield
        except CannotWriteError:
            self._failed.add(job)
            self._release_reserve()
            raise
        except Exception:
            self._failed.add(job)
            raise
        self._failed.discard(job)

    def _release_reserve(self) -> None:
        """Give up the reserve, once, so that an operator can be told."""
        if self.reserve.release_reserve():
            now = self.app.clock.now()
            with suppress(MonitorError), self.app.db.begin_transaction():
                day = now.date().isoformat()
                queue_operator_emails(self.app, day, lambda to: DiskFullView(**to, since=now))

    def _renew_keys(self) -> None:
        try:
            remove_abandoned_trial(self.app.config, self.app.clock.now() - TRIAL_ABANDONED_AFTER)
            renew_key_backup(self.app.db, self.app.config)
        except MonitorError as error:
            LOG.warning("The copy of the keys still has keys of deleted people: %s", error)
            self._failed.add("keys")
        else:
            self._failed.discard("keys")

    def _send_heartbeat(self) -> None:
        vitals = collect_vitals(self.app.db, self.app.clock.now())
        well = not (
            self._failed or self.describe_wait() or compute_exit_code(check_vitals(vitals, ()))
        )
        self.heartbeat(vitals, HealthLevel.OK if well else HealthLevel.BAD)


SUCCESS_STATUSES = range(200, 300)

Ping = Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """What cannot be told is logged, and holds up nothing."""

    watch: WatchConfig
    ping: Ping

    def __call__(self, vitals: Vitals, level: HealthLevel) -> None:
        well = level is HealthLevel.OK
        try:
            if self.watch.metrics_file:
                write_file(self.watch.metrics_file, render_metrics(vitals))
        except CannotWriteError as error:
            LOG.warning("%s", error)
        if well and self.watch.heartbeat_url and not self.ping():
            # The address itself is a secret: whoever knows it can say that all is well.
            LOG.warning("Could not ping the URL in heartbeat_url under [watch].")


def build_supervised_runner(app: App, environment: Environment) -> SupervisedRunner:
    """Return the rounds of a service as its daemon calls them."""
    watch = app.config.watch
    return SupervisedRunner(
        app=app,
        reserve=DiskReserve(app.config.state),
        heartbeat=Heartbeat(watch=watch, ping=build_ping(watch, environment)),
    )


def build_ping(watch: WatchConfig, environment: Environment) -> Ping:
    """Ask the address by the one guarded client; it may lie on the district's own network."""
    url = watch.heartbeat_url
    origin = "/".join(url.split("/")[:3])
    policy = CrawlPolicy(origins=(origin,), access=AccessMode.API, allow_private=(origin,))
    client = HttpClient(
        dialer=environment.dialer,
        clock=environment.clock,
        user_agent=f"Namesake/{version('namesake-monitor')}",
    )

    def send_ping() -> bool:
        answer = client.fetch(Request(url=url), policy)
        return isinstance(answer, Page) and answer.status in SUCCESS_STATUSES

    return send_ping
