"""How often a person may ask for a check, a copy or a change, and be asked in turn."""

from collections.abc import Iterable
from datetime import datetime, timedelta

# Sources see one query more each time, and answer the same for hours.
CHECK_COOLDOWN = timedelta(hours=1)
# The service looks every 20 seconds at the latest, also where its bell cannot be heard.
PICKED_UP_WITHIN = timedelta(seconds=30)


def compute_next_check(ended: datetime, now: datetime) -> datetime | None:
    """Return when the next check may be asked for; None where it may be now."""
    at = ended + CHECK_COOLDOWN
    return at if now < at else None


ASK_AGAIN_AFTER = timedelta(days=7)


def can_ask_again(asked_at: datetime | None, now: datetime) -> bool:
    """Tell whether enough time has passed since the last query; None is none so far."""
    return asked_at is None or now - asked_at >= ASK_AGAIN_AFTER


AN_HOUR = timedelta(hours=1)
MAX_EXPORTS_AN_HOUR = 5
A_WEEK = timedelta(days=7)
MAX_EDITS_A_WEEK = 5


def compute_next_export(made: Iterable[datetime], now: datetime) -> datetime | None:
    """Return from when on the next copy may be made; None where it may be now."""
    return _compute_next_allowed(made, now, MAX_EXPORTS_AN_HOUR, AN_HOUR)


def compute_next_edit(made: Iterable[datetime], now: datetime) -> datetime | None:
    """Return from when on names, places or accounts may be added again; None where it is now."""
    return _compute_next_allowed(made, now, MAX_EDITS_A_WEEK, A_WEEK)


def _compute_next_allowed(
    made: Iterable[datetime], now: datetime, most: int, span: timedelta
) -> datetime | None:
    # A time that is still to come was written by a clock that ran ahead, and holds up no one.
    within = sorted(at for at in made if now - span < at <= now)
    return within[-most] + span if len(within) >= most else None
