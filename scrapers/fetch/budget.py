"""How many requests a source has had, and when its budget allows the next."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from scrapers.fetch.unfinished import Note
from scrapers.outcome import Outcome
from scrapers.reading import Reading
from scrapers.source import Budget

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
