"""Makes the pages of one district: the families of routes, and what holds for all of them."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, g, request

from monitor.app import App
from monitor.config import SignInMethod
from monitor.domain.person import Role
from monitor.web import auth as sign_in
from monitor.web import check, district, review, takedown
from monitor.web import enrollment as invitation
from monitor.web import enrollment as join
from monitor.web import findings as items
from monitor.web import findings as sort
from monitor.web import home as front
from monitor.web import home as me
from monitor.web import home as stop
from monitor.web import my_data as address
from monitor.web import my_data as data
from monitor.web import my_data as editing
from monitor.web import my_data as own_copy
from monitor.web import operator as api
from monitor.web import operator as operate
from monitor.web import review as early
from monitor.web import review as handling
from monitor.web.auth import IdentityProvider, bind_account_routes
from monitor.web.context import NavItem, PortalContext
from monitor.web.errors import register_error_handlers
from monitor.web.operator import bind_metrics_routes
from monitor.web.security import ACCESS_RULES, AccessRules, RequestGuard
from monitor.web.sessions import BrowserSession, BrowserSessions

BlueprintFactory = Callable[[PortalContext], Blueprint]
BLUEPRINT_FACTORIES: Final[tuple[BlueprintFactory, ...]] = (
    front.build_front_routes,
    sign_in.build_sign_in_routes,
    invitation.build_invitation_routes,
    invitation.build_not_me_routes,
    join.build_join_routes,
    me.build_home_routes,
    check.build_check_routes,
    sort.build_sort_routes,
    items.build_item_routes,
    items.build_flag_routes,
    items.build_sharing_routes,
    takedown.build_takedown_routes,
    data.build_data_routes,
    data.build_consent_routes,
    data.build_renewal_routes,
    data.build_leave_routes,
    editing.build_editing_routes,
    address.build_address_routes,
    own_copy.build_export_routes,
    review.build_review_routes,
    handling.build_handling_routes,
    early.build_early_access_routes,
    early.build_legal_hold_routes,
    district.build_district_routes,
    operate.build_operator_routes,
    stop.build_unsubscribe_routes,
    stop.build_weekly_email_routes,
    api.build_api_routes,
)
NAV_ITEMS: Final = (
    NavItem(role=Role.STAFF, title="My findings", path="/me"),
    NavItem(role=Role.STAFF, title="Answer", path="/me/sort"),
    NavItem(role=Role.STAFF, title="Check now", path="/me/check"),
    NavItem(role=Role.STAFF, title="My data", path="/me/data"),
    NavItem(role=Role.REVIEWER, title="Review", path="/review"),
    NavItem(role=Role.OPERATOR, title="Service", path="/operate"),
)
MAX_FORM_BYTES: Final = 64 * 1024


def create_portal_app(
    app: App,
    wake: Callable[[], None],
    provider: IdentityProvider | None = None,
    metrics_token: str = "",
) -> Flask:
    """Make the app of a district; `provider` is where its own accounts are, if they count.

    The numbers are there for whoever sends `metrics_token`, and for nobody where it is empty.
    """
    accounts = (bind_account_routes(provider),) if provider else ()
    metrics_routes = (bind_metrics_routes(metrics_token),) if metrics_token else ()
    return create_flask_app(
        build_portal_context(app, wake),
        (*BLUEPRINT_FACTORIES, *accounts, *metrics_routes),
        ACCESS_RULES,
    )


def build_portal_context(app: App, wake: Callable[[], None], demo: str = "") -> PortalContext:
    portal = app.config.portal
    sessions = BrowserSessions(
        secret=app.db.derive_secret("visits"),
        app=app,
        secure=urlsplit(portal.address).scheme == "https",
        proxy_header=portal.header if portal.sign_in is SignInMethod.HEADER else "",
    )
    return PortalContext(
        app=app, sessions=sessions, nav_items=NAV_ITEMS, wake_service=wake, demo_notice=demo
    )


def create_flask_app(
    context: PortalContext, factories: Iterable[BlueprintFactory], access_rules: AccessRules
) -> Flask:
    # What Flask would serve from a folder by itself, a family does under our own rules.
    app = Flask("namesake", static_folder=None, template_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MAX_FORM_BYTES, MAX_FORM_MEMORY_SIZE=MAX_FORM_BYTES)
    address = context.app.config.portal.address
    _register_request_hooks(
        app,
        context,
        RequestGuard(address=address, access_rules=access_rules, sessions=context.sessions),
    )
    register_error_handlers(app, context)
    for family in factories:
        app.register_blueprint(family(context))
    return app


def _register_request_hooks(app: Flask, context: PortalContext, guard: RequestGuard) -> None:
    @app.before_request
    def check_request() -> None:
        # There is a visit even where the rest refuses: the page that says so has a frame.
        g.visit = BrowserSession(id="")
        guard.check_host(request)
        g.visit = context.sessions.load_session(request)
        guard.check_access(request, g.visit)
        guard.check_csrf(request, g.visit)

    @app.after_request
    def finish_response(response: Response) -> Response:
        if g.visit.id and not request.path.startswith("/static/"):
            context.sessions.set_session_cookie(g.visit, response)
        guard.set_security_headers(request, response)
        if request.method == "POST" and response.status_code < HTTPStatus.BAD_REQUEST:
            # Whatever a form has asked for or promised is the service's to do now.
            context.wake_service()
        return response
