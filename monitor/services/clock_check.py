"""Whether the machine's clock can be trusted: with a wrong one, too much is deleted or sent."""

from datetime import timedelta

from monitor.app import App
from monitor.domain.dates import format_local_time
from monitor.domain.errors import UnavailableError
from monitor.domain.schedule import is_clock_plausible

CLOCK_NOTED_EVERY = timedelta(minutes=10)


def describe_wait(app: App) -> str:
    """Say why no work may be done now; empty if the clock can be trusted."""
    now, last = app.clock.now(), app.db.clock.find_last_time()
    if is_clock_plausible(now, last):
        return ""
    noted = f", but the last job ran at {format_local_time(last, 'UTC')}" if last else ""
    return (
        f"The clock says {format_local_time(now, 'UTC')}{noted}. "
        "All jobs are paused until the clock is right."
        " If it is right, run `namesake jobs --clock-is-right`."
    )


def require_right_clock(app: App) -> None:
    """Raise UnavailableError while the clock cannot be right."""
    if reason := describe_wait(app):
        raise UnavailableError(reason)


def believe_clock(app: App) -> None:
    """Record that an operator confirmed the clock."""
    with app.db.begin_transaction():
        app.db.audit.append_entry(app.clock.now(), "operator", "clock-accepted", "", {})
        app.db.clock.record_time(app.clock.now())


def record_time(app: App) -> None:
    now, last = app.clock.now(), app.db.clock.find_last_time()
    if last is None or not last <= now < last + CLOCK_NOTED_EVERY:
        app.db.clock.record_time(now)
