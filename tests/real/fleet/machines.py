"""Machines of a fleet for tests: processes that ask, and a home with districts in this process."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from time import monotonic

from monitor.app import Environment
from monitor.config.sections import FetchConfig
from monitor.demo.setup import StoryClock
from monitor.fleet.config import FleetConfig, FleetFile
from monitor.fleet.db.crawl_limits import FleetCrawlLimits
from monitor.fleet.db.postgres import PATIENCE as PATIENCE_FOR_DATABASE
from monitor.fleet.db.postgres import FleetConnection, ensure_worker_role
from monitor.fleet.db.shared_database import SharedDatabase
from monitor.fleet.fence import MUTE_EXIT_CODE
from monitor.fleet.home_machine import HomeMachine
from monitor.fleet.hosted_districts import SharedResources
from monitor.fleet.runner import FleetRunner
from monitor.scheduler.job_scheduler import Liveness
from scrapers.crawl.throttle import Throttle
from scrapers.http.clock import SystemClock
from scrapers.http.fetch_limits import PATIENT_LIMITS
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from tests.monitor.fleet.world import Fleet
from tests.real.district import SOAKING
from tests.real.fleet.asker import FLEET_KEY, WORKER, AskerSettings

PATIENCE = 900.0 if SOAKING else 140.0
# Less than what a whole test may take, so that it can say what is missing.
SWEEP_PATIENCE = 4 * PATIENCE
# What the clocks of a server and of its threads may be off by.
TOLERANCE = timedelta(milliseconds=1)


def find_clock_library() -> Path | None:
    """Find libfaketime, which gives a process a clock of its own."""
    return next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)


def set_clock(off: float) -> dict[str, str]:
    """Return what has every library of a process see a time of day that is off by seconds."""
    if not off:
        return {}
    return {
        "LD_PRELOAD": str(find_clock_library()),
        "FAKETIME": f"{off:+}s",
        # Spans are right on a machine whose clock is wrong.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


@dataclass(slots=True)
class HomeProcess:
    """The machine with the districts, as a process that can be killed and started again."""

    words: tuple[str, ...]
    log: Path
    clock_off: float = 0.0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {**os.environ, **set_clock(self.clock_off)}
        with self.log.open("ab") as file:
            self.process = subprocess.Popen(
                (sys.executable, *self.words), stdout=file, stderr=file, env=environment
            )

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(PATIENCE)


@contextlib.contextmanager
def killing(home: HomeProcess) -> Iterator[HomeProcess]:
    try:
        yield home
    finally:
        home.kill()


@dataclass(slots=True)
class Asker:
    """A process that asks, started again whenever it ends because it was mute, as systemd does.

    One that `always_returns` is started again whatever ended it.
    """

    settings: AskerSettings
    log: Path
    always_returns: bool = False
    codes: list[int] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None
    _ending: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._keep_running, daemon=True)
        self._launch()
        self._thread.start()

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it as a machine ends whose power fails."""
        self._ending.set()
        self.signal(signal.SIGKILL)

    def end(self) -> None:
        self._ending.set()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(60)
            self.process.kill()
        if self._thread is not None:
            self._thread.join(PATIENCE)

    def _launch(self) -> None:
        words = json.dumps(asdict(self.settings))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                (sys.executable, "-m", "tests.real.fleet.asker", words),
                stdout=log,
                stderr=log,
                env={**os.environ, **set_clock(self.settings.clock_off)},
            )

    def _keep_running(self) -> None:
        while True:
            assert self.process is not None
            self.codes.append(self.process.wait())
            returns = self.always_returns or self.codes[-1] == MUTE_EXIT_CODE
            if self._ending.is_set() or not returns:
                return
            self._launch()


def make_worker(database: str) -> str:
    """Return the address at which a machine that asks has no more rights than it needs."""
    connection = FleetConnection.open_address(database)
    try:
        role = ensure_worker_role(connection, WORKER, "any password")
    finally:
        connection.close()
    return database.replace("//owner@", f"//{role}@")


@contextlib.contextmanager
def run_askers(folder: Path, *settings: AskerSettings) -> Iterator[list[Asker]]:
    askers = [
        Asker(
            replace(setting, database=make_worker(setting.database)), folder / f"asker-{number}.log"
        )
        for number, setting in enumerate(settings)
    ]
    try:
        for asker in askers:
            asker.start()
        yield askers
    finally:
        for asker in askers:
            asker.end()


@contextlib.contextmanager
def open_home(
    database: str,
    folder: Path,
    clock: StoryClock,
    machine: str = "home",
    patience: timedelta = PATIENCE_FOR_DATABASE,
) -> Iterator[Fleet]:
    """Open districts whose queries other processes ask; this one reaches no web at all."""
    environment = Environment(
        clock=clock,
        dialer=Dialer(address_map={}, resolve=resolve_nothing),
        throttle=Throttle(wait_factor=0.0, patience_seconds=0.0),
        limits=PATIENT_LIMITS,
    )
    file = FleetFile(fleet=FleetConfig(districts=folder, database=database), fetch=FetchConfig())
    with (
        SharedDatabase.open_folder(folder) as shared,
        FleetCrawlLimits.open_address(database, FLEET_KEY, clock, patience) as limits,
    ):
        sender = HomeMachine(limits, folder, machine)
        resources = SharedResources(shared, environment, file.fetch, 10, sender)
        runner = FleetRunner(file, resources, Liveness(SystemClock()))
        try:
            yield Fleet(folder=folder, runner=runner, resources=resources, clock=clock)
        finally:
            runner.close()
            resources.close()


def count_too_close(requests: list[tuple[str, datetime]], gap: timedelta) -> int:
    """Count requests that reached a host sooner after the one before than it allows."""
    times: dict[str, list[datetime]] = defaultdict(list)
    for host, at in requests:
        times[host].append(at)
    return sum(
        later - earlier < gap - TOLERANCE
        for at in times.values()
        for earlier, later in pairwise(sorted(at))
    )


def wait_for(condition: object, seconds: float = PATIENCE) -> None:
    """Wait until something is so, whatever the machine is busy with."""
    assert callable(condition)
    until = monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert monotonic() < until, "it did not come to that"
        pause.wait(0.05)
