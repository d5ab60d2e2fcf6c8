"""How often IT may ask a person about one flag, instead of guessing."""

from datetime import datetime, timedelta

ASKED_AGAIN_AFTER = timedelta(days=7)


def may_ask(asked_at: datetime | None, now: datetime) -> bool:
    """Tell whether enough time has passed since the last question; None is none so far."""
    return asked_at is None or now - asked_at >= ASKED_AGAIN_AFTER
