"""Makes the pages of one district: the families of routes, and what holds for all of them."""

from collections.abc import Callable
from typing import Final

from flask import Blueprint, Flask, Response, g, request

from monitor.domain.role import Role
from monitor.service import Service
from monitor.web import front, me, operate, review
from monitor.web.desk import Corner, WebDesk
from monitor.web.guard import adorn, check_door, check_form, check_host
from monitor.web.refusals import refuse
from monitor.web.visit import Visit, Visits

Family = Callable[[WebDesk], Blueprint]
FAMILIES: Final[tuple[Family, ...]] = (front.front, me.me, review.review, operate.operate)
CORNERS: Final = (
    Corner(role=Role.STAFF, title="My findings", path="/me"),
    Corner(role=Role.REVIEWER, title="Review", path="/review"),
    Corner(role=Role.OPERATOR, title="Service", path="/operate"),
)
LARGEST_FORM: Final = 64 * 1024


def portal_app(
    service: Service, *, families: tuple[Family, ...] = FAMILIES, demo: str = ""
) -> Flask:
    """Make the app of a district that has an address for its pages."""
    # What Flask would serve from a folder by itself, a family does under our own rules.
    app = Flask("namesake", static_folder=None, template_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_FORM, MAX_FORM_MEMORY_SIZE=LARGEST_FORM)
    visits = Visits(
        secret=service.state.secret("visits"), admitting=service.admitting, now=service.now
    )
    desk = WebDesk(service=service, visits=visits, corners=CORNERS, demo=demo)
    _guard(app, desk)
    refuse(app, desk)
    for family in families:
        app.register_blueprint(family(desk))
    return app


def _guard(app: Flask, desk: WebDesk) -> None:
    address = desk.service.config.portal.address

    @app.before_request
    def check() -> None:
        # There is a visit even where the rest refuses: the page that says so has a frame.
        g.visit = Visit(id="")
        check_host(request, address)
        g.visit = desk.visits.read(request)
        check_door(request, g.visit)
        check_form(request, g.visit, desk.visits, address)

    @app.after_request
    def dress(response: Response) -> Response:
        if g.visit.id and not request.path.startswith("/static/"):
            desk.visits.keep(g.visit, response)
        adorn(response, request, address)
        return response
