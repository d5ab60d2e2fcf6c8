"""Whether a clock can be believed: acting on one that is far off would write, ask and forget."""

from datetime import UTC, datetime, timedelta

# No machine that runs this program has ever truly been there: it has forgotten the time.
EARLIEST = datetime(2025, 1, 1, tzinfo=UTC)
# One that ran a week ahead may be put right again: what was done stays done, and no letter comes
# twice. Farther back lie days on which consents stood that have ended.
MENDED = timedelta(days=8)
# No district is away for so long that every consent has ended meanwhile.
AWAY = timedelta(days=366)


def believable(now: datetime, last: datetime | None) -> bool:
    """Tell whether it may be so late, after work was last done at `last` (None: never)."""
    if last is None:
        return now >= EARLIEST
    return last - MENDED <= now <= last + AWAY
