"""All hosts side by side, one question at a time in each: the visits of a run."""

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Thread

from scrapers.fetch.board import Board
from scrapers.fetch.clock import Clock
from scrapers.fetch.ledger import InMemorySpending, Ledger, SpendingMemory
from scrapers.fetch.pace import HostMemory, HostState, Pace
from scrapers.fetch.question import Question
from scrapers.fetch.robots import InMemoryRobots, RobotsMemory
from scrapers.fetch.target import Target, queue_of
from scrapers.fetch.tour import Progress, Rank, Step, Tour, Watch
from scrapers.fetch.transport import Client
from scrapers.fetch.unfinished import Note, UnfinishedError, refused
from scrapers.fetch.worker import MayAsk, Worker, always
from scrapers.reading import Reading, Visit
from scrapers.request import Query
from scrapers.source import Access, Source


@dataclass(slots=True)
class Lanes:
    """Build one for all: two would each be polite, and together rude.

    Several threads may run visits at once. Each pulls its own queries and touches `hosts`,
    `robots` and `spending` from its own thread, so all may sit on a database connection.
    `may_ask` is read by the workers just before each question: what was allowed when it was
    planned may not be any more.
    """

    client: Client
    sources: Mapping[str, Source]
    clock: Clock
    hosts: HostMemory
    pace: Pace = field(default_factory=Pace)
    may_ask: MayAsk = always
    workers: int = 16
    robots: RobotsMemory = field(default_factory=InMemoryRobots)
    spending: SpendingMemory = field(default_factory=InMemorySpending)
    _board: Board = field(init=False)
    _ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self._board = Board(self.clock)
        self._ledger = Ledger(self.spending, self.clock)

    def visit(
        self, queries: Iterable[Query], watch: Watch | None = None, rank: Rank = Rank.USUAL
    ) -> Generator[Visit, None, None]:
        """Ask all queries and what they lead to, and yield each question's visit once.

        Queries are pulled as hosts become free. At one host they are asked in the order they
        come, `Rank.FIRST` before the rest. A question whose key was asked in this run already is
        left out. Closing the iterator, or `stop`, ends the run; what has not been yielded then
        counts as not asked.
        """
        tour = Tour(planned=iter(queries), watch=watch, rank=rank)
        for _ in range(self._board.enter(tour, self.workers)):
            Thread(target=self._worker.run, name="lane", daemon=True).start()
        try:
            while not self._board.stopped:
                self._feed(tour)
                if tour.finished:
                    break
                yield from self._received(tour, tour.steps.get())
        finally:
            self._board.leave(tour)
            self._remember(tour)

    def stop(self) -> None:
        """End every run now; nothing is asked through these lanes any more."""
        self._board.stop()

    @property
    def _worker(self) -> Worker:
        return Worker(
            board=self._board,
            client=self.client,
            sources=self.sources,
            clock=self.clock,
            pace=self.pace,
            ledger=self._ledger,
            may_ask=self.may_ask,
        )

    def _feed(self, tour: Tour) -> None:
        """Pull queries while nobody waits for us and somebody could use them."""
        while not tour.drained and tour.steps.empty() and self._board.hungry(tour):
            query = next(tour.planned, None)
            if query is None:
                self._board.drained(tour)
            else:
                self._place(tour, Question(query=query))

    def _received(self, tour: Tour, step: Step) -> Iterator[Visit]:
        if step.error is not None:
            raise step.error
        self._keep()
        if step.asking:
            tour.tell(step.asking, Progress.ASKING)
        if step.host is not None:
            self.hosts.save(step.host)
        for question in step.onward:
            self._place(tour, question)
        if step.visit is not None:
            tour.close(step.visit)
            yield step.visit
            if step.lane:
                self._board.taken(tour, step.lane)

    def _place(self, tour: Tour, question: Question) -> None:
        """Queue a question at the host of its next page, or conclude it if it has none."""
        if not question.begun and not tour.admit(question):
            return
        query = question.pages[0]
        try:
            host = self._host_of(query)
        except UnfinishedError as end:
            self._conclude(tour, question, end.reading)
            return
        self._ledger.open(self.sources[query.source])
        lane = self._board.lane(host)
        if lane is None:
            lane = self._board.open_lane(self.hosts.load(host) or HostState(host=host))
            self._recall(query)
        self._board.put(lane, tour, question)

    def _host_of(self, query: Query) -> str:
        source = self.sources.get(query.source)
        if source is None:
            raise refused(Note.UNKNOWN_SOURCE)
        return queue_of(query.request.url, source.etiquette.origins)

    def _conclude(self, tour: Tour, question: Question, reading: Reading) -> None:
        question.pages.clear()
        joined = reading if question.reading is None else question.reading.joined(reading)
        visit = Visit(query=question.query, reading=joined, at=self.clock.now())
        tour.steps.put(Step(visit=visit))

    def _recall(self, query: Query) -> None:
        """Take up what the host's robots.txt said before a restart."""
        if self.sources[query.source].etiquette.access is Access.PAGE:
            self.client.robots.recall(self.robots, Target.of(query.request.url).origin)

    def _keep(self) -> None:
        self._ledger.keep()
        self.client.robots.keep(self.robots)

    def _remember(self, tour: Tour) -> None:
        self._keep()
        for host in sorted(tour.hosts):
            lane = self._board.lane(host)
            if lane is not None and lane.state.next_at is not None:
                self.hosts.save(lane.state)
