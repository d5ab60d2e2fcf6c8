"""How many requests a source has had, and when its budget allows the next.

What all runs together spend of the sources' budgets.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from threading import Lock
from typing import Protocol

from scrapers.http.clock import Clock
from scrapers.http.errors import Note
from scrapers.models import Outcome, Reading
from scrapers.source import Budget, Source

DAYS_OF_A_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """The requests sent to a source on a UTC day, and in the ISO week of that day."""

    source: str
    day: date
    today: int = 0
    this_week: int = 0


def standing(spent: Spent, now: datetime) -> Spent:
    """Return what of it still counts: a new day begins with nothing, and so does a new week.

    A clock that was set back begins anew as well, or a source could be closed till it is right.
    """
    day = now.astimezone(UTC).date()
    if day == spent.day:
        return spent
    same_week = day.isocalendar()[:2] == spent.day.isocalendar()[:2]
    return replace(spent, day=day, today=0, this_week=spent.this_week if same_week else 0)


def after(spent: Spent, now: datetime) -> Spent:
    """Count one more request."""
    known = standing(spent, now)
    return replace(known, today=known.today + 1, this_week=known.this_week + 1)


def exhausted(spent: Spent, budget: Budget, now: datetime) -> Reading | None:
    """Return what a question comes to that the budget has no request left for, else None."""
    known = standing(spent, now)
    if budget.weekly is not None and known.this_week >= budget.weekly:
        days = DAYS_OF_A_WEEK + 1 - known.day.isoweekday()
        return _refused(Note.SPENT_THIS_WEEK, known.day + timedelta(days=days))
    if budget.daily is not None and known.today >= budget.daily:
        return _refused(Note.SPENT_TODAY, known.day + timedelta(days=1))
    return None


def _refused(note: Note, renewed: date) -> Reading:
    return Reading(
        outcome=Outcome.SKIPPED,
        note=note.value,
        retry_at=datetime.combine(renewed, time(), UTC),
    )


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
