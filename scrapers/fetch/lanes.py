"""All hosts side by side, one question at a time in each: the visits of a run."""

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Thread

from scrapers.fetch.answer import MayAsk
from scrapers.fetch.board import LOOK_AHEAD, Board
from scrapers.fetch.clock import Clock
from scrapers.fetch.ledger import InMemorySpending, Ledger, SpendingMemory
from scrapers.fetch.leg import Way
from scrapers.fetch.pace import HostMemory, HostState, Pace
from scrapers.fetch.question import Question
from scrapers.fetch.queues import Queues
from scrapers.fetch.robots import Robots
from scrapers.fetch.target import Target
from scrapers.fetch.tour import Progress, Rank, Step, Tour, Watch
from scrapers.fetch.transport import Client
from scrapers.fetch.unfinished import Note, UnfinishedError, refused
from scrapers.fetch.worker import Keeps, Worker, always, nothing
from scrapers.parsing.parser import Parser
from scrapers.reading import Reading, Visit
from scrapers.request import Query
from scrapers.source import Access, Source


@dataclass(slots=True, kw_only=True)
class Lanes:
    """Build one for all: two would each be polite, and together rude.

    Several threads may run visits at once. Each pulls its own queries and touches `hosts`,
    `robots` and `spending` from its own thread, so all may sit on a database connection.
    One thread asks; it reads `may_ask` just before each question, for what was allowed when it
    was planned may not be any more. `keeps` says which pages come along with their visits.
    `workers` is how many hosts may be asked at once, and as many again for whom somebody waits.
    `look_ahead` is how many questions of a run are lined up while hosts have enough to do.
    """

    client: Client
    sources: Mapping[str, Source]
    clock: Clock
    hosts: HostMemory
    parser: Parser
    pace: Pace = field(default_factory=Pace)
    robots: Robots = field(default_factory=Robots)
    may_ask: MayAsk = always
    keeps: Keeps = nothing
    workers: int = 64
    look_ahead: int = LOOK_AHEAD
    spending: SpendingMemory = field(default_factory=InMemorySpending)
    _board: Board = field(init=False)
    _way: Way = field(init=False)
    _ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self._board = Board(self.clock, self.workers, self.look_ahead)
        self._way = Way(Queues.of(self.sources.values()), self.robots)
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
        self._board.enter(tour)
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
            way=self._way,
            parser=self.parser,
            ledger=self._ledger,
            may_ask=self.may_ask,
            keeps=self.keeps,
        )

    def _feed(self, tour: Tour) -> None:
        """Pull queries while nobody waits for us and somebody could use them."""
        while not tour.drained and tour.steps.empty() and self._board.hungry(tour):
            query = next(tour.planned, None)
            if query is None:
                self._board.drained(tour)
            else:
                self._enter(tour, Question(query=query))

    def _received(self, tour: Tour, step: Step) -> Iterator[Visit]:
        if step.error is not None:
            raise step.error
        self._keep()
        if step.asking:
            tour.tell(step.asking, Progress.ASKING)
        if step.host is not None:
            self.hosts.save(step.host)
        if step.moved is not None:
            self._place(tour, step.moved)
        for question in step.onward:
            self._enter(tour, question)
        if step.visit is not None:
            tour.close(step.visit)
            yield step.visit
        if step.lane:
            self._board.taken(tour, step.lane)

    def _enter(self, tour: Tour, question: Question) -> None:
        if tour.admit(question):
            self._place(tour, question)

    def _place(self, tour: Tour, question: Question) -> None:
        """Queue a question at the host that it asks next, or conclude it if there is none."""
        source = self.sources.get(question.pages[0].source)
        try:
            if source is None:
                raise refused(Note.UNKNOWN_SOURCE)
            self._recall(source, question)
            host = self._way.next_leg(question, source.etiquette, self.clock.now()).host
        except UnfinishedError as end:
            self._conclude(tour, question, end.reading)
            return
        self._ledger.open(source)
        lane = self._board.lane(host)
        if lane is None:
            lane = self._board.open_lane(self.hosts.load(host) or HostState(host=host))
        pause = self._way.queues.pause(host, source.etiquette.seconds_between)
        self._board.put(lane, tour, question, pause)
        if self._board.hires():
            Thread(target=self._worker.run, name="lanes", daemon=True).start()

    def _conclude(self, tour: Tour, question: Question, reading: Reading) -> None:
        question.pages.clear()
        joined = reading if question.reading is None else question.reading.joined(reading)
        visit = Visit(query=question.query, reading=joined, at=self.clock.now())
        tour.steps.put(Step(visit=visit))

    def _recall(self, source: Source, question: Question) -> None:
        """Take up what the host's robots.txt said before a restart."""
        if source.etiquette.access is Access.PAGE:
            self.robots.recall(Target.of(question.request.url).origin, self.clock.now())

    def _keep(self) -> None:
        self._ledger.keep()
        self.robots.keep()

    def _remember(self, tour: Tour) -> None:
        self._keep()
        for host in sorted(tour.hosts):
            lane = self._board.lane(host)
            if lane is not None and lane.state.next_at is not None:
                self.hosts.save(lane.state)
