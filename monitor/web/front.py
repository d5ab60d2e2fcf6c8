"""The front door: where one begins, signing out, our own files, and a sign of life."""

from flask import Blueprint, Response, abort, request

from monitor.web.desk import WebDesk
from reports.assets import static_file, static_type
from reports.pages import sign_in
from reports.pages.sign_in import SignInView


def front(desk: WebDesk) -> Blueprint:
    routes = Blueprint("front", __name__)

    @routes.get("/")
    def start() -> Response:
        principal = desk.principal()
        mine = (each.path for each in desk.corners if each.role in principal.roles)
        return desk.done(next(mine, "/join"))

    @routes.get("/sign-in")
    def ask() -> Response:
        return desk.page("Sign in", sign_in.render, SignInView(lapsed=desk.visit.lapsed))

    @routes.post("/sign-out")
    def sign_out() -> Response:
        desk.leave()
        return desk.done("/sign-in", "You are signed out.")

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
