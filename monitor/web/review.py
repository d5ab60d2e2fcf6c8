"""The pages of IT review: what disclosure opens, and no more."""

from flask import Blueprint, Response

from monitor.web.desk import WebDesk
from reports.pages import review as document


def review(desk: WebDesk) -> Blueprint:
    routes = Blueprint("review", __name__)

    @routes.get("/review")
    def start() -> Response:
        view = document.ReviewView(name=desk.principal().name)
        return desk.page("Review", document.render, view)

    return routes
