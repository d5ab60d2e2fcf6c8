"""The pages of a demonstration, where one may be anybody: an app of its own.

Only `namesake demo` makes it. No configuration, address or form of the portal reaches it.
"""

from collections.abc import Callable
from typing import Final

from flask import Blueprint, Flask, Response, abort, request

from monitor.domain.person import Way
from monitor.service import Service
from monitor.web.app import FAMILIES, app_of, desk_of
from monitor.web.context import WebDesk
from monitor.web.security import DOORS, Door
from reports.pages import demo as cast
from reports.pages.demo import Actor, CastView

MADE_UP: Final = (
    "All people here are made up, and so is the internet. Nothing leaves this computer."
)


def demo_app(
    service: Service, wake: Callable[[], None], actors: Callable[[], tuple[Actor, ...]]
) -> Flask:
    """Make the app; `actors` says who there is, as of now."""

    def switcher(desk: WebDesk) -> Blueprint:
        return _switcher(desk, actors)

    desk = desk_of(service, wake, demo=MADE_UP)
    return app_of(desk, (*FAMILIES, switcher), {**DOORS, "demo": Door()})


def _switcher(desk: WebDesk, actors: Callable[[], tuple[Actor, ...]]) -> Blueprint:
    routes = Blueprint("demo", __name__)

    @routes.get("/demo")
    def choose() -> Response:
        here = desk.visit.principal
        view = CastView(actors=actors(), here=here.reader if here else "")
        return desk.page("Who do you want to be?", cast.render, view)

    @routes.post("/demo")
    def become() -> Response:
        chosen = request.form.get("reader", "")
        if chosen not in {each.reader for each in actors()}:
            abort(400)
        desk.enter(chosen, Way.DEMO)
        return desk.done("/")

    return routes
