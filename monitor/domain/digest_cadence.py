"""How often a person wants their digest."""

from datetime import datetime, timedelta
from enum import StrEnum

from monitor.domain.schedule import compute_next_digest


class EmailCadence(StrEnum):
    """How often a person wants the regular email; what is urgent comes at once in any case."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    ON_NEWS = "on-news"


# Four weeks, less what a change of the clocks or a catch-up may take from them.
MONTHLY_AFTER = timedelta(days=27)


def compute_next_wanted_digest(
    after: datetime, person_id: str, zone: str, cadence: EmailCadence, last: datetime | None
) -> datetime:
    """Return when the next one is due at the earliest, where `last` is when the last one was."""
    if cadence is EmailCadence.MONTHLY and last is not None:
        after = max(after, last + MONTHLY_AFTER)
    return compute_next_digest(after, person_id, zone)
