"""Queries as data: one host's batch, asked by whichever process holds the right to that host.

What a query leads to at another host is handed back, for it needs that host's right.
"""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.fleet.db.mailbox import AnswerBody
from scrapers.crawl.crawl_worker import LONG_PAUSE
from scrapers.crawl.crawler import Crawler
from scrapers.crawl.frontier import LONGEST_FLIGHT, NAP, CrawlRun, HostQueue
from scrapers.crawl.routing import CrawlQuery, HostManners
from scrapers.crawl.throttle import HostState
from scrapers.http.errors import FailureReason, FetchError, build_unreadable_error
from scrapers.http.ssrf_guard import RequestTarget
from scrapers.models import CrawlPriority, CrawlResult

# Two processes that do not agree whose host it is must not hand a query to and fro for ever.
MOST_HANDOVERS = 20


@dataclass(slots=True, kw_only=True, weakref_slot=True, eq=False)
class RelayedCrawler(Crawler):
    """One of two that ask a query together, in two processes."""

    def recall_robots(self, origin: str, crawl_query: CrawlQuery, now: datetime) -> None:
        self.engine.robots.take_up(origin, crawl_query.rules, crawl_query.robots, now)


@dataclass(slots=True, kw_only=True, weakref_slot=True, eq=False)
class HostCrawler(RelayedCrawler):
    """Asks one host at a time, for whoever holds the right to it; its consumer saves the host."""

    def ask_host(
        self,
        manners: HostManners,
        host_state: HostState,
        queries: Iterable[tuple[int, CrawlQuery]],
        priority: CrawlPriority,
        gives_way: Callable[[], bool],
    ) -> Generator[tuple[int, AnswerBody, HostState], None, None]:
        """Ask queries one by one and yield each answer, and how its host is to be treated then.

        It ends early where `gives_way` says so.

        What this process knew of the host before is forgotten: others have asked it since.
        """
        run = CrawlRun(queries=iter(()), priority=priority, tenant=self.tenant)
        self.engine.directory.add_manners([manners])
        self.frontier.add_run(run)
        host_queue = self.frontier.reload_host_queue(host_state)
        try:
            for number, query in queries:
                if not self._wait_until_due(host_queue, gives_way):
                    return
                # Before a host with long pauses is asked, remember that it was, whatever happens to
                # us.
                if manners.pause >= LONG_PAUSE:
                    until = self.clock.now() + timedelta(seconds=LONGEST_FLIGHT + manners.pause)
                    self.host_store.save_host_state(replace(host_queue.state, next_at=until))
                answer = self._ask_query(run, host_queue, query)
                if answer is None:
                    return
                yield number, answer, host_queue.state
        finally:
            self.frontier.remove_run(run)
            self.save_progress()

    def _wait_until_due(self, host_queue: HostQueue, gives_way: Callable[[], bool]) -> bool:
        """Wait out the pause here, where one can still give way; False if that is wanted."""
        while True:
            if self.is_stopped() or gives_way():
                return False
            left = host_queue.due - self.clock.monotonic()
            if left <= 0:
                return True
            self.clock.sleep(min(left, NAP))

    def _ask_query(
        self, run: CrawlRun, host_queue: HostQueue, asked: CrawlQuery
    ) -> AnswerBody | None:
        # If it is cut short, another process begins with it as it came.
        query = replace(asked, pages=list(asked.pages))
        if not self._belongs_here(query, host_queue.host):
            return self._hand_back(query)
        self.queue_query(run, query)
        while not (run.stopped or self.is_stopped()):
            step = run.events.get()
            if step.error is not None:
                raise step.error
            self.save_progress()
            if step.host_state is not None and step.host_state.host == host_queue.host:
                self.host_store.save_host_state(step.host_state)
            if step.waiting_host:
                self.frontier.release_host(run, step.waiting_host)
            if step.moved_query is not None:
                return self._hand_back(query)
            if step.result is not None:
                return AnswerBody(result=step.result)
        return None

    def _belongs_here(self, query: CrawlQuery, host: str) -> bool:
        """Tell whether a query's next request goes to this host, as far as is known now."""
        try:
            return self.find_next_host(query) == host
        except FetchError:
            return True

    def _hand_back(self, query: CrawlQuery) -> AnswerBody:
        if query.handovers >= MOST_HANDOVERS:
            lost = build_unreadable_error(FailureReason.HOPS).result
            return AnswerBody(
                result=CrawlResult(query=query.query, result=lost, at=self.clock.now())
            )
        query.handovers += 1
        try:
            origin = RequestTarget.from_url(query.request.url).origin
        except FetchError:  # its next request is refused wherever it is asked
            query.rules, query.robots = None, None
        else:
            query.rules, query.robots = self.engine.robots.hand_on(origin)
        return AnswerBody(handed_back=query)
