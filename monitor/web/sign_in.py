"""Signing in by a link. Reading any of these pages, by whomever, spends nothing."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import Gone

from monitor.config_portal import SignIn
from monitor.domain.role import Way
from monitor.flows.membership.signing_in import LINK_LASTS, Refused
from monitor.web.desk import WebDesk, pasted_code
from reports.page import Fault
from reports.pages import sign_in as documents
from reports.pages.sign_in import CodeView, PressView, SignInView, StrangerView
from reports.text import one_address

NOT_ONE: Final = "Type one mail address, such as name@school.example"
ELSEWHERE: Final = (
    "This link was asked for in another browser. Open it there, or ask for a new one here"
)


def sign_in(desk: WebDesk) -> Blueprint:
    routes = Blueprint("sign_in", __name__)
    portal = desk.service.config.portal

    @routes.get("/sign-in")
    def begin() -> Response:
        if not desk.visits.header:
            return _page(desk)
        if desk.visit.principal:
            return desk.done("/")
        vouched = request.headers.get(desk.visits.header, "")
        return stranger(desk, vouched) if vouched else _page(desk)

    if portal.sign_in is SignIn.LINK:
        _by_link(desk, routes)
    return routes


def _by_link(desk: WebDesk, routes: Blueprint) -> None:
    @routes.post("/sign-in")
    def ask() -> Response:
        address = request.form.get("address", "").strip()
        if not one_address(address):
            return _page(desk, address, (Fault(field="address", words=NOT_ONE),))
        desk.service.signing_in.ask(address, desk.visit.id)
        desk.wake()
        return desk.done("/sign-in/link")

    @routes.get("/sign-in/link")
    def sent() -> Response:
        return _code_page(desk)

    @routes.get("/sign-in/<code>")
    def open_link(code: str) -> Response:
        view = PressView(action="/sign-in/link", fields={"code": code})
        return desk.page("Sign in", documents.render_press, view)

    @routes.post("/sign-in/link")
    def use() -> Response:
        used = desk.service.signing_in.use(pasted_code(), desk.visit.id)
        if used is Refused.ELSEWHERE:
            return _code_page(desk, (Fault(field="code", words=ELSEWHERE),))
        if isinstance(used, Refused):
            raise Gone
        desk.enter(used, Way.LINK)
        return desk.done("/")


def stranger(desk: WebDesk, mail: str) -> Response:
    """Tell somebody who proved an address that it is nobody's here."""
    view = StrangerView(mail=mail)
    return desk.page("You have not joined", documents.render_stranger, view, HTTPStatus.FORBIDDEN)


def _page(desk: WebDesk, address: str = "", faults: tuple[Fault, ...] = ()) -> Response:
    portal = desk.service.config.portal
    view = SignInView(
        lapsed=desk.visit.lapsed,
        by_link=portal.sign_in is SignIn.LINK,
        provider=portal.provider if portal.sign_in is SignIn.OIDC else "",
        address=address,
        faults=faults,
    )
    return desk.page("Sign in", documents.render, view, _status(faults))


def _code_page(desk: WebDesk, faults: tuple[Fault, ...] = ()) -> Response:
    view = CodeView(minutes=int(LINK_LASTS.total_seconds() // 60), faults=faults)
    return desk.page("Look into your mail", documents.render_code, view, _status(faults))


def _status(faults: tuple[Fault, ...]) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
