"""What is done with a turn: ask one host one thing, and read the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from gevent import spawn

from scrapers.fetch.answer import MayAsk, read, with_pictures
from scrapers.fetch.board import Board, Turn
from scrapers.fetch.clock import Clock
from scrapers.fetch.ledger import Ledger
from scrapers.fetch.leg import Leg, Way
from scrapers.fetch.loop import looping
from scrapers.fetch.moved import Moved
from scrapers.fetch.pace import HostState, Pace, after
from scrapers.fetch.question import Question
from scrapers.fetch.revisit import conditional
from scrapers.fetch.target import Target
from scrapers.fetch.tour import Step
from scrapers.fetch.transport import Client
from scrapers.fetch.unfinished import Note, UnfinishedError, failed, refused
from scrapers.outcome import Outcome
from scrapers.page import Page
from scrapers.parsing.parser import Parser
from scrapers.reading import Reading, ReadPage, Visit
from scrapers.request import Query
from scrapers.source import Access, Etiquette, Source

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
                while (turn := self.board.take(loop)) is not None:
                    spawn(self._serve, turn)
        except Exception as error:  # noqa: BLE001 - the thread's end; its consumers raise it
            self.board.fail(error)

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
        if turn.tour.failures[turn.lane.host] >= self.pace.most_failures:
            return failed(Note.CLOSED).reading
        return None

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
        wait = self._put_off(turn.question, reading)
        if wait is None:
            pause = self.pace.asked_pause(reading, self.clock.now())
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
        """Note where the host stands; return it if a restart should know at once."""
        lane, failures = turn.lane, turn.tour.failures
        if reading.outcome is Outcome.FAILED:
            failures[lane.host] += 1
        else:
            failures[lane.host] = 0
        before, now = lane.state, self.clock.now()
        lane.state = self._paused(after(before, reading, now), due)
        stands = before.parked_until, before.failures
        changed = stands != (lane.state.parked_until, lane.state.failures)
        long = due - self.clock.monotonic() >= LONG_PAUSE
        return lane.state if changed or long else None

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
