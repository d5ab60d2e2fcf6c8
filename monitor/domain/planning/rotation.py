"""How often a query is asked, and in which week it takes its turn."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256

# In weeks, by the rank that a source gives a query; the last holds for all further ones.
DEFAULT_INTERVALS = (1, 4, 4, 8)
MAX_INTERVAL = 8
# So many answers on end without anything new halve the rate.
CLEAN_TO_HALVE = 4
# What a query is asked at after it brought something new: the best weekly, any other less.
AFTER_NEWS = (1, 2)
# One person's queries, best first, are spread over the weeks of the floor as evenly as can be.
OFFSET_ORDER = (0, 4, 2, 6, 1, 5, 3, 7)
DAYS_OF_A_WEEK = 7


class AnswerNovelty(StrEnum):
    """What an answer brought that no query had shown before."""

    NEWS = "news"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryHistory:
    """How a query has done since its first whole answer, which is no news but a baseline.

    `asked` is the week of the last whole answer, as `to_week_number` counts. `clean` counts the
    weeks on end whose answer brought nothing new. `hit` is the week of the last news, None before
    any.
    """

    asked: int
    clean: int = 0
    hit: int | None = None


def to_week_number(week: str) -> int:
    """Count ISO weeks ("2026-W48") in one row, over the ends of years."""
    return compute_monday(week).toordinal() // DAYS_OF_A_WEEK


def record_answer(history: QueryHistory | None, week: int, novelty: AnswerNovelty) -> QueryHistory:
    """Carry a history on by one whole answer. Asked twice in a week, it is clean once at most."""
    if history is None:
        return QueryHistory(asked=week)
    last = max(week, history.asked)
    if novelty is AnswerNovelty.NEWS:
        return QueryHistory(asked=last, hit=last)
    if week <= history.asked:
        return history
    return replace(history, asked=last, clean=history.clean + 1)


def get_default_interval(rank: int) -> int:
    """Return how many weeks apart a query is asked, if only its rank is known."""
    return DEFAULT_INTERVALS[min(rank, len(DEFAULT_INTERVALS) - 1)]


def compute_interval(history: QueryHistory | None, rank: int) -> int:
    """Return how many weeks apart a query is asked now."""
    if history is None:
        return get_default_interval(rank)
    begun = get_default_interval(rank) if history.hit is None else AFTER_NEWS[min(rank, 1)]
    return min(
        MAX_INTERVAL, begun << min(history.clean // CLEAN_TO_HALVE, MAX_INTERVAL.bit_length())
    )


def compute_offset(person_id: str, place: int) -> int:
    """Say by how many weeks a person's queries are put off: by a hash, so the bill is even."""
    drawn = int.from_bytes(sha256(person_id.encode()).digest()[:4])
    return (drawn + OFFSET_ORDER[place % len(OFFSET_ORDER)]) % MAX_INTERVAL


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationTurn:
    """Whose turn comes `every` so many weeks, put off by `offset`; `asked` None is never yet."""

    interval: int
    offset: int
    asked_week: int | None

    def is_due(self, week: int) -> bool:
        """Tell whether it is asked this week; a turn that was missed is made up for."""
        return self.asked_week is None or self.asked_week < self._compute_latest_week(week)

    def compute_next_week(self, week: int) -> int:
        """Return the first week, from this one on, in which it is asked."""
        return (
            week
            if self.is_due(week)
            else self._compute_latest_week(max(week, self.asked_week or 0)) + self.interval
        )

    def _compute_latest_week(self, week: int) -> int:
        return week - (week + self.offset) % self.interval


def compute_monday(week: str) -> date:
    """Return the day on which an ISO week ("2026-W48") begins."""
    year, number = week.split("-W")
    return date.fromisocalendar(int(year), int(number), 1)
