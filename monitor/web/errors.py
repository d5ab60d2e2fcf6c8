"""What a page says when a request fails: what happened, and what to do.

To a reviewer, a case that is missing, closed or about themselves looks the same.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

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
# What a program reads, in one sentence; what is not here is told like 500.
PROBLEM_DETAILS: Final = MappingProxyType(
    {
        400: "The request could not be read: send JSON in UTF-8, to the host of the portal.",
        401: "Send an access token that is still valid, as `Authorization: Bearer TOKEN`.",
        403: "The token may not do this: make one that may, on the page Access tokens.",
        404: "There is nothing at this address, or nothing that this token may see.",
        405: "This address does not take this method: see /api/v1/openapi.json.",
        413: "The request is too large: send at most 64 kB.",
        415: "Send the body as JSON, with `Content-Type: application/json`.",
        500: "Something went wrong here; nothing that was saved before is lost. Try again later.",
        503: "Namesake is busy or under maintenance: try again in a few minutes.",
    }
)
PROBLEM_TYPE: Final = "application/problem+json"


class ApiProblem(HTTPException):
    """A refusal with a sentence of its own, and headers that belong to it."""

    def __init__(
        self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.code = status
        self.detail = detail
        self.headers = headers or {}


_FORGED_TEXT: Final = ErrorText(
    "This form has expired",
    "You may have signed in or out in another tab. Go back, reload the page, and send it again.",
)
CLOSED_CASE: Final = "closed-case"
# The same words for every reason, and for a case that never was.
_CLOSED_CASE_TEXT: Final = ErrorText(
    "This case is not open to you",
    "It is no longer open to IT, or never was: its person may have answered, ended it or stopped "
    "sharing it. What is open stands in the queue, under Review.",
)
_OWN_TEXTS: Final[Mapping[str | None, ErrorText]] = MappingProxyType(
    {FORGED_FORM: _FORGED_TEXT, CLOSED_CASE: _CLOSED_CASE_TEXT}
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
        if _is_for_program():
            return _render_problem(status, error)
        if status is HTTPStatus.UNAUTHORIZED:
            return context.answer_stranger()
        if isinstance(error, ApiProblem):
            # A calendar or a feed reader shows no page.
            return Response(error.detail, status, error.headers, mimetype="text/plain")
        return _render_error(context, status, error.description)

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


def _render_error(context: PortalContext, status: HTTPStatus, kind: str | None = None) -> Response:
    if _is_for_program():
        return _render_problem(status)
    words = _OWN_TEXTS.get(kind, ERROR_TEXTS.get(status, ERROR_TEXTS[500]))
    view = ErrorPageView(title=words.title, what=words.what, status=status)
    return context.render_page(words.title, refusal.render_error_page, view, status)


def _is_for_program() -> bool:
    return f"{request.path}/".startswith(f"{API_PREFIX}/")


def _render_problem(status: HTTPStatus, error: HTTPException | None = None) -> Response:
    """Answer a program as RFC 9457 says."""
    own = error if isinstance(error, ApiProblem) else None
    detail = own.detail if own else PROBLEM_DETAILS.get(status, PROBLEM_DETAILS[500])
    problem = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}
    response = Response(json.dumps(problem), status, mimetype=PROBLEM_TYPE)
    if own:
        response.headers.update(own.headers)
    elif isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    return response


@contextmanager
def mask_as_not_found(description: str | None = None) -> Iterator[None]:
    """Answer that there is no such page, so that no one learns whether a case exists."""
    try:
        yield
    except (InputError, NotPermittedError) as error:
        raise NotFound(description) from error
