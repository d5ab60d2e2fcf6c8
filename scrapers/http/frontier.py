"""Who may be asked next: one queue a host, one question in flight in each.

What a question asks next is its page, or first what robots.txt says of it.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum, StrEnum
from heapq import heappop, heappush
from itertools import chain, count
from queue import SimpleQueue
from threading import RLock
from typing import Self

from gevent.event import Event

from scrapers.http.clock import Clock
from scrapers.http.errors import Note, refused, unreadable
from scrapers.http.event_loop import Loop
from scrapers.http.robots import Robots
from scrapers.http.ssrf_guard import Target, declared
from scrapers.http.throttle import HostState
from scrapers.models import MOST_HOPS, Outcome, Query, Reading, ReadPage, Request, Visit
from scrapers.source import Access, Etiquette, Source

# Hostile or broken sources offer a next page for ever, or questions that lead to questions.
MOST_FOLLOW_PAGES = 50
MOST_FOLLOW_QUESTIONS = 50
DEEPEST = 3


@dataclass(slots=True, kw_only=True)
class Question:
    """`depth` counts the questions that led to this one; `reading` joins the pages so far.

    `pages` are still to be asked: hundreds of thousands of these wait at once, so it is a list,
    which is a tenth of the size of an empty deque. `hops` are the redirects on the way to the
    page at hand, `led` where the last of them leads, `put_off` how often the host wanted us to
    come back later. `read` are the pages that are to be kept.
    """

    query: Query
    depth: int = 0
    asked: int = 0
    hops: int = 0
    led: Request | None = None
    put_off: int = 0
    reading: Reading | None = None
    read: tuple[ReadPage, ...] = ()
    pages: list[Query] = field(init=False)

    def __post_init__(self) -> None:
        self.pages = [self.query]

    @property
    def begun(self) -> bool:
        return self.asked > 0 or self.hops > 0

    @property
    def request(self) -> Request:
        return self.led or self.pages[0].request

    def moved(self, onward: Request) -> None:
        """Ask on where a redirect leads; raise UnfinishedError where there are too many."""
        if self.hops >= min(self.pages[0].request.hops, MOST_HOPS):
            raise unreadable(Note.HOPS)
        self.hops += 1
        self.led = onward

    @property
    def answered(self) -> bool:
        return not self.pages

    def learn(self, reading: Reading) -> tuple["Question", ...]:
        """Take the reading of the page at hand; return the new questions that it asks."""
        del self.pages[0]
        self.asked += 1
        self.hops, self.led = 0, None
        onward = self._led_to(reading.follow)
        # What it leads to stays with the reading: whoever keeps that can go on after a crash.
        told = reading
        if reading.follow:
            told = replace(reading, follow=tuple(each.query for each in onward))
        self.reading = told if self.reading is None else self.reading.joined(told)
        self.pages.extend(each for each in reading.follow if each.key == self.query.key)
        if self.pages and self.asked > MOST_FOLLOW_PAGES:
            self.pages.clear()
            self.reading = self.reading.joined(
                Reading(outcome=Outcome.PARTIAL, note=Note.MANY_PAGES.value)
            )
        return onward

    def _led_to(self, follow: tuple[Query, ...]) -> tuple["Question", ...]:
        if self.depth >= DEEPEST:
            return ()
        others = [each for each in follow if each.key != self.query.key]
        return tuple(
            Question(query=each, depth=self.depth + 1) for each in others[:MOST_FOLLOW_QUESTIONS]
        )


class Rank(IntEnum):
    """Someone waits for a self-check; nobody waits for a sweep."""

    FIRST = 0
    USUAL = 1


class Progress(StrEnum):
    """How far a source is; `blocked` is done too, but its last question went unanswered."""

    WAITING = "waiting"
    ASKING = "asking"
    DONE = "done"
    BLOCKED = "blocked"


Watch = Callable[[str, Progress], None]

_UNANSWERED = frozenset({Outcome.BLOCKED, Outcome.LIMITED, Outcome.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one turn came to; an empty one only says that time has passed.

    `onward` are new questions to place, and `moved` is one that goes on at another host.
    `lane` is the host that waits until this step is taken, empty where none does.
    `error` is a fault in our own code, to be raised where the visits are consumed.
    """

    asking: str = ""
    visit: Visit | None = None
    lane: str = ""
    onward: tuple[Question, ...] = ()
    moved: Question | None = None
    host: HostState | None = None
    error: Exception | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Tour:
    """`waiting` and `untaken`, the hosts whose last visit lies in `steps`, are the board's.

    `failures` are in a row, by host; the rest is the consumer's.

    `steps` is without a bound, for it cannot outgrow the questions that were let in.
    """

    planned: Iterator[Query]
    watch: Watch | None = None
    rank: Rank = Rank.USUAL
    steps: SimpleQueue[Step] = field(default_factory=SimpleQueue)
    drained: bool = False
    waiting: int = 0
    untaken: set[str] = field(default_factory=set)
    failures: Counter[str] = field(default_factory=Counter)
    hosts: set[str] = field(default_factory=set)
    _open: Counter[str] = field(default_factory=Counter)
    _seen: set[str] = field(default_factory=set)

    @property
    def finished(self) -> bool:
        return self.drained and not self._open

    def admit(self, question: Question) -> bool:
        """Let a question in, unless the same one has been asked in this run already."""
        key = question.query.key
        if key in self._seen:
            return False
        self._seen.add(key)
        source = question.query.source
        self._open[source] += 1
        if self._open[source] == 1:
            self.tell(source, Progress.WAITING)
        return True

    def close(self, visit: Visit) -> None:
        source = visit.query.source
        self._open[source] -= 1
        if not self._open[source]:
            del self._open[source]
            unanswered = visit.reading.outcome in _UNANSWERED
            self.tell(source, Progress.BLOCKED if unanswered else Progress.DONE)

    def tell(self, source: str, progress: Progress) -> None:
        if self.watch is not None:
            self.watch(source, progress)


# How soon a sleeper notices that we are stopping.
NAP = 0.2
LOOK_AHEAD = 2_048

Entry = tuple[Tour, Question]
Waiting = dict[Tour, deque[Question]]


@dataclass(slots=True, eq=False)
class Lane:
    """`due` is when the host may be asked again, by the monotonic clock.

    `wished` are the seconds between two requests: the most that any source wants for this host.
    `refused` is the key of the question that alone was refused here since the last answer.

    A tour that has not taken its last visit from this host yet asks no further: whatever
    happens to its consumer, one answer a host is lost at most. Tours of one rank take turns.
    """

    state: HostState
    due: float
    wished: float = 0.0
    busy: bool = False
    refused: str = ""
    lined_up: set[Rank] = field(default_factory=set)
    waiting: dict[Rank, Waiting] = field(default_factory=lambda: {rank: {} for rank in Rank})

    @property
    def host(self) -> str:
        return self.state.host

    def queue(self, tour: Tour) -> deque[Question]:
        return self.waiting[tour.rank].setdefault(tour, deque())

    def pop(self) -> Entry | None:
        tour = self._next()
        if tour is None:
            return None
        queues = self.waiting[tour.rank]
        queue = queues.pop(tour)
        question = queue.popleft()
        if queue:
            queues[tour] = queue
        return tour, question

    @property
    def rank(self) -> Rank | None:
        """Say whose turn is next; None if nobody waits who may ask."""
        tour = self._next()
        return None if tour is None else tour.rank

    def _next(self) -> Tour | None:
        tours = chain.from_iterable(self.waiting.values())
        return next((tour for tour in tours if self.host not in tour.untaken), None)


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to ask one host one thing."""

    lane: Lane
    tour: Tour
    question: Question


class Board:
    """Shared by the loop, which takes turns, and by the consumers, who put questions up.

    What happens under the lock is short and never gives way. `most` hosts may be asked at once
    by each rank: who is waited for needs no room that slow hosts of a sweep have taken.
    """

    def __init__(self, clock: Clock, most: int, look_ahead: int) -> None:
        self._clock = clock
        self._most = most
        self._look_ahead = look_ahead
        # Whoever holds it may collect garbage, and so end a run that nobody can reach any more.
        self._lock = RLock()
        self._lines: dict[Rank, list[tuple[float, int, Lane]]] = {rank: [] for rank in Rank}
        self._numbers = count()
        self._tours: set[Tour] = set()
        self._lanes: dict[str, Lane] = {}
        self._busy: Counter[Rank] = Counter()
        self._attended = False
        self._resting: tuple[Loop, Event] | None = None
        self.stopped = False

    def enter(self, tour: Tour) -> None:
        with self._lock:
            self._tours.add(tour)

    def hires(self) -> bool:
        """Tell whether a thread must be started to take turns: one does, while there are tours."""
        with self._lock:
            hires = not self._attended
            self._attended = True
            return hires

    def leave(self, tour: Tour) -> None:
        """Forget what a tour still wants; what is in flight for it comes to nothing."""
        with self._lock:
            self._tours.discard(tour)
            for host in tour.hosts:
                self._lanes[host].waiting[tour.rank].pop(tour, None)
            self._ring()

    def stop(self) -> None:
        """Have nobody take another turn; what is in flight comes to nothing."""
        with self._lock:
            self.stopped = True
            for tour in self._tours:
                tour.steps.put(Step())
            self._ring()

    def fail(self, error: Exception) -> None:
        """Hand a fault of the thread that takes turns to all who wait for it.

        What was in flight has ended with it: its hosts are free again, after a pause.
        """
        with self._lock:
            self._attended = False
            self._busy.clear()
            for lane in self._lanes.values():
                if lane.busy:
                    lane.busy, lane.due = False, self._clock.monotonic() + lane.wished
                    self._line_up(lane)
            for tour in self._tours:
                tour.steps.put(Step(error=error))

    def lane(self, host: str) -> Lane | None:
        return self._lanes.get(host)

    def open_lane(self, state: HostState) -> Lane:
        due = self._clock.monotonic() + state.wait(self._clock.now())
        with self._lock:
            return self._lanes.setdefault(state.host, Lane(state, due))

    def put(self, lane: Lane, tour: Tour, question: Question, wished: float) -> None:
        """Queue a question; one that has begun goes on before others are begun.

        `wished` are the seconds that its source leaves between two requests.
        """
        with self._lock:
            tour.hosts.add(lane.host)
            lane.wished = max(lane.wished, wished)
            self._queue(lane, tour, question, front=question.begun)
            self._line_up(lane)

    def hungry(self, tour: Tour) -> bool:
        """Tell whether more questions of this tour could keep somebody busy."""
        with self._lock:
            return tour.waiting < self._look_ahead or not self._somebody_is_due()

    def drained(self, tour: Tour) -> None:
        """Note that a tour brings no more; the time may have waited for that."""
        with self._lock:
            tour.drained = True
            self._ring()

    def take(self, loop: Loop) -> Turn | None:
        """Wait in `loop` for a host that may be asked; None once nobody wants anything more."""
        while True:
            with self._lock:
                wanted = bool(self._tours) and not self.stopped
                turn = self._next_turn() if wanted else None
                if turn is not None:
                    return turn
                if self.stopped or not (wanted or self._busy.total()):
                    self._attended = False
                    return None
                rung = Event()
                self._resting = loop, rung
                pause, quiet = self._pause(), wanted and self._quiet
            self._rest(rung, pause, quiet=quiet)

    def give_back(
        self, turn: Turn, due: float, *, again: bool = False, reported: bool = False
    ) -> None:
        """End a turn; `again` if its question wants another one at the same host.

        `reported` if its consumer has something to take before the tour asks there again.
        """
        with self._lock:
            was_full = self._full(turn.tour.rank)
            self._busy[turn.tour.rank] -= 1
            turn.lane.busy = False
            turn.lane.due = due
            if reported:
                turn.tour.untaken.add(turn.lane.host)
            if again and turn.tour in self._tours:
                self._queue(turn.lane, turn.tour, turn.question, front=True)
            self._line_up(turn.lane)
            if was_full or not self._busy.total():
                self._ring()

    def taken(self, tour: Tour, host: str) -> None:
        """Note that the consumer has done with a visit: its tour may ask that host again."""
        with self._lock:
            tour.untaken.discard(host)
            self._line_up(self._lanes[host])
            if not tour.untaken:
                self._ring()

    def _queue(self, lane: Lane, tour: Tour, question: Question, *, front: bool) -> None:
        queue = lane.queue(tour)
        if front:
            queue.appendleft(question)
        else:
            queue.append(question)
        tour.waiting += 1

    def _line_up(self, lane: Lane) -> None:
        rank = lane.rank
        if lane.busy or rank is None or rank in lane.lined_up:
            return
        lane.lined_up.add(rank)
        heappush(self._lines[rank], (lane.due, next(self._numbers), lane))
        if self._lines[rank][0][2] is lane:
            self._ring()

    def _ring(self) -> None:
        """End the rest of whoever waits for a turn: there may be one, or a shorter wait."""
        if self._resting is not None:
            loop, rung = self._resting
            self._resting = None
            loop.call(rung.set)

    def _full(self, rank: Rank) -> bool:
        return self._busy[rank] >= self._most

    def _somebody_is_due(self) -> bool:
        now = self._clock.monotonic()
        return any(line[0][0] <= now for line in self._lines.values() if line)

    def _next_turn(self) -> Turn | None:
        """Take the first who is due; where more are due than we can ask, the higher rank."""
        now = self._clock.monotonic()
        for rank, line in self._lines.items():
            while line and line[0][0] <= now and not self._full(rank):
                lane = heappop(line)[2]
                lane.lined_up.discard(rank)
                if lane.busy or lane.due > now or lane.rank is not rank:
                    # It has been asked, or outranked, from another line meanwhile.
                    self._line_up(lane)
                    continue
                entry = lane.pop()
                if entry is not None:
                    tour, question = entry
                    tour.waiting -= 1
                    lane.busy = True
                    self._busy[rank] += 1
                    return Turn(lane, tour, question)
        return None

    def _pause(self) -> float | None:
        lines = ((rank, line) for rank, line in self._lines.items() if line)
        due = min((line[0][0] for rank, line in lines if not self._full(rank)), default=None)
        return None if due is None else max(min(due - self._clock.monotonic(), NAP), 0.0)

    def _rest(self, rung: Event, pause: float | None, *, quiet: bool) -> None:
        before = self._clock.monotonic()
        if not quiet or pause is None:
            if rung.wait(pause) or pause is None or self._busy.total():
                return
            # A consumer that is away for long; a test's clock moves only if slept on.
            pause -= self._clock.monotonic() - before
        self._clock.sleep(max(pause, 0.0))

    @property
    def _quiet(self) -> bool:
        """Nothing is in flight, and no consumer brings more questions or has a visit to take."""
        return not self._busy.total() and all(
            tour.drained and not tour.untaken for tour in self._tours
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Queues:
    """Subdomains of one site share a queue, named `*.site`, whoever asks or is led there.

    `seconds` holds, for the queues that sources declare, the longest pause that any of them wants,
    `owners` the names of these sources, and `apis` the queues that an API's source declares.
    """

    seconds: Mapping[str, float]
    sites: tuple[str, ...]
    owners: Mapping[str, frozenset[str]]
    apis: frozenset[str]

    @classmethod
    def of(cls, sources: Iterable[Source]) -> Self:
        declared: dict[str, float] = {}
        owners: dict[str, frozenset[str]] = {}
        apis: set[str] = set()
        for source in sources:
            for origin in source.etiquette.origins:
                host = origin.casefold().partition("://")[2].partition(":")[0]
                pause = source.etiquette.seconds_between
                declared[host] = max(declared.get(host, 0.0), pause)
                owners[host] = owners.get(host, frozenset()) | {source.name}
                if source.etiquette.access is Access.API:
                    apis.add(host)
        return cls(
            seconds=declared,
            sites=tuple(host for host in declared if host.startswith("*.")),
            owners=owners,
            apis=frozenset(apis),
        )

    def at(self, host: str) -> str:
        bare = host.rstrip(".")
        return next((site for site in self.sites if bare.endswith(site[1:])), bare)

    def owns(self, source: str, queue: str) -> bool:
        """Tell whether a source declares the hosts of a queue as its own."""
        return source in self.owners.get(queue, frozenset())

    def pause(self, queue: str, otherwise: float) -> float:
        """Return the seconds between two requests; `otherwise` where no source knows the host."""
        return self.seconds.get(queue, otherwise)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """`target` is the page that is wanted; `request` asks for it, or for the file that rules it."""

    target: Target
    request: Request
    host: str
    asks_robots: bool


@dataclass(frozen=True, slots=True)
class Way:
    """What all questions of a run share: the queues of the hosts, and their robots.txt files."""

    queues: Queues
    robots: Robots

    def next_leg(self, question: Question, etiquette: Etiquette, now: datetime) -> Leg:
        """Raise UnfinishedError where the question's address may not be asked by its source."""
        page = question.request
        target = Target.of(page.url)
        if not page.led and declared(target, etiquette.origins) is None:
            raise refused(Note.NOT_ITS_OWN)
        file = self.robots.wanted(target, now) if etiquette.access is Access.PAGE else None
        asked = target if file is None else Target.of(file.url)
        return Leg(
            target=target,
            request=file or page,
            host=self.queues.at(asked.host),
            asks_robots=file is not None,
        )

    def origin(self, question: Question) -> str:
        """Return the queue of the page that was asked for, wherever redirects led from there."""
        return self.queues.at(Target.of(question.pages[0].request.url).host)

    def is_guest(self, question: Question, queue: str) -> bool:
        """Tell whether what a question meets in a queue says nothing of the hosts there.

        Anybody can redirect their page to another host's refusal, and anybody can name an API's
        address as a page. An API answers for itself to its own source's questions only.
        """
        if self.queues.owns(question.pages[0].source, queue):
            return False
        led_here = question.led is not None and self.origin(question) != queue
        return led_here or queue in self.queues.apis
