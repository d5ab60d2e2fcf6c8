"""Changing one's work address. Reading any of these pages, by whomever, changes nothing."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, request

from monitor.config_portal import SignIn
from monitor.domain.role import Role
from monitor.errors import NotPermittedError
from monitor.flows.membership.readdressing import Unchanged, Unwritten
from monitor.flows.membership.signing_in import AN_HOUR, LINK_LASTS
from monitor.web.desk import WebDesk, pasted_code
from monitor.web.editing import ENDED
from reports.page import Fault
from reports.pages import address as pages
from reports.pages.address import AddressView, ChangedView, ConfirmView, Moved, PressView

TITLE: Final = "Change your work address"
PROXY: Final = "your district's own sign-in page"
OFFICES: Final = {Role.REVIEWER: "reviewing", Role.OPERATOR: "looking after the service"}
UNWRITTEN: Final[Mapping[Unwritten, str]] = {
    Unwritten.FOREIGN: "Type one address of your district, such as name@{domain}",
    Unwritten.SAME: "This is your address already. Type the new one",
    Unwritten.OFTEN: "You asked five times within the hour. Wait a little, and try again",
}
OVER: Final = "This link was used or is out of date. Type the new address again"
UNCHANGED: Final[Mapping[Unchanged, str]] = {
    Unchanged.OVER: "This is not the code of your last letter, or it is over. Look there again",
    Unchanged.ELSEWHERE: "This link was asked for in another browser. Open it there, "
    "or ask for a new one here",
    Unchanged.TAKEN: "Somebody is enrolled under this address already. Ask IT whose it is",
}


def address(desk: WebDesk) -> Blueprint:
    routes = Blueprint("address", __name__)
    readdressing = desk.service.portal.readdressing
    _by_code(desk, routes)

    @routes.get("/me/data/address")
    def show() -> Response:
        return _page(desk)

    @routes.post("/me/data/address")
    def ask() -> Response:
        typed = request.form.get("address", "").strip()
        try:
            unwritten = readdressing.ask(desk.principal().person, typed, desk.visit.id)
        except NotPermittedError:
            return desk.done("/me/data", ENDED)
        if unwritten:
            often = unwritten is Unwritten.OFTEN
            status = HTTPStatus.TOO_MANY_REQUESTS if often else HTTPStatus.UNPROCESSABLE_ENTITY
            words = UNWRITTEN[unwritten].format(domain=desk.service.config.district.domains[0])
            response = _page(desk, typed, words, status)
            if often:
                response.headers["Retry-After"] = str(int(AN_HOUR.total_seconds()))
            return response
        desk.wake()
        return desk.done("/me/data/address/code")

    return routes


def _by_code(desk: WebDesk, routes: Blueprint) -> None:
    readdressing = desk.service.portal.readdressing

    @routes.get("/me/data/address/code")
    def written() -> Response:
        waiting = readdressing.waiting(desk.principal().person)
        return _confirm_page(desk) if waiting else desk.done("/me/data/address")

    @routes.get("/me/data/address/<code>")
    def open_link(code: str) -> Response:
        return desk.page(TITLE, pages.render_press, PressView(code=code))

    @routes.post("/me/data/address/code")
    def confirm() -> Response:
        try:
            unchanged = readdressing.confirm(desk.principal().person, pasted_code(), desk.visit.id)
        except NotPermittedError:
            return desk.done("/me/data", ENDED)
        if unchanged is Unchanged.OVER and not readdressing.waiting(desk.principal().person):
            return _page(desk, fault=OVER, status=HTTPStatus.GONE)
        return _confirm_page(desk, unchanged) if unchanged else _changed(desk)


def _changed(desk: WebDesk) -> Response:
    """Say that it is done; a proxy that names the old address lets nobody in to read more."""
    if not desk.visits.header:
        return desk.done("/me/data", "Your address is changed. The old one gets a last letter.")
    mail = desk.service.state.people.get(desk.principal().person).mail
    contact = desk.service.config.district.contact
    view = ChangedView(address=mail, accounts=PROXY, contact=contact)
    return desk.page("Your address is changed", pages.render_changed, view)


def _page(
    desk: WebDesk, typed: str = "", fault: str = "", status: HTTPStatus = HTTPStatus.OK
) -> Response:
    person = desk.service.state.people.get(desk.principal().person)
    made = desk.service.portal.readdressing.made(person.ref)
    view = AddressView(
        zone=person.zone,
        address=person.mail,
        domains=desk.service.config.district.domains,
        typed=typed,
        accounts=_accounts(desk),
        offices=tuple(_offices(desk)),
        moved=Moved(at=made.changed_at, old=made.old) if made and made.changed_at else None,
        faults=(Fault(field="address", words=fault),) if fault else (),
    )
    return desk.page(TITLE, pages.render, view, status)


def _confirm_page(desk: WebDesk, unchanged: Unchanged | None = None) -> Response:
    faults = (Fault(field="code", words=UNCHANGED[unchanged]),) if unchanged else ()
    view = ConfirmView(minutes=int(LINK_LASTS.total_seconds() // 60), faults=faults)
    title = "Look into your new mailbox"
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return desk.page(title, pages.render_confirm, view, status)


def _accounts(desk: WebDesk) -> str:
    """Return what names one's address at signing in, empty where the mailbox itself does."""
    portal = desk.service.config.portal
    named = {SignIn.OIDC: portal.provider, SignIn.HEADER: PROXY}
    return named.get(portal.sign_in, "")


def _offices(desk: WebDesk) -> Iterator[str]:
    roles = desk.principal().roles
    return (words for role, words in OFFICES.items() if role in roles)
