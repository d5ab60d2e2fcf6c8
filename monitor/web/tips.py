"""The pages on which a colleague tells reviewers an address; there are none where that is off."""

from typing import Final

from flask import Blueprint, Response, url_for
from werkzeug.exceptions import Gone, NotFound

from monitor.domain.email_delivery import is_single_address
from monitor.domain.errors import InputError
from monitor.services.tips import can_tell, is_tell_token, request_tell_link, tell_address
from monitor.web.context import PortalContext
from monitor.web.forms import WebForm, read_form
from monitor.web.sign_in import NOT_ONE_ADDRESS
from reports.pages.account import AddressFormView, TellView, render_tell, render_tell_link
from reports.pages.layout import FieldProblem

TITLE: Final = "Tell IT of a fake account"
# The same for everyone: whoever it imitates, and whether it was known.
TOLD: Final = "Thank you. A reviewer reads it. You get no answer about it."


class TellForm(WebForm, frozen=True, kw_only=True):
    address: str = ""


def build_tip_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("tips", __name__)

    @routes.before_request
    def hide_if_off() -> None:
        if not can_tell(context.app):
            raise NotFound

    @routes.get("/me/tell")
    def show_form() -> Response:
        return context.render_page(TITLE, render_tell, TellView())

    @routes.post("/me/tell")
    def submit_address() -> Response:
        return _store_address(context, url_for("tips.show_form"))

    _add_link_routes(context, routes)
    return routes


def _store_address(context: PortalContext, path: str) -> Response:
    address = read_form(TellForm).address
    try:
        tell_address(context.app, address)
    except InputError as error:
        fault = FieldProblem(field="address", words=str(error))
        view = TellView(path=path, address=address, faults=(fault,))
        return context.render_page(TITLE, render_tell, view)
    return context.redirect_to(path, TOLD)


def _add_link_routes(context: PortalContext, routes: Blueprint) -> None:
    @routes.get("/tell")
    def show_link_request() -> Response:
        return context.render_page(TITLE, render_tell_link, AddressFormView())

    @routes.post("/tell")
    def submit_link_request() -> Response:
        address = read_form(TellForm).address
        if not is_single_address(address):
            fault = FieldProblem(field="address", words=NOT_ONE_ADDRESS)
            view = AddressFormView(address=address, faults=(fault,))
            return context.render_page(TITLE, render_tell_link, view)
        request_tell_link(context.app, address, context.browser_session.id)
        asked = AddressFormView(asked=True)
        return context.render_page(TITLE, render_tell_link, asked)

    def check_token(token: str) -> str:
        if not is_tell_token(context.app, token):
            raise Gone
        return url_for("tips.show_linked_form", token=token)

    @routes.get("/tell/<token>")
    def show_linked_form(token: str) -> Response:
        return context.render_page(TITLE, render_tell, TellView(path=check_token(token)))

    @routes.post("/tell/<token>")
    def submit_linked_address(token: str) -> Response:
        return _store_address(context, check_token(token))
