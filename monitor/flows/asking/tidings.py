"""What is told of each source to those who look on while a run asks it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from monitor.flows.parts import Watch
from scrapers.outcome import Outcome
from scrapers.reading import Visit
from scrapers.request import Query
from scrapers.source import Canary


class Stage(StrEnum):
    """How far a source is. TESTING asks it what we know already, and it failed that if DOUBTED.

    STOPPED answered at first, and BLOCKED never did.
    """

    WAITING = "waiting"
    TESTING = "testing"
    ASKING = "asking"
    DONE = "done"
    STOPPED = "stopped"
    BLOCKED = "blocked"
    DOUBTED = "doubted"


@dataclass(slots=True, kw_only=True)
class Tidings:
    """Each stage of a source is passed on to `watch` once, as it is reached.

    Nothing is over before all first questions are up: a source that has answered the first
    of them would be called done, and then again asked.
    """

    watch: Watch
    _lanes: dict[str, str] = field(default_factory=dict)
    _told: dict[str, Stage] = field(default_factory=dict)
    _tests: dict[str, dict[str, Outcome]] = field(default_factory=dict)
    _answered: set[str] = field(default_factory=set)
    _drained: bool = False

    def await_tests(self, canaries: Iterable[Canary]) -> None:
        """Believe their sources only once each has been answered as it should be."""
        for canary in canaries:
            tests = self._tests.setdefault(canary.query.source, {})
            tests[canary.query.key] = canary.expects

    def announced(self, queries: Iterable[Query]) -> Iterator[Query]:
        """Tell of all sources before the first is asked: who looks on counts them."""
        planned = tuple(queries)
        for source in dict.fromkeys(query.source for query in planned):
            self.tell(source, Stage.WAITING)
        return iter(planned)

    def hear(self, visit: Visit) -> None:
        """Take an answer: a test that went as it should is over, another one stays open."""
        source, outcome = visit.query.source, visit.reading.outcome
        if outcome.conclusive:
            self._answered.add(source)
        tests = self._tests.get(source, {})
        if tests.get(visit.query.key) is outcome:
            del tests[visit.query.key]

    def tell(self, source: str, state: str) -> None:
        """Take what the lanes say of a source."""
        self._lanes[source] = state
        self._pass_on(source)

    def drained(self) -> None:
        """Note that all first questions are up."""
        self._drained = True
        for source in self._lanes:
            self._pass_on(source)

    def _pass_on(self, source: str) -> None:
        stage = self._stage(source)
        if stage is not self._told.get(source):
            self._told[source] = stage
            self.watch(source, stage)

    def _stage(self, source: str) -> Stage:
        state, tested = self._lanes[source], not self._tests.get(source)
        if state == Stage.WAITING and self._told.get(source, Stage.WAITING) is Stage.WAITING:
            return Stage.WAITING
        if state in {Stage.WAITING, Stage.ASKING} or not self._drained:
            return Stage.ASKING if tested else Stage.TESTING
        if state == Stage.DONE:
            return Stage.DONE if tested else Stage.DOUBTED
        return Stage.STOPPED if tested and source in self._answered else Stage.BLOCKED
