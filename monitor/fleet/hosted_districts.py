"""The districts of one process: what they share, and each one's lock, files and App.

Together they are one crawler: its pauses, connections, parsers and mail servers are shared.
"""

import sys
import threading
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from time import monotonic, time_ns
from typing import TYPE_CHECKING

from monitor.app import CrawlerBuilder, DistrictResources, Environment, open_app
from monitor.app.builders import build_client, build_parser, build_permission
from monitor.app.sources import is_worth_keeping, name_budgets
from monitor.config.sections import Config, FetchConfig
from monitor.db.database import Database
from monitor.db.state_folder_lock import StateFolderLock
from monitor.domain.errors import InputError
from monitor.fleet.conflicting_districts import TwinFinder
from monitor.fleet.db.shared_database import DistrictHostStore, DistrictRecord, SharedDatabase
from monitor.fleet.district_folders import DistrictFolder, build_district_environment
from monitor.mail.smtp import RelayPace
from monitor.scheduler.daemon import WakeSocket
from monitor.scheduler.job_scheduler import RETRY_SECONDS
from monitor.scheduler.timed_jobs import SupervisedRunner, build_supervised_runner
from monitor.services import due_jobs
from monitor.services.health import Vitals
from scrapers.crawl.crawler import CrawlEngine, Crawler
from scrapers.crawl.frontier import keep_no_page
from scrapers.crawl.quotas import QuotaTracker
from scrapers.crawl.robots import RobotsCache
from scrapers.crawl.sharing import (
    DistrictProofs,
    HostShareTracker,
    ProofCache,
    list_expected_proofs,
)
from scrapers.crawl.throttle import Throttle
from scrapers.http.client import HttpConnections
from scrapers.http.fetch_limits import (
    MOST_IDLE_HOSTS,
    WANTED_FILES,
    compute_idle_hosts,
    raise_file_limit,
)
from scrapers.sandbox.client import PageParser
from scrapers.source import Source

if TYPE_CHECKING:
    from monitor.fleet.home_machine import HomeMachine

# A thread that comes back from the database waits so long for the interpreter while others compute:
# with Python's 5 ms, the hundreds of statements that open a district take seconds.
SWITCH_SECONDS = 0.0005
# Its lock, and its two databases with their logs while it is open.
FILES_OF_A_DISTRICT = 8


class SharedResources:
    """Made once for a process; each district that is opened takes its part of it."""

    def __init__(
        self,
        shared: SharedDatabase,
        environment: Environment,
        fetch: FetchConfig,
        districts: int,
        sender: "HomeMachine | None" = None,
    ) -> None:
        clock = environment.clock
        self._switch_seconds = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)
        files = raise_file_limit(WANTED_FILES + FILES_OF_A_DISTRICT * districts)
        spare = files - FILES_OF_A_DISTRICT * districts
        idle_hosts = compute_idle_hosts(MOST_IDLE_HOSTS, fetch.workers, spare)
        self.shared = shared
        self.sender = sender
        self._parts = ExitStack()
        self.parser = self._parts.enter_context(build_parser())
        # One without any counts as one person, or it could not even be asked for its own sake.
        self.staff: dict[str, int] = {}
        self._connections = HttpConnections(environment.build_dialer(), idle_hosts)
        ids = replace(environment.ids, shared_nonce=environment.ids.new_id())
        self.environment = replace(environment, connections=self._connections, ids=ids)
        self.engine = CrawlEngine(
            clock=clock,
            throttle=environment.throttle or Throttle(wait_factor=fetch.pace),
            robots=RobotsCache(shared),
            workers=fetch.workers,
            quota=QuotaTracker(shared, clock),
            directory=shared.directory,
            pauses=environment.open_pauses(None),
        )
        self._proofs = ProofCache(shared)
        self._paces: dict[tuple[str, int], RelayPace] = {}
        self._started_at = clock.now()
        self.twins = TwinFinder()
        self.refused: Mapping[str, str] = {}

    def build_district_resources(self, name: str, config: Config) -> DistrictResources:
        relay = (config.mail.host, config.mail.port)
        pace = self._paces.setdefault(relay, RelayPace(self.environment.clock))
        builder: CrawlerBuilder = partial(self._build_crawler, name)
        return DistrictResources(parser=self.parser, build_crawler=builder, pace=pace)

    def get_fraction(self, name: str) -> float:
        """Return a district's part of all staff, and so its share of every host's week."""
        return self.staff.get(name, 1) / max(sum(tuple(self.staff.values())), 1)

    def close(self) -> None:
        sys.setswitchinterval(self._switch_seconds)
        self.engine.close()
        self._connections.close()
        self._parts.close()

    def _build_crawler(  # noqa: PLR0913, PLR0917 - what a district hands to its crawler
        self,
        name: str,
        config: Config,
        environment: Environment,
        db: Database,
        sources: Mapping[str, Source],
        parser: PageParser,
    ) -> Crawler:
        clock, budgets = environment.clock, name_budgets(sources, environment.variables)
        expected = list_expected_proofs(sources, environment.ids.shared_nonce, budgets, clock.now())
        choose = self.sender.choose_crawler if self.sender else lambda *_: Crawler
        return choose(name, config, environment)(
            client=build_client(environment, config.district.contact, sources.values()),
            sources=sources,
            clock=clock,
            host_store=DistrictHostStore(
                shared=self.shared, own=db.hosts, started_at=self._started_at
            ),
            parser=parser,
            may_ask=build_permission(config, clock, db, sources),
            should_keep=is_worth_keeping if config.evidence.pages else keep_no_page,
            engine=self.engine,
            budgets=budgets,
            proofs=DistrictProofs(self._proofs, expected),
            share=HostShareTracker(name, self.shared, partial(self.get_fraction, name)),
        )


Stamp = tuple[tuple[int, int], ...]
# Two writes within a tick of the system's clock have the same time, and often the same size. Ticks
# last at most 10 ms, and a busy machine may miss some.
SETTLES_AFTER_NS = 100_000_000


def read_stamp(*paths: Path) -> Stamp:
    """Return what changes when anyone writes to these files; it opens none of them."""
    return tuple(_read_file_stamp(path) for path in paths)


def _read_file_stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    # To open a district makes an empty log, and to close it takes that away: neither is a change,
    # or more districts than may be open would be opened again by every look.
    return (found.st_mtime_ns, found.st_size) if found.st_size else (0, 0)


def is_settled(stamp: Stamp) -> bool:
    """Tell whether nothing that is written from now on can have the same stamp."""
    now = time_ns()
    return all(abs(now - written_at) >= SETTLES_AFTER_NS for written_at, _ in stamp)


@dataclass(slots=True, eq=False)
class HostedDistrict:
    """One district: its lock, held as long as it is here, and its App while someone uses it.

    `fault` is why it is set aside, with its files as they were then. `looked` are its files as they
    were at the last look; nothing where that has to be done again.
    """

    folder: DistrictFolder
    resources: SharedResources
    fault: str = ""
    retry_at: float = 0.0
    set_aside_stamp: Stamp = ()
    looked: Stamp = ()
    looked_at: float = 0.0
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
    _is_claimed: bool = False
    _parts: ExitStack = field(default_factory=ExitStack)
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def relay(self) -> str:
        """Return the mail server that it sends through; its own name where it has none."""
        mail = self.runner.app.config.mail if self.runner else None
        return f"{mail.host}:{mail.port}" if mail and mail.host else self.name

    def has_state_folder(self, folder: str) -> bool:
        return self._state is not None and str(self._state.absolute()) == folder

    @property
    def is_claimed(self) -> bool:
        """Tell whether it is leased to this process; one that is only being opened is not yet."""
        return self._is_claimed

    def read_stamp(self) -> Stamp:
        state = self._state
        files = (state / "namesake.db", state / "namesake.db-wal") if state else ()
        return read_stamp(self.folder.config_path, *files)

    def enter(self) -> SupervisedRunner:
        """Open it if it is not, and keep it open until `leave`.

        A configuration that was changed is read as soon as no one is in it. What was set aside is
        opened anew, once no one is in it: what was stopped in it asks nothing anymore.
        """
        with self._mutex:
            if not self.users and read_stamp(self.folder.config_path) != self._configured:
                self._close()
            runner = self.runner
            if runner is None:
                runner, self.fault = self._open(), ""
            if self.resources.sender is not None and self._state is not None:
                self.resources.sender.keep_district(self.name, self.folder.path, self._state)
            self.users += 1
            return runner

    def leave(self) -> None:
        with self._mutex:
            if self.runner is not None:
                self.runner.app.db.release_sessions()
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
            self.looked, self.set_aside_stamp = (), self.read_stamp()

    def release(self) -> None:
        """Close it, and let other processes have it."""
        with self._mutex:
            self._close()
            self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.release()
            if self.resources.sender is not None:
                self.resources.sender.release_district(self.name)
            if self._state is not None:
                with suppress(OSError):
                    WakeSocket(self._state).path.unlink(missing_ok=True)
        self._lock = self._state = None
        self._is_claimed = False

    def _open(self) -> SupervisedRunner:
        if self.name in self.resources.refused:
            raise InputError(self.resources.refused[self.name])
        self._configured = read_stamp(self.folder.config_path)
        config = self.folder.load_config()
        if self._state != config.state:
            self._unlock()
            # From now on its files are watched, even if it cannot be opened yet.
            self._state = config.state
        if self._lock is None:
            lock = StateFolderLock(config.state)
            lock.acquire()
            self._lock = lock
        if self.resources.sender is not None:
            self.resources.sender.claim_district(self.name, self.folder.path, config.state)
            self._is_claimed = True
        # Have commands that work in one district wake this process.
        with suppress(OSError):
            link, target = WakeSocket(config.state).path, WakeSocket(self.folder.path.parent).path
            link.unlink(missing_ok=True)
            link.symlink_to(target.resolve())
        environment = build_district_environment(self.resources.environment, self.folder)
        shared = self.resources.build_district_resources(self.name, config)
        with ExitStack() as undo:
            app = undo.enter_context(open_app(config, environment, shared))
            self.resources.twins.note_database(self.folder, config.state, app.db)
            if self.resources.sender is not None:
                self.resources.sender.apply_consent_changes(self.name, app)
            due_jobs.take_over_jobs(app)
            self.runner = build_supervised_runner(app, environment)
            self._parts = undo.pop_all()
        return self.runner

    def _close(self) -> None:
        if self.runner is not None and not self.users:
            self.runner.app.db.close_unused()
        self.runner = None
        self._parts.close()
