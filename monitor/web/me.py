"""Where a member of staff begins: what is open, and how they are looked after."""

from flask import Blueprint, Response

from monitor.domain.due import next_sweep
from monitor.web.desk import WebDesk
from reports.pages import home, joining
from reports.pages.data import LeftView, Standing, render_left


def me(desk: WebDesk) -> Blueprint:
    routes = Blueprint("me", __name__)

    @routes.get("/me")
    def start() -> Response:
        person = desk.principal().person
        standing = desk.service.portal.own_data.standing(person)
        if standing is Standing.LEFT:
            return _left(desk, person)
        if standing is Standing.ENDED:
            return desk.done("/me/data")
        view = desk.service.portal.overview.home(person)
        return desk.page("My findings", home.render, view)

    @routes.get("/me/joined")
    def joined() -> Response:
        """Greet who has just joined; the page is there to be read again."""
        person = desk.service.state.people.get(desk.principal().person)
        district = desk.service.config.district
        view = joining.JoinedView(
            given=person.name.given,
            next_sweep=next_sweep(desk.now(), district.ref, district.zone),
            zone=person.zone,
        )
        return desk.page("You have joined", joining.render_joined, view)

    return routes


def _left(desk: WebDesk, person: str) -> Response:
    """Tell whoever comes back between leaving and the erasure by when they are forgotten."""
    view = LeftView(
        contact=desk.service.config.district.contact,
        zone=desk.service.state.people.get(person).zone,
        erased_by=desk.service.consenting.standing(person).erased_by,
    )
    return desk.page("You have left", render_left, view)
