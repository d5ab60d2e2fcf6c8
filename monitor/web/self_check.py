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

from flask import Blueprint, Response, abort, url_for

from monitor.domain.errors import NotPermittedError, TooSoonError
from monitor.domain.vocabulary import Language
from monitor.services.daily_checks import begin_daily_checks, end_daily_checks
from monitor.services.self_check import build_check_view, request_self_check
from monitor.web.context import PortalContext
from monitor.web.server import MAX_STREAMS, MAX_STREAMS_PER_PERSON
from monitor.web.session_cookie import BrowserSession
from reports.pages import self_check as pages
from reports.pages.layout import PageFrame
from reports.pages.self_check import SelfCheckPageView
from reports.translation import get_language, use_language
from scrapers.http.clock import Clock, SystemClock

# A page is made again when something was written, but not more often than this, and within each
# second in any case: a person who waits sees that time passes.
POLL_SECONDS: Final = 0.05
MIN_UPDATE_SECONDS: Final = 0.25
MAX_SILENCE_SECONDS: Final = 0.9
MAX_STREAM_SECONDS: Final = 120.0
TITLE: Final = "Check now"


def build_check_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("check", __name__)
    looking = LiveCheck(context)

    @routes.get("/me/check")
    def show_check() -> Response:
        return context.render_page(TITLE, pages.render_self_check_page, looking.build_view())

    @routes.post("/me/check")
    def submit_check() -> Response:
        try:
            request_self_check(context.app, context.person_id)
        except TooSoonError as error:
            return _render_too_soon(context, looking.build_view(refused=str(error)))
        except NotPermittedError as error:
            view = looking.build_view(refused=str(error))
            return context.render_page(
                TITLE, pages.render_self_check_page, view, HTTPStatus.CONFLICT
            )
        return context.redirect_to(url_for("check.show_check"))

    @routes.post("/me/check/daily")
    def begin_daily() -> Response:
        try:
            begin_daily_checks(context.app, context.person_id)
        except NotPermittedError as error:
            view = looking.build_view(refused=str(error))
            return context.render_page(
                TITLE, pages.render_self_check_page, view, HTTPStatus.CONFLICT
            )
        return context.redirect_to(url_for("check.show_check"), "We check once a day now.")

    @routes.post("/me/check/daily/end")
    def end_daily() -> Response:
        end_daily_checks(context.app, context.person_id)
        return context.redirect_to(url_for("check.show_check"), "We check once a week again.")

    @routes.get("/me/check/live")
    def show_live() -> Response:
        return Response(looking.render_state(looking.build_view()), mimetype="application/json")

    @routes.get("/me/check/stream")
    def stream_check() -> Response:
        return looking.open_stream()

    return routes


def _render_too_soon(context: PortalContext, view: SelfCheckPageView) -> Response:
    """Say when it may be, to a person in words and to a program in seconds."""
    response = context.render_page(
        TITLE, pages.render_self_check_page, view, HTTPStatus.TOO_MANY_REQUESTS
    )
    if view.next_at:
        response.headers["Retry-After"] = str(ceil((view.next_at - context.now()).total_seconds()))
    return response


@dataclass(frozen=True, slots=True)
class StreamSlots:
    """Who has a stream open: so many at once, and not all of them one person's."""

    open_streams: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def acquire_slot(self, person_id: str) -> bool:
        with self.lock:
            if (
                self.open_streams.total() >= MAX_STREAMS
                or self.open_streams[person_id] >= MAX_STREAMS_PER_PERSON
            ):
                return False
            self.open_streams[person_id] += 1
            return True

    def release_slot(self, person_id: str) -> None:
        with self.lock:
            self.open_streams[person_id] -= 1
            if not self.open_streams[person_id]:
                del self.open_streams[person_id]


@dataclass(frozen=True, slots=True)
class LiveCheck:
    """How a check looks from outside while others work on it."""

    context: PortalContext
    clock: Clock = field(default_factory=SystemClock)
    slots: StreamSlots = field(default_factory=StreamSlots)

    def build_view(self, refused: str = "") -> SelfCheckPageView:
        return build_check_view(self.context.app, self.context.person_id, refused)

    def render_state(self, view: SelfCheckPageView) -> str:
        return _render_state_json(view, self.context.build_frame(TITLE))

    def open_stream(self) -> Response:
        """Send each change as it comes (server-sent events), while there is a place for it."""
        # What belongs to this request is gone when the first line is sent.
        session, frame = self.context.browser_session, self.context.build_frame(TITLE)
        person = self.context.person_id
        if not self.slots.acquire_slot(person):
            abort(HTTPStatus.SERVICE_UNAVAILABLE)
        response = Response(
            self._generate_events(session, person, frame, get_language()),
            mimetype="text/event-stream",
        )
        response.call_on_close(partial(self.slots.release_slot, person))
        return response

    def _generate_events(
        self, session: BrowserSession, person_id: str, frame: PageFrame, language: Language
    ) -> Iterator[str]:
        ends, db = self.clock.monotonic() + MAX_STREAM_SECONDS, self.context.app.db
        while self.clock.monotonic() < ends and self.context.sessions.is_still_valid(session):
            written, view = (
                db.read_data_version(),
                build_check_view(self.context.app, person_id),
            )
            with use_language(language):
                state = _render_state_json(view, frame)
            yield f"data: {state}\n\n"
            if not view.is_running:
                return
            wait_for_write(db.read_data_version, written, self.clock)


def wait_for_write(written: Callable[[], int], before: int, clock: Clock) -> None:
    """Return once something else is written, not too soon, and in time to say that we wait."""
    began = clock.monotonic()
    clock.sleep(MIN_UPDATE_SECONDS)
    while clock.monotonic() - began < MAX_SILENCE_SECONDS and written() == before:
        clock.sleep(POLL_SECONDS)


def _render_state_json(view: SelfCheckPageView, frame: PageFrame) -> str:
    """Give the part of the page that changes, and whether there is more to come."""
    return json.dumps({"html": pages.render_self_check_live(view, frame), "live": view.is_running})
