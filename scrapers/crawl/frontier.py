"""Who may be asked next: one queue a host, one query in flight in each."""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from heapq import heappop, heappush
from itertools import chain, count
from queue import SimpleQueue
from threading import RLock

from gevent.event import Event

from scrapers.crawl.quotas import QuotaCounter
from scrapers.crawl.routing import CrawlQuery, CrawlRouter
from scrapers.crawl.sharing import DistrictProofs, HostShareTracker
from scrapers.crawl.throttle import HostState
from scrapers.http.client import PageFetcher, Redirect
from scrapers.http.clock import Clock
from scrapers.http.event_loop import EventLoop
from scrapers.models import CrawlPriority, CrawlResult, Outcome, Page, ParseResult, Query
from scrapers.sandbox.client import PageParser
from scrapers.source import Source


class SourceProgress(StrEnum):
    """How far a source is; `blocked` is done too, but its last query went unanswered."""

    WAITING = "waiting"
    ASKING = "asking"
    DONE = "done"
    BLOCKED = "blocked"


ProgressCallback = Callable[[str, SourceProgress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request of a query, and its answer; `result` is None where a redirect leads on.

    `seconds` is how long the answer took, unpacked and read.
    """

    query: Query
    answer: Page | ParseResult | Redirect
    seconds: float
    result: ParseResult | None = None


Inspector = Callable[[Exchange], ParseResult | None]
"""Sees each exchange of a run on the thread that asks, and may say what it comes to instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlEvent:
    """What one turn came to; an empty one only says that time has passed.

    `new_queries` are to be placed, and `moved_query` is one that goes on at another host.
    `waiting_host` is the host that waits until this event is taken, empty where none does.
    `error` is a fault in our own code, to be raised where the visits are consumed.
    """

    asked_source: str = ""
    result: CrawlResult | None = None
    waiting_host: str = ""
    new_queries: tuple[CrawlQuery, ...] = ()
    moved_query: CrawlQuery | None = None
    host_state: HostState | None = None
    error: Exception | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class CrawlRun:
    """`waiting` and `untaken`, the hosts whose last visit lies in `events`, are the frontier's.

    `failures` are in a row, by host; the rest is the consumer's.

    `events` is without a bound, for it cannot outgrow the queries that were let in. `tenant` is
    on whose behalf it asks.
    """

    queries: Iterator[Query]
    on_progress: ProgressCallback | None = None
    inspect: Inspector | None = None
    priority: CrawlPriority = CrawlPriority.USUAL
    tenant: "CrawlTenant"
    events: SimpleQueue[CrawlEvent] = field(default_factory=SimpleQueue)
    drained: bool = False
    stopped: bool = False
    waiting: int = 0
    untaken: set[str] = field(default_factory=set)
    failures: Counter[str] = field(default_factory=Counter)
    hosts: set[str] = field(default_factory=set)
    _open: Counter[str] = field(default_factory=Counter)
    _seen: set[str] = field(default_factory=set)

    @property
    def is_finished(self) -> bool:
        return self.drained and not self._open

    def admit_query(self, crawl_query: CrawlQuery) -> bool:
        """Let a query in, unless the same one has been asked in this run already."""
        key = crawl_query.query.key
        if key in self._seen:
            return False
        self._seen.add(key)
        source = crawl_query.query.source
        self._open[source] += 1
        if self._open[source] == 1:
            self.report_progress(source, SourceProgress.WAITING)
        return True

    def record_result(self, visit: CrawlResult) -> None:
        source = visit.query.source
        self._open[source] -= 1
        if not self._open[source]:
            del self._open[source]
            unanswered = visit.result.outcome in {Outcome.BLOCKED, Outcome.LIMITED, Outcome.FAILED}
            self.report_progress(
                source, SourceProgress.BLOCKED if unanswered else SourceProgress.DONE
            )

    def report_progress(self, source: str, progress: SourceProgress) -> None:
        if self.on_progress is not None:
            self.on_progress(source, progress)


# How soon a sleeper notices that we are stopping.
NAP = 0.2
LOOK_AHEAD = 2_048
# The longest that a request takes which is in flight now.
LONGEST_FLIGHT = 15.0

QueueEntry = tuple[CrawlRun, CrawlQuery]
RunQueues = dict[CrawlRun, deque[CrawlQuery]]


@dataclass(slots=True, eq=False)
class HostQueue:
    """`due` is when the host may be asked again, by the monotonic clock.

    `pause_seconds` are those between two requests: the most that any source wants for this host.
    `refused_key` is the key of the query that alone was refused here since the last answer.

    A run that has not taken its last visit from this host yet asks no further: whatever
    happens to its consumer, one answer a host is lost at most. Runs of one priority take turns.
    """

    state: HostState
    due: float
    pause_seconds: float = 0.0
    busy: bool = False
    refused_key: str = ""
    lined_up: set[CrawlPriority] = field(default_factory=set)
    waiting: dict[CrawlPriority, RunQueues] = field(
        default_factory=lambda: {priority: {} for priority in CrawlPriority}
    )

    @property
    def host(self) -> str:
        return self.state.host

    def get_run_queue(self, run: CrawlRun) -> deque[CrawlQuery]:
        return self.waiting[run.priority].setdefault(run, deque())

    def pop_query(self) -> QueueEntry | None:
        run = self._find_next_run()
        if run is None:
            return None
        queues = self.waiting[run.priority]
        queue = queues.pop(run)
        crawl_query = queue.popleft()
        if queue:
            queues[run] = queue
        return run, crawl_query

    @property
    def next_priority(self) -> CrawlPriority | None:
        """Say whose turn is next; None if no one waits who may ask."""
        run = self._find_next_run()
        return None if run is None else run.priority

    def _find_next_run(self) -> CrawlRun | None:
        runs = chain.from_iterable(self.waiting.values())
        return next((run for run in runs if self.host not in run.untaken), None)


@dataclass(slots=True)
class CrawlSlot:
    """The right to ask one host one thing; what a guest meets there says nothing of the host.

    `place` is that of the host in `PauseFile`, None while other programs may ask the host.
    """

    host_queue: HostQueue
    run: CrawlRun
    crawl_query: CrawlQuery
    is_guest: bool = False
    place: int | None = None

    @property
    def tenant(self) -> "CrawlTenant":
        return self.run.tenant


class Frontier:
    """Shared by the loop, which takes turns, and by the consumers, who put queries up.

    What happens under the lock is short and never gives way. `most` hosts may be asked at once
    by each priority: who is waited for needs no room that slow hosts of a sweep have taken.
    """

    def __init__(self, clock: Clock, most: int, look_ahead: int) -> None:
        self._clock = clock
        self._most = most
        self._look_ahead = look_ahead
        # Anyone who holds it may collect garbage, and so end a run that no one can reach anymore.
        self._lock = RLock()
        self._lines: dict[CrawlPriority, list[tuple[float, int, HostQueue]]] = {
            priority: [] for priority in CrawlPriority
        }
        self._numbers = count()
        self._runs: set[CrawlRun] = set()
        self._host_queues: dict[str, HostQueue] = {}
        self._busy: Counter[CrawlPriority] = Counter()
        self._attended = False
        self._resting: tuple[EventLoop, Event] | None = None
        self.stopped = False

    def add_run(self, run: CrawlRun) -> None:
        with self._lock:
            self._runs.add(run)

    def claim_worker(self) -> bool:
        """Tell whether a thread must be started to take turns: one does, while there are runs."""
        with self._lock:
            hires = not self._attended
            self._attended = True
            return hires

    def remove_run(self, run: CrawlRun) -> None:
        """Forget what a run still wants; what is in flight for it comes to nothing."""
        with self._lock:
            self._runs.discard(run)
            for host in run.hosts:
                self._host_queues[host].waiting[run.priority].pop(run, None)
            self._wake_worker()

    def stop(self) -> None:
        """Have no one take another turn; what is in flight comes to nothing."""
        with self._lock:
            self.stopped = True
            for run in self._runs:
                run.events.put(CrawlEvent())
            self._wake_worker()

    def stop_tenant(self, tenant: "CrawlTenant") -> None:
        """End the runs of one tenant; those of others go on."""
        with self._lock:
            for run in self._runs:
                if run.tenant is tenant:
                    run.stopped = True
                    run.events.put(CrawlEvent())

    def fail_runs(self, error: Exception) -> None:
        """Pass an error of the event loop's thread to everyone who waits for it.

        What was in flight has ended with it: its hosts are free again, after a pause.
        """
        with self._lock:
            self._attended = False
            self._busy.clear()
            for host_queue in self._host_queues.values():
                if host_queue.busy:
                    host_queue.busy, host_queue.due = (
                        False,
                        self._clock.monotonic() + host_queue.pause_seconds,
                    )
                    self._schedule_host(host_queue)
            for run in self._runs:
                run.events.put(CrawlEvent(error=error))

    def get_host_queue(self, host: str) -> HostQueue | None:
        return self._host_queues.get(host)

    def open_host_queue(self, host_state: HostState) -> HostQueue:
        due = self._clock.monotonic() + host_state.get_remaining_wait(self._clock.now())
        with self._lock:
            if host_state.host.startswith("*."):
                # Where a district that opened later declared the site, its subdomains had queues of
                # their own: the last of them counts.
                under = (
                    queue
                    for queue in self._host_queues.values()
                    if queue.host.endswith(host_state.host[1:])
                )
                due = max(
                    due,
                    max((queue.due + LONGEST_FLIGHT * queue.busy for queue in under), default=0.0),
                )
            return self._host_queues.setdefault(host_state.host, HostQueue(host_state, due))

    def reload_host_queue(self, host_state: HostState) -> HostQueue:
        """Take up what another process has learned of a host; no one here may be asking it."""
        due = self._clock.monotonic() + host_state.get_remaining_wait(self._clock.now())
        with self._lock:
            host_queue = self._host_queues.setdefault(host_state.host, HostQueue(host_state, due))
            host_queue.state, host_queue.due = host_state, due
            return host_queue

    def add_query(
        self, host_queue: HostQueue, run: CrawlRun, crawl_query: CrawlQuery, pause_seconds: float
    ) -> None:
        """Queue a query; one that has begun goes on before others are begun.

        `pause_seconds` are those that its source leaves between two requests.
        """
        with self._lock:
            run.hosts.add(host_queue.host)
            host_queue.pause_seconds = max(host_queue.pause_seconds, pause_seconds)
            self._enqueue_query(host_queue, run, crawl_query, at_front=crawl_query.has_begun)
            self._schedule_host(host_queue)

    def needs_queries(self, run: CrawlRun) -> bool:
        """Tell whether more queries of this run could keep someone busy."""
        now = self._clock.monotonic()
        with self._lock:
            is_any_host_due = any(line[0][0] <= now for line in self._lines.values() if line)
            return run.waiting < self._look_ahead or not is_any_host_due

    def mark_drained(self, run: CrawlRun) -> None:
        """Note that a run brings no more; the time may have waited for that."""
        with self._lock:
            run.drained = True
            self._wake_worker()

    def take_slot(self, loop: EventLoop) -> CrawlSlot | None:
        """Wait in `loop` for a host that may be asked; None once no one wants anything more."""
        while True:
            with self._lock:
                wanted = bool(self._runs) and not self.stopped
                slot = self._take_next_slot() if wanted else None
                if slot is not None:
                    return slot
                if self.stopped or not (wanted or self._busy.total()):
                    self._attended = False
                    return None
                wake_event = Event()
                self._resting = loop, wake_event
                pause, quiet = self._compute_pause(), wanted and self._is_idle
            self._wait_for_slot(wake_event, pause, quiet=quiet)

    def release_slot(
        self, slot: CrawlSlot, due: float, *, again: bool = False, reported: bool = False
    ) -> None:
        """End a turn; `again` if its query wants another one at the same host.

        `reported` if its consumer has something to take before the run asks there again.
        """
        with self._lock:
            was_full = self._is_full(slot.run.priority)
            self._busy[slot.run.priority] -= 1
            slot.host_queue.busy = False
            slot.host_queue.due = due
            if reported:
                slot.run.untaken.add(slot.host_queue.host)
            if again and slot.run in self._runs:
                self._enqueue_query(slot.host_queue, slot.run, slot.crawl_query, at_front=True)
            self._schedule_host(slot.host_queue)
            if was_full or not self._busy.total():
                self._wake_worker()

    def release_host(self, run: CrawlRun, host: str) -> None:
        """Note that the consumer has done with a visit: its run may ask that host again."""
        with self._lock:
            run.untaken.discard(host)
            self._schedule_host(self._host_queues[host])
            if not run.untaken:
                self._wake_worker()

    def _enqueue_query(
        self, host_queue: HostQueue, run: CrawlRun, crawl_query: CrawlQuery, *, at_front: bool
    ) -> None:
        queue = host_queue.get_run_queue(run)
        if at_front:
            queue.appendleft(crawl_query)
        else:
            queue.append(crawl_query)
        run.waiting += 1

    def _schedule_host(self, host_queue: HostQueue) -> None:
        priority = host_queue.next_priority
        if host_queue.busy or priority is None or priority in host_queue.lined_up:
            return
        host_queue.lined_up.add(priority)
        heappush(self._lines[priority], (host_queue.due, next(self._numbers), host_queue))
        if self._lines[priority][0][2] is host_queue:
            self._wake_worker()

    def _wake_worker(self) -> None:
        """End the rest of anyone who waits for a turn: there may be one, or a shorter wait."""
        if self._resting is not None:
            loop, wake_event = self._resting
            self._resting = None
            loop.call_threadsafe(wake_event.set)

    def _is_full(self, priority: CrawlPriority) -> bool:
        return self._busy[priority] >= self._most

    def _take_next_slot(self) -> CrawlSlot | None:
        """Take the first who is due; where more are due than we can ask, the higher priority."""
        now = self._clock.monotonic()
        for priority, line in self._lines.items():
            while line and line[0][0] <= now and not self._is_full(priority):
                host_queue = heappop(line)[2]
                host_queue.lined_up.discard(priority)
                if (
                    host_queue.busy
                    or host_queue.due > now
                    or host_queue.next_priority is not priority
                ):
                    # It has been asked, or outranked, from another line meanwhile.
                    self._schedule_host(host_queue)
                    continue
                entry = host_queue.pop_query()
                if entry is not None:
                    run, crawl_query = entry
                    run.waiting -= 1
                    host_queue.busy = True
                    self._busy[priority] += 1
                    return CrawlSlot(host_queue, run, crawl_query)
        return None

    def _compute_pause(self) -> float | None:
        lines = ((priority, line) for priority, line in self._lines.items() if line)
        due = min(
            (line[0][0] for priority, line in lines if not self._is_full(priority)), default=None
        )
        return None if due is None else max(min(due - self._clock.monotonic(), NAP), 0.0)

    def _wait_for_slot(self, wake_event: Event, pause: float | None, *, quiet: bool) -> None:
        before = self._clock.monotonic()
        if not quiet or pause is None:
            if wake_event.wait(pause) or pause is None or self._busy.total():
                return
            # A consumer that is away for long; a test's clock moves only if slept on.
            pause -= self._clock.monotonic() - before
        self._clock.sleep(max(pause, 0.0))

    @property
    def _is_idle(self) -> bool:
        """Nothing is in flight, and no consumer brings more queries or has a visit to take."""
        return not self._busy.total() and all(run.drained and not run.untaken for run in self._runs)


AskPredicate = Callable[[Query], bool]
KeepPredicate = Callable[[Source, Query, ParseResult], bool]


def allow_every_query(_query: Query) -> bool:
    """Allow every query, where no one can take a permission back."""
    return True


def keep_no_page(_source: Source, _query: Query, _reading: ParseResult) -> bool:
    """Keep no page: what was read of it is enough."""
    return False


@dataclass(slots=True, kw_only=True, eq=False)
class CrawlTenant:
    """On whose behalf a run asks: its sources and keys, its budgets, and what it may ask now.

    `budgets` are the names that sources are counted under, where these are not their own.
    `proofs` and `share` are None where it shares the crawler with no one.
    """

    client: PageFetcher
    sources: Mapping[str, Source]
    parser: PageParser
    may_ask: AskPredicate = allow_every_query
    should_keep: KeepPredicate = keep_no_page
    budgets: Mapping[str, str] = field(default_factory=dict)
    proofs: DistrictProofs | None = None
    share: HostShareTracker | None = None
    router: CrawlRouter = field(init=False)
    quota: QuotaCounter = field(init=False)

    def get_budget(self, source: Source) -> str:
        return self.budgets.get(source.name, source.name)

    def copy_tenant(self) -> "CrawlTenant":
        """Return the tenant alone, whatever else an object of a subclass holds."""
        alone = CrawlTenant.__new__(CrawlTenant)
        for one_field in fields(CrawlTenant):
            setattr(alone, one_field.name, getattr(self, one_field.name))
        return alone
