"""Checks once a day for two weeks, which a person begins by a button of their own.

They ask what the weekly check would: what costs money is asked when it is due, and no more often.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.app import App
from monitor.domain.errors import NotPermittedError

DAILY_CHECK = "daily-check"
DAILY_CHECKS_LAST = timedelta(days=14)


def can_check_daily(app: App, person_id: str) -> bool:
    """Tell whether the text that they agreed to says so, and no pause is on."""
    consent, now = app.db.consents.find_latest_consent(person_id), app.clock.now()
    return consent is not None and consent.tells_of_daily_checks and consent.allows_queries(now)


def begin_daily_checks(app: App, person_id: str) -> None:
    """Begin with the first one now; whoever presses again has two weeks from then on."""
    if not can_check_daily(app, person_id):
        reason = "First agree to the current consent text on your page: it says what this does."
        raise NotPermittedError(reason)
    now = app.clock.now()
    with app.db.begin_transaction():
        _save_end(app, person_id, now + DAILY_CHECKS_LAST)
        app.db.jobs.ensure_job(DAILY_CHECK, person_id, now)
        app.db.audit.append_entry(now, person_id, "daily-checks-begun", person_id, {})


def end_daily_checks(app: App, person_id: str) -> None:
    with app.db.begin_transaction():
        is_on = find_daily_end(app, person_id) is not None
        # What a pause has ended must not seem to go on after it.
        _save_end(app, person_id, None)
        if is_on:
            app.db.audit.append_entry(
                app.clock.now(), person_id, "daily-checks-ended", person_id, {}
            )
        app.db.jobs.finish_job(DAILY_CHECK, person_id, None)


def find_daily_end(app: App, person_id: str) -> datetime | None:
    """Return until when they are checked daily; None while they are not."""
    until = app.db.preferences.load_preferences(person_id).daily_until
    is_on = until is not None and app.clock.now() < until and can_check_daily(app, person_id)
    return until if is_on else None


def _save_end(app: App, person_id: str, until: datetime | None) -> None:
    chosen = app.db.preferences.load_preferences(person_id)
    if chosen.daily_until != until:
        app.db.preferences.save_preferences(person_id, replace(chosen, daily_until=until))
