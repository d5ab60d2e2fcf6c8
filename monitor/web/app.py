"""Makes the pages of one district: the families of routes, and what holds for all of them."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from itertools import chain
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, request
from werkzeug.routing import Map, Rule, RuleFactory

from monitor.annexes import load_annex_parts
from monitor.app import App
from monitor.config.sections import SignInMethod
from monitor.domain.person import CURRENT_MEANS, SERVICE_MEANS
from monitor.domain.vocabulary import Language, Role
from monitor.web import (
    access_tokens,
    district,
    emailed_question,
    enrollment,
    feeds,
    findings,
    home,
    my_data,
    operator,
    own_details,
    preferences,
    proposals,
    public_records,
    review,
    review_actions,
    self_check,
    sign_in,
    takedown,
    tips,
)
from monitor.web.annex_pages import AnnexPages, BlueprintFactory
from monitor.web.api import build_api_blueprint
from monitor.web.api_office import OFFICE_OPERATIONS
from monitor.web.api_own import OWN_OPERATIONS
from monitor.web.context import NavItem, PortalContext
from monitor.web.errors import register_error_handlers
from monitor.web.forms import PortalRequest
from monitor.web.operator import bind_metrics_routes
from monitor.web.roles import ACCESS_RULES, AccessRules, check_role, find_access_rule, find_means
from monitor.web.security import RequestGuard
from monitor.web.server import MAX_UPLOAD_FORM_BYTES, WsgiApp
from monitor.web.session_cookie import BrowserSessions, get_browser_session
from monitor.web.sign_in import IdentityProvider, bind_account_routes
from reports.translation import set_language

LOG = logging.getLogger(__name__)
API_OPERATIONS: Final = (*OWN_OPERATIONS, *OFFICE_OPERATIONS)


@dataclass(frozen=True, slots=True)
class OpenSite:
    """The pages of one district, and what they are made from."""

    app: App
    pages: WsgiApp


class UrlList(Map):
    """Notes the addresses of an app, and leaves it to `_compile_urls` to compile them."""

    def __init__(self) -> None:
        super().__init__()
        self._noted: list[Rule] = []

    def add(self, rulefactory: RuleFactory) -> None:
        self._noted.extend(rulefactory.get_rules(self))

    def get_app_urls(self) -> "AppUrls":
        names = tuple(
            f"{entry.rule} {sorted(entry.methods or ())} {entry.endpoint}" for entry in self._noted
        )
        return AppUrls(names=names, rules=tuple(self._noted))


@dataclass(frozen=True, slots=True, kw_only=True)
class AppUrls:
    names: tuple[str, ...]
    rules: tuple[Rule, ...] = field(compare=False)


class SharedUrlMap(Map):
    """The addresses of all districts, so none can be added for one of them.

    Add a family of routes instead.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        super().__init__()
        for rule in rules:
            super().add(rule)

    def add(self, rulefactory: RuleFactory) -> None:
        raise RuntimeError(rulefactory)


@cache
def _compile_urls(urls: AppUrls) -> SharedUrlMap:
    """Compile addresses once for all districts that have them: they take 30 ms and 1 MiB."""
    return SharedUrlMap(urls.rules)


def build_api_routes(context: PortalContext) -> Blueprint:
    return build_api_blueprint(context, API_OPERATIONS)


BLUEPRINT_FACTORIES: Final[tuple[BlueprintFactory, ...]] = (
    home.build_front_routes,
    sign_in.build_sign_in_routes,
    enrollment.build_invitation_routes,
    enrollment.build_not_me_routes,
    enrollment.build_join_routes,
    home.build_home_routes,
    self_check.build_check_routes,
    findings.build_sort_routes,
    findings.build_finding_routes,
    findings.build_case_routes,
    findings.build_sharing_routes,
    takedown.build_takedown_routes,
    takedown.build_removal_routes,
    tips.build_tip_routes,
    emailed_question.build_answer_link_routes,
    my_data.build_breach_routes,
    my_data.build_data_routes,
    my_data.build_consent_routes,
    my_data.build_renewal_routes,
    my_data.build_leave_routes,
    own_details.build_editing_routes,
    own_details.build_address_routes,
    own_details.build_alert_feed_routes,
    own_details.build_reference_picture_routes,
    access_tokens.build_access_token_routes,
    my_data.build_export_routes,
    review.build_review_routes,
    review_actions.build_handling_routes,
    proposals.build_early_access_routes,
    proposals.build_legal_hold_routes,
    public_records.build_public_records_routes,
    district.build_district_routes,
    operator.build_operator_routes,
    preferences.build_unsubscribe_routes,
    preferences.build_weekly_email_routes,
    preferences.build_preference_routes,
    preferences.build_bar_routes,
    preferences.build_kept_text_routes,
    preferences.build_language_routes,
    feeds.build_feed_routes,
    build_api_routes,
)
NAV_ITEMS: Final = (
    NavItem(role=Role.STAFF, title="Home", path="/me"),
    NavItem(role=Role.STAFF, title="Results", path="/me/findings", other_paths=("/me/removal",)),
    NavItem(role=Role.STAFF, title="Settings", path="/me/data"),
    NavItem(role=Role.REVIEWER, title="Review", path="/review"),
    NavItem(role=Role.OPERATOR, title="Service", path="/operate"),
)
MAX_FORM_BYTES: Final = 64 * 1024
# Only these take files, and so much more than a form.
UPLOAD_ENDPOINTS: Final = frozenset(
    {"takedown.add_own_screenshot", "picture.submit_reference_picture"}
)


def create_portal_app(
    app: App,
    wake: Callable[[], None],
    provider: IdentityProvider | None = None,
    metrics_token: str = "",
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Flask:
    """Make the app of a district; `provider` is where its own accounts are, if they count.

    Metrics need `metrics_token`; without a token there are none. `variables` have the secrets of
    annexes.
    """
    accounts = (bind_account_routes(provider),) if provider else ()
    metrics_routes = (bind_metrics_routes(metrics_token),) if metrics_token else ()
    return create_flask_app(
        build_portal_context(app, wake),
        (*list_blueprint_factories(app, variables), *accounts, *metrics_routes),
        collect_access_rules(),
    )


def list_blueprint_factories(
    app: App, variables: Mapping[str, str] = MappingProxyType({})
) -> tuple[BlueprintFactory, ...]:
    """Return the families of routes of the core, and those of annexes."""
    brought = (part.list_routes(app, variables) for part in load_annex_parts(AnnexPages))
    return (*BLUEPRINT_FACTORIES, *chain.from_iterable(brought))


def collect_access_rules() -> AccessRules:
    rules = dict(ACCESS_RULES)
    for part in load_annex_parts(AnnexPages):
        rules |= part.access_rules
    return rules


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
    app.request_class = PortalRequest
    app.session_interface = context.sessions
    app.url_map = urls = UrlList()
    address = context.app.config.portal.address
    _register_request_hooks(
        app,
        context,
        RequestGuard(address=address, access_rules=access_rules),
    )
    register_error_handlers(app, context)
    for family in factories:
        app.register_blueprint(family(context))
    app.url_map = _compile_urls(urls.get_app_urls())
    return app


def _register_request_hooks(app: Flask, context: PortalContext, guard: RequestGuard) -> None:
    @app.before_request
    def check_request() -> None:
        set_language(context.find_language(None))
        guard.check_host(request)
        CURRENT_MEANS.set(find_means(request.path))
        rule = find_access_rule(request.path, guard.access_rules)
        if rule is not None and rule.ignores_cookies:
            return
        session = get_browser_session()
        context.sessions.identify(session, request)
        set_language(context.find_language(session.principal))
        check_role(request.path, session.principal, guard.access_rules)
        if request.endpoint in UPLOAD_ENDPOINTS and request.mimetype == "multipart/form-data":
            # Before the first field is read, which is the token. The second bounds what is in
            # memory between two reads: parts of a file, too.
            request.max_content_length = request.max_form_memory_size = MAX_UPLOAD_FORM_BYTES
        guard.check_csrf(request, context.sessions.build_csrf_token(session))

    @app.teardown_request
    def forget_reader(_error: BaseException | None) -> None:
        # A thread serves many people: what it does next must not be in the language of the last.
        set_language(Language.ENGLISH)
        CURRENT_MEANS.set(SERVICE_MEANS)

    @app.after_request
    def finish_response(response: Response) -> Response:
        guard.set_security_headers(request, response)
        LOG.debug(
            "page_served",
            extra={
                "page": request.endpoint,
                "method": request.method,
                "code": response.status_code,
            },
        )
        if request.method == "POST" and response.status_code < HTTPStatus.BAD_REQUEST:
            # Whatever a form has asked for or promised is the service's to do now.
            context.wake_service()
        return response
