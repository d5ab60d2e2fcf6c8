"""How often a person may have themselves checked, and when to say that nobody began with it."""

from datetime import datetime, timedelta

# Sources see one question more each time, and answer the same for hours.
COOL_DOWN = timedelta(hours=1)
# The service looks every 20 seconds at the latest, also where its bell cannot be heard.
HEARD_WITHIN = timedelta(seconds=30)


def next_check(ended: datetime, now: datetime) -> datetime | None:
    """Return when the next check may be asked for; None where it may be now."""
    at = ended + COOL_DOWN
    return at if now < at else None
