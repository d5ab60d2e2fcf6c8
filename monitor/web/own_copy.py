"""A copy of all that is kept of a person, made while they wait and kept nowhere."""

from http import HTTPStatus
from math import ceil
from typing import Final

from flask import Blueprint, Response

from monitor.errors import TooSoonError
from monitor.web.data import data_page
from monitor.web.desk import WebDesk
from reports.page import Fault

TOO_SOON: Final = Fault(
    field="copy", words="Five copies were made for you within the hour. Wait for the next"
)


def own_copy(desk: WebDesk) -> Blueprint:
    routes = Blueprint("own_copy", __name__)
    exporting = desk.service.exporting

    @routes.post("/me/data/export")
    def export() -> Response:
        """Write down who asked, so a POST; the archive holds JSON, a page and a sheet."""
        person = desk.principal().person
        try:
            made = exporting.copy(person, person).attached()
        except TooSoonError:
            return _too_soon(desk, person)
        response = Response(made.body, mimetype=made.media_type)
        response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
        return response

    return routes


def _too_soon(desk: WebDesk, person: str) -> Response:
    """Say when it may be, to a person in words and to a program in seconds."""
    response = data_page(desk, (TOO_SOON,), HTTPStatus.TOO_MANY_REQUESTS)
    next_at = desk.service.exporting.next_at(person)
    seconds = ceil((next_at - desk.now()).total_seconds()) if next_at else 0
    response.headers["Retry-After"] = str(seconds)
    return response
