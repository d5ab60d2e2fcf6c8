"""People's choices about their email and pages, and which reviewers must not see their cases."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, cast

from monitor.app import App
from monitor.db.preferences import Preferences
from monitor.db.review_notes import BarredReviewer
from monitor.domain.consent_text import TEXT_VERSION
from monitor.domain.errors import InputError
from monitor.domain.person import build_reviewer_id


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


def is_asked_about_text(app: App, person_id: str) -> bool:
    """Tell whether to ask someone once whether they agree to the consent text of today, too."""
    consent = app.db.consents.find_latest_consent(person_id)
    if consent is None or not consent.is_active(app.clock.now()):
        return False
    kept = app.db.preferences.load_preferences(person_id).kept_text
    return max(consent.text_version, kept) < TEXT_VERSION


def keep_agreed_text(app: App, person_id: str) -> None:
    """Ask someone no more about the text of today: what it is the first to say stays off."""
    with app.db.begin_transaction():
        if is_asked_about_text(app, person_id):
            chosen = app.db.preferences.load_preferences(person_id)
            _save_choice(app, person_id, replace(chosen, kept_text=TEXT_VERSION), "text-kept", {})


def list_possible_bars(app: App, person_id: str) -> Mapping[str, str]:
    """Return the reviewers' addresses by id, none where barring one would leave no other.

    Whoever has barred the one that is left meanwhile can still take that back.
    """
    own = app.db.people.load_person(person_id).mail.casefold()
    mails = app.config.district.reviewers
    others = {build_reviewer_id(mail): mail for mail in mails if mail.casefold() != own}
    barred = app.db.barred_reviewers.find_barred_reviewer(person_id)
    has_barred = barred is not None and barred.reviewer_id in others
    return others if len(others) > 1 or has_barred else {}


def bar_reviewer(app: App, person_id: str, reviewer_id: str) -> None:
    """Keep one reviewer from a person's cases, instead of any other; an empty id keeps no one.

    The log of acts does not say whom: reviewers and operators read it.
    """
    bars, now = app.db.barred_reviewers, app.clock.now()
    if reviewer_id and reviewer_id not in list_possible_bars(app, person_id):
        raise InputError("Choose a reviewer from the list.")
    with app.db.begin_transaction():
        barred = bars.find_barred_reviewer(person_id)
        if (barred.reviewer_id if barred else "") == reviewer_id:
            return
        bars.delete_barred_reviewer(person_id)
        if reviewer_id:
            bars.save_barred_reviewer(
                BarredReviewer(person_id=person_id, reviewer_id=reviewer_id, at=now)
            )
            app.db.assignments.delete_assignments_of_person(person_id, reviewer_id)
        app.db.audit.append_entry(now, person_id, "reviewer-chosen", person_id, {})


def _save_choice(
    app: App, person_id: str, chosen: Preferences, action: str, details: Mapping[str, str]
) -> None:
    app.db.preferences.save_preferences(person_id, chosen)
    app.db.audit.append_entry(app.clock.now(), person_id, action, person_id, details)
