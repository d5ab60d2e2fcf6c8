"""The pages of a demonstration, where one may be anyone: an app of its own.

Only `namesake demo` makes it. No configuration, address or form of the portal reaches it.
"""

from collections.abc import Callable
from typing import Final

from flask import Blueprint, Flask, Response, abort, url_for

from monitor.app import App
from monitor.domain.vocabulary import AuthMethod
from monitor.web.app import BLUEPRINT_FACTORIES, build_portal_context, create_flask_app
from monitor.web.context import PortalContext
from monitor.web.forms import WebForm, read_form
from monitor.web.roles import ACCESS_RULES, AccessRule
from reports.pages import demo as cast
from reports.pages.demo import CastMember, CastView

DEMO_NOTICE: Final = (
    "All people here are made up, and so is the internet. Nothing leaves this computer."
)


class ActorForm(WebForm, frozen=True, kw_only=True):
    reader: str = ""


def create_demo_app(
    app: App, wake: Callable[[], None], actors: Callable[[], tuple[CastMember, ...]]
) -> Flask:
    """Make the app; `actors` says who there is, as of now."""

    def build_routes(context: PortalContext) -> Blueprint:
        return _build_switcher_routes(context, actors)

    portal_context = build_portal_context(app, wake, demo=DEMO_NOTICE)
    return create_flask_app(
        portal_context, (*BLUEPRINT_FACTORIES, build_routes), {**ACCESS_RULES, "demo": AccessRule()}
    )


def _build_switcher_routes(
    context: PortalContext, actors: Callable[[], tuple[CastMember, ...]]
) -> Blueprint:
    routes = Blueprint("demo", __name__)

    @routes.get("/demo")
    def show_actors() -> Response:
        here = context.browser_session.principal
        view = CastView(actors=actors(), here=here.reader_id if here else "")
        return context.render_page("Who do you want to be?", cast.render_cast, view)

    @routes.post("/demo")
    def submit_actor() -> Response:
        chosen = read_form(ActorForm).reader
        if chosen not in {each.reader for each in actors()}:
            abort(400)
        context.sign_in(chosen, AuthMethod.DEMO)
        return context.redirect_to(url_for("front.redirect_home"))

    return routes
