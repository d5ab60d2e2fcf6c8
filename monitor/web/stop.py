"""The page behind the unsubscribe button of mail programs (RFC 8058): to look stops nothing."""

from http import HTTPStatus

from flask import Blueprint, Response, request

from monitor.web.desk import WebDesk
from reports.pages import stop as pages
from reports.pages.stop import StopView

DEED = "deed"
GO_ON = "go-on"


def stop(desk: WebDesk) -> Blueprint:
    routes = Blueprint("stop", __name__)
    stopping = desk.service.stopping

    def page(token: str, person: str) -> Response:
        stopped = stopping.stopped(person)
        view = StopView(token=token, stopped=stopped, contact=desk.service.config.district.contact)
        return desk.page(_title(view), pages.render, view)

    def lost() -> Response:
        view = StopView(token="", stopped=False, contact=desk.service.config.district.contact)
        return desk.page(_title(view), pages.render, view, HTTPStatus.NOT_FOUND)

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
            return desk.done("/me/data#letter", "You get the weekly letter again.")
        desk.service.stopping.stop(person)
        return desk.done("/me/data#letter", "The weekly letter is stopped.")

    return routes


def _title(view: StopView) -> str:
    if not view.token:
        return "This link does nothing any more"
    return "The weekly letter is stopped" if view.stopped else "Stop the weekly letter?"
