"""A self-check: asked for, watched as it runs, and what it came to."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from math import ceil
from typing import Final

from flask import Blueprint, Response, abort

from monitor.errors import NotPermittedError, TooSoonError
from monitor.services.self_check import Checking
from monitor.web.context import WebDesk
from monitor.web.server import STREAMS, STREAMS_EACH
from monitor.web.sessions import Visit
from reports.pages import check as pages
from reports.pages.check import CheckView
from reports.pages.layout import Frame
from scrapers.http.clock import Clock, SystemClock

# A page is made anew when something was written, but not more often than this, and within each
# second in any case: whoever waits sees that time goes by.
LOOK_SECONDS: Final = 0.05
NEWS_SECONDS: Final = 0.25
SILENT_SECONDS: Final = 0.9
STREAM_SECONDS: Final = 120.0
TITLE: Final = "Check now"


def check(desk: WebDesk) -> Blueprint:
    routes = Blueprint("check", __name__)
    looking = LookingOn(desk)

    @routes.get("/me/check")
    def show() -> Response:
        return desk.page(TITLE, pages.render, looking.view())

    @routes.post("/me/check")
    def ask() -> Response:
        try:
            desk.service.portal.checking.ask(desk.principal().person)
        except TooSoonError as error:
            return _too_soon(desk, looking.view(refused=str(error)))
        except NotPermittedError as error:
            view = looking.view(refused=str(error))
            return desk.page(TITLE, pages.render, view, HTTPStatus.CONFLICT)
        return desk.done("/me/check")

    @routes.get("/me/check/live")
    def live() -> Response:
        return Response(looking.told(looking.view()), mimetype="application/json")

    @routes.get("/me/check/stream")
    def stream() -> Response:
        return looking.streamed()

    return routes


def _too_soon(desk: WebDesk, view: CheckView) -> Response:
    """Say when it may be, to a person in words and to a program in seconds."""
    response = desk.page(TITLE, pages.render, view, HTTPStatus.TOO_MANY_REQUESTS)
    if view.next_at:
        response.headers["Retry-After"] = str(ceil((view.next_at - desk.now()).total_seconds()))
    return response


@dataclass(frozen=True, slots=True)
class Places:
    """Who has a stream open: so many at once, and not all of them one person's."""

    taken: Counter[str] = field(default_factory=Counter)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def take(self, person: str) -> bool:
        with self.guard:
            if self.taken.total() >= STREAMS or self.taken[person] >= STREAMS_EACH:
                return False
            self.taken[person] += 1
            return True

    def leave(self, person: str) -> None:
        with self.guard:
            self.taken[person] -= 1
            if not self.taken[person]:
                del self.taken[person]


@dataclass(frozen=True, slots=True)
class LookingOn:
    """How a check looks from outside while others work on it."""

    desk: WebDesk
    clock: Clock = field(default_factory=SystemClock)
    places: Places = field(default_factory=Places)

    def view(self, refused: str = "") -> CheckView:
        return self._checking.view(self.desk.principal().person, refused)

    def told(self, view: CheckView) -> str:
        return _told(view, self.desk.frame(TITLE))

    def streamed(self) -> Response:
        """Send each change as it comes (server-sent events), while there is a place for it."""
        # What belongs to this request is gone when the first line is sent.
        visit, frame = self.desk.visit, self.desk.frame(TITLE)
        person = self.desk.principal().person
        if not self.places.take(person):
            abort(HTTPStatus.SERVICE_UNAVAILABLE)
        response = Response(self._changes(visit, person, frame), mimetype="text/event-stream")
        response.call_on_close(partial(self.places.leave, person))
        return response

    def _changes(self, visit: Visit, person: str, frame: Frame) -> Iterator[str]:
        ends, state = self.clock.monotonic() + STREAM_SECONDS, self.desk.service.state
        while self.clock.monotonic() < ends and self.desk.visits.goes_on(visit):
            written, view = state.written(), self._checking.view(person)
            yield f"data: {_told(view, frame)}\n\n"
            if not view.live:
                return
            await_news(state.written, written, self.clock)

    @property
    def _checking(self) -> Checking:
        return self.desk.service.portal.checking


def await_news(written: Callable[[], int], before: int, clock: Clock) -> None:
    """Return once something else is written, not too soon, and in time to say that we wait."""
    began = clock.monotonic()
    clock.sleep(NEWS_SECONDS)
    while clock.monotonic() - began < SILENT_SECONDS and written() == before:
        clock.sleep(LOOK_SECONDS)


def _told(view: CheckView, frame: Frame) -> str:
    """Give the part of the page that changes, and whether there is more to come."""
    return json.dumps({"html": pages.render_live(view, frame), "live": view.live})
