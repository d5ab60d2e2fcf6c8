"""The front door: where one begins, signing out, our own files, and a sign of life."""

from flask import Blueprint, Response, abort, request

from monitor.web.desk import WebDesk
from reports.assets import static_file, static_type


def front(desk: WebDesk) -> Blueprint:
    routes = Blueprint("front", __name__)

    @routes.get("/")
    def start() -> Response:
        principal = desk.principal()
        mine = (each.path for each in desk.corners if each.role in principal.roles)
        return desk.done(next(mine, "/join"))

    @routes.post("/sign-out")
    def sign_out() -> Response:
        return desk.part("You are signed out.")

    @routes.post("/sign-out/everywhere")
    def sign_out_everywhere() -> Response:
        desk.service.admitting.end_everywhere(desk.principal())
        return desk.part("You are signed out on every device.")

    @routes.get("/static/<name>")
    def file(name: str) -> Response:
        body = static_file(name)
        if body is None:
            abort(404)
        response = Response(body, content_type=static_type(name))
        response.add_etag()
        return response.make_conditional(request)  # type: ignore[return-value]  # it is itself

    @routes.get("/healthz")
    def alive() -> Response:
        return Response("ok\n", mimetype="text/plain")

    return routes
