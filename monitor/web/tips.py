"""The page on which a colleague tells reviewers an address; there is none where that is off."""

from typing import Final

from flask import Blueprint, Response, url_for
from werkzeug.exceptions import NotFound

from monitor.domain.errors import InputError
from monitor.services.tips import can_tell, tell_address
from monitor.web.context import PortalContext
from monitor.web.forms import WebForm, read_form
from reports.pages.account import TellView, render_tell
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
        address = read_form(TellForm).address
        try:
            tell_address(context.app, address)
        except InputError as error:
            fault = FieldProblem(field="address", words=str(error))
            view = TellView(address=address, faults=(fault,))
            return context.render_page(TITLE, render_tell, view)
        return context.redirect_to(url_for("tips.show_form"), TOLD)

    return routes
