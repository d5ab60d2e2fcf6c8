"""What people choose about their email and pages."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, cast

from monitor.app import App
from monitor.db.preferences import Preferences


def find_stop_token_owner(app: App, token: str) -> str | None:
    """Return who may be spoken for with a token, None if no one."""
    return app.db.preferences.verify_unsubscribe_token(token)


def has_stopped_digest(app: App, person_id: str) -> bool:
    return app.db.preferences.load_preferences(person_id).unsubscribed_at is not None


def stop_digest(app: App, person_id: str) -> None:
    """Send no more digests. Mail programs may ask for it more than once."""
    with app.db.begin_transaction():
        chosen = app.db.preferences.load_preferences(person_id)
        if chosen.unsubscribed_at is None:
            stopped = replace(chosen, unsubscribed_at=app.clock.now())
            _save_choice(app, person_id, stopped, "unsubscribed", {})


def resume_digest(app: App, person_id: str) -> None:
    """Send digests again; the next one tells what was noticed meanwhile."""
    with app.db.begin_transaction():
        chosen = app.db.preferences.load_preferences(person_id)
        if chosen.unsubscribed_at is not None:
            resumed = replace(chosen, unsubscribed_at=None)
            _save_choice(app, person_id, resumed, "resubscribed", {})


def choose_preference(app: App, person_id: str, name: str, value: StrEnum) -> None:
    """Change one field of what a person chose, from the next email or page on."""
    with app.db.begin_transaction():
        chosen = app.db.preferences.load_preferences(person_id)
        if getattr(chosen, name) != value:
            changed = replace(chosen, **cast("dict[str, Any]", {name: value}))
            _save_choice(app, person_id, changed, f"{name}-chosen", {name: value})


def _save_choice(
    app: App, person_id: str, chosen: Preferences, action: str, details: Mapping[str, str]
) -> None:
    app.db.preferences.save_preferences(person_id, chosen)
    app.db.audit.append_entry(app.clock.now(), person_id, action, person_id, details)
