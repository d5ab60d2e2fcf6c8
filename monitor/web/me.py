"""The pages of a member of staff: their own things only."""

from flask import Blueprint, Response

from monitor.web.desk import WebDesk
from reports.pages import me as document


def me(desk: WebDesk) -> Blueprint:
    routes = Blueprint("me", __name__)

    @routes.get("/me")
    def start() -> Response:
        view = document.MeView(name=desk.principal().name)
        return desk.page("My findings", document.render, view)

    return routes
