"""A machine that asks: it takes batches of queries from PostgreSQL, and holds no district.

It has no folder, no keys of districts and no mail server. What it may ask, it is told in each
batch and, for minutes at a time, by its permission: read right before each query.
"""

import asyncio
import logging
import signal
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

import procrastinate
from msgspec import structs
from procrastinate import PsycopgConnector

from monitor.app import Environment
from monitor.app.builders import build_client, build_parser
from monitor.app.sources import (
    PortableSources,
    build_portable_sources,
    is_worth_keeping,
    name_budgets,
)
from monitor.config.sections import FetchConfig
from monitor.domain.errors import (
    DatabaseError,
    MonitorError,
    UnavailableError,
    describe_error_location,
)
from monitor.domain.serialization import decode_json, encode_json
from monitor.fleet.db.crawl_limits import FleetCrawlLimits
from monitor.fleet.db.day_keys import WorkerDayKeys
from monitor.fleet.db.engine import FencedJobManager, RetryAtOnce
from monitor.fleet.db.mailbox import (
    ASK_QUEUE,
    ASK_TASK,
    KEYLESS_PRIORITY,
    AnswerBody,
    BatchBody,
    BatchSeal,
    Mailbox,
    Permission,
    SealedAnswer,
    SealedBatch,
    name_answer,
)
from monitor.fleet.db.seal import WorkerSeal
from monitor.fleet.fence import BEAT_SECONDS, CLOCKS_DIFFER_BY, Fence, read_utc_time
from monitor.fleet.host_crawler import HostCrawler
from scrapers.crawl.crawler import CrawlEngine
from scrapers.crawl.frontier import keep_no_page
from scrapers.crawl.throttle import HostState, Throttle
from scrapers.http.client import HttpConnections
from scrapers.http.fetch_limits import MOST_IDLE_HOSTS, compute_idle_hosts, raise_file_limit
from scrapers.models import CrawlPriority, Outcome, ParseResult, Query, QueryKind
from scrapers.source import Source

LOG = logging.getLogger(__name__)

# Hosts asked at once by one process. Each waits in a thread of its own.
MOST_HOSTS_AT_ONCE = 128
LOOK_SECONDS = 0.5
FETCHED_EVERY = 0.25
# With the 25 seconds until a machine is taken for dead, its hosts are asked again within 30.
RESCUED_EVERY = 2.0
TRIED_AGAIN_AFTER = 5.0
KEY_WAITED_FOR = 0.5
# Long after a machine is taken for dead: its row tells whose jobs are to be given back.
FORGOTTEN_AFTER = 3_600.0
MOST_REGISTRIES = 1_024


class BatchRefusedError(DatabaseError):
    """A batch is put away: whoever sent it sends it again, if anyone did."""


class WrongClockError(UnavailableError):
    """By this machine's clock, or by the database's, permissions of others cannot be dated."""


class BatchYielded(Exception):  # noqa: N818 - no error: it makes way, and is taken up again
    """The rest of a batch waits for its next turn."""


class BatchUnreadable(BatchYielded):
    """A batch waits for its key, and is in no other one's way meanwhile."""

    priority = KEYLESS_PRIORITY


class BatchGuard:
    """What may be asked now, as the homes have permitted it; read right before each query."""

    def __init__(
        self, mailbox: Mailbox, fence: Fence, read_time: Callable[[], datetime] = read_utc_time
    ) -> None:
        self._mailbox = mailbox
        self.read_time = read_time
        self.fence = fence
        self.stopping = threading.Event()
        self._held: dict[int, tuple[BatchSeal, Permission]] = {}
        self._urgent: frozenset[str] = frozenset()

    def look(self) -> None:
        """Read what is permitted of the batches here, and for which hosts a person waits."""
        found = self._mailbox.read_permissions(tuple(self._held))
        for number, blob in found.items():
            with suppress(KeyError):  # let go of meanwhile
                self._note_permission(self._held[number][0], blob)
        self._urgent = self._mailbox.list_urgent_locks()

    @contextmanager
    def hold(self, batch: SealedBatch, seal: BatchSeal) -> Iterator[None]:
        """Keep up with what is permitted of a batch. Raises DatabaseError for a forged one."""
        self._held[batch.id] = seal, seal.open_permission(batch.permission)
        try:
            yield
        finally:
            self._held.pop(batch.id, None)

    def permits(self, batch: int, number: int) -> bool:
        """Tell whether a query may be asked now."""
        held = self._held.get(batch)
        return held is not None and number in held[1].numbers and not self.has_lapsed(batch)

    def has_lapsed(self, batch: int) -> bool:
        """Tell whether no query of a batch may be asked, since its home has not said so lately."""
        held = self._held.get(batch)
        return held is None or not held[1].is_valid(self.read_time())

    def check_clock(self) -> None:
        """Raise WrongClockError unless the database has about the same time.

        A false one can make this machine stop, and not ask what is not permitted. Raises
        UnavailableError, too.
        """
        began_at = self.read_time()
        known = self._mailbox.connection.read_clock()
        off = max(began_at - known, known - self.read_time())
        if off > CLOCKS_DIFFER_BY:
            seconds = round(off.total_seconds())
            raise WrongClockError(
                f"The clock differs from that of the database by {seconds} s. Run a time service, "
                "such as systemd-timesyncd."
            )

    def gives_way(self, batch: SealedBatch, priority: CrawlPriority) -> bool:
        """Tell whether a batch makes way: for someone who waits, or since it has lapsed."""
        if self.stopping.is_set() or self.has_lapsed(batch.id):
            return True
        return priority is CrawlPriority.USUAL and batch.lock in self._urgent

    def _note_permission(self, seal: BatchSeal, blob: bytes) -> None:
        """Take what was said last: what is put back counts for nothing."""
        try:
            permission = seal.open_permission(blob)
        except DatabaseError as error:
            LOG.error("batch_refused", extra={"batch": seal.id, "reason": str(error)})  # noqa: TRY400 - no fault of ours
            return
        if permission.issued_at > self._held[seal.id][1].issued_at:
            self._held[seal.id] = seal, permission


class BatchAsker:
    """Asks batches, each in a thread of its caller. Crawlers of all districts share one engine."""

    def __init__(
        self,
        limits: FleetCrawlLimits,
        day_keys: WorkerDayKeys,
        guard: BatchGuard,
        environment: Environment,
        fetch: FetchConfig,
    ) -> None:
        self._limits = limits
        self._mailbox = Mailbox(limits.connection, limits.hosts)
        self._day_keys = day_keys
        self._guard = guard
        self._parts = ExitStack()
        self._parser = self._parts.enter_context(build_parser())
        idle = compute_idle_hosts(MOST_IDLE_HOSTS, fetch.workers, raise_file_limit())
        connections = HttpConnections(environment.build_dialer(), idle)
        self._parts.callback(connections.close)
        fetch_limits = environment.build_limits()
        self._environment = replace(
            environment,
            limits=replace(fetch_limits, total_seconds=guard.fence.longest_request),
            connections=connections,
        )
        self._engine = CrawlEngine(
            clock=environment.clock,
            throttle=environment.throttle or Throttle(wait_factor=fetch.pace),
            workers=fetch.workers,
            quota=limits.quota,
            directory=limits.directory,
            pauses=environment.open_pauses(None),
        )
        self._parts.callback(self._engine.close)

    def close(self) -> None:
        self._parts.close()

    def ask_batch(self, number: int, lock: str | None) -> None:
        """Ask what is left of a batch. Raises BatchYielded if that is not all of it.

        What is not what its home sent for this host, or not permitted anymore, is put away. Raises
        WrongClockError rather than put away what may be none of that.
        """
        batch = self._mailbox.load_batch(number)
        if batch is None:
            return
        try:
            day_seal = self._day_keys.find_seal(batch.day_key)
            if day_seal is None:
                # Its home passes us the key within seconds, unless it is gone.
                self._guard.stopping.wait(KEY_WAITED_FOR)
                raise BatchUnreadable
            seal = BatchSeal.for_batch(day_seal, batch)
            with self._guard.hold(batch, seal):
                body = seal.open_body(batch.body)
                is_current = body.is_current(self._guard.read_time())
                if not is_current:
                    self._guard.check_clock()
                if batch.lock != lock or not is_current:
                    reason = "It is not what its district sent for this host, or too old."
                    raise BatchRefusedError(reason)
                self._ask_body(batch, seal, body)
        except DatabaseError as error:
            LOG.error("batch_refused", extra={"batch": number, "reason": str(error)})  # noqa: TRY400 - no fault of ours

    def _ask_body(self, batch: SealedBatch, seal: BatchSeal, body: BatchBody) -> None:
        left = [entry for entry in enumerate(body.queries) if entry[0] not in batch.answered]
        host = body.manners.host
        crawler = self._build_crawler(body, batch)
        self._limits.directory.add_manners([body.manners])
        host_state = self._limits.hosts.load_host_state(host) or HostState(host=host)
        answers = crawler.ask_host(
            body.manners,
            host_state,
            left,
            body.priority,
            lambda: self._guard.gives_way(batch, body.priority),
        )
        count = 0
        try:
            with closing(answers):
                for number, answer, state in answers:
                    if not self._save(seal, number, answer, state):
                        return
                    count += 1
        except MonitorError:
            raise
        except Exception as error:  # noqa: BLE001 - the query failed, and the rest can go on
            fault = describe_error_location(error)
            LOG.error("query_failed", extra={"batch": batch.id, "error": fault})  # noqa: TRY400 - its trace may quote
            (number, asked), now = left[count], self._environment.clock.now()
            failed = asked.conclude(ParseResult(outcome=Outcome.FAILED), now)
            state = replace(host_state, next_at=now + timedelta(seconds=body.manners.pause))
            self._save(seal, number, AnswerBody(result=failed), state)
        if self._guard.has_lapsed(batch.id):
            self._guard.check_clock()
            # Its home sends it again, if it is still there.
            LOG.warning("batch_lapsed", extra={"batch": batch.id})
            return
        if count < len(left):
            raise BatchYielded

    def _save(self, seal: BatchSeal, number: int, answer: AnswerBody, state: HostState) -> bool:
        self._guard.fence.check()
        blob, own = seal.seal_answer(number, answer), self._day_keys.seal
        sealed = SealedAnswer(
            batch=seal.id,
            number=number,
            worker=own.worker,
            signature=own.sign(name_answer(seal.id, number), blob),
            body=blob,
        )
        return self._mailbox.save_answer(sealed, state)

    def _build_crawler(self, body: BatchBody, batch: SealedBatch) -> HostCrawler:
        sources, variables = _build_sources(encode_json(body.sources))
        environment = replace(self._environment, variables=variables)
        pictures = frozenset(body.picture_subjects)
        numbers: dict[str, list[int]] = defaultdict(list)
        for number, asked in enumerate(body.queries):
            numbers[asked.query.key].append(number)
            if asked.query.subject in pictures:
                numbers[asked.query.subject].append(number)

        def may_ask(query: Query) -> bool:
            self._guard.fence.check()
            # A picture is asked for where a query about its person has led to it.
            of = query.subject if query.kind is QueryKind.PICTURE else query.key
            return any(self._guard.permits(batch.id, number) for number in numbers.get(of, ()))

        return HostCrawler(
            client=build_client(environment, body.contact, sources.values()),
            sources=sources,
            clock=environment.clock,
            host_store=self._limits.hosts,
            parser=self._parser,
            may_ask=may_ask,
            should_keep=is_worth_keeping if body.keeps_pages else keep_no_page,
            engine=self._engine,
            budgets=name_budgets(sources, variables),
        )


@lru_cache(MOST_REGISTRIES)
def _build_sources(portable: bytes) -> tuple[Mapping[str, Source], Mapping[str, str]]:
    """Build the sources of a batch once for all batches that have the same."""
    sources = decode_json(portable, PortableSources)
    return build_portable_sources(sources), sources.variables


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetWorker:
    """The process: procrastinate takes jobs, threads ask, and other threads see to the rest."""

    address: str
    asker: BatchAsker
    guard: BatchGuard
    mailbox: Mailbox
    day_keys: WorkerDayKeys
    hosts_at_once: int = MOST_HOSTS_AT_ONCE

    def run_until_stopped(self) -> None:
        """Ask until SIGTERM or SIGINT; what is under way then is put back for others."""
        stopping, fence = self.guard.stopping, self.guard.fence
        threads = [
            threading.Thread(target=work, args=values, daemon=True)
            for work, values in (
                (fence.watch, (stopping,)),
                (self.keep_doing, (self.guard.look, LOOK_SECONDS)),
                (self.keep_doing, (self.rescue, RESCUED_EVERY)),
            )
        ]
        for thread in threads:
            thread.start()
        try:
            asyncio.run(self._take_jobs())
        finally:
            stopping.set()

    def rescue(self) -> None:
        """Give back what dead machines held, and forget what no one came to."""
        self.guard.check_clock()
        self.day_keys.publish()
        if rescued := self.mailbox.rescue_jobs(self.guard.fence.dead_after):
            LOG.warning("jobs_rescued", extra={"count": rescued})
        if expired := self.mailbox.delete_expired_batches():
            LOG.warning("batches_expired", extra={"count": expired})

    def keep_doing(self, work: Callable[[], None], seconds: float) -> None:
        """Do something again and again, on a thread that no host can keep waiting."""
        while not self.guard.stopping.wait(seconds):
            try:
                work()
            except WrongClockError as error:
                LOG.error("worker_clock_wrong", extra={"reason": str(error)})  # noqa: TRY400 - no fault of ours
                self.guard.fence.lose()
            except MonitorError as error:
                LOG.warning("fleet_database_away", extra={"reason": str(error)})

    async def _take_jobs(self) -> None:
        # Its own words about a job that was put back would say nothing that ours do not.
        logging.getLogger("procrastinate").setLevel(logging.ERROR)
        # Each of its statements is a transaction by itself.
        settings = {"autocommit": True}
        connector = PsycopgConnector(conninfo=self.address, kwargs=settings, min_size=1, max_size=4)
        app = procrastinate.App(connector=connector)
        app.job_manager = FencedJobManager(connector, self.guard.fence)
        loop = asyncio.get_running_loop()
        # Not the loop's own threads: of those there are few, and a slow host would hold each.
        threads = ThreadPoolExecutor(self.hosts_at_once, thread_name_prefix="ask")

        @app.task(name=ASK_TASK, queue=ASK_QUEUE, retry=RetryAtOnce(), pass_context=True)
        async def ask(context: procrastinate.JobContext, /, batch_id: int, **_: int) -> None:
            await loop.run_in_executor(threads, self._ask_batch, batch_id, context.job.lock)

        async with app.open_async():
            taking = asyncio.create_task(
                app.run_worker_async(
                    queues=[ASK_QUEUE],
                    concurrency=self.hosts_at_once,
                    fetch_job_polling_interval=FETCHED_EVERY,
                    listen_notify=False,
                    delete_jobs="always",
                    update_heartbeat_interval=BEAT_SECONDS,
                    stalled_worker_timeout=FORGOTTEN_AFTER,
                    install_signal_handlers=False,
                )
            )
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self._stop, taking)
            with suppress(asyncio.CancelledError):
                await taking
            if not self.guard.stopping.is_set():
                raise UnavailableError("The queue of the fleet has ended. Start the worker again.")
        threads.shutdown(wait=False, cancel_futures=True)

    def _stop(self, taking: "asyncio.Task[None]") -> None:
        self.guard.stopping.set()
        taking.cancel()

    def _ask_batch(self, number: int, lock: str | None) -> None:
        try:
            self.asker.ask_batch(number, lock)
        except BatchYielded:
            raise
        except Exception as error:  # noqa: BLE001 - another machine may fare better, or this one later
            fault = describe_error_location(error)
            LOG.error("batch_failed", extra={"batch": number, "error": fault})  # noqa: TRY400 - its trace may quote
            self.guard.stopping.wait(TRIED_AGAIN_AFTER)
            raise BatchYielded from None


@contextmanager
def open_fleet_worker(
    address: str, key: str, environment: Environment, fetch: FetchConfig, fence: Fence
) -> Iterator[FleetWorker]:
    """Open what a machine needs that asks. Raises ConfigError, UnavailableError."""
    seal = WorkerSeal(key)
    fetch = structs.replace(fetch, workers=min(fetch.workers, MOST_HOSTS_AT_ONCE))
    with (
        FleetCrawlLimits.open_as_worker(address, seal, environment.clock) as limits,
        ExitStack() as parts,
    ):
        mailbox = Mailbox(limits.connection, limits.hosts)
        guard = BatchGuard(mailbox, fence)
        guard.check_clock()
        day_keys = WorkerDayKeys(seal, limits.connection, read_utc_time)
        day_keys.publish()
        asker = BatchAsker(limits, day_keys, guard, environment, fetch)
        parts.callback(asker.close)
        yield FleetWorker(
            address=address,
            asker=asker,
            guard=guard,
            mailbox=mailbox,
            day_keys=day_keys,
            hosts_at_once=fetch.workers,
        )
