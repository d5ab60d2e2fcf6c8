"""The pages of the operator: health and delivery, and nothing of anybody."""

from flask import Blueprint, Response

from monitor.web.desk import WebDesk
from reports.pages import operate as document


def operate(desk: WebDesk) -> Blueprint:
    routes = Blueprint("operate", __name__)

    @routes.get("/operate")
    def start() -> Response:
        view = document.OperateView(name=desk.principal().name)
        return desk.page("Service", document.render, view)

    return routes
