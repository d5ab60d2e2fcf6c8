"""The pages of a demonstration, where one may be anyone and read all emails: an app of its own.

Only `namesake demo` makes it. No configuration, address or form of the portal reaches it.
"""

from collections.abc import Callable
from typing import Final

from flask import Blueprint, Flask, Response, abort, url_for

from monitor.app import App
from monitor.domain.vocabulary import AuthMethod
from monitor.web.app import (
    build_portal_context,
    collect_access_rules,
    create_flask_app,
    list_blueprint_factories,
)
from monitor.web.context import PortalContext
from monitor.web.forms import WebForm, read_form, read_query
from monitor.web.roles import AccessRule
from monitor.web.security import CONTENT_SECURITY_POLICY
from reports.pages import demo as cast
from reports.pages.demo import CastMember, CastView, DemoEmail, MailboxView

DEMO_NOTICE: Final = "All of it is made up."
# An email brings its style with it, and nothing else. Only our own page frames it.
EMAIL_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "frame-ancestors 'self'; base-uri 'none'"
)
FRAMING_POLICY: Final = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
# Its links lead out of the frame.
LINKS_OUT: Final = '<head>\n<base target="_top">'


class ActorForm(WebForm, frozen=True, kw_only=True):
    reader: str = ""


class MailboxQuery(WebForm, frozen=True, kw_only=True):
    to: str = ""


def create_demo_app(
    app: App,
    wake: Callable[[], None],
    actors: Callable[[], tuple[CastMember, ...]],
    emails: Callable[[], tuple[DemoEmail, ...]],
) -> Flask:
    """Make the app; `actors` says who there is, as of now, and `emails` what was sent."""

    def build_routes(context: PortalContext) -> Blueprint:
        routes = Blueprint("demo", __name__)

        @routes.get("/demo")
        def show_actors() -> Response:
            here = context.browser_session.principal
            view = CastView(actors=actors(), here=here.reader_id if here else "")
            return context.render_page("Who do you want to be?", cast.render_cast, view)

        @routes.post("/demo")
        def submit_actor() -> Response:
            chosen = read_form(ActorForm).reader
            if chosen not in {actor.reader for actor in actors()}:
                abort(400)
            context.sign_in(chosen, AuthMethod.DEMO)
            return context.redirect_to(url_for("front.redirect_home"))

        _add_mailbox_routes(routes, context, emails)
        return routes

    portal_context = build_portal_context(app, wake, demo=DEMO_NOTICE)
    return create_flask_app(
        portal_context,
        (*list_blueprint_factories(app), build_routes),
        {**collect_access_rules(), "demo": AccessRule()},
    )


def _add_mailbox_routes(
    routes: Blueprint, context: PortalContext, emails: Callable[[], tuple[DemoEmail, ...]]
) -> None:

    def find_email(name: str) -> DemoEmail:
        return next((email for email in emails() if email.name == name), None) or abort(404)

    @routes.get("/demo/mail")
    def show_mailbox() -> Response:
        to = read_query(MailboxQuery).to
        shown = tuple(email for email in emails() if to in {"", email.to})
        view = MailboxView(emails=shown, to=to)
        return context.render_page("Emails", cast.render_mailbox, view)

    @routes.get("/demo/mail/<name>")
    def show_email(name: str) -> Response:
        email = find_email(name)
        page = context.render_page(email.subject, cast.render_email, email)
        page.headers["Content-Security-Policy"] = FRAMING_POLICY
        return page

    @routes.get("/demo/mail/<name>/html")
    def show_email_body(name: str) -> Response:
        body = Response(find_email(name).html.replace("<head>", LINKS_OUT, 1), mimetype="text/html")
        body.headers["Content-Security-Policy"] = EMAIL_POLICY
        body.headers["X-Frame-Options"] = "SAMEORIGIN"
        return body
