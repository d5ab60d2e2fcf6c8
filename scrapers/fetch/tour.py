"""One run over many questions: what is still open, and what came of each turn."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from queue import SimpleQueue

from scrapers.fetch.pace import HostState
from scrapers.fetch.question import Question
from scrapers.outcome import Outcome
from scrapers.reading import Visit
from scrapers.request import Query


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
