"""Where a member of staff begins: what is open, and how they are looked after.

The front door: where one begins, signing out, our own files, and a sign of life. The page behind
the unsubscribe button of mail programs (RFC 8058): to look stops nothing.
"""

from enum import StrEnum
from http import HTTPStatus

from flask import Blueprint, Response, abort, request, url_for

from monitor.domain.policy import JOINING_CLAUSES
from monitor.domain.schedule import compute_next_sweep
from monitor.domain.vocabulary import ConsentPhase, EmailCadence, Language
from monitor.services.auth import end_all_sessions
from monitor.services.consent import load_consent_status
from monitor.services.findings import build_home_view
from monitor.services.pictures import can_add_reference_picture
from monitor.services.preferences import (
    choose_cadence,
    choose_language,
    find_stop_token_owner,
    has_stopped_digest,
    resume_digest,
    stop_digest,
)
from monitor.services.presenters import build_policy_reminder
from monitor.web.context import LANGUAGE_COOKIE, PortalContext
from monitor.web.forms import WebForm, read_form
from monitor.web.roles import leads_to_staff_page
from reports.labels import CADENCE_SENTENCES
from reports.pages import account as pages
from reports.pages import enrollment as joining
from reports.pages import findings as home
from reports.pages.account import UnsubscribeView
from reports.pages.data import WithdrawalDoneView, render_withdrawal_done
from reports.templating import get_media_type, read_static_file


def build_home_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("me", __name__)

    @routes.get("/me")
    def show_home() -> Response:
        person = context.person_id
        status = load_consent_status(context.app, person).phase
        if status is ConsentPhase.WITHDRAWN:
            return _render_left(context, person)
        if status is ConsentPhase.EXPIRED:
            return context.redirect_to(url_for("data.show_data"))
        view = build_home_view(context.app, person)
        return context.render_page("My results", home.render_home, view)

    @routes.get("/me/joined")
    def show_joined() -> Response:
        """Greet who has just joined; the page is there to be read again."""
        person = context.load_person()
        district = context.app.config.district
        view = joining.EnrollmentDoneView(
            given=person.name.given or person.mail,
            next_sweep=compute_next_sweep(context.now(), district.id, district.zone),
            zone=person.zone,
            policy=build_policy_reminder(context.app, JOINING_CLAUSES),
            may_add_picture=can_add_reference_picture(context.app, person.id),
        )
        return context.render_page("You have joined", joining.render_enrollment_done, view)

    return routes


def _render_left(context: PortalContext, person_id: str) -> Response:
    """Show a person who comes back before the erasure when it is due."""
    view = WithdrawalDoneView(
        contact=context.app.config.district.contact,
        zone=context.app.db.people.load_person(person_id).zone,
        erased_by=load_consent_status(context.app, person_id).erased_by,
    )
    return context.render_page("You left", render_withdrawal_done, view)


def build_front_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("front", __name__)

    @routes.get("/")
    def redirect_home() -> Response:
        principal = context.require_principal()
        mine = (item.path for item in context.nav_items if item.role in principal.roles)
        return context.redirect_to(next(mine, "/join"))

    @routes.post("/sign-out")
    def submit_sign_out() -> Response:
        return context.sign_out_and_redirect("You are signed out.")

    @routes.post("/sign-out/everywhere")
    def submit_sign_out_everywhere() -> Response:
        end_all_sessions(context.app, context.require_principal())
        return context.sign_out_and_redirect("You are signed out everywhere.")

    @routes.get("/static/<name>")
    def serve_static_file(name: str) -> Response:
        body = read_static_file(name)
        if body is None:
            abort(404)
        response = Response(body, content_type=get_media_type(name))
        response.add_etag()
        return response.make_conditional(request)  # type: ignore[return-value]  # it is itself

    @routes.get("/healthz")
    def serve_health() -> Response:
        return Response("ok\n", mimetype="text/plain")

    return routes


class WeeklyEmailAction(StrEnum):
    STOP = "stop"
    RESUME = "go-on"


class WeeklyEmailForm(WebForm, frozen=True, kw_only=True):
    """Any form stops the email unless it asks to resume: mail programs send fields of their own."""

    action: WeeklyEmailAction = WeeklyEmailAction.STOP


class CadenceForm(WebForm, frozen=True, kw_only=True):
    cadence: EmailCadence


def build_unsubscribe_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("stop", __name__)
    app = context.app

    def render_stop_page(token: str, person_id: str) -> Response:
        stopped = has_stopped_digest(app, person_id)
        view = UnsubscribeView(
            token=token, stopped=stopped, contact=context.app.config.district.contact
        )
        return context.render_page(_choose_title(view), pages.render_unsubscribe, view)

    def render_dead_link() -> Response:
        view = UnsubscribeView(token="", stopped=False, contact=context.app.config.district.contact)
        return context.render_page(
            _choose_title(view), pages.render_unsubscribe, view, HTTPStatus.NOT_FOUND
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


def build_cadence_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("cadence", __name__)

    @routes.post("/me/data/cadence")
    def submit_cadence() -> Response:
        chosen = read_form(CadenceForm).cadence
        choose_cadence(context.app, context.person_id, chosen)
        return context.redirect_to(
            url_for("data.show_data", _anchor="weekly-email"), CADENCE_SENTENCES[chosen]
        )

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
            choose_language(context.app, principal.person_id, form.language)
        response = context.redirect_to(form.back if leads_to_staff_page(form.back) else "/")
        context.sessions.set_signed_cookie(response, LANGUAGE_COOKIE, [form.language])
        return response

    return routes


def _choose_title(view: UnsubscribeView) -> str:
    if not view.token:
        return "This link no longer works"
    return "You stopped the regular email" if view.stopped else "Stop the regular email?"
