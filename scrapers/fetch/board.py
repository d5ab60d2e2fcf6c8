"""Who may be asked next: one lane a host, one question in flight in each."""

from collections import deque
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import chain, count
from threading import Condition, RLock

from scrapers.fetch.clock import Clock
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
    """One worker's right to ask one host one thing."""

    lane: Lane
    tour: Tour
    question: Question


class Board:
    """Shared by the workers, who take turns, and by the consumers, who put questions up.

    One idle worker keeps the time; the others sleep until there is something to do.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = RLock()
        self._work = Condition(self._lock)
        self._alarm = Condition(self._lock)
        self._lines: dict[Rank, list[tuple[float, int, Lane]]] = {rank: [] for rank in Rank}
        self._numbers = count()
        self._tours: set[Tour] = set()
        self._lanes: dict[str, Lane] = {}
        self._busy = 0
        self._workers = 0
        self._timed = False
        self.stopped = False

    def enter(self, tour: Tour) -> None:
        with self._lock:
            self._tours.add(tour)

    def hires(self, most: int) -> bool:
        """Tell whether to start one more worker: one a host that is asked, and `most` in all."""
        with self._lock:
            wanted = min(sum(len(tour.hosts) for tour in self._tours), most)
            if self._workers >= wanted:
                return False
            self._workers += 1
            return True

    def leave(self, tour: Tour) -> None:
        """Forget what a tour still wants; what is in flight for it comes to nothing."""
        with self._lock:
            self._tours.discard(tour)
            for host in tour.hosts:
                self._lanes[host].waiting[tour.rank].pop(tour, None)
            self._wake_all()

    def stop(self) -> None:
        with self._lock:
            self.stopped = True
            for tour in self._tours:
                tour.steps.put(Step())
            self._wake_all()

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
            return tour.waiting < LOOK_AHEAD or not self._somebody_is_due()

    def drained(self, tour: Tour) -> None:
        """Note that a tour brings no more; whoever keeps the time may have waited for that."""
        with self._lock:
            tour.drained = True
            self._alarm.notify()

    def take(self) -> Turn | None:
        """Wait for a host that may be asked; None ends the worker."""
        with self._lock:
            while self._tours and not self.stopped:
                turn = self._next_turn()
                if turn is not None:
                    self._call()
                    return turn
                self._rest()
            self._workers -= 1
            return None

    def give_back(
        self, turn: Turn, due: float, *, again: bool = False, reported: bool = False
    ) -> None:
        """End a turn; `again` if its question wants another one at the same host.

        `reported` if its consumer has something to take before the tour asks there again.
        """
        with self._lock:
            self._busy -= 1
            turn.lane.busy = False
            turn.lane.due = due
            if reported:
                turn.tour.untaken.add(turn.lane.host)
            if again and turn.tour in self._tours:
                self._queue(turn.lane, turn.tour, turn.question, front=True)
            self._line_up(turn.lane)
            if not self._busy:
                self._alarm.notify()

    def taken(self, tour: Tour, host: str) -> None:
        """Note that the consumer has done with a visit: its tour may ask that host again."""
        with self._lock:
            tour.untaken.discard(host)
            self._line_up(self._lanes[host])
            if not tour.untaken:
                self._alarm.notify()

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
        if self._timed and self._lines[rank][0][2] is lane:
            self._alarm.notify()
        self._call()

    def _call(self) -> None:
        """Wake a worker if there is something to do now, or nobody who keeps the time."""
        due = self._next_due()
        if due is not None and (not self._timed or due <= self._clock.monotonic()):
            self._work.notify()

    def _next_due(self) -> float | None:
        return min((line[0][0] for line in self._lines.values() if line), default=None)

    def _somebody_is_due(self) -> bool:
        due = self._next_due()
        return due is not None and due <= self._clock.monotonic()

    def _next_turn(self) -> Turn | None:
        """Take the first who is due; where more are due than we can ask, the higher rank."""
        now = self._clock.monotonic()
        for rank, line in self._lines.items():
            while line and line[0][0] <= now:
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
                    self._busy += 1
                    return Turn(lane, tour, question)
        return None

    def _rest(self) -> None:
        due = self._next_due()
        if self._timed or due is None:
            self._work.wait()
            return
        before = self._clock.monotonic()
        pause = max(min(due - before, NAP), 0.0)
        self._timed = True
        try:
            if self._quiet:
                self._sleep(pause)
            elif not self._alarm.wait(pause) and not self._busy:
                # A consumer that is away for long; a test's clock moves only if slept on.
                self._sleep(pause - (self._clock.monotonic() - before))
        finally:
            self._timed = False

    @property
    def _quiet(self) -> bool:
        """Nothing is in flight, and no consumer brings more questions or has a visit to take."""
        return not self._busy and all(tour.drained and not tour.untaken for tour in self._tours)

    def _sleep(self, seconds: float) -> None:
        """Let time pass while nothing else can happen, so that a test's clock may jump."""
        self._lock.release()
        try:
            self._clock.sleep(max(seconds, 0.0))
        finally:
            self._lock.acquire()

    def _wake_all(self) -> None:
        self._work.notify_all()
        self._alarm.notify_all()
