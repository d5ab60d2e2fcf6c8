"""What a worker does with its turn: ask one host one thing, and read the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from scrapers.fetch.board import Board, Turn
from scrapers.fetch.clock import Clock
from scrapers.fetch.ledger import Ledger
from scrapers.fetch.pace import HostState, Pace, after
from scrapers.fetch.revisit import conditional, kept_of, unchanged
from scrapers.fetch.target import Target, queue_of
from scrapers.fetch.tour import Step
from scrapers.fetch.transport import Client
from scrapers.fetch.unfinished import Note, UnfinishedError, failed, refused, unreadable
from scrapers.outcome import Outcome
from scrapers.page import Page
from scrapers.reading import Reading, Visit
from scrapers.request import Query
from scrapers.source import Access, Etiquette, Source

# A pause this long is worth a write of its own; shorter ones are saved when a run ends.
LONG_PAUSE = 10.0


MayAsk = Callable[[Query], bool]


def always(_query: Query) -> bool:
    """Allow every question, where nobody can take a permission back."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    board: Board
    client: Client
    sources: Mapping[str, Source]
    clock: Clock
    pace: Pace
    ledger: Ledger
    may_ask: MayAsk = always

    def run(self) -> None:
        while (turn := self.board.take()) is not None:
            try:
                self._serve(turn)
            except Exception as error:  # noqa: BLE001 - the thread's end; its consumer raises it
                self.board.give_back(turn, self.clock.monotonic())
                turn.tour.steps.put(Step(error=error))

    def _serve(self, turn: Turn) -> None:
        query = turn.question.pages[0]
        source = self.sources[query.source]
        target = Target.of(query.request.url)
        robots = self.client.robots
        kept_away = self._kept_away(turn)
        if kept_away is None and source.etiquette.access is Access.PAGE:
            if robots.due(target):
                self._meet(turn, target, source.etiquette)
                return
            kept_away = robots.refusal(target)
        if kept_away is None:
            self._ask(turn, target, query, source)
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

    def _meet(self, turn: Turn, target: Target, etiquette: Etiquette) -> None:
        """Ask for robots.txt, which is a request like any other: the question waits its turn."""
        began = self.clock.monotonic()
        self.client.robots.meet(self.client, target, etiquette)
        due = self._due(target, etiquette, began)
        refusal = self.client.robots.refusal(target)
        if refusal is not None and refusal.outcome is Outcome.FAILED:
            self._note(turn, refusal, due)
            self._conclude(turn, refusal, due)
            return
        self.board.give_back(turn, due, again=True)
        turn.tour.steps.put(Step())

    def _ask(self, turn: Turn, target: Target, query: Query, source: Source) -> None:
        spent_up = self._spend(turn, source)
        if spent_up is not None:
            self._conclude(turn, spent_up, turn.lane.due)
            return
        if turn.tour.watch is not None:
            turn.tour.steps.put(Step(asking=source.name))
        began = self.clock.monotonic()
        answer = self.client.fetch(conditional(query, source.version), source.etiquette)
        due = self._due(target, source.etiquette, began)
        reading = answer if isinstance(answer, Reading) else read(source, query, answer)
        host = self._note(turn, reading, due)
        self._conclude(turn, reading, due, host)

    def _spend(self, turn: Turn, source: Source) -> Reading | None:
        if not source.etiquette.budget.limited:
            return None
        spent_up = self.ledger.spend(source)
        if spent_up is None:
            # The consumer wakes up and writes it down while the answer is on its way.
            turn.tour.steps.put(Step())
        return spent_up

    def _due(self, target: Target, etiquette: Etiquette, began: float) -> float:
        ended = self.clock.monotonic()
        wished = max(etiquette.seconds_between, self.client.robots.delay(target))
        return ended + self.pace.pause(wished, ended - began)

    def _note(self, turn: Turn, reading: Reading, due: float) -> HostState | None:
        """Note where the host stands; return it if a restart should know at once."""
        lane, failures = turn.lane, turn.tour.failures
        if reading.outcome is Outcome.FAILED:
            failures[lane.host] += 1
        else:
            failures[lane.host] = 0
        before, now = lane.state, self.clock.now()
        pause = max(due - self.clock.monotonic(), 0.0)
        lane.state = replace(after(before, reading, now), next_at=now + timedelta(seconds=pause))
        stands = before.parked_until, before.failures
        changed = stands != (lane.state.parked_until, lane.state.failures)
        return lane.state if changed or pause >= LONG_PAUSE else None

    def _conclude(
        self, turn: Turn, reading: Reading, due: float, host: HostState | None = None
    ) -> None:
        """Take the reading into its question, hand the lane on, and report."""
        question = turn.question
        onward = question.learn(reading)
        again = not question.answered and self._stays(turn)
        visit = None
        if question.reading is not None and question.answered:
            visit = Visit(query=question.query, reading=question.reading, at=self.clock.now())
        elif not again:
            onward = (*onward, question)
        self.board.give_back(turn, due, again=again, visited=visit is not None)
        turn.tour.steps.put(Step(visit=visit, lane=turn.lane.host, onward=onward, host=host))

    def _stays(self, turn: Turn) -> bool:
        """Tell whether the question's next page is asked at the same host."""
        query = turn.question.pages[0]
        source = self.sources.get(query.source)
        if source is None:
            return False
        try:
            return queue_of(query.request.url, source.etiquette.origins) == turn.lane.host
        except UnfinishedError:
            return False


def read(source: Source, query: Query, page: Page) -> Reading:
    """Read a page with its source; whatever a page makes a reader do, the run goes on.

    Everything is caught here and nowhere else: a source may be somebody else's plug-in, it is
    fed bytes that a stranger chose, and each parser has error families of its own. A reader
    that stumbles has not understood the page, so that is what it comes to.
    """
    same = unchanged(query, source.version, page)
    if same is not None:
        return same
    try:
        reading = source.read(query, page)
    except Exception as error:  # noqa: BLE001 - see above
        return Reading(
            outcome=Outcome.UNREADABLE, note=f"the reader stumbled ({type(error).__name__})"
        )
    if page.cut and reading.outcome is Outcome.ABSENT:
        return unreadable(Note.CUT_PAGE).reading
    return replace(reading, kept=kept_of(query, source.version, page, reading))
