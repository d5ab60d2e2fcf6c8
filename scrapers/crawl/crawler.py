"""All hosts side by side, one query at a time in each: the visits of a run."""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from weakref import finalize

from scrapers.crawl.crawl_worker import CrawlWorker
from scrapers.crawl.frontier import (
    LOOK_AHEAD,
    CrawlEvent,
    CrawlRun,
    CrawlTenant,
    Frontier,
    Inspector,
    ProgressCallback,
    SourceProgress,
)
from scrapers.crawl.pause_file import PauseFile
from scrapers.crawl.quotas import QuotaCounter, QuotaStore, QuotaTracker
from scrapers.crawl.robots import RobotsCache
from scrapers.crawl.routing import CrawlQuery, CrawlRouter, HostDirectory, list_manners
from scrapers.crawl.sharing import SAVED_EVERY
from scrapers.crawl.throttle import HostState, HostStore, Throttle
from scrapers.http.clock import Clock
from scrapers.http.errors import FailureReason, FetchError, build_refusal_error
from scrapers.http.event_loop import EventLoopThread
from scrapers.http.ssrf_guard import RequestTarget
from scrapers.models import CrawlPriority, CrawlResult, Query
from scrapers.source import AccessMode, Source


@dataclass(slots=True, kw_only=True, weakref_slot=True)
class CrawlEngine:
    """What all crawlers of a process share: together they are as polite as one.

    One thread asks for all of them. `robots` and the state of every host are the same for all.
    `workers` is how many hosts may be asked at once, and as many again for whom someone waits.
    `look_ahead` is how many queries of a run are lined up while hosts have enough to do.
    `quota`, where it is given, counts the budgets of all crawlers. `pauses` are those that all
    programs of this machine keep; it closes them at its end.
    Anyone who forgets to `close` it ends its thread all the same, at exit at the latest.
    """

    clock: Clock
    throttle: Throttle = field(default_factory=Throttle)
    robots: RobotsCache = field(default_factory=RobotsCache)
    workers: int = 512
    look_ahead: int = LOOK_AHEAD
    quota: QuotaCounter | None = None
    directory: HostDirectory = field(default_factory=HostDirectory)
    pauses: PauseFile | None = None
    frontier: Frontier = field(init=False)
    _thread: EventLoopThread = field(init=False)

    def __post_init__(self) -> None:
        self.frontier = Frontier(self.clock, self.workers, self.look_ahead)
        self._thread = EventLoopThread(self.frontier.stop)
        finalize(self, self._thread.close)

    def ensure_worker(self) -> None:
        """Have a thread ask as long as there are runs."""
        if self.frontier.claim_worker():
            worker = CrawlWorker(
                frontier=self.frontier, clock=self.clock, throttle=self.throttle, pauses=self.pauses
            )
            self._thread.start_thread(worker.run)

    def close(self) -> None:
        """Stop, cut off what is in flight, and return once the thread that asks has ended."""
        self._thread.close()
        if self.pauses is not None:
            self.pauses.close()
            self.pauses = None


@dataclass(slots=True, kw_only=True, weakref_slot=True, eq=False)
class Crawler(CrawlTenant):
    """Asks for one district. Crawlers of one process share an `engine`, or together they are rude.

    One that `owns_engine` is alone: both end together. Where other machines have a part in asking,
    `crawl`, `queue_query` and `recall_robots` may be another class's.

    Several threads may run visits at once. Each pulls its own queries and touches `host_store`,
    `robots` and `quota_store` from its own thread, so all may sit on a database connection.
    One thread asks; it reads `may_ask` just before each query, for what was allowed when it
    was planned may not be anymore. `should_keep` says which pages come along with their visits.
    """

    clock: Clock
    host_store: HostStore
    engine: CrawlEngine
    owns_engine: bool = False
    quota_store: QuotaStore | None = None
    tenant: CrawlTenant = field(init=False)
    _stopped: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        own, directory = list_manners(self.sources.values()), self.engine.directory
        directory.add_manners(own)
        self.router = CrawlRouter(HostDirectory(own), self.engine.robots, directory)
        self.quota = self.engine.quota or QuotaTracker(self.quota_store, self.clock)
        # The thread that asks holds this, and must not hold us: then we could not be forgotten.
        self.tenant = self.copy_tenant()

    def crawl(
        self,
        queries: Iterable[Query],
        watch: ProgressCallback | None = None,
        priority: CrawlPriority = CrawlPriority.USUAL,
        inspect: Inspector | None = None,
    ) -> Generator[CrawlResult, None, None]:
        """Ask all queries and what they lead to, and yield each query's visit once.

        Queries are pulled as hosts become free. At one host they are asked in the order they come,
        `CrawlPriority.FIRST` before the rest. A query whose key was asked in this run already is
        left out. Closing the iterator, or `stop`, ends the run; what has not been yielded then
        counts as not asked.
        """
        run = CrawlRun(
            queries=iter(queries),
            on_progress=watch,
            priority=priority,
            tenant=self.tenant,
            inspect=inspect,
        )
        self.frontier.add_run(run)
        try:
            while not (run.stopped or self.is_stopped()):
                # Pull queries while no one waits for us and someone could use them.
                while not run.drained and run.events.empty() and self.frontier.needs_queries(run):
                    query = next(run.queries, None)
                    if query is None:
                        self.frontier.mark_drained(run)
                    else:
                        self.admit_query(run, CrawlQuery(query=query))
                if run.is_finished:
                    break
                yield from self.process_event(run, run.events.get())
        finally:
            self.frontier.remove_run(run)
            self.save_progress()
            if self.share is not None:
                self.share.save_shares()
            for host in sorted(run.hosts):
                host_queue = self.frontier.get_host_queue(host)
                if host_queue is not None and host_queue.state.next_at is not None:
                    self.host_store.save_host_state(host_queue.state)

    def forget_proofs(self, sources: Iterable[str]) -> None:
        """Ask the canaries of these sources again, whatever other districts heard."""
        if self.proofs is not None:
            self.proofs.forget_sources(sources)

    def count_unproven_canaries(self, source: Source) -> int:
        """Count the canaries of a source that would have to be asked now, and not be shared."""
        if self.proofs is None:
            return len(list(source.build_canaries("")))
        return self.proofs.count_missing(source.name, self.clock.now())

    def stop(self) -> None:
        """End every run of this crawler now; nothing is asked through it anymore."""
        self._stopped = True
        self.frontier.stop_tenant(self.tenant)
        if self.owns_engine:
            self.frontier.stop()

    def is_stopped(self) -> bool:
        return self._stopped or self.frontier.stopped

    def close(self) -> None:
        """Stop; where the engine is its own, cut off what is in flight, and end its thread."""
        self.stop()
        if self.owns_engine:
            self.engine.close()

    @property
    def frontier(self) -> Frontier:
        return self.engine.frontier

    def process_event(self, run: CrawlRun, step: CrawlEvent) -> Iterator[CrawlResult]:
        if step.error is not None:
            raise step.error
        self.save_progress()
        if step.asked_source:
            run.report_progress(step.asked_source, SourceProgress.ASKING)
        if step.host_state is not None:
            self.host_store.save_host_state(step.host_state)
        if step.moved_query is not None:
            self.queue_query(run, step.moved_query)
        for crawl_query in step.new_queries:
            self.admit_query(run, crawl_query)
        if step.result is not None:
            run.record_result(step.result)
            yield step.result
        if step.waiting_host:
            self.frontier.release_host(run, step.waiting_host)

    def admit_query(self, run: CrawlRun, crawl_query: CrawlQuery) -> None:
        if run.admit_query(crawl_query):
            self.queue_query(run, crawl_query)

    def queue_query(self, run: CrawlRun, crawl_query: CrawlQuery) -> None:
        """Queue a query at the host that it asks next, or conclude it if there is none."""
        try:
            host = self.find_next_host(crawl_query)
        except FetchError as end:
            visit = crawl_query.conclude(end.result, self.clock.now())
            crawl_query.pages.clear()
            run.events.put(CrawlEvent(result=visit))
            return
        source = self.sources[crawl_query.pages[0].source]
        self.quota.load_usage(source, self.get_budget(source))
        host_queue = self.frontier.get_host_queue(host)
        if host_queue is None:
            host_queue = self.frontier.open_host_queue(
                self.host_store.load_host_state(host) or HostState(host=host)
            )
        pause = self.router.directory.get_pause(host, source.crawl_policy.seconds_between)
        self.frontier.add_query(host_queue, run, crawl_query, pause)
        self.engine.ensure_worker()

    def find_next_host(self, crawl_query: CrawlQuery) -> str:
        """Return the queue where a query goes on. Raises FetchError where it goes nowhere."""
        source, now = self.sources.get(crawl_query.pages[0].source), self.clock.now()
        if source is None:
            raise build_refusal_error(FailureReason.UNKNOWN_SOURCE)
        if source.crawl_policy.access is AccessMode.PAGE:
            origin = RequestTarget.from_url(crawl_query.request.url).origin
            self.recall_robots(origin, crawl_query, now)
        return self.router.plan_next_request(crawl_query, source.crawl_policy, now).host

    def recall_robots(self, origin: str, _: CrawlQuery, now: datetime) -> None:
        """Take up what an origin's robots.txt said before a restart."""
        self.engine.robots.load_record(origin, now)

    def save_progress(self) -> None:
        self.quota.save_usage()
        self.engine.robots.save_records()
        if self.proofs is not None:
            self.proofs.cache.save_proofs()
        if self.share is not None:
            self.share.save_shares(at_least=SAVED_EVERY)
