"""The same views as JSON, for programs: what a page shows to somebody, and no more."""

import json
from http import HTTPStatus

import msgspec
from flask import Blueprint, Response

from monitor.web.desk import WebDesk
from monitor.web.operate import operate_view
from monitor.web.review import queue_of


def api(desk: WebDesk) -> Blueprint:
    routes = Blueprint("api", __name__, url_prefix="/api/v1")

    @routes.get("/me")
    def me() -> Response:
        return _json(desk.service.portal.overview.home(desk.principal().person))

    @routes.get("/review")
    def review() -> Response:
        return _json(queue_of(desk))

    @routes.get("/operate")
    def operate() -> Response:
        return _json(operate_view(desk))

    return routes


def _json(view: object) -> Response:
    # ASCII alone: what no reader would see is spelled out, and reads back as what it was.
    told = json.dumps(msgspec.to_builtins(view))
    return Response(told, HTTPStatus.OK, mimetype="application/json")
