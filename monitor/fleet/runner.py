"""Many districts in one process: one crawler, one scheduler, one pool of threads a kind of work.

A district is opened when something waits in it, and let go when it is idle. One that cannot be
used (its configuration, a damaged file, a wrong key) is set aside, and the others go on.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, timedelta
from functools import partial
from operator import attrgetter
from time import monotonic

from apscheduler.triggers.interval import IntervalTrigger

from monitor.app import App
from monitor.app.steady_clock import measure_jump
from monitor.config.sections import WatchConfig
from monitor.domain.errors import (
    DatabaseError,
    InputError,
    ReplacedError,
    UnavailableError,
    WrongKeyError,
    describe_error_location,
    describe_fault,
)
from monitor.domain.health import compute_exit_code
from monitor.domain.vocabulary import HealthLevel
from monitor.fleet.config import FleetFile
from monitor.fleet.db.shared_database import DistrictRecord
from monitor.fleet.district_folders import is_drained, list_district_folders, work_in_district
from monitor.fleet.health import FleetCollector
from monitor.fleet.hosted_districts import HostedDistrict, SharedResources, is_settled
from monitor.fleet.pools import WorkerPool
from monitor.scheduler.daemon import FAREWELL_SECONDS
from monitor.scheduler.job_scheduler import (
    HUNG_AFTER_SECONDS,
    RETRY_SECONDS,
    TICK_SECONDS,
    Liveness,
    TimedJob,
)
from monitor.scheduler.timed_jobs import Heartbeat, SupervisedRunner, build_ping
from monitor.services import due_jobs
from monitor.services.health import check_vitals, collect_vitals

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
# What is wrong with a district itself, and not with the web or a mail server.
SET_ASIDE_ERRORS = (DatabaseError, ReplacedError, WrongKeyError)

DistrictWork = Callable[[HostedDistrict, SupervisedRunner], None]


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
        watch = WatchConfig(
            heartbeat_url=self._fleet.heartbeat_url, metrics_file=self._fleet.metrics_file
        )
        self._heartbeat = Heartbeat(watch=watch, ping=build_ping(watch, resources.environment))
        self._districts: dict[str, HostedDistrict] = {}
        self._folders_at = 0.0
        self._drained = False
        self._pools = {
            name: WorkerPool(
                name,
                POOL_SIZES[name],
                partial(self._do_pool_work, name, work),
                # One thread at a mail server, which would else be waited for by all of them.
                attrgetter("relay" if name == "mail" else "name"),
            )
            for name, work in (
                ("look", self._look),
                ("changes", self._look),
                ("checks", lambda _, runner: runner.run_requested_checks()),
                ("sweeps", lambda _, runner: runner.run_due_sweeps()),
                ("mail", self._run_mail),
                ("bounces", lambda _, runner: runner.collect_bounces()),
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

    def look_at_districts(self) -> None:
        """Have those looked at that have changed, or have something due; it opens none itself."""
        self.submit_looks()
        self.close_unused()

    def submit_looks(self) -> int:
        """Return how many districts are to be looked at."""
        if monotonic() >= self._folders_at:
            self.look_for_folders()
        now, count = self._clock.now(), 0
        for district in self._districts.values():
            if district.fault and not self._may_retry(district):
                continue
            is_new = district.wake_at is None
            # The service itself writes in a district that it works in.
            rests = district.users and monotonic() - district.looked_at < BUSY_LOOK_SECONDS
            if not is_new and not rests and district.read_stamp() != district.looked:
                self._pools["changes"].submit(district)
            elif is_new or (district.wake_at and district.wake_at <= now):
                self._pools["look"].submit(district)
            else:
                continue
            count += 1
        return count

    def wait_until_idle(self, seconds: float) -> bool:
        """Tell whether no thread has anything to do; wait for that for so long at most."""
        until = monotonic() + seconds
        waits = [pool.wait_until_idle(max(until - monotonic(), 0)) for pool in self._pools.values()]
        return all(waits)

    def report(self) -> None:
        """Write the metrics of all districts, and tell the monitor if all of them are well."""
        self._renew_leases()
        hung = {name: pool.list_hung_keys(self._liveness) for name, pool in self._pools.items()}
        minutes = round(HUNG_AFTER_SECONDS / 60)
        for name in filter(hung.get, hung):
            job = ", ".join(hung[name])
            LOG.error("worker_hung", extra={"worker": name, "job": job, "minutes": minutes})
        districts = self._districts.values()
        vitals = {district.name: district.vitals for district in districts if district.vitals}
        faults = {district.name: district.fault for district in districts if district.fault}
        home, state = self._resources.sender, None
        if home is not None and self._fleet.metrics_file:
            with suppress(UnavailableError):
                state = home.read_state()
        failed = any(hung.values()) or any(district.failed for district in districts)
        results = [result for known in vitals.values() for result in check_vitals(known)]
        well = not (faults or failed or self._drained or compute_exit_code(results))
        self._heartbeat(
            FleetCollector(vitals=vitals, faults=faults, database=home is not None, state=state),
            HealthLevel.OK if well else HealthLevel.BAD,
        )

    def _renew_leases(self) -> None:
        """Set aside what another machine has taken over."""
        sender = self._resources.sender
        if sender is None:
            return
        sender.delete_expired_batches()
        held = {name: known for name, known in self._districts.items() if known.is_claimed}
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
            if district.runner is not None:
                with work_in_district(district.name):
                    district.runner.back_up_keys()
            district.release()

    def look_for_folders(self) -> None:
        """Take up new districts, and let go of those that leave."""
        self._folders_at = monotonic() + FOLDERS_EVERY
        self._drained = is_drained(self._fleet.districts)
        folders = list_district_folders(self._fleet.districts, self._backup)
        found = {} if self._drained else {folder.name: folder for folder in folders}
        for name, folder in found.items():
            if name not in self._districts and not folder.is_leaving:
                self._districts = {**self._districts, name: HostedDistrict(folder, self._resources)}
                self._resources.staff[name] = 1
        self._resources.refused = self._resources.twins.find_twins(found.values())
        for name, reason in self._resources.refused.items():
            district = self._districts.get(name)
            if district is not None and not district.fault:
                with work_in_district(name):
                    self._set_aside(district, InputError(reason))
        for district in tuple(self._districts.values()):
            if district.name not in found or district.folder.is_leaving:
                self._let_go(district)

    def _let_go(self, district: HostedDistrict) -> None:
        """Stop what runs in a district that leaves, and forget it once it has ended."""
        for pool in self._pools.values():
            pool.forget(district)
        district.set_aside("This machine lets go of it.")
        if district.users:
            return
        district.release()
        self._districts = {
            name: known for name, known in self._districts.items() if known is not district
        }
        self._resources.staff.pop(district.name, None)
        LOG.info("district_released", extra={"district": district.name})

    def _may_retry(self, district: HostedDistrict) -> bool:
        """Tell whether one that was set aside may be well again: after a while, or if mended."""
        if district.users:
            return False
        is_unchanged = district.read_stamp() == district.set_aside_stamp
        if is_unchanged and monotonic() < district.retry_at:
            return False
        district.wake_at = None
        return True

    def count_open(self) -> int:
        return sum(district.runner is not None for district in self._districts.values())

    def close_unused(self, idle_seconds: float = IDLE_SECONDS) -> None:
        """Close the idle ones, and of too many that are open those that no one used for longest."""
        opened = [district for district in self._districts.values() if district.runner is not None]
        surplus = len(opened) - self._most_open
        free = sorted(
            (district for district in opened if not district.users),
            key=lambda district: district.used_at,
        )
        for number, district in enumerate(free):
            if number < surplus or monotonic() - district.used_at > idle_seconds:
                district.close_if_unused()

    def _do_pool_work(self, pool: str, work: DistrictWork, district: HostedDistrict) -> None:
        """Do a pool's work in a district; what goes wrong there stops no other district."""
        with work_in_district(district.name):
            self._liveness.register_worker()
            self._work_once(pool, district, work)
        if self.count_open() > self._most_open:
            self.close_unused()

    def _work_once(self, pool: str, district: HostedDistrict, work: DistrictWork) -> None:
        if district.fault and (district.users or pool not in LOOK_POOLS):
            return
        try:
            runner = district.enter()
        except Exception as error:  # noqa: BLE001 - whatever it is, the other districts go on
            self._set_aside(district, error)
            return
        try:
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
            district.leave()

    def _set_aside(self, district: HostedDistrict, error: Exception) -> None:
        fault = describe_fault(error)
        if district.fault != fault:
            LOG.error("district_set_aside", extra={"reason": fault})
        district.set_aside(fault)
        self._keep_record(district)

    def _look(self, district: HostedDistrict, runner: SupervisedRunner) -> None:
        """Hand on what waits in a district, and note when to look again."""
        app, now = runner.app, self._clock.now()
        stamp = district.read_stamp()
        looked = stamp if is_settled(stamp) else ()
        changed = stamp != district.looked
        if changed:
            # If this fails, the district does not count as looked at, and it is done again.
            self._note_consent_changes(district, app)
        district.looked, district.looked_at = looked, monotonic()
        work = due_jobs.find_waiting_work(app)
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
        runner.back_up_keys()
        if any(runner.notices.endpoints.values()):
            runner.send_notices()
        now = runner.app.clock.now()
        if district.purge_at is None or district.purge_at <= now:
            district.purge_at = now + PURGED_EVERY
            runner.delete_expired_data()
        district.vitals = collect_vitals(
            runner.app.db, now, runner.app.sources, measure_jump(runner.app.clock)
        )

    def _keep_record(self, district: HostedDistrict, staff: int | None = None) -> None:
        now, before = self._clock.now(), district.record
        if staff is not None:
            self._resources.staff[district.name] = max(staff, 1)
        fresh = before is not None and now - before.seen_at < LOOK_AGAIN_AFTER
        if before and fresh and before.reason == district.fault:
            return
        district.record = DistrictRecord(name=district.name, seen_at=now, reason=district.fault)
        self._resources.shared.save_district_record(district.record)

    def _tidy(self) -> None:
        self._resources.shared.delete_outdated(self._clock.now())
        if self._resources.sender is not None:
            self._resources.sender.delete_outdated()
