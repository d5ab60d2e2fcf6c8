"""When a clock can be trusted: with a wrong one, the service would send, search and delete."""

from datetime import UTC, datetime, timedelta

# No machine that runs this program has ever truly been there: it has forgotten the time.
EARLIEST = datetime(2025, 1, 1, tzinfo=UTC)
# A clock that ran a week ahead may be set back: work stays done, and no email is sent twice. A
# larger step could return to days before a consent ended.
MAX_CLOCK_SETBACK = timedelta(days=8)
# No district is away for so long that every consent has ended meanwhile.
MAX_ABSENCE = timedelta(days=366)


def is_clock_plausible(now: datetime, last: datetime | None) -> bool:
    """Tell whether it may be so late, after work was last done at `last` (None: never)."""
    if last is None:
        return now >= EARLIEST
    return last - MAX_CLOCK_SETBACK <= now <= last + MAX_ABSENCE
