"""How often a person may have a copy of everything: each is work, and a row in their record."""

from collections.abc import Iterable
from datetime import datetime, timedelta

AN_HOUR = timedelta(hours=1)
MOST_COPIES_AN_HOUR = 5


def next_copy(made: Iterable[datetime], now: datetime) -> datetime | None:
    """Return from when on the next copy may be made; None where it may be now.

    A time that is still to come was written by a clock that ran ahead, and holds up nobody.
    """
    within = sorted(at for at in made if now - AN_HOUR < at <= now)
    return within[-MOST_COPIES_AN_HOUR] + AN_HOUR if len(within) >= MOST_COPIES_AN_HOUR else None
