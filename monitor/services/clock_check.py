"""Whether the machine's clock can be trusted: with a wrong one, too much is deleted or sent."""

from datetime import timedelta

from monitor.app import App
from monitor.app.steady_clock import measure_jump, read_boot_time
from monitor.domain.clock import is_clock_plausible
from monitor.domain.english_dates import format_local_time
from monitor.domain.errors import UnavailableError
from monitor.domain.reason import Moment, Reason
from reports.reason_rendering import render_in_english

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
        " If it is right, run `namesake status --clock-is-right`."
    )


def require_right_clock(app: App) -> None:
    """Raise UnavailableError while the clock cannot be right."""
    if reason := describe_wait(app):
        raise UnavailableError(reason)


def describe_jump(app: App) -> str:
    """Say that the clock jumped, and what is done about it; empty where it did not."""
    jump, believed = measure_jump(app.clock), app.clock.now()
    if not jump:
        return ""
    facts = {"shown": Moment(believed + jump), "now": Moment(believed)}
    return render_in_english(Reason("clock.jumped", facts))


def believe_clock(app: App) -> None:
    """Record that an operator confirmed the clock of the machine."""
    now = app.clock.now() + measure_jump(app.clock)
    with app.db.begin_transaction():
        app.db.audit.append_entry(now, "operator", "clock-accepted", "", {})
        app.db.clock.record_time(now, read_boot_time(app.clock))


def record_time(app: App) -> None:
    now, last = app.clock.now(), app.db.clock.find_last_time()
    if last is None or not last <= now < last + CLOCK_NOTED_EVERY:
        app.db.clock.record_time(now, read_boot_time(app.clock))
