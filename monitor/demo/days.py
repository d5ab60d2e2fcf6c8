"""The days of the story."""

from datetime import UTC, datetime, timedelta

FIRST_SWEEP = datetime(2026, 9, 14, 11, 0, tzinfo=UTC)
LAST_WEEK = 3


def sweep_at(week: int) -> datetime:
    """Return the Monday morning of a week of the story; the first is week 1."""
    return FIRST_SWEEP + timedelta(weeks=week - 1)
