"""Which sources of a run have answered for good, while others are still being asked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.flows.asking.tidings import Tidings
from monitor.flows.parts import Now
from scrapers.request import Query
from scrapers.source import Family, Source

OVER = frozenset({"done", "blocked"})
NOT_LONG = timedelta(hours=1)


@dataclass(slots=True, kw_only=True)
class Underway:
    """A slow host holds up nobody but itself: the others close while it is still being asked.

    A run that is over within the hour closes all at its end, in one order, so that the same
    answers are told in the same words, line by line. `closed` are those that were closed before
    the run was cut short. A search engine may lead to questions for any source, a profile site
    only to more of its own; so nothing is final before the last engine has answered.
    """

    sources: Mapping[str, Source]
    tidings: Tidings
    now: Now
    began: datetime
    closed: set[str] = field(default_factory=set)
    _open: set[str] = field(default_factory=set)
    _drained: bool = False

    def pulled(self, queries: Iterable[Query]) -> Iterator[Query]:
        """Pass the first questions on, and note when there are no more."""
        yield from queries
        self._drained = True
        self.tidings.drained()

    def tell(self, source: str, state: str) -> None:
        """Take what the lanes tell of a source, and pass it on to who looks on."""
        self.tidings.tell(source, state)
        if state in OVER:
            self._open.discard(source)
        else:
            self._open.add(source)
            self.closed.discard(source)

    def through(self) -> Iterator[Source]:
        """Yield, once, each source that will get no more answers in this run."""
        # After each answer: whoever looks at the clock is known to be alive.
        took = self.now() - self.began
        if not self._drained or (self._open and took < NOT_LONG):
            return
        if any(self.sources[name].family is Family.SEARCH for name in self._open):
            return
        for name, source in self.sources.items():
            if name not in self._open and name not in self.closed:
                self.closed.add(name)
                yield source
