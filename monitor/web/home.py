"""Where a member of staff begins: what is open, and how they are looked after.

The front door: where one begins, signing out, our own files, and a sign of life.
"""

from flask import Blueprint, Response, abort, request, url_for

from monitor.domain.conduct_policy import JOINING_CLAUSES
from monitor.domain.schedule import compute_next_sweep
from monitor.domain.vocabulary import ConsentPhase
from monitor.services.account_reach import describe_own_reach
from monitor.services.consent_renewal import load_consent_status
from monitor.services.findings import build_home_view
from monitor.services.own_accounts import build_policy_reminder
from monitor.services.pictures import can_add_reference_picture
from monitor.services.sessions import end_all_sessions
from monitor.web.context import PortalContext
from monitor.web.enrollment import build_declared_lines
from reports.pages import enrollment as joining
from reports.pages import findings as home
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
        return context.render_page("Home", home.render_home, view)

    @routes.get("/me/joined")
    def show_joined() -> Response:
        """Greet who has just joined; the page is there to be read again."""
        person = context.load_person()
        district = context.app.config.district
        view = joining.EnrollmentDoneView(
            given=person.name.given or person.mail,
            next_sweep=compute_next_sweep(context.now(), district.id, district.zone),
            policy=build_policy_reminder(context.app, JOINING_CLAUSES),
            may_add_picture=can_add_reference_picture(context.app, person.id),
            declared=describe_own_reach(
                context.app, build_declared_lines(person.accounts, person.pages), person.id
            ),
        )
        return context.render_page("You have joined", joining.render_enrollment_done, view)

    return routes


def _render_left(context: PortalContext, person_id: str) -> Response:
    """Show a person who comes back before the erasure when it is due."""
    view = WithdrawalDoneView(
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
