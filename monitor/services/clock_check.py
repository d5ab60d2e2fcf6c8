"""Whether the machine's clock can be trusted: with a wrong one, too much is deleted or sent."""

from datetime import UTC, datetime, timedelta

from monitor.app import App
from monitor.app.steady_clock import measure_jump, read_boot_time
from monitor.domain.english_dates import format_local_time
from monitor.domain.errors import UnavailableError
from monitor.domain.reason import Moment, Reason
from reports.reason_rendering import render_in_english

CLOCK_NOTED_EVERY = timedelta(minutes=10)
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
