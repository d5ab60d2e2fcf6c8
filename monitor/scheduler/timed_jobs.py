"""What the service does and when: pause on a full disk, ping a monitor while all is well.

A monitor that gets no ping for a while knows that something is wrong.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from apscheduler.triggers.interval import IntervalTrigger

from monitor.app import App, Environment
from monitor.app.steady_clock import measure_jump
from monitor.config.sections import WatchConfig
from monitor.db.atomic_files import PRIVATE_MODE, DiskReserve, write_file
from monitor.db.database import WARNINGS_FILE
from monitor.domain.errors import CannotWriteError, MonitorError
from monitor.domain.health import compute_exit_code
from monitor.domain.vocabulary import HealthLevel
from monitor.scheduler.job_scheduler import TICK_SECONDS, TimedJob
from monitor.services import due_jobs
from monitor.services.backups import remove_abandoned_trial, renew_key_backup
from monitor.services.chat_notices import NoticeSender, load_all_chat_endpoints
from monitor.services.clock_check import describe_wait
from monitor.services.health import Vitals, collect_vitals, list_warnings
from monitor.services.notifications import queue_disk_full_email
from scrapers.models import Page

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

LOG = logging.getLogger(__name__)
# A test restore takes minutes.
TRIAL_ABANDONED_AFTER = timedelta(hours=1)
NO_ROOM = "The disk is full. Searches are paused until there is space."

HeartbeatFunction = Callable[[Vitals, HealthLevel], None]
"""Gets the metrics, and how healthy the service is."""


@dataclass(slots=True, kw_only=True)
class SupervisedRunner:
    """What the daemon runs. Each job fails by itself, and the heart stops until it succeeds."""

    app: App
    reserve: DiskReserve
    heartbeat: HeartbeatFunction
    notices: NoticeSender = field(default_factory=lambda: NoticeSender(endpoints={}))
    _failed: set[str] = field(default_factory=set)
    _warnings: set[tuple[str, HealthLevel]] | None = None

    def list_timed_jobs(self) -> tuple[TimedJob, ...]:
        """Name what the service does. Only the first three look into the due table.

        What the worker "mail" does is never done twice at once: the record of sent letters has
        one writer.
        """
        due_work = {
            "checks": self.run_requested_checks,
            "sweeps": self.run_due_sweeps,
            "mail": self.run_mail_and_cleanup,
        }
        tick, minute, quarter, day = (
            IntervalTrigger(seconds=seconds, timezone=UTC)
            for seconds in (TICK_SECONDS, 60, 15 * 60, 24 * 3600)
        )
        bounces = TimedJob(
            name="bounces", work=self.collect_bounces, trigger=quarter, worker="bounces"
        )
        notices = TimedJob(name="notices", work=self.send_notices, trigger=minute, worker="notices")
        return (
            # First: what someone took back is beside the district before an email says so.
            TimedJob(
                name="keys",
                work=self.back_up_keys,
                trigger=minute,
                worker="mail",
                answers_bell=True,
            ),
            *(
                TimedJob(name=name, work=work, trigger=tick, worker=name, answers_bell=True)
                for name, work in due_work.items()
            ),
            TimedJob(name="purge", work=self.delete_expired_data, trigger=day, worker="mail"),
            TimedJob(name="heartbeat", work=self.send_heartbeat, trigger=minute, worker="watch"),
            *((bounces,) if self.app.config.bounces else ()),
            *((notices,) if any(self.notices.endpoints.values()) else ()),
        )

    def run_requested_checks(self) -> None:
        if self.reserve.ensure_reserve():
            with self._track_failure("checks"):
                due_jobs.run_requested_checks(self.app)

    def run_due_sweeps(self) -> None:
        """Run due sweeps; on a full disk do not start, since answers could not be stored."""
        if self.reserve.ensure_reserve():
            with self._track_failure("sweeps"):
                due_jobs.run_due_sweeps(self.app)

    def run_mail_and_cleanup(self) -> None:
        """Write and send even on a full disk: the reserve is there for this."""
        with self._track_failure("mail"):
            due_jobs.run_mail_and_cleanup(self.app)

    def delete_expired_data(self) -> None:
        with self._track_failure("purge"):
            due_jobs.delete_expired_data(self.app)

    def collect_bounces(self) -> None:
        with self._track_failure("bounces"):
            due_jobs.collect_new_bounces(self.app)

    def send_notices(self) -> None:
        with self._track_failure("notices"):
            self.notices.send_due_notices(self.app, self._warnings)

    def back_up_keys(self) -> None:
        """Have the copy of the keys know what a process that was killed, say, kept from it."""
        try:
            remove_abandoned_trial(self.app.config, self.app.clock.now() - TRIAL_ABANDONED_AFTER)
            renew_key_backup(self.app.db, self.app.config)
        except MonitorError as error:
            LOG.warning("key_copy_outdated", extra={"reason": str(error)})
            self._failed.add("keys")
        else:
            self._failed.discard("keys")

    def send_heartbeat(self) -> None:
        vitals = collect_vitals(
            self.app.db, self.app.clock.now(), self.app.sources, measure_jump(self.app.clock)
        )
        warnings = list_warnings(vitals)
        self._log_warnings({(warning.what, warning.level) for warning in warnings})
        well = not (self._failed or self.describe_wait() or compute_exit_code(warnings))
        self.heartbeat(vitals, HealthLevel.OK if well else HealthLevel.BAD)

    def _log_warnings(self, warnings: set[tuple[str, HealthLevel]]) -> None:
        """Say once what operators have to see to, and that it is over: also across restarts."""
        file = self.app.config.state / WARNINGS_FILE
        before = _read_warnings(file) if self._warnings is None else self._warnings
        for part, level in sorted(warnings - before):
            LOG.warning("warning_raised", extra={"kind": part, "status": level})
        for part, level in sorted(before - warnings):
            LOG.info("warning_ended", extra={"kind": part, "status": level})
        if warnings != before:
            lines = "".join(f"{level} {part}\n" for part, level in sorted(warnings))
            # They are told again after a restart on a full disk.
            with suppress(CannotWriteError):
                write_file(file, lines.encode(), PRIVATE_MODE)
        self._warnings = warnings

    def describe_wait(self) -> str:
        return describe_wait(self.app) or ("" if self.reserve.ensure_reserve() else NO_ROOM)

    def check_files(self) -> None:
        self.app.db.check_files()

    def stop_running_sweep(self) -> None:
        due_jobs.stop_running_sweep(self.app)

    @contextmanager
    def _track_failure(self, job: str) -> Iterator[None]:
        try:
            yield
        except CannotWriteError:
            self._failed.add(job)
            # Free the reserve, once, so that an email to the operator can be written.
            if self.reserve.release_reserve():
                now = self.app.clock.now()
                with suppress(MonitorError), self.app.db.begin_transaction():
                    queue_disk_full_email(self.app, now)
            raise
        except Exception:
            self._failed.add(job)
            raise
        self._failed.discard(job)


SUCCESS_STATUSES = range(200, 300)

Ping = Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """A metric that cannot be written is logged, and delays nothing."""

    watch: WatchConfig
    ping: Ping

    def __call__(self, vitals: "Vitals | Collector", level: HealthLevel) -> None:
        well = level is HealthLevel.OK
        try:
            if self.watch.metrics_file:
                from monitor.services.metrics import render_metrics  # noqa: PLC0415 - few have it

                write_file(self.watch.metrics_file, render_metrics(vitals))
        except CannotWriteError as error:
            LOG.warning("metrics_not_written", extra={"reason": str(error)})
        if well and self.watch.heartbeat_url and not self.ping():
            # The address itself is a secret: anyone who knows it can say that all is well.
            LOG.warning("heartbeat_not_sent")


def build_supervised_runner(app: App, environment: Environment) -> SupervisedRunner:
    """Return the periodic tasks of the service, for the daemon to call."""
    watch = app.config.watch
    return SupervisedRunner(
        app=app,
        reserve=DiskReserve(app.config.state),
        heartbeat=Heartbeat(watch=watch, ping=build_ping(watch, environment)),
        notices=NoticeSender(endpoints=load_all_chat_endpoints(environment.variables)),
    )


def build_ping(watch: WatchConfig, environment: Environment) -> Ping:
    """Request the address with our guarded client; it may be on the district's own network."""

    def send_ping() -> bool:
        # A service without such an address asks nothing while it is idle.
        from monitor.app.builders import fetch_endpoint, open_endpoint_client  # noqa: PLC0415 - see above

        with open_endpoint_client(environment) as client:
            answer = fetch_endpoint(client, watch.heartbeat_url)
        return isinstance(answer, Page) and answer.status in SUCCESS_STATUSES

    return send_ping


def _read_warnings(file: Path) -> set[tuple[str, HealthLevel]]:
    """Read what was told before; nothing where that cannot be read."""
    try:
        lines = [line.split(" ", 1) for line in file.read_text("utf-8").splitlines()]
        return {(part, HealthLevel(level)) for level, part in lines}
    except (OSError, ValueError):
        return set()
