"""What people choose about their regular email, and the language of pages.

The page behind the unsubscribe button of mail programs (RFC 8058): to look stops nothing.
"""

from enum import StrEnum
from http import HTTPStatus
from typing import cast, get_type_hints

import msgspec
from flask import Blueprint, Response, abort, url_for

from monitor.db.preferences import Preferences
from monitor.domain.errors import InputError
from monitor.domain.vocabulary import Language
from monitor.services.preferences import (
    bar_reviewer,
    choose_preference,
    find_stop_token_owner,
    has_stopped_digest,
    keep_agreed_text,
    resume_digest,
    stop_digest,
)
from monitor.web.context import LANGUAGE_COOKIE, PortalContext
from monitor.web.forms import WebForm, read_form
from monitor.web.roles import leads_to_staff_page
from reports.labels.account import PREFERENCES
from reports.pages.account import UnsubscribeView, render_unsubscribe


class WeeklyEmailAction(StrEnum):
    STOP = "stop"
    RESUME = "go-on"


class WeeklyEmailForm(WebForm, frozen=True, kw_only=True):
    """Any form stops the email unless it asks to resume: mail programs send fields of their own."""

    action: WeeklyEmailAction = WeeklyEmailAction.STOP


def build_unsubscribe_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("stop", __name__)
    app = context.app

    def render_stop_page(token: str, person_id: str) -> Response:
        view = UnsubscribeView(token=token, stopped=has_stopped_digest(app, person_id))
        return context.render_page(_choose_title(view), render_unsubscribe, view)

    def render_dead_link() -> Response:
        view = UnsubscribeView(token="", stopped=False)
        return context.render_page(
            _choose_title(view), render_unsubscribe, view, HTTPStatus.NOT_FOUND
        )

    @routes.get("/stop/<token>")
    def show_stop(token: str) -> Response:
        person = find_stop_token_owner(app, token)
        return render_stop_page(token, person) if person else render_dead_link()

    @routes.post("/stop/<token>")
    def submit_stop(token: str) -> Response:
        """Stop for any sender of the form: a mail program sends its own and follows no redirect."""
        person = find_stop_token_owner(app, token)
        if not person:
            return render_dead_link()
        if read_form(WeeklyEmailForm).action is WeeklyEmailAction.RESUME:
            resume_digest(app, person)
        else:
            stop_digest(app, person)
        return render_stop_page(token, person)

    return routes


def build_weekly_email_routes(context: PortalContext) -> Blueprint:
    """Make the same switch for the page of own data, since links in old emails get lost."""
    routes = Blueprint("weekly", __name__)

    @routes.post("/me/data/weekly-email")
    def submit_weekly_email() -> Response:
        person = context.person_id
        if read_form(WeeklyEmailForm).action is WeeklyEmailAction.RESUME:
            resume_digest(context.app, person)
            return context.redirect_to(
                url_for("data.show_data", _anchor="weekly-email"),
                "You will get the regular email again.",
            )
        stop_digest(context.app, person)
        return context.redirect_to(
            url_for("data.show_data", _anchor="weekly-email"),
            "You will not get the regular email anymore.",
        )

    return routes


def build_preference_routes(context: PortalContext) -> Blueprint:
    """Take any choice that has words, by the name of its field."""
    routes = Blueprint("preferences", __name__)
    kinds = get_type_hints(Preferences)
    forms = {
        name: cast(
            "type[WebForm]",
            msgspec.defstruct(
                "PreferenceForm", [(name, kinds[name])], bases=(WebForm,), frozen=True, kw_only=True
            ),
        )
        for name in PREFERENCES
    }

    @routes.post("/me/data/preferences/<name>")
    def submit_preference(name: str) -> Response:
        if name not in forms:
            abort(HTTPStatus.NOT_FOUND)
        chosen = getattr(read_form(forms[name]), name)
        choose_preference(context.app, context.person_id, name, chosen)
        return context.redirect_to(
            url_for("data.show_data", _anchor="weekly-email"), PREFERENCES[name].sentences[chosen]
        )

    return routes


def build_kept_text_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("kept_text", __name__)

    @routes.post("/me/data/text")
    def submit_kept_text() -> Response:
        keep_agreed_text(context.app, context.person_id)
        return context.redirect_to("/me", "Saved. Nothing changes for you.")

    return routes


class BarForm(WebForm, frozen=True, kw_only=True):
    """`reviewer` is an id, empty for no one."""

    reviewer: str = ""


def build_bar_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("bar", __name__)

    @routes.post("/me/data/reviewer")
    def submit_bar() -> Response:
        chosen = read_form(BarForm).reviewer
        try:
            bar_reviewer(context.app, context.person_id, chosen)
        except InputError:
            abort(HTTPStatus.BAD_REQUEST)
        notice = (
            "Saved. They no longer see your alerts." if chosen else "Saved. No one is left out."
        )
        return context.redirect_to(url_for("data.show_data", _anchor="reviewers"), notice)

    return routes


class LanguageForm(WebForm, frozen=True, kw_only=True):
    """`back` is the page on which it was chosen."""

    language: Language
    back: str = ""


def build_language_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("language", __name__)

    @routes.post("/language")
    def submit_language() -> Response:
        """Remember it in this browser, and for a person who has joined, also for emails."""
        form, principal = read_form(LanguageForm), context.browser_session.principal
        if principal and principal.person_id:
            choose_preference(context.app, principal.person_id, "language", form.language)
        response = context.redirect_to(form.back if leads_to_staff_page(form.back) else "/")
        context.sessions.set_signed_cookie(response, LANGUAGE_COOKIE, [form.language])
        return response

    return routes


def _choose_title(view: UnsubscribeView) -> str:
    if not view.token:
        return "This link no longer works"
    return "You stopped the regular email" if view.stopped else "Stop the regular email?"
