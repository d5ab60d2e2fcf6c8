"""Opening an invitation in a browser, and undoing what was not one's own doing."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response

from monitor.domain.role import Way
from monitor.errors import InputError
from monitor.flows.membership.beginning import Invited
from monitor.web.desk import WebDesk, pasted_code
from reports.page import Fault
from reports.pages import joining as pages
from reports.pages.joining import Closed, ClosedView, CodeView, NotMeView

NO_CODE: Final = Fault(field="code", words="Paste the code that stands in your letter.")
WHY: Final = {Invited.ANSWERED: Closed.ANSWERED, Invited.EXPIRED: Closed.EXPIRED}


def invitation(desk: WebDesk) -> Blueprint:
    routes = Blueprint("invitation", __name__)
    beginning = desk.service.portal.beginning

    @routes.get("/join/code/<code>")
    def look(code: str) -> Response:
        """Bind nothing yet: programs open links, too."""
        known = beginning.of_code(code)
        if known is None or beginning.standing(known.ref) is not Invited.OPEN:
            return _closed(desk, beginning.standing(known.ref) if known else Invited.UNKNOWN)
        view = CodeView(code=code, given=known.given)
        return desk.page("Open your invitation", pages.render_code, view)

    @routes.post("/join/code")
    def bind() -> Response:
        code = pasted_code()
        if not code:
            title, status = "Open your invitation", HTTPStatus.UNPROCESSABLE_ENTITY
            return desk.page(title, pages.render_code, CodeView(faults=(NO_CODE,)), status)
        known = beginning.of_code(code)
        standing = beginning.standing(known.ref) if known else Invited.UNKNOWN
        if known is None or standing is not Invited.OPEN:
            return _closed(desk, standing)
        desk.enter(known.ref, Way.INVITATION)
        return desk.done("/join/read")

    return routes


def not_me(desk: WebDesk) -> Blueprint:
    routes = Blueprint("not_me", __name__)
    disowning = desk.service.portal.disowning
    contact = desk.service.config.district.contact

    @routes.get("/join/not-me/<token>")
    def ask(token: str) -> Response:
        if disowning.bearer(token) is None:
            return lost()
        view = NotMeView(token=token, contact=contact)
        return desk.page("Was it not you?", pages.render_not_me, view)

    @routes.post("/join/not-me/<token>")
    def undo(token: str) -> Response:
        try:
            disowning.disown(token)
        except InputError:
            return lost()
        view = NotMeView(token="", contact=contact, done=True)
        return desk.page("It is undone", pages.render_not_me, view)

    def lost() -> Response:
        view = NotMeView(token="", contact=contact)
        title = "This link does nothing any more"
        return desk.page(title, pages.render_not_me, view, HTTPStatus.GONE)

    return routes


def _closed(desk: WebDesk, standing: Invited) -> Response:
    contact = desk.service.config.district.contact
    view = ClosedView(why=WHY.get(standing, Closed.UNKNOWN), contact=contact)
    return desk.page("This invitation opens nothing", pages.render_closed, view, HTTPStatus.GONE)
