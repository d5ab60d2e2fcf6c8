"""Makes the pages of one district: the families of routes, and what holds for all of them."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, g, request

from monitor.config import SignIn
from monitor.domain.person import Role
from monitor.service import Service
from monitor.web import auth as sign_in
from monitor.web import check, district, review, takedown
from monitor.web import enrollment as invitation
from monitor.web import enrollment as join
from monitor.web import findings as items
from monitor.web import findings as sort
from monitor.web import home as front
from monitor.web import home as me
from monitor.web import home as stop
from monitor.web import my_data as address
from monitor.web import my_data as data
from monitor.web import my_data as editing
from monitor.web import my_data as own_copy
from monitor.web import operator as api
from monitor.web import operator as operate
from monitor.web import review as early
from monitor.web import review as handling
from monitor.web.auth import Provider, account
from monitor.web.context import Corner, WebDesk
from monitor.web.errors import refuse
from monitor.web.operator import numbers
from monitor.web.security import DOORS, Doors, Guard
from monitor.web.sessions import Visit, Visits

Family = Callable[[WebDesk], Blueprint]
FAMILIES: Final[tuple[Family, ...]] = (
    front.front,
    sign_in.sign_in,
    invitation.invitation,
    invitation.not_me,
    join.join,
    me.me,
    check.check,
    sort.sort,
    items.items,
    items.flags,
    items.sharing,
    takedown.takedown,
    data.data,
    data.consent,
    data.renewal,
    data.leaving,
    editing.editing,
    address.address,
    own_copy.own_copy,
    review.review,
    handling.handling,
    early.early,
    early.holds,
    district.district,
    operate.operate,
    stop.stop,
    stop.weekly,
    api.api,
)
CORNERS: Final = (
    Corner(role=Role.STAFF, title="My findings", path="/me"),
    Corner(role=Role.STAFF, title="Answer", path="/me/sort"),
    Corner(role=Role.STAFF, title="Check now", path="/me/check"),
    Corner(role=Role.STAFF, title="My data", path="/me/data"),
    Corner(role=Role.REVIEWER, title="Review", path="/review"),
    Corner(role=Role.OPERATOR, title="Service", path="/operate"),
)
LARGEST_FORM: Final = 64 * 1024


def portal_app(
    service: Service,
    wake: Callable[[], None],
    provider: Provider | None = None,
    metrics_token: str = "",
) -> Flask:
    """Make the app of a district; `provider` is where its own accounts are, if they count.

    The numbers are there for whoever sends `metrics_token`, and for nobody where it is empty.
    """
    accounts = (account(provider),) if provider else ()
    told = (numbers(metrics_token),) if metrics_token else ()
    return app_of(desk_of(service, wake), (*FAMILIES, *accounts, *told), DOORS)


def desk_of(service: Service, wake: Callable[[], None], demo: str = "") -> WebDesk:
    portal = service.config.portal
    visits = Visits(
        secret=service.state.secret("visits"),
        admitting=service.admitting,
        now=service.now,
        secure=urlsplit(portal.address).scheme == "https",
        header=portal.header if portal.sign_in is SignIn.HEADER else "",
    )
    return WebDesk(service=service, visits=visits, corners=CORNERS, wake=wake, demo=demo)


def app_of(desk: WebDesk, families: Iterable[Family], doors: Doors) -> Flask:
    # What Flask would serve from a folder by itself, a family does under our own rules.
    app = Flask("namesake", static_folder=None, template_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_FORM, MAX_FORM_MEMORY_SIZE=LARGEST_FORM)
    address = desk.service.config.portal.address
    _watch(app, desk, Guard(address=address, doors=doors, visits=desk.visits))
    refuse(app, desk)
    for family in families:
        app.register_blueprint(family(desk))
    return app


def _watch(app: Flask, desk: WebDesk, guard: Guard) -> None:
    @app.before_request
    def check() -> None:
        # There is a visit even where the rest refuses: the page that says so has a frame.
        g.visit = Visit(id="")
        guard.check_host(request)
        g.visit = desk.visits.read(request)
        guard.check_door(request, g.visit)
        guard.check_form(request, g.visit)

    @app.after_request
    def dress(response: Response) -> Response:
        if g.visit.id and not request.path.startswith("/static/"):
            desk.visits.keep(g.visit, response)
        guard.adorn(request, response)
        if request.method == "POST" and response.status_code < HTTPStatus.BAD_REQUEST:
            desk.wake()  # whatever a form has asked for or promised is the service's to do now
        return response
