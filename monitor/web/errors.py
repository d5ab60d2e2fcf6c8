"""What a reader is told where a page cannot be had: what happened, and what to do.

What is not there, not open, or about the reader: all of these look alike to a reviewer.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException, NotFound

from monitor.errors import (
    BusyError,
    DatabaseError,
    InputError,
    MonitorError,
    NotPermittedError,
    ReplacedError,
    UnavailableError,
    traced,
)
from monitor.web.context import WebDesk
from monitor.web.security import API, FORGED
from reports.pages import account as refusal
from reports.pages.account import RefusalView

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    what: str


WORDS: Final = MappingProxyType(
    {
        400: Words(
            "We could not read this request",
            "Something in the address or the form is not valid. "
            "Go back, reload the page, and try again.",
        ),
        403: Words(
            "You cannot open this page",
            "You are signed in, but this page belongs to another person or role.",
        ),
        404: Words(
            "Page not found",
            "Check the address. The page may have been removed, or it was never yours.",
        ),
        405: Words("You cannot do that here", "Go back and use the buttons on the page."),
        410: Words(
            "This link was already used or has expired",
            "Each link works once and only for a short time. Ask for a new one.",
        ),
        413: Words("Too large", "Send a smaller file or a shorter text."),
        422: Words("Something is missing", "Go back and check what you entered."),
        500: Words(
            "Internal error",
            "You did not lose anything you saved before. Try again in a few minutes. "
            "If it happens again, email the address below.",
        ),
        503: Words(
            "Namesake is busy or under maintenance",
            "You did not lose anything. Try again in a few minutes.",
        ),
    }
)
_FORGED: Final = Words(
    "This form has expired",
    "You may have signed in or out in another tab. Go back, reload the page, and send it again.",
)
_STATUS: Final[Mapping[type[MonitorError], HTTPStatus]] = MappingProxyType(
    {
        NotPermittedError: HTTPStatus.FORBIDDEN,
        InputError: HTTPStatus.BAD_REQUEST,
        BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
        UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
        DatabaseError: HTTPStatus.SERVICE_UNAVAILABLE,
        ReplacedError: HTTPStatus.SERVICE_UNAVAILABLE,
    }
)


def refuse(app: Flask, desk: WebDesk) -> None:
    """Have every error end as a page of ours, and none with a traceback."""

    @app.errorhandler(HTTPException)
    def by_status(error: HTTPException) -> Response:
        status = HTTPStatus(error.code or 500)
        if status is HTTPStatus.UNAUTHORIZED and not _wants_json():
            return desk.done("/sign-in")
        return _answer(desk, status, forged=error.description == FORGED)

    @app.errorhandler(MonitorError)
    def by_kind(error: MonitorError) -> Response:
        # Its sentence speaks to an operator, and may quote; only its kind is told here.
        status = _STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            LOG.error("A page failed: %s.", traced(error))
        return _answer(desk, status)

    @app.errorhandler(Exception)
    def ours(error: Exception) -> Response:
        LOG.error("A page failed: %s.", traced(error))
        return _answer(desk, HTTPStatus.INTERNAL_SERVER_ERROR)


def _answer(desk: WebDesk, status: HTTPStatus, *, forged: bool = False) -> Response:
    words = _FORGED if forged else WORDS.get(status, WORDS[500])
    if _wants_json():
        response = jsonify({"error": status.phrase, "words": words.what})
        response.status_code = status
        return response
    view = RefusalView(title=words.title, what=words.what, status=status)
    return desk.page(words.title, refusal.render_refusal, view, status)


def _wants_json() -> bool:
    return request.path.startswith(API)


@contextmanager
def shut() -> Iterator[None]:
    """Answer that there is no such page: whether there is such a flag is nobody's business."""
    try:
        yield
    except (InputError, NotPermittedError) as error:
        raise NotFound from error
