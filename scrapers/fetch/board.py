"""Who may be asked next: one lane a host, one question in flight in each."""

from collections import Counter, deque
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import chain, count
from threading import Lock

from gevent.event import Event

from scrapers.fetch.clock import Clock
from scrapers.fetch.loop import Loop
from scrapers.fetch.pace import HostState
from scrapers.fetch.question import Question
from scrapers.fetch.tour import Rank, Step, Tour

# How soon a sleeper notices that we are stopping.
NAP = 0.2
LOOK_AHEAD = 2_048

Entry = tuple[Tour, Question]
Waiting = dict[Tour, deque[Question]]


@dataclass(slots=True, eq=False)
class Lane:
    """`due` is when the host may be asked again, by the monotonic clock.

    `wished` are the seconds between two requests: the most that any source wants for this host.

    A tour that has not taken its last visit from this host yet asks no further: whatever
    happens to its consumer, one answer a host is lost at most. Tours of one rank take turns.
    """

    state: HostState
    due: float
    wished: float = 0.0
    busy: bool = False
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
        self._lock = Lock()
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
                if not wanted and not self._busy.total():
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
