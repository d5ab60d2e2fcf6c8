"""All hosts side by side, one question at a time in each: the visits of a run.

What an answer says: its source reads it, in the child that can be killed where it is parsed.
What is done with a turn: ask one host one thing, and read the answer.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from weakref import finalize

from gevent.pool import Group

from scrapers.http.budget import InMemorySpending, Ledger, SpendingMemory
from scrapers.http.client import Client, Moved
from scrapers.http.clock import Clock
from scrapers.http.conditional import conditional, kept_of, unchanged
from scrapers.http.errors import Note, UnfinishedError, failed, refused, unreadable
from scrapers.http.event_loop import Loop, LoopThread, aside, looping
from scrapers.http.frontier import (
    LOOK_AHEAD,
    Board,
    Lane,
    Leg,
    Progress,
    Question,
    Queues,
    Rank,
    Step,
    Tour,
    Turn,
    Watch,
    Way,
)
from scrapers.http.robots import Robots
from scrapers.http.ssrf_guard import Target, declared
from scrapers.http.throttle import HostMemory, HostState, Pace, after, answered
from scrapers.models import Outcome, Page, Query, QueryKind, Reading, ReadPage, Visit
from scrapers.parsers.block_detection import stumbled
from scrapers.parsers.profile_images import PictureReader
from scrapers.parsers.profile_images import questions as picture_questions
from scrapers.sandbox.client import Parser
from scrapers.source import Access, Etiquette, Parses, Source

PICTURES = PictureReader()

MayAsk = Callable[[Query], bool]


def read(source: Source, query: Query, page: Page, parser: Parser) -> Reading:
    """Read a page with its source; whatever a page makes a reader do, the run goes on.

    Everything is caught here and nowhere else: a source may be somebody else's plug-in, it is
    fed bytes that a stranger chose, and each parser has error families of its own. A reader
    that stumbles has not understood the page, so that is what it comes to.
    """
    same = unchanged(query, source.version, page)
    if same is not None:
        return same
    try:
        reading = _understood(source, query, page, parser)
    except Exception as error:  # noqa: BLE001 - see above
        return stumbled(error)
    if page.cut and reading.outcome is Outcome.ABSENT:
        return unreadable(Note.CUT_PAGE).reading
    kept = kept_of(query, source.version, page, reading)
    return reading if kept is None else replace(reading, kept=kept)


def _understood(source: Source, query: Query, page: Page, parser: Parser) -> Reading:
    picture = query.kind is QueryKind.PICTURE
    seen = PICTURES.read(page) if picture else source.read(query, page)
    if not seen.unparsed:
        return seen
    reader = PICTURES if picture else source
    if not isinstance(reader, Parses):
        return seen
    return aside(lambda: parser.parse(reader, query, page))


def with_pictures(etiquette: Etiquette, query: Query, reading: Reading, may_ask: MayAsk) -> Reading:
    """Go on to the pictures of the profiles found, where they lie at the source's own origins.

    What is not agreed to is not even queued. A page whose pictures were asked for is read anew
    the next time, since a page that has not changed leads nowhere.
    """
    wanted = (each for each in picture_questions(query, reading) if _its_own(each, etiquette))
    asked = tuple(each for each in wanted if may_ask(each))
    if not asked:
        return reading
    return replace(reading, follow=reading.follow + asked, kept=None)


def _its_own(query: Query, etiquette: Etiquette) -> bool:
    try:
        return declared(Target.asked_by(query.request), etiquette.origins) is not None
    except UnfinishedError:
        return False


# A pause this long is worth a write of its own; shorter ones are saved when a run ends.
LONG_PAUSE = 10.0
# Worth asking again soon if the host says when: it is busy, in trouble, or had hung up on us.
AGAIN = frozenset({Outcome.LIMITED, Outcome.FAILED})

Keeps = Callable[[Source, Query, Reading], bool]


def always(_query: Query) -> bool:
    """Allow every question, where nobody can take a permission back."""
    return True


def nothing(_source: Source, _query: Query, _reading: Reading) -> bool:
    """Keep no page: what was read of it is enough."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Serves turns in one thread: what waits for its answer gives way to the others."""

    board: Board
    client: Client
    sources: Mapping[str, Source]
    clock: Clock
    pace: Pace
    way: Way
    parser: Parser
    ledger: Ledger
    may_ask: MayAsk = always
    keeps: Keeps = nothing

    def run(self) -> None:
        """Serve turns until nobody wants anything more, side by side."""
        try:
            with looping() as loop:
                self._take_turns(loop)
        except Exception as error:  # noqa: BLE001 - the thread's end; its consumers raise it
            self.board.fail(error)

    def _take_turns(self, loop: Loop) -> None:
        in_flight = Group()
        try:
            while (turn := self.board.take(loop)) is not None:
                in_flight.spawn(self._serve, turn)
        finally:
            # Its loop ends with this thread, and what still waits in it must not.
            in_flight.kill()

    def _serve(self, turn: Turn) -> None:
        try:
            self._go(turn)
        except Exception as error:  # noqa: BLE001 - the turn's end; its consumer raises it
            self.board.give_back(turn, self.clock.monotonic())
            turn.tour.steps.put(Step(error=error))

    def _go(self, turn: Turn) -> None:
        source = self.sources[turn.question.query.source]
        leg = self.way.next_leg(turn.question, source.etiquette, self.clock.now())
        kept_away = self._kept_away(turn)
        if kept_away is None and leg.host != turn.lane.host:
            self._move(turn, turn.lane.due)
        elif kept_away is None and leg.asks_robots:
            self._meet(turn, leg, source.etiquette)
        else:
            kept_away = kept_away or self._disallowed(leg, source.etiquette)
            if kept_away is None:
                self._ask(turn, leg, source)
            else:
                self._conclude(turn, kept_away, turn.lane.due)

    def _kept_away(self, turn: Turn) -> Reading | None:
        """Return what the question comes to unasked: not allowed any more, or not wanted there."""
        if not self.may_ask(turn.question.query):
            return refused(Note.NOT_ALLOWED).reading
        if turn.lane.state.parked(self.clock.now()):
            return turn.lane.state.standing_reading
        if turn.tour.failures[self._route(turn)] >= self.pace.most_failures:
            return failed(Note.CLOSED).reading
        return None

    def _route(self, turn: Turn) -> str:
        """Name what failures in a row are counted for: a host, or the way from one to another."""
        host = turn.lane.host
        if not self.way.is_guest(turn.question, host):
            return host
        return f"{self.way.origin(turn.question)} > {host}"

    def _disallowed(self, leg: Leg, etiquette: Etiquette) -> Reading | None:
        return self.way.robots.refusal(leg.target) if etiquette.access is Access.PAGE else None

    def _meet(self, turn: Turn, leg: Leg, etiquette: Etiquette) -> None:
        """Ask for robots.txt, which is a request like any other: the question waits its turn."""
        began = self.clock.monotonic()
        its_own = (Target.of(leg.request.url).origin,)
        answer = self.client.fetch(leg.request, replace(etiquette, origins=its_own))
        self.way.robots.learn(leg.target, answer, self.clock.now())
        due = self._due(turn, leg, began)
        refusal = self.way.robots.refusal(leg.target)
        if refusal is not None and refusal.outcome is Outcome.FAILED:
            self._take(turn, refusal, due)
        else:
            self._move(turn, due)

    def _ask(self, turn: Turn, leg: Leg, source: Source) -> None:
        spent_up = self._spend(turn, source)
        if spent_up is not None:
            self._conclude(turn, spent_up, turn.lane.due)
            return
        if turn.tour.watch is not None:
            turn.tour.steps.put(Step(asking=source.name))
        began = self.clock.monotonic()
        query = turn.question.pages[0]
        led = turn.question.led is not None
        request = leg.request if led else conditional(query, source.version)
        answer = self.client.fetch(request, source.etiquette)
        due = self._due(turn, leg, began)
        if isinstance(answer, Moved):
            self._lead_on(turn, answer, due)
            return
        reading = answer if isinstance(answer, Reading) else self._read(turn, source, answer)
        self._take(turn, reading, due)

    def _take(self, turn: Turn, reading: Reading, due: float) -> None:
        guest = self.way.is_guest(turn.question, turn.lane.host)
        wait = None if guest else self._put_off(turn.question, reading)
        if wait is None:
            pause = 0.0 if guest else self.pace.asked_pause(reading, self.clock.now())
            due = max(due, self.clock.monotonic() + pause)
            self._conclude(turn, reading, due, self._note(turn, reading, due))
        else:
            self._ask_later(turn, max(due, self.clock.monotonic() + wait))

    def _read(self, turn: Turn, source: Source, page: Page) -> Reading:
        query = turn.question.pages[0]
        reading = read(source, query, page, self.parser)
        if self.keeps(source, query, reading):
            turn.question.read += (ReadPage(query=query, page=page, reading=reading),)
        return with_pictures(source.etiquette, query, reading, self.may_ask)

    def _spend(self, turn: Turn, source: Source) -> Reading | None:
        if not source.etiquette.budget.limited:
            return None
        spent_up = self.ledger.spend(source)
        if spent_up is None:
            # The consumer wakes up and writes it down while the answer is on its way.
            turn.tour.steps.put(Step())
        return spent_up

    def _due(self, turn: Turn, leg: Leg, began: float) -> float:
        ended = self.clock.monotonic()
        wished = max(turn.lane.wished, self.way.robots.delay(leg.target))
        return ended + self.pace.pause(wished, ended - began)

    def _lead_on(self, turn: Turn, moved: Moved, due: float) -> None:
        try:
            turn.question.moved(moved.request)
        except UnfinishedError as end:
            self._conclude(turn, end.reading, due, self._note(turn, end.reading, due))
        else:
            turn.tour.failures[turn.lane.host] = 0
            self._move(turn, due)

    def _put_off(self, question: Question, reading: Reading) -> float | None:
        """Return the seconds until it is worth asking once more in this run; None if it is not."""
        if reading.outcome not in AGAIN or reading.retry_at is None:
            return None
        wait = (reading.retry_at - self.clock.now()).total_seconds()
        patient = question.put_off < self.pace.most_put_off and wait <= self.pace.patience
        return max(wait, 0.0) if patient else None

    def _ask_later(self, turn: Turn, due: float) -> None:
        """Keep the host waiting as it asked, and its questions with it."""
        turn.question.put_off += 1
        state = self._paused(turn.lane.state, due)
        turn.lane.state = state
        self.board.give_back(turn, due, again=True)
        turn.tour.steps.put(Step(host=state))

    def _note(self, turn: Turn, reading: Reading, due: float) -> HostState | None:
        """Note where the host stands; return what a restart should know at once."""
        lane, failures, route = turn.lane, turn.tour.failures, self._route(turn)
        failures[route] = failures[route] + 1 if reading.outcome is Outcome.FAILED else 0
        if self.way.is_guest(turn.question, lane.host):
            lane.state = self._paused(lane.state, due)
            return self._charge_origin(turn, reading)
        before, stands = lane.state, lane.state
        page = self.sources[turn.question.query.source].etiquette.access is Access.PAGE
        single = page and reading.outcome is Outcome.BLOCKED
        if not single or _is_confirmed(lane, turn.question, reading):
            stands = after(before, reading, self.clock.now())
        if answered(reading):
            lane.refused = ""
        lane.state = self._paused(stands, due)
        changed = (before.parked_until, before.failures) != (stands.parked_until, stands.failures)
        long = due - self.clock.monotonic() >= LONG_PAUSE
        return lane.state if changed or long else None

    def _charge_origin(self, turn: Turn, reading: Reading) -> HostState | None:
        """Charge what a redirect led to to the host of the page that it came from."""
        origin, now = self.board.lane(self.way.origin(turn.question)), self.clock.now()
        if origin is None or origin is turn.lane or origin.state.parked(now):
            return None
        if answered(reading):
            origin.refused = ""
        refused = reading.outcome in {Outcome.BLOCKED, Outcome.LIMITED}
        if not refused or not _is_confirmed(origin, turn.question, reading):
            return None
        origin.state = after(origin.state, reading, now)
        return origin.state

    def _paused(self, state: HostState, due: float) -> HostState:
        pause = timedelta(seconds=max(due - self.clock.monotonic(), 0.0))
        return replace(state, next_at=self.clock.now() + pause)

    def _move(self, turn: Turn, due: float) -> None:
        """Send the question on to the host that it asks next, which may be the same."""
        here = turn.lane.host
        if self._next_host(turn.question) == here:
            self.board.give_back(turn, due, again=True)
            turn.tour.steps.put(Step())
        else:
            self.board.give_back(turn, due, reported=True)
            turn.tour.steps.put(Step(moved=turn.question, lane=here))

    def _next_host(self, question: Question) -> str | None:
        source = self.sources.get(question.pages[0].source)
        if source is None:
            return None
        try:
            return self.way.next_leg(question, source.etiquette, self.clock.now()).host
        except UnfinishedError:
            return None

    def _conclude(
        self, turn: Turn, reading: Reading, due: float, host: HostState | None = None
    ) -> None:
        """Take the reading into its question, hand the lane on, and report."""
        question, steps = turn.question, turn.tour.steps
        onward = question.learn(reading)
        if question.reading is not None and question.answered:
            visit = Visit(
                query=question.query,
                reading=question.reading,
                at=self.clock.now(),
                pages=question.read,
            )
            self.board.give_back(turn, due, reported=True)
            steps.put(Step(visit=visit, lane=turn.lane.host, onward=onward, host=host))
        else:
            steps.put(Step(onward=onward, host=host))
            self._move(turn, due)


def _is_confirmed(lane: Lane, question: Question, reading: Reading) -> bool:
    """Tell whether a refusal is the host's: a second question was refused, or it refused before.

    One question alone may have met a single account's page, which says nothing of the others.
    """
    if lane.state.failures and reading.outcome is Outcome.BLOCKED:
        return True
    first = lane.refused or question.query.key
    lane.refused = first
    return first != question.query.key


@dataclass(slots=True, kw_only=True, weakref_slot=True)
class Lanes:
    """Build one for all: two would each be polite, and together rude.

    Several threads may run visits at once. Each pulls its own queries and touches `hosts`,
    `robots` and `spending` from its own thread, so all may sit on a database connection.
    One thread asks; it reads `may_ask` just before each question, for what was allowed when it
    was planned may not be any more. `keeps` says which pages come along with their visits.
    `workers` is how many hosts may be asked at once, and as many again for whom somebody waits.
    `look_ahead` is how many questions of a run are lined up while hosts have enough to do.
    Whoever forgets to `close` them ends their thread all the same, at exit at the latest.
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
    _thread: LoopThread = field(init=False)
    _way: Way = field(init=False)
    _ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        self._board = Board(self.clock, self.workers, self.look_ahead)
        self._thread = LoopThread(self._board.stop)
        finalize(self, self._thread.close)
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

    def close(self) -> None:
        """Stop, cut off what is in flight, and return once the thread that asks has ended."""
        self._thread.close()

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
            self._thread.start(self._worker.run)

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
