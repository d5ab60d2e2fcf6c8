"""Many districts in one process: one crawler, one scheduler, one pool of threads a kind of work.

A district is opened when something waits in it, and let go when it is idle. One that cannot be
used (its configuration, a damaged file, a wrong key) is set aside, and the others go on.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, timedelta
from time import monotonic

from apscheduler.triggers.interval import IntervalTrigger

from monitor.app import App
from monitor.app.steady_clock import measure_jump
from monitor.config.sections import CURRENT_DISTRICT, WatchConfig
from monitor.db.database import Database
from monitor.db.files import write_file
from monitor.domain.errors import (
    CannotWriteError,
    DatabaseError,
    InputError,
    MonitorError,
    MovedError,
    ReplacedError,
    UnavailableError,
    WrongKeyError,
    describe_error_location,
)
from monitor.domain.health import compute_exit_code
from monitor.fleet.config import FleetFile
from monitor.fleet.db.shared import DistrictRecord
from monitor.fleet.districts import DistrictFolder, is_drained, list_district_folders
from monitor.fleet.hosted_districts import HostedDistrict, SharedResources
from monitor.fleet.metrics import FleetReading, render_fleet_metrics
from monitor.fleet.pools import RightOfWay, WorkerPool
from monitor.scheduler.daemon import FAREWELL_SECONDS
from monitor.scheduler.watchdog import SupervisedRunner, build_ping
from monitor.scheduler.workers import (
    HUNG_AFTER_SECONDS,
    RETRY_SECONDS,
    TICK_SECONDS,
    Liveness,
    TimedJob,
)
from monitor.services import jobs
from monitor.services.health import Vitals, check_vitals, collect_vitals

LOG = logging.getLogger(__name__)
LOOK_SECONDS = 1
FOLDERS_EVERY = 5.0
CHANGES_SENT_EVERY = 5
# One that no one has used for that long is closed; of more than so many, the longest unused.
IDLE_SECONDS = 60.0
MOST_OPEN = 64
# The longest that a district stays unlooked at, whatever its files say.
LOOK_AGAIN_AFTER = timedelta(hours=1)
PURGED_EVERY = timedelta(days=1)
BOUNCES_EVERY = timedelta(minutes=15)
# How many districts one pool works for at once: a sweep takes hours, a check minutes.
# What someone has written is looked at by threads of its own: maybe a person waits.
POOL_SIZES = {"look": 2, "changes": 2, "checks": 32, "sweeps": 20, "mail": 4, "bounces": 2}
LOOK_POOLS = frozenset({"look", "changes"})
# The service itself writes in a district that it works in; a page that writes there wakes us.
BUSY_LOOK_SECONDS = 5.0
# For so long, sweeps pause as a check begins: it is opened and planned, and asks a first site.
HEAD_START_SECONDS = {"changes": 1.0, "checks": 1.0}
# What is wrong with a district itself, and not with the web or a mail server.
SET_ASIDE_ERRORS = (DatabaseError, ReplacedError, WrongKeyError)

DistrictWork = Callable[[HostedDistrict, SupervisedRunner], None]


def get_name(district: HostedDistrict) -> str:
    return district.name


def get_relay(district: HostedDistrict) -> str:
    """Have one thread at a mail server, which would else be waited for by all of them."""
    return district.relay or district.name


class SweepingThread(threading.local):
    """The database of the district that the thread sweeps; None where it does not."""

    database: Database | None = None


class FleetRunner:
    """What the daemon runs where it has many districts (`monitor.scheduler.daemon.DaemonJobs`)."""

    def __init__(
        self,
        file: FleetFile,
        resources: SharedResources,
        liveness: Liveness,
        most_open: int = MOST_OPEN,
    ) -> None:
        self._fleet, self._backup = file.fleet, file.backup
        self._most_open = most_open
        self._resources = resources
        self._clock = resources.environment.clock
        self._liveness = liveness
        watch = WatchConfig(heartbeat_url=file.fleet.heartbeat_url)
        self._ping = build_ping(watch, resources.environment)
        self._districts: dict[str, HostedDistrict] = {}
        self._folders_at = 0.0
        self._drained = False
        self._right_of_way = RightOfWay()
        self._sweeping = SweepingThread()
        self._beat = resources.environment.beat
        resources.environment = replace(resources.environment, beat=self._beat_and_give_way)
        self._pools = {
            name: WorkerPool(
                name,
                POOL_SIZES[name],
                self._bind(name, work),
                get_relay if name == "mail" else get_name,
            )
            for name, work in (
                ("look", self._look),
                ("changes", self._look),
                ("checks", lambda _, runner: runner.run_requested_checks()),
                ("sweeps", lambda _, runner: runner.run_due_sweeps()),
                ("mail", self._run_mail),
                ("bounces", self._collect_bounces),
            )
        }

    def list_timed_jobs(self) -> tuple[TimedJob, ...]:
        second, soon, minute, day = (
            IntervalTrigger(seconds=seconds, timezone=UTC)
            for seconds in (LOOK_SECONDS, CHANGES_SENT_EVERY, 60, 24 * 3600)
        )
        return (
            TimedJob(
                name="look",
                work=self.look_at_districts,
                trigger=second,
                worker="look",
                answers_bell=True,
            ),
            # On a thread of its own: a database that is away holds up nothing else.
            TimedJob(name="outbox", work=self.send_consent_changes, trigger=soon, worker="outbox"),
            TimedJob(name="report", work=self.report, trigger=minute, worker="report"),
            TimedJob(name="tidy", work=self._tidy, trigger=day, worker="report"),
        )

    def note_caller(self, folder: str) -> None:
        """Look at once at the district of a page or a command that wakes us."""
        for district in self._districts.values():
            if district.has_state_folder(folder):
                self._pools["changes"].submit(district)

    def _beat_and_give_way(self) -> None:
        """Let sweeps pause between two steps; never inside one, where others wait for its end."""
        self._beat()
        database = self._sweeping.database
        if database is not None and not database.is_in_transaction:
            self._right_of_way.give_way()

    def look_at_districts(self) -> None:
        """See which districts have changed or have something due; it opens none itself."""
        self._submit_looks()
        self.close_unused()

    def _submit_looks(self) -> int:
        """Return how many districts are to be looked at; those that find no room come later."""
        if monotonic() >= self._folders_at:
            self.look_for_folders()
        now, count, room = self._clock.now(), 0, self._most_open - self.count_open()
        for district in self._districts.values():
            if district.fault and not self._may_retry(district):
                continue
            if district.users and monotonic() - district.looked_at < BUSY_LOOK_SECONDS:
                changed = False
            else:
                changed = district.wake_at is not None and district.read_stamp() != district.looked
            if not changed and (district.wake_at is None or district.wake_at <= now):
                room -= district.runner is None
            elif not changed:
                continue
            count += 1
            if changed:
                self._pools["changes"].submit(district)
            elif district.runner is not None or room >= 0:
                self._pools["look"].submit(district)
        self.close_unused(wanted=max(-room, 0))
        return count

    def finish_waiting_work(self, seconds: float) -> None:
        """Look and work until nothing waits anymore, without a scheduler."""
        until = monotonic() + seconds
        while monotonic() < until:
            busy = not all(pool.wait_until_idle(0) for pool in self._pools.values())
            if not self._submit_looks() and not busy:
                return
            for pool in self._pools.values():
                pool.wait_until_idle(max(until - monotonic(), 0.0))

    def report(self) -> None:
        """Write the metrics of all districts, and tell the monitor if all of them are well."""
        self._renew_leases()
        hung = {name: pool.list_hung_keys(self._liveness) for name, pool in self._pools.items()}
        minutes = round(HUNG_AFTER_SECONDS / 60)
        for name in filter(hung.get, hung):
            job = ", ".join(hung[name])
            LOG.error("worker_hung", extra={"worker": name, "job": job, "minutes": minutes})
        vitals = {
            district.name: district.vitals
            for district in self._districts.values()
            if district.vitals
        }
        faults = {
            district.name: district.fault for district in self._districts.values() if district.fault
        }
        if self._fleet.metrics_file:
            try:
                text = render_fleet_metrics(vitals, faults, self._read_state())
                write_file(self._fleet.metrics_file, text)
            except CannotWriteError as error:
                LOG.warning("metrics_not_written", extra={"reason": str(error)})
        failed = any(hung.values()) or any(district.failed for district in self._districts.values())
        well = not faults and not failed and not self._drained
        sound = well and all(_is_well(vital) for vital in vitals.values())
        if sound and self._fleet.heartbeat_url and not self._ping():
            LOG.warning("heartbeat_not_sent")

    def _read_state(self) -> FleetReading:
        sender = self._resources.sender
        if sender is None:
            return FleetReading()
        try:
            return FleetReading(asked=True, state=sender.read_state())
        except UnavailableError:
            return FleetReading(asked=True)

    def _renew_leases(self) -> None:
        """Set aside what another machine has taken over."""
        sender = self._resources.sender
        held = {
            district.name: district for district in self._districts.values() if district.is_locked
        }
        if sender is None:
            return
        sender.delete_expired_batches()
        for name in held.keys() - sender.renew_districts(held):
            held[name].set_aside("Another machine may work on this district by now.")

    def stop_running_sweep(self) -> None:
        for pool in self._pools.values():
            pool.stop()
        self._resources.engine.frontier.stop()

    def describe_wait(self) -> str:
        if self._drained:
            return "Drained: no district is worked on. See `namesake fleet drain --undo`."
        aside = sorted(district.name for district in self._districts.values() if district.fault)
        if not aside:
            return ""
        named = ", ".join(aside[:5]) + (" and others" if len(aside) > len(aside[:5]) else "")
        return f"Ready. {len(aside)} of {len(self._districts)} districts are set aside: {named}."

    def check_files(self) -> None:
        """Do nothing: each district is looked at by itself, and set aside if it was replaced."""

    def close(self) -> None:
        """Wait a little for what runs, and let go of every district."""
        self.stop_running_sweep()
        until = monotonic() + FAREWELL_SECONDS
        for pool in self._pools.values():
            if not pool.has_ended_by(until):
                LOG.warning("job_not_finished", extra={"job": pool.name})
        for district in self._districts.values():
            district.release()

    def look_for_folders(self) -> None:
        """Take up new districts, and let go of those that leave."""
        self._folders_at = monotonic() + FOLDERS_EVERY
        self._drained = is_drained(self._fleet.districts)
        folders = list_district_folders(self._fleet.districts, self._backup)
        found = (
            {}
            if self._drained
            else {district_folder.name: district_folder for district_folder in folders}
        )
        for name, folder in found.items():
            if name not in self._districts and not folder.is_leaving:
                self._districts = {**self._districts, name: HostedDistrict(folder, self._resources)}
                self._resources.set_staff(name, 0)
        self._refuse_twins(found.values())
        for district in tuple(self._districts.values()):
            if district.name not in found or district.folder.is_leaving:
                self._let_go(district)

    def _refuse_twins(self, folders: Iterable[DistrictFolder]) -> None:
        self._resources.refused = self._resources.twins.find_twins(folders)
        for name, reason in self._resources.refused.items():
            district = self._districts.get(name)
            if district is not None and not district.fault:
                token = CURRENT_DISTRICT.set(name)
                self._set_aside(district, InputError(reason))
                CURRENT_DISTRICT.reset(token)

    def _let_go(self, district: HostedDistrict) -> None:
        """Stop what runs in a district that leaves, and forget it once it has ended."""
        for pool in self._pools.values():
            pool.forget(district)
        district.set_aside("This machine lets go of it.")
        if district.users:
            return
        district.release()
        self._districts = {
            name: one_district
            for name, one_district in self._districts.items()
            if one_district is not district
        }
        self._resources.remove_staff(district.name)
        LOG.info("district_released", extra={"district": district.name})

    def _may_retry(self, district: HostedDistrict) -> bool:
        """Tell whether one that was set aside may be well again: after a while, or if mended."""
        if district.users:
            return False
        if district.read_stamp() == district.looked and monotonic() < district.retry_at:
            return False
        district.wake_at = None
        return True

    def count_open(self) -> int:
        return sum(district.runner is not None for district in self._districts.values())

    def close_unused(self, idle_seconds: float = IDLE_SECONDS, wanted: int = 0) -> None:
        """Close what no one is in: the idle ones, and the longest unused where room is wanted."""
        opened = [
            one_district
            for one_district in self._districts.values()
            if one_district.runner is not None
        ]
        free = [one_district for one_district in opened if not self._is_wanted(one_district)]
        free.sort(key=lambda one_district: one_district.used_at)
        surplus = max(len(opened) + wanted - self._most_open, 0)
        for number, district in enumerate(free):
            if number < surplus or monotonic() - district.used_at > idle_seconds:
                district.close_if_unused()

    def _is_wanted(self, district: HostedDistrict) -> bool:
        """Tell whether someone is in it, or soon; what waits for a sweep may wait for hours."""
        if district.users:
            return True
        pools = (pool for name, pool in self._pools.items() if name != "sweeps")
        return any(pool.has_queued(district) for pool in pools)

    def _bind(self, pool: str, work: DistrictWork) -> Callable[[HostedDistrict], None]:
        """Do a pool's work in a district; what goes wrong there stops no other district."""

        def work_in_district(district: HostedDistrict) -> None:
            token = CURRENT_DISTRICT.set(district.name)
            self._liveness.register_worker()
            head_start = HEAD_START_SECONDS.get(pool)
            try:
                with self._right_of_way.claim(head_start) if head_start else nullcontext():
                    self._work_once(pool, district, work)
            finally:
                CURRENT_DISTRICT.reset(token)

        return work_in_district

    def _work_once(
        self,
        pool: str,
        district: HostedDistrict,
        work: DistrictWork,
    ) -> None:
        if district.fault and (district.users or pool not in LOOK_POOLS):
            return
        try:
            runner = district.enter()
        except Exception as error:  # noqa: BLE001 - whatever it is, the other districts go on
            self._set_aside(district, error)
            return
        try:
            district.fault = ""
            self._sweeping.database = runner.app.db if pool == "sweeps" else None
            work(district, runner)
        except SET_ASIDE_ERRORS as error:
            self._set_aside(district, error)
        except Exception as error:  # noqa: BLE001 - the next time it may fare better
            fault = describe_error_location(error)
            LOG.error("job_failed", extra={"job": pool, "error": fault})  # noqa: TRY400 - its trace may quote
            district.failed.add(pool)
            district.wake_at = self._clock.now() + timedelta(seconds=RETRY_SECONDS)
        else:
            district.failed.discard(pool)
        finally:
            self._sweeping.database = None
            district.leave()

    def _set_aside(self, district: HostedDistrict, error: Exception) -> None:
        known = isinstance(error, MonitorError)
        fault = str(error) if known else describe_error_location(error)
        if district.fault != fault:
            LOG.error("district_set_aside", extra={"reason": fault})
        district.set_aside(fault)
        if isinstance(error, MovedError):
            return  # what is known of it is what the machine says that has it
        self._keep_record(district, district.record.staff if district.record else 0)

    def _look(self, district: HostedDistrict, runner: SupervisedRunner) -> None:
        """Hand on what waits in a district, and note when to look again."""
        app, now = runner.app, self._clock.now()
        stamp = district.read_stamp()
        changed = stamp != district.looked
        if changed:
            # If this fails, the district does not count as looked at, and it is done again.
            self._note_consent_changes(district, app)
        district.looked, district.looked_at = stamp, monotonic()
        work = jobs.find_waiting_work(app)
        if work.checks:
            self._pools["checks"].submit(district)
        if work.sweeps:
            self._pools["sweeps"].submit(district)
        if app.config.bounces and (district.bounces_at is None or district.bounces_at <= now):
            district.bounces_at = now + BOUNCES_EVERY
            self._pools["bounces"].submit(district)
        soon = now + LOOK_AGAIN_AFTER
        if work.mail or (changed and monotonic() - district.mailed_at >= TICK_SECONDS):
            district.mailed_at = monotonic()
            self._pools["mail"].submit(district)
        elif changed:
            soon = now + timedelta(seconds=TICK_SECONDS)
        district.wake_at = min(
            filter(None, (work.next_at, district.purge_at, district.bounces_at, soon))
        )
        self._keep_record(district, len(app.db.consents.list_queryable_person_ids(now)))

    def _note_consent_changes(self, district: HostedDistrict, app: App) -> None:
        """Note who left, or changed anything: a backup that is restored may not know it."""
        if self._resources.sender is not None:
            self._resources.sender.note_consent_changes(district.name, app)

    def send_consent_changes(self) -> None:
        if self._resources.sender is not None:
            self._resources.sender.send_consent_changes()

    def _run_mail(self, district: HostedDistrict, runner: SupervisedRunner) -> None:
        """Write and send, and what goes with it: what two threads must not do at once."""
        runner.run_mail_and_cleanup()
        runner.renew_keys()
        if any(runner.notices.endpoints.values()):
            runner.send_notices()
        now = runner.app.clock.now()
        if district.purge_at is None or district.purge_at <= now:
            district.purge_at = now + PURGED_EVERY
            runner.delete_expired_data()
        district.vitals = collect_vitals(runner.app.db, now, measure_jump(runner.app.clock))

    def _collect_bounces(self, _district: HostedDistrict, runner: SupervisedRunner) -> None:
        runner.collect_bounces()

    def _keep_record(self, district: HostedDistrict, staff: int) -> None:
        now, before = self._clock.now(), district.record
        self._resources.set_staff(district.name, staff)
        fresh = before is not None and now - before.seen_at < LOOK_AGAIN_AFTER
        if before and fresh and (before.staff, before.reason) == (staff, district.fault):
            return
        district.record = DistrictRecord(
            name=district.name, staff=staff, seen_at=now, reason=district.fault
        )
        self._resources.shared.districts.save_district_record(district.record)

    def _tidy(self) -> None:
        self._resources.shared.delete_outdated(self._clock.now())


def _is_well(vitals: Vitals) -> bool:
    return not compute_exit_code(check_vitals(vitals, ()))
