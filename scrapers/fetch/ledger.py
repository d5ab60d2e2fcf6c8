"""What all runs together spend of the sources' budgets."""

from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from scrapers.fetch.budget import Spent, after, exhausted
from scrapers.fetch.clock import Clock
from scrapers.reading import Reading
from scrapers.source import Source


class SpendingMemory(Protocol):
    """Used by the thread that consumes the visits, and by no other."""

    def load(self, source: str) -> Spent | None: ...
    def save(self, spent: Spent) -> None: ...


@dataclass(slots=True)
class InMemorySpending:
    known: dict[str, Spent] = field(default_factory=dict)

    def load(self, source: str) -> Spent | None:
        return self.known.get(source)

    def save(self, spent: Spent) -> None:
        self.known[spent.source] = spent


class Ledger:
    """Shared by the thread that asks, which spends, and by the consumers, who remember.

    A source without a budget is not counted.
    """

    def __init__(self, memory: SpendingMemory, clock: Clock) -> None:
        self._memory = memory
        self._clock = clock
        self._lock = Lock()
        self._keeping = Lock()
        self._spent: dict[str, Spent] = {}
        self._unkept: set[str] = set()

    def open(self, source: Source) -> None:
        """Recall what a source has had; its consumer calls this before anything is asked."""
        if not source.etiquette.budget.limited or source.name in self._spent:
            return
        known = self._memory.load(source.name)
        if known is not None:
            with self._lock:
                self._spent.setdefault(source.name, known)

    def spend(self, source: Source) -> Reading | None:
        """Take one request out of the budget, or return the reading that there is none left."""
        now = self._clock.now()
        with self._lock:
            spent = self._spent.get(source.name) or Spent(source=source.name, day=now.date())
            refusal = exhausted(spent, source.etiquette.budget, now)
            if refusal is None:
                self._spent[source.name] = after(spent, now)
                self._unkept.add(source.name)
            return refusal

    def keep(self) -> None:
        """Remember what was spent since; only a consumer of visits calls this."""
        if not self._unkept:
            return
        # One at a time, or an older count could be written over a newer one.
        with self._keeping:
            for spent in self._taken():
                self._memory.save(spent)

    def _taken(self) -> list[Spent]:
        with self._lock:
            taken = [self._spent[name] for name in sorted(self._unkept)]
            self._unkept.clear()
            return taken
