"""Signing in with the district's own accounts: out to the provider, back, and one press.

The press is there because coming back is a reading of a page, and reading changes nothing.
"""

import hmac
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import Gone

from monitor.domain.role import Way
from monitor.errors import NotPermittedError
from monitor.web.desk import WebDesk
from monitor.web.provider import Attempt, Provider
from monitor.web.sign_in import stranger
from reports.pages import refusal
from reports.pages import sign_in as documents
from reports.pages.refusal import RefusalView
from reports.pages.sign_in import PressView

ATTEMPT: Final = "namesake-attempt"
BACK: Final = "/sign-in/account/back"
UNPROVEN: Final = RefusalView(
    title="You could not be signed in",
    what="What your school account answered does not prove who you are. Begin again; "
    "if it happens again, write to the address below.",
    status=HTTPStatus.FORBIDDEN,
)


def account(provider: Provider) -> Callable[[WebDesk], Blueprint]:
    def family(desk: WebDesk) -> Blueprint:
        return _routes(desk, provider)

    return family


def _routes(desk: WebDesk, provider: Provider) -> Blueprint:
    routes = Blueprint("account", __name__)

    @routes.get("/sign-in/account")
    def leave() -> Response:
        draw = desk.service.admitting.new_code
        attempt = Attempt(state=draw(), nonce=draw(), verifier=draw() + draw())
        response = Response(status=HTTPStatus.FOUND)
        response.headers["Location"] = provider.way_in(attempt)
        kept = [desk.visit.id, attempt.state, attempt.nonce, attempt.verifier]
        desk.visits.lend(response, ATTEMPT, kept)
        return response

    @routes.get(BACK)
    def back() -> Response:
        _attempt(desk, request.args.get("state", ""))
        fields = {name: request.args.get(name, "") for name in ("code", "state")}
        view = PressView(action=BACK, fields=fields)
        return desk.page("Sign in", documents.render_press, view)

    @routes.post(BACK)
    def enter() -> Response:
        attempt = _attempt(desk, request.form.get("state", ""))
        try:
            mail = provider.address_of(request.form.get("code", ""), attempt)
        except NotPermittedError:
            return desk.page(UNPROVEN.title, refusal.render, UNPROVEN, HTTPStatus.FORBIDDEN)
        reader = desk.service.admitting.known(mail)
        if not reader:
            return stranger(desk, mail)
        desk.enter(reader, Way.OIDC)
        return desk.done("/")

    return routes


def _attempt(desk: WebDesk, state: str) -> Attempt:
    """Return the attempt that this visit began; one of another browser, or none, is over."""
    match desk.visits.lent(request, ATTEMPT):
        case [visit, begun, nonce, verifier] if visit == desk.visit.id:
            if hmac.compare_digest(begun.encode(), state.encode()):
                return Attempt(state=begun, nonce=nonce, verifier=verifier)
    raise Gone
