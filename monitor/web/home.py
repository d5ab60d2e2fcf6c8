"""Where a member of staff begins: what is open, and how they are looked after.

The front door: where one begins, signing out, our own files, and a sign of life. The page behind
the unsubscribe button of mail programs (RFC 8058): to look stops nothing.
"""

from http import HTTPStatus

from flask import Blueprint, Response, abort, request

from monitor.domain.schedule import next_sweep
from monitor.web.context import WebDesk
from reports.pages import account as pages
from reports.pages import enrollment as joining
from reports.pages import findings as home
from reports.pages.account import StopView
from reports.pages.data import LeftView, Standing, render_left
from reports.static_files import static_file, static_type


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
            given=person.name.given or person.mail,
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
    return desk.page("You left", render_left, view)


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
        return desk.part("You are signed out everywhere.")

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


DEED = "deed"
GO_ON = "go-on"


def stop(desk: WebDesk) -> Blueprint:
    routes = Blueprint("stop", __name__)
    stopping = desk.service.stopping

    def page(token: str, person: str) -> Response:
        stopped = stopping.stopped(person)
        view = StopView(token=token, stopped=stopped, contact=desk.service.config.district.contact)
        return desk.page(_title(view), pages.render_stop, view)

    def lost() -> Response:
        view = StopView(token="", stopped=False, contact=desk.service.config.district.contact)
        return desk.page(_title(view), pages.render_stop, view, HTTPStatus.NOT_FOUND)

    @routes.get("/stop/<token>")
    def show(token: str) -> Response:
        person = stopping.bearer(token)
        return page(token, person) if person else lost()

    @routes.post("/stop/<token>")
    def act(token: str) -> Response:
        """Stop, whoever sends the form: a mail program sends its own, and follows no redirect."""
        person = stopping.bearer(token)
        if not person:
            return lost()
        if request.form.get(DEED) == GO_ON:
            stopping.go_on(person)
        else:
            stopping.stop(person)
        return page(token, person)

    return routes


def weekly(desk: WebDesk) -> Blueprint:
    """Make the way to the same from a person's own data: links in old letters get lost."""
    routes = Blueprint("weekly", __name__)

    @routes.post("/me/data/letter")
    def choose() -> Response:
        person = desk.principal().person
        if request.form.get(DEED) == GO_ON:
            desk.service.stopping.go_on(person)
            return desk.done("/me/data#letter", "You will get the weekly email again.")
        desk.service.stopping.stop(person)
        return desk.done("/me/data#letter", "You will not get the weekly email anymore.")

    return routes


def _title(view: StopView) -> str:
    if not view.token:
        return "This link no longer works"
    return "You stopped the weekly email" if view.stopped else "Stop the weekly email?"
