"""Where a member of staff begins: what is open, and how they are looked after."""

from flask import Blueprint, Response

from monitor.domain.due import next_sweep
from monitor.web.desk import WebDesk
from reports.pages import home, joining


def me(desk: WebDesk) -> Blueprint:
    routes = Blueprint("me", __name__)

    @routes.get("/me")
    def start() -> Response:
        view = desk.service.portal.overview.home(desk.principal().person)
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
