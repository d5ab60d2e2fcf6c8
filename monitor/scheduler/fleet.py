"""Many districts in one process: one crawler, one scheduler, one pool of threads.

A district is opened when something waits in it, and let go when it is idle. One that cannot be
used (its configuration, a damaged file, a wrong key) is set aside, and the others go on.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from apscheduler.triggers.interval import IntervalTrigger

from monitor.app import open_app
from monitor.config import CURRENT_DISTRICT, FleetFile, WatchConfig
from monitor.db.files import StateFolderLock, write_file
from monitor.db.shared import DistrictRecord
from monitor.domain.errors import (
    CannotWriteError,
    DatabaseError,
    MonitorError,
    ReplacedError,
    WrongKeyError,
    describe_error_location,
)
from monitor.domain.health import compute_exit_code
from monitor.scheduler.daemon import FAREWELL_SECONDS, WakeSocket
from monitor.scheduler.seats import SharedParts
from monitor.scheduler.watchdog import SupervisedRunner, build_ping, build_supervised_runner
from monitor.scheduler.workers import (
    HUNG_AFTER_SECONDS,
    RETRY_SECONDS,
    TICK_SECONDS,
    Liveness,
    TimedJob,
)
from monitor.services import jobs
from monitor.services.fleet import (
    DistrictFolder,
    build_district_environment,
    list_district_folders,
)
from monitor.services.health import Vitals, check_vitals, collect_vitals
from monitor.services.metrics import render_fleet_metrics

LOG = logging.getLogger(__name__)
LOOK_SECONDS = 1
FOLDERS_EVERY = 5.0
# One that no one has used for that long is closed; of more than so many, the longest unused.
IDLE_SECONDS = 60.0
MOST_OPEN = 64
# The longest that a district stays unlooked at, whatever its files say.
LOOK_AGAIN_AFTER = timedelta(hours=1)
PURGED_EVERY = timedelta(days=1)
BOUNCES_EVERY = timedelta(minutes=15)
# How many districts one lane works for at once. A sweep takes hours, so it has most threads.
LANES = {"look": 2, "checks": 8, "sweeps": 20, "mail": 4, "bounces": 2}
# What is wrong with a district itself, and not with the web or a mail server.
SET_ASIDE_ERRORS = (DatabaseError, ReplacedError, WrongKeyError)

Stamp = tuple[tuple[int, int], ...]


def read_stamp(*paths: Path) -> Stamp:
    """Return what changes when anyone writes to these files; it opens none of them."""
    return tuple(_read_file_stamp(path) for path in paths)


def _read_file_stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return found.st_mtime_ns, found.st_size


@dataclass(slots=True, eq=False)
class DistrictSlot:
    """One district: its lock, held as long as it is here, and its App while someone uses it.

    `fault` is why it is set aside. `looked` are its files as they were at the last look.
    """

    folder: DistrictFolder
    parts: SharedParts
    fault: str = ""
    retry_at: float = 0.0
    looked: Stamp = ()
    wake_at: datetime | None = None
    mailed_at: float = 0.0
    purge_at: datetime | None = None
    bounces_at: datetime | None = None
    used_at: float = 0.0
    users: int = 0
    failed: set[str] = field(default_factory=set)
    vitals: Vitals | None = None
    record: DistrictRecord | None = None
    runner: SupervisedRunner | None = None
    _configured: Stamp = ()
    _state: Path | None = None
    _lock: StateFolderLock | None = None
    _parts: ExitStack = field(default_factory=ExitStack)
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def relay(self) -> str:
        """Return the mail server that it sends through; its own name where it has none."""
        config = self.runner.app.config if self.runner else None
        return f"{config.mail.host}:{config.mail.port}" if config and config.mail.host else ""

    def read_stamp(self) -> Stamp:
        state = self._state
        files = (state / "namesake.db", state / "namesake.db-wal") if state else ()
        return read_stamp(self.folder.config_path, *files)

    def enter(self) -> SupervisedRunner:
        """Open it if it is not, and keep it open until `leave`.

        A configuration that was changed is read as soon as no one is in it.
        """
        with self._mutex:
            if not self.users and self._read_config_stamp() != self._configured:
                self._close()
            runner = self.runner or self._open()
            self.users += 1
            return runner

    def leave(self) -> None:
        with self._mutex:
            self.users -= 1
            self.used_at = monotonic()
            if self.fault and not self.users:
                self._close()

    def close_if_unused(self) -> None:
        with self._mutex:
            if self.runner is None or self.users:
                return
            unchanged = self.read_stamp() == self.looked
            self._close()
            if unchanged:
                # SQLite writes as it closes; what another process wrote is looked at.
                self.looked = self.read_stamp()

    def set_aside(self, fault: str) -> None:
        """Let go of it once no one is in it; what runs in it ends."""
        with self._mutex:
            self.fault, self.retry_at = fault, monotonic() + RETRY_SECONDS
            if self.runner is not None:
                self.runner.stop_running_sweep()
            if not self.users:
                self._close()
            self.looked = self.read_stamp()

    def release(self) -> None:
        """Close it, and let other processes have it."""
        with self._mutex:
            self._close()
            self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.release()
        if self._lock is not None and self._state is not None:
            _unlink_wake_socket(self._state)
        self._lock = self._state = None

    def _read_config_stamp(self) -> Stamp:
        return read_stamp(self.folder.config_path)

    def _open(self) -> SupervisedRunner:
        self._configured = self._read_config_stamp()
        config = self.folder.load_config()
        if self._state != config.state:
            self._unlock()
            # From now on its files are watched, even if it cannot be opened yet.
            self._state = config.state
        if self._lock is None:
            lock = StateFolderLock(config.state)
            lock.acquire()
            self._lock = lock
            _link_wake_socket(config.state, self.folder.path.parent)
        environment = build_district_environment(self.parts.environment, self.folder)
        seat = self.parts.build_seat(self.name, config)
        with ExitStack() as undo:
            app = undo.enter_context(open_app(config, environment, seat))
            jobs.take_over_jobs(app)
            self.runner = build_supervised_runner(app, environment)
            self._parts = undo.pop_all()
        return self.runner

    def _close(self) -> None:
        if self.runner is not None and not self.users:
            self.runner.app.db.close_unused()
        self.runner = None
        self._parts.close()


def _link_wake_socket(state: Path, folder: Path) -> None:
    """Have commands that work in one district wake this process."""
    with suppress(OSError):
        link, target = WakeSocket(state).path, WakeSocket(folder).path
        link.unlink(missing_ok=True)
        link.symlink_to(target.resolve())


def _unlink_wake_socket(state: Path) -> None:
    with suppress(OSError):
        WakeSocket(state).path.unlink(missing_ok=True)


SlotWork = Callable[[DistrictSlot], None]
SlotGroup = Callable[[DistrictSlot], str]


class Lane:
    """Threads for one kind of work, started when first needed. Of one group, one works at once."""

    def __init__(self, name: str, work: SlotWork, group: SlotGroup) -> None:
        self.name = name
        self._work = work
        self._group = group
        self._condition = threading.Condition()
        self._queued: deque[DistrictSlot] = deque()
        self._running: dict[str, int] = {}
        self._threads: list[threading.Thread] = []
        self._waiting = 0
        self._stopped = False

    def submit(self, slot: DistrictSlot, *, at_front: bool = False) -> None:
        """Have it worked on soon; once is enough however often it is asked for."""
        with self._condition:
            if self._stopped or slot in self._queued:
                return
            if at_front:
                self._queued.appendleft(slot)
            else:
                self._queued.append(slot)
            if not self._waiting and len(self._threads) < LANES[self.name]:
                name = f"{self.name}-{len(self._threads) + 1}"
                thread = threading.Thread(name=name, target=self._serve, daemon=True)
                self._threads.append(thread)
                thread.start()
            self._condition.notify()

    def has_queued(self, slot: DistrictSlot) -> bool:
        with self._condition:
            return slot in self._queued

    def forget(self, slot: DistrictSlot) -> None:
        with self._condition, suppress(ValueError):
            self._queued.remove(slot)

    def list_hung_groups(self, liveness: Liveness) -> tuple[str, ...]:
        """Name what is worked on by threads that have shown no life for too long."""
        with self._condition:
            running = dict(self._running)
        return tuple(
            group
            for group, thread in running.items()
            if liveness.measure_silence(thread) >= HUNG_AFTER_SECONDS
        )

    def stop(self) -> None:
        with self._condition:
            self._stopped = True
            self._queued.clear()
            self._condition.notify_all()

    def wait_until_idle(self, seconds: float) -> bool:
        """Wait until nothing is queued or runs; False if it takes longer."""
        with self._condition:
            return self._condition.wait_for(lambda: not (self._queued or self._running), seconds)

    def has_ended_by(self, until: float) -> bool:
        for each in self._threads:
            each.join(max(until - monotonic(), 0.0))
        return not any(each.is_alive() for each in self._threads)

    def _serve(self) -> None:
        while (taken := self._take()) is not None:
            group, slot = taken
            try:
                self._work(slot)
            finally:
                with self._condition:
                    del self._running[group]
                    self._condition.notify_all()

    def _take(self) -> tuple[str, DistrictSlot] | None:
        with self._condition:
            while not self._stopped:
                for slot in self._queued:
                    group = self._group(slot)
                    if group not in self._running:
                        self._queued.remove(slot)
                        self._running[group] = threading.get_ident()
                        return group, slot
                self._waiting += 1
                self._condition.wait()
                self._waiting -= 1
        return None


def get_name(slot: DistrictSlot) -> str:
    return slot.name


def get_relay(slot: DistrictSlot) -> str:
    """Have one thread at a mail server, which would else be waited for by all of them."""
    return slot.relay or slot.name


class FleetRunner:
    """What the daemon runs where it has many districts (`monitor.scheduler.daemon.DaemonJobs`)."""

    def __init__(
        self,
        file: FleetFile,
        parts: SharedParts,
        liveness: Liveness,
        most_open: int = MOST_OPEN,
    ) -> None:
        self._fleet = file.fleet
        self._most_open = most_open
        self._parts = parts
        self._clock = parts.environment.clock
        self._liveness = liveness
        watch = WatchConfig(heartbeat_url=file.fleet.heartbeat_url)
        self._ping = build_ping(watch, parts.environment)
        self._slots: dict[str, DistrictSlot] = {}
        self._folders_at = 0.0
        self._lanes = {
            name: Lane(name, self._bind(name, work), get_relay if name == "mail" else get_name)
            for name, work in (
                ("look", self._look),
                ("checks", lambda _, runner: runner.run_requested_checks()),
                ("sweeps", lambda _, runner: runner.run_due_sweeps()),
                ("mail", self._run_mail),
                ("bounces", self._collect_bounces),
            )
        }

    def list_timed_jobs(self) -> tuple[TimedJob, ...]:
        second, minute, day = (
            IntervalTrigger(seconds=seconds, timezone=UTC)
            for seconds in (LOOK_SECONDS, 60, 24 * 3600)
        )
        return (
            TimedJob(
                name="look",
                work=self.look_at_districts,
                trigger=second,
                worker="look",
                answers_bell=True,
            ),
            TimedJob(name="report", work=self.report, trigger=minute, worker="report"),
            TimedJob(name="tidy", work=self._tidy, trigger=day, worker="report"),
        )

    def look_at_districts(self) -> None:
        """See which districts have changed or have something due; it opens none itself."""
        self._submit_looks()
        self.close_unused()

    def _submit_looks(self) -> int:
        """Return how many districts are to be looked at; those that find no room come later."""
        if monotonic() >= self._folders_at:
            self.look_for_folders()
        now, count, room = self._clock.now(), 0, self._most_open - self.count_open()
        for slot in self._slots.values():
            if slot.fault and not self._may_retry(slot):
                continue
            # Someone has written: maybe a person waits.
            changed = slot.wake_at is not None and slot.read_stamp() != slot.looked
            if not changed and (slot.wake_at is None or slot.wake_at <= now):
                room -= slot.runner is None
            elif not changed:
                continue
            count += 1
            if changed or slot.runner is not None or room >= 0:
                self._lanes["look"].submit(slot, at_front=changed)
        self.close_unused(wanted=max(-room, 0))
        return count

    def finish_waiting_work(self, seconds: float) -> None:
        """Look and work until nothing waits anymore, without a scheduler."""
        until = monotonic() + seconds
        while monotonic() < until:
            busy = not all(lane.wait_until_idle(0) for lane in self._lanes.values())
            if not self._submit_looks() and not busy:
                return
            for lane in self._lanes.values():
                lane.wait_until_idle(max(until - monotonic(), 0.0))

    def report(self) -> None:
        """Write the metrics of all districts, and tell the monitor if all of them are well."""
        hung = {name: lane.list_hung_groups(self._liveness) for name, lane in self._lanes.items()}
        minutes = round(HUNG_AFTER_SECONDS / 60)
        for name in filter(hung.get, hung):
            job = ", ".join(hung[name])
            LOG.error("worker_hung", extra={"worker": name, "job": job, "minutes": minutes})
        vitals = {each.name: each.vitals for each in self._slots.values() if each.vitals}
        faults = {each.name: each.fault for each in self._slots.values() if each.fault}
        if self._fleet.metrics_file:
            try:
                write_file(self._fleet.metrics_file, render_fleet_metrics(vitals, faults))
            except CannotWriteError as error:
                LOG.warning("metrics_not_written", extra={"reason": str(error)})
        failed = any(hung.values()) or any(each.failed for each in self._slots.values())
        well = not faults and not failed
        sound = well and all(_is_well(each) for each in vitals.values())
        if sound and self._fleet.heartbeat_url and not self._ping():
            LOG.warning("heartbeat_not_sent")

    def stop_running_sweep(self) -> None:
        for lane in self._lanes.values():
            lane.stop()
        self._parts.hub.frontier.stop()

    def describe_wait(self) -> str:
        aside = sorted(each.name for each in self._slots.values() if each.fault)
        if not aside:
            return ""
        named = ", ".join(aside[:5]) + (" and others" if len(aside) > len(aside[:5]) else "")
        return f"Ready. {len(aside)} of {len(self._slots)} districts are set aside: {named}."

    def check_files(self) -> None:
        """Do nothing: each district is looked at by itself, and set aside if it was replaced."""

    def close(self) -> None:
        """Wait a little for what runs, and let go of every district."""
        self.stop_running_sweep()
        until = monotonic() + FAREWELL_SECONDS
        for lane in self._lanes.values():
            if not lane.has_ended_by(until):
                LOG.warning("job_not_finished", extra={"job": lane.name})
        for slot in self._slots.values():
            slot.release()

    def look_for_folders(self) -> None:
        """Take up new districts, and let go of those that leave."""
        self._folders_at = monotonic() + FOLDERS_EVERY
        found = {each.name: each for each in list_district_folders(self._fleet.districts)}
        for name, folder in found.items():
            if name not in self._slots and not folder.is_leaving:
                self._slots = {**self._slots, name: DistrictSlot(folder, self._parts)}
                self._parts.set_staff(name, 0)
        for slot in tuple(self._slots.values()):
            if slot.name not in found or slot.folder.is_leaving:
                self._let_go(slot)

    def _let_go(self, slot: DistrictSlot) -> None:
        """Stop what runs in a district that leaves, and forget it once it has ended."""
        for lane in self._lanes.values():
            lane.forget(slot)
        slot.set_aside("It is being removed.")
        if slot.users:
            return
        slot.release()
        self._slots = {name: each for name, each in self._slots.items() if each is not slot}
        self._parts.remove_staff(slot.name)
        LOG.info("district_released", extra={"district": slot.name})

    def _may_retry(self, slot: DistrictSlot) -> bool:
        """Tell whether one that was set aside may be well again: after a while, or if mended."""
        if slot.users:
            return False
        if slot.read_stamp() == slot.looked and monotonic() < slot.retry_at:
            return False
        slot.wake_at = None
        return True

    def count_open(self) -> int:
        return sum(each.runner is not None for each in self._slots.values())

    def close_unused(self, idle_seconds: float = IDLE_SECONDS, wanted: int = 0) -> None:
        """Close what no one is in: the idle ones, and the longest unused where room is wanted."""
        opened = [each for each in self._slots.values() if each.runner is not None]
        free = [each for each in opened if not self._is_wanted(each)]
        free.sort(key=lambda each: each.used_at)
        surplus = max(len(opened) + wanted - self._most_open, 0)
        for number, slot in enumerate(free):
            if number < surplus or monotonic() - slot.used_at > idle_seconds:
                slot.close_if_unused()

    def _is_wanted(self, slot: DistrictSlot) -> bool:
        """Tell whether someone is in it, or soon; what waits for a sweep may wait for hours."""
        if slot.users:
            return True
        lanes = (each for name, each in self._lanes.items() if name != "sweeps")
        return any(lane.has_queued(slot) for lane in lanes)

    def _bind(self, lane: str, work: Callable[[DistrictSlot, SupervisedRunner], None]) -> SlotWork:
        """Do a lane's work in a district; what goes wrong there stops no other district."""

        def work_in_district(slot: DistrictSlot) -> None:
            token = CURRENT_DISTRICT.set(slot.name)
            self._liveness.register_worker()
            try:
                self._work_once(lane, slot, work)
            finally:
                CURRENT_DISTRICT.reset(token)

        return work_in_district

    def _work_once(
        self,
        lane: str,
        slot: DistrictSlot,
        work: Callable[[DistrictSlot, SupervisedRunner], None],
    ) -> None:
        if slot.fault and (slot.users or lane != "look"):
            return
        try:
            runner = slot.enter()
        except Exception as error:  # noqa: BLE001 - whatever it is, the other districts go on
            self._set_aside(slot, error)
            return
        try:
            slot.fault = ""
            work(slot, runner)
        except SET_ASIDE_ERRORS as error:
            self._set_aside(slot, error)
        except Exception as error:  # noqa: BLE001 - the next time it may fare better
            fault = describe_error_location(error)
            LOG.error("job_failed", extra={"job": lane, "error": fault})  # noqa: TRY400 - its trace may quote
            slot.failed.add(lane)
            slot.wake_at = self._clock.now() + timedelta(seconds=RETRY_SECONDS)
        else:
            slot.failed.discard(lane)
        finally:
            slot.leave()

    def _set_aside(self, slot: DistrictSlot, error: Exception) -> None:
        known = isinstance(error, MonitorError)
        fault = str(error) if known else describe_error_location(error)
        if slot.fault != fault:
            LOG.error("district_set_aside", extra={"reason": fault})
        slot.set_aside(fault)
        self._keep_record(slot, slot.record.staff if slot.record else 0)

    def _look(self, slot: DistrictSlot, runner: SupervisedRunner) -> None:
        """Hand on what waits in a district, and note when to look again."""
        app, now = runner.app, self._clock.now()
        stamp = slot.read_stamp()
        changed = stamp != slot.looked
        slot.looked = stamp
        work = jobs.find_waiting_work(app)
        if work.checks:
            self._lanes["checks"].submit(slot)
        if work.sweeps:
            self._lanes["sweeps"].submit(slot)
        if app.config.bounces and (slot.bounces_at is None or slot.bounces_at <= now):
            slot.bounces_at = now + BOUNCES_EVERY
            self._lanes["bounces"].submit(slot)
        soon = now + LOOK_AGAIN_AFTER
        if work.mail or (changed and monotonic() - slot.mailed_at >= TICK_SECONDS):
            slot.mailed_at = monotonic()
            self._lanes["mail"].submit(slot)
        elif changed:
            soon = now + timedelta(seconds=TICK_SECONDS)
        slot.wake_at = min(filter(None, (work.next_at, slot.purge_at, slot.bounces_at, soon)))
        self._keep_record(slot, len(app.db.consents.list_queryable_person_ids(now)))

    def _run_mail(self, slot: DistrictSlot, runner: SupervisedRunner) -> None:
        """Write and send, and what goes with it: what two threads must not do at once."""
        runner.run_mail_and_cleanup()
        runner.renew_keys()
        if any(runner.notices.endpoints.values()):
            runner.send_notices()
        now = self._clock.now()
        if slot.purge_at is None or slot.purge_at <= now:
            slot.purge_at = now + PURGED_EVERY
            runner.delete_expired_data()
        slot.vitals = collect_vitals(runner.app.db, now)

    def _collect_bounces(self, _slot: DistrictSlot, runner: SupervisedRunner) -> None:
        runner.collect_bounces()

    def _keep_record(self, slot: DistrictSlot, staff: int) -> None:
        now, before = self._clock.now(), slot.record
        self._parts.set_staff(slot.name, staff)
        fresh = before is not None and now - before.seen_at < LOOK_AGAIN_AFTER
        if before and fresh and (before.staff, before.reason) == (staff, slot.fault):
            return
        slot.record = DistrictRecord(name=slot.name, staff=staff, seen_at=now, reason=slot.fault)
        self._parts.shared.districts.save_district_record(slot.record)

    def _tidy(self) -> None:
        self._parts.shared.delete_outdated(self._clock.now())


def _is_well(vitals: Vitals) -> bool:
    return not compute_exit_code(check_vitals(vitals, ()))
