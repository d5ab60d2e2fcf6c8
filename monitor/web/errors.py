"""What a page says when a request fails: what happened, and what to do.

To a reviewer, a flag that is missing, closed or about themselves looks the same.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from flask import Flask, Response, jsonify, request, url_for
from werkzeug.exceptions import HTTPException, NotFound

from monitor.domain.errors import (
    BusyError,
    DatabaseError,
    InputError,
    MonitorError,
    NotPermittedError,
    ReplacedError,
    UnavailableError,
    describe_error_location,
)
from monitor.web.context import PortalContext
from monitor.web.roles import API_PREFIX
from monitor.web.security import FORGED_FORM
from reports.pages import account as refusal
from reports.pages.account import ErrorPageView

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ErrorText:
    title: str
    what: str


ERROR_TEXTS: Final = MappingProxyType(
    {
        400: ErrorText(
            "We could not read this request",
            "Something in the address or the form is not valid. "
            "Go back, reload the page, and try again.",
        ),
        403: ErrorText(
            "You cannot open this page",
            "You are signed in, but this page belongs to another person or role.",
        ),
        404: ErrorText(
            "Page not found",
            "Check the address. The page may have been removed, or it was never yours.",
        ),
        405: ErrorText("You cannot do that here", "Go back and use the buttons on the page."),
        410: ErrorText(
            "This link was already used or has expired",
            "Each link works once and only for a short time. Ask for a new one.",
        ),
        413: ErrorText(
            "Too large",
            "Send a shorter text or a smaller file. A screenshot can have up to 5 MB.",
        ),
        422: ErrorText("Something is missing", "Go back and check what you entered."),
        500: ErrorText(
            "Internal error",
            "You did not lose anything you saved before. Try again in a few minutes. "
            "If it happens again, email the address below.",
        ),
        503: ErrorText(
            "Namesake is busy or under maintenance",
            "You did not lose anything. Try again in a few minutes.",
        ),
    }
)
_FORGED_TEXT: Final = ErrorText(
    "This form has expired",
    "You may have signed in or out in another tab. Go back, reload the page, and send it again.",
)
_STATUS_BY_ERROR: Final[Mapping[type[MonitorError], HTTPStatus]] = MappingProxyType(
    {
        NotPermittedError: HTTPStatus.FORBIDDEN,
        InputError: HTTPStatus.BAD_REQUEST,
        BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
        UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
        DatabaseError: HTTPStatus.SERVICE_UNAVAILABLE,
        ReplacedError: HTTPStatus.SERVICE_UNAVAILABLE,
    }
)


def register_error_handlers(app: Flask, context: PortalContext) -> None:
    """Show every error as one of our pages, never with a traceback."""

    @app.errorhandler(HTTPException)
    def handle_http_error(error: HTTPException) -> Response:
        status = HTTPStatus(error.code or 500)
        if status is HTTPStatus.UNAUTHORIZED and not _wants_json():
            return context.redirect_to_sign_in(url_for("sign_in.show_sign_in"))
        return _render_error(context, status, forged=error.description == FORGED_FORM)

    @app.errorhandler(MonitorError)
    def handle_monitor_error(error: MonitorError) -> Response:
        # Its sentence speaks to an operator, and may quote; only its kind is shown here.
        status = _STATUS_BY_ERROR.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            LOG.error("page_failed", extra={"error": describe_error_location(error)})
        return _render_error(context, status)

    @app.errorhandler(Exception)
    def handle_unexpected_error(error: Exception) -> Response:
        LOG.error("page_failed", extra={"error": describe_error_location(error)})
        return _render_error(context, HTTPStatus.INTERNAL_SERVER_ERROR)


def _render_error(context: PortalContext, status: HTTPStatus, *, forged: bool = False) -> Response:
    words = _FORGED_TEXT if forged else ERROR_TEXTS.get(status, ERROR_TEXTS[500])
    if _wants_json():
        response = jsonify({"error": status.phrase, "words": words.what})
        response.status_code = status
        return response
    view = ErrorPageView(title=words.title, what=words.what, status=status)
    return context.render_page(words.title, refusal.render_error_page, view, status)


def _wants_json() -> bool:
    return request.path.startswith(API_PREFIX)


@contextmanager
def mask_as_not_found() -> Iterator[None]:
    """Answer that there is no such page, so that no one learns whether a flag exists."""
    try:
        yield
    except (InputError, NotPermittedError) as error:
        raise NotFound from error
